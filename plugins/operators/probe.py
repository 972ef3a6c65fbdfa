"""Probe: what posting assumes of a site of the ERP, tried in its test company by a person's own wish."""

from datetime import date
from typing import Any

from airflow.sdk import BaseOperator, Param
from airflow.sdk.exceptions import AirflowFailException

from cierre.accounting_files.companies import language_of
from cierre.accounting_files.findings import MappingError
from cierre.closing.names import NO_COMPANY
from cierre.language.say import in_language, listed, say
from cierre.ledger.connection import open_ledger
from cierre.ports.errors import DataError, FatalError
from hooks.registry import ERPS
from operators.parameters import UnknownParameters, refuse_unknown


def params() -> dict[str, Param]:
    """The form that names where the probe may write."""
    return {
        "connection": Param(
            next(iter(ERPS)), type="string", title="Connection", description="Airflow's connection of the ERP."
        ),
        "tenant": Param(
            type="string",
            title="Company and branch",
            description="Of the test company, as the ERP wants it: group, comma, branch, such as T9,TEST 01.",
        ),
        "lot": Param(
            "PROBE1",
            type="string",
            pattern="^[A-Za-z0-9]{6}$",
            title="Lot",
            description="Six letters or digits. Nobody else may use it; those of cash boxes are refused.",
        ),
        "day": Param(
            None,
            type=["null", "string"],
            format="date",
            title="Date of the entries",
            description="In an open period; today, if empty.",
        ),
        "debit_account": Param(type="string", title="Account to debit", description="One that takes entries."),
        "credit_account": Param(type="string", title="Account to credit", description="One that takes entries."),
        "debit_cost_centre": Param(
            "", type="string", title="Cost centre of the debit", description="If its account asks for one."
        ),
        "credit_cost_centre": Param(
            "", type="string", title="Cost centre of the credit", description="If its account asks for one."
        ),
        "currency": Param("USD", type="string", title="Currency", description="Of the entries, as ISO 4217 has it."),
    }


class ProbeOperator(BaseOperator):
    """Probes the site that the run's form names, says what it found, and keeps it for posting to go by.

    Fails where posting to the site is not safe, where the probe could not be done, or where it had to leave something
    there; the log then says which.
    """

    template_fields = ()

    def __init__(self, *, ledger_connection: str = "ledger_db", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.ledger_connection = ledger_connection

    def execute(self, context: Any) -> dict[str, Any]:
        """Returns the verdict of each assumption by its name."""
        with in_language(language_of(NO_COMPANY)):
            return self._probe(context)

    def _probe(self, context: Any) -> dict[str, Any]:
        from cierre.closing.probe import probe
        from cierre.ports.probe import Ground, ProbeRefused

        try:
            refuse_unknown("erp_probe", context, params())
            form = {name: context["params"][name] for name in params()}
            ground = Ground.named(**form | {"day": form["day"] or date.today()})
            with open_ledger(self.ledger_connection) as ledger:
                report = probe(ledger, ground)
        except (UnknownParameters, ProbeRefused, DataError, FatalError, MappingError) as error:
            raise AirflowFailException(say(error)) from error
        for check in report.checks:
            self.log.info(say(check.sentence))
        if report.in_the_way:
            raise AirflowFailException(
                say(
                    "{connection}, {tenant}: not ready:\n{reasons}",
                    connection=report.connection,
                    tenant=report.tenant.strip(),
                    reasons=listed(report.in_the_way),
                )
            )
        return {check.assumption.name: str(check.verdict) for check in report.checks}
