"""Post: what the ERP holds of the day becomes what the ledger says, exactly once."""

import os
import socket
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from bookkeeping.cash_box import CashBox
from language.say import say
from operators.step import CashCloseStep, refusal

if TYPE_CHECKING:
    import psycopg


class PostOperator(CashCloseStep):
    """Posts the day's current revision by the posting protocol; sends nothing where the ERP already has it.

    Goes by what a probe found out about the ERP's site (store.capabilities): fails where nothing can be proved there.
    """

    def close(self, box: CashBox, day: date, ledger: "psycopg.Connection") -> dict[str, Any]:
        """Converges the ERP to the current revision."""
        from hooks.protheus import ProtheusHook
        from mappings.periods import open_from
        from posting.protocol import Poster
        from posting.site import Site
        from store import approvals, capabilities
        from store import ledger as books

        revision = books.current(ledger, box.id, day)
        if revision is None:
            raise refusal(box, day, "nothing was derived yet; clear the task derive of this run")
        if questions := approvals.unapproved(ledger, box, revision):
            raise refusal(
                box,
                day,
                "nothing is posted before a person approves: {reasons}. Clear the task derive of this run, with those"
                " after it: then approve asks.",
                reasons="; ".join(map(say, questions.values())),
            )
        worker = f"{socket.gethostname()}:{os.getpid()}"
        known = capabilities.of(ledger, box.erp.connection, box.erp.tenant)
        if known.obstacles:
            raise refusal(
                box,
                day,
                "nothing is posted to {erp}: {obstacles}. So a probe found on {probed}. Have the ERP"
                " set right, probe it again (DAG erp_probe), then clear the task post of this run.",
                erp=box.erp.connection,
                obstacles="; ".join(map(say, known.obstacles)),
                probed=f"{known.probed_at:%Y-%m-%d}",
            )
        site = Site(
            alphanumeric_sublots=known.alphanumeric_sublots,
            own_reversal_address=known.own_reversal_address,
            correction=box.erp.correction,
            open_from=open_from(box.erp.tenant),
        )
        Poster(ledger, ProtheusHook(box.erp.connection), worker, site, self._wait).converge(revision)
        self.log.info(say("The ERP holds revision {revision} of the day.", revision=revision.revision))
        return {"revision": revision.revision}

    def _wait(self, seconds: float) -> None:
        """Gives the worker, and its place in the ERP's pool, back until a dead worker's claim has run out."""
        from airflow.providers.standard.triggers.temporal import DateTimeTrigger

        moment = datetime.now(UTC) + timedelta(seconds=seconds)
        self.defer(trigger=DateTimeTrigger(moment=moment), method_name="resume")
