"""Reap: addresses in the ERP that were given up are made empty, again and again until no request can still be late."""

from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowException

from operators.step import open_ledger

if TYPE_CHECKING:
    import psycopg

    from posting.port import Erp


class ReapOperator(BaseOperator):
    """Gives up claims that nobody came back for, and empties every given-up address that is due.

    One address that cannot be emptied does not keep the others waiting: all are tried, then the task fails and names
    what is left. Never touches a confirmed document: no address is used twice.
    """

    template_fields = ()

    def __init__(self, *, ledger_connection: str = "ledger_db", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.ledger_connection = ledger_connection

    def execute(self, context: Any) -> dict[str, int]:
        """Returns how many claims were given up, addresses emptied, and documents found at them."""
        with open_ledger(self.ledger_connection) as ledger:
            abandoned = self._give_up_abandoned(ledger)
            emptied, removed, left = self._empty_due(ledger)
        self.log.info("%d claims given up, %d addresses emptied, %d documents removed.", abandoned, emptied, removed)
        if left:
            raise AirflowException("\n".join(["These addresses are still uncertain, and are tried again:", *left]))
        return {"given_up": abandoned, "emptied": emptied, "removed": removed}

    def _give_up_abandoned(self, ledger: "psycopg.Connection") -> int:
        from store import attempts
        from store.session import BoxDayBusy, box_day

        given_up = 0
        for box, day, attempt in attempts.abandoned(ledger):
            try:
                with box_day(ledger, box, day, wait="1s"):
                    given_up += attempts.doom(ledger, attempt, "its worker ended before the outcome was known")
            except BoxDayBusy:
                self.log.info("%s, %s is being closed right now; its own run clears %s.", box, day, attempt.address)
        return given_up

    def _empty_due(self, ledger: "psycopg.Connection") -> tuple[int, int, list[str]]:
        from hooks.errors import VendorError
        from mappings.findings import MappingError
        from posting.reap import reap
        from store import attempts

        emptied, removed, left = 0, 0, []
        erps: dict[str, Erp] = {}
        for box, attempt in attempts.due_for_reap(ledger):
            try:
                removed += reap(ledger, self._erp(box, erps), attempt)
                emptied += 1
            except (VendorError, MappingError) as error:
                left.append(f"- {box}, {attempt.address}: {error}")
        return emptied, removed, left

    def _erp(self, box: str, erps: "dict[str, Erp]") -> "Erp":
        from hooks.protheus import ProtheusHook
        from mappings.loader import cash_box

        connection = cash_box(box).erp.connection
        if connection not in erps:
            erps[connection] = ProtheusHook(connection)
        return erps[connection]
