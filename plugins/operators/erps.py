"""The hooks of the boxes' ERPs, for whoever looks at all boxes."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import psycopg

    from posting.port import ReadableErp


class Erps:
    """One hook for each connection, so that logins and sessions are shared."""

    def __init__(self, ledger: "psycopg.Connection | None" = None) -> None:
        self._ledger = ledger
        self._by_connection: dict[str, ReadableErp] = {}

    def of(self, box_id: str) -> "ReadableErp":
        """The ERP of a box; of one that has no file any more, that which the ledger last knew: its documents stand
        there still. Raises MappingError where nobody knows it."""
        from hooks.protheus import ProtheusHook
        from mappings.findings import MappingError
        from mappings.loader import cash_box
        from store import identity

        try:
            connection = cash_box(box_id).erp.connection
        except MappingError:
            seen = identity.last_seen(self._ledger, box_id) if self._ledger else None
            if seen is None:
                raise
            connection = seen.erp_connection
        if connection not in self._by_connection:
            self._by_connection[connection] = ProtheusHook(connection)
        return self._by_connection[connection]
