"""The hooks of the boxes' ERPs, for whoever looks at all boxes."""

from collections.abc import Callable

import psycopg

from cierre.accounting_files.arrivals import box_or_books
from cierre.accounting_files.findings import MappingError
from cierre.closing.erp_site import known_site, site_of_tenant
from cierre.closing.wiring import erp_behind, erp_hook
from cierre.ledger import identity
from cierre.ports.erp import ErpHook
from cierre.posting.site import Site


class Erps:
    """One hook for each connection, so that logins and sessions are shared."""

    def __init__(self, ledger: psycopg.Connection | None = None) -> None:
        self._ledger = ledger
        self._by_connection: dict[str, ErpHook] = {}
        self._sites: dict[str, Site] = {}

    def of(self, box_id: str) -> ErpHook:
        """The ERP of a box; of one that has no file any more, that which the ledger last knew: its documents stand
        there still. Raises MappingError where nobody knows it."""
        try:
            box = box_or_books(box_id)
        except MappingError:
            seen = identity.last_seen(self._ledger, box_id) if self._ledger else None
            if seen is None:
                raise
            connection = seen.erp_connection
            return self._kept(connection, lambda: erp_behind(connection).hook(connection))
        return self._kept(box.erp.connection, lambda: erp_hook(box))

    def _kept(self, connection: str, make: Callable[[], ErpHook]) -> ErpHook:
        if connection not in self._by_connection:
            self._by_connection[connection] = make()
        return self._by_connection[connection]

    def site_of(self, box_id: str) -> Site:
        """What is known of the site that a box posts to, or, where it has no file any more, posted to last. Raises
        MappingError where nobody knows it."""
        if self._ledger is None:
            raise ValueError("what is known of a site stands in the ledger, which was not given")
        if box_id not in self._sites:
            try:
                self._sites[box_id] = known_site(box_or_books(box_id), self._ledger)
            except MappingError:
                seen = identity.last_seen(self._ledger, box_id)
                if seen is None:
                    raise
                self._sites[box_id] = site_of_tenant(self._ledger, seen.erp_connection, seen.tenant)
        return self._sites[box_id]
