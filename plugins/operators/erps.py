"""The hooks of the boxes' ERPs, for whoever looks at all boxes."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from posting.port import ReadableErp


class Erps:
    """One hook for each connection, so that logins and sessions are shared."""

    def __init__(self) -> None:
        self._by_connection: dict[str, ReadableErp] = {}

    def of(self, box_id: str) -> "ReadableErp":
        """The ERP of a box. Raises MappingError where its file is wrong or gone."""
        from hooks.protheus import ProtheusHook
        from mappings.loader import cash_box

        connection = cash_box(box_id).erp.connection
        if connection not in self._by_connection:
            self._by_connection[connection] = ProtheusHook(connection)
        return self._by_connection[connection]
