"""The month's tie-out: what the ERP holds of tenants' months, beside what was posted into them."""

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator, Param
from airflow.sdk.exceptions import AirflowException, AirflowFailException

from cierre.accounting_files.companies import language_of
from cierre.bookkeeping.sentence import Sentence
from cierre.closing.names import NO_COMPANY, TIE_OUT
from cierre.language.say import in_language, listed, say
from cierre.ledger.connection import open_ledger
from operators.parameters import UnknownParameters, refuse_unknown

if TYPE_CHECKING:
    import psycopg

    from cierre.closing.tie_out import TenantMonth

FROM, TO, COMPANY = "from", "to", "company"


def params() -> dict[str, Param]:
    """What a person may say when triggering it: a range of months, of a company or of all."""
    month: dict[str, Any] = {"type": ["null", "string"], "pattern": r"^[12]\d{3}-(0[1-9]|1[0-2])$"}
    return {
        FROM: Param(None, **month, title="From (desde)", description="The first month, as 2024-09; empty: those due."),
        TO: Param(None, **month, title="To (hasta)", description="The last month; empty: the first one alone."),
        COMPANY: Param(None, type=["null", "string"], title="Company (empresa)", description="Its id; empty: all."),
    }


class TieOutOperator(BaseOperator):
    """Ties out the months that are due, or those that a person asks for, and tells each company what is new.

    Fails where months could not be read, naming them; the others are read all the same.
    """

    template_fields = ()
    ui_color = "#e4eef0"

    def __init__(self, *, ledger_connection: str = "ledger_db", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.ledger_connection = ledger_connection

    def execute(self, context: Any) -> dict[str, int]:
        """Returns how many months were read, and of how many something is new."""
        from cierre.alerts.tie_out import tell_what_is_new
        from cierre.closing import tie_out

        with in_language(language_of(NO_COMPANY)):
            try:
                refuse_unknown(TIE_OUT, context, params())
            except UnknownParameters as error:
                raise AirflowFailException(str(error)) from None
            with open_ledger(self.ledger_connection) as ledger:
                compared = tie_out.compare(ledger, _wanted(ledger, context["params"]))
            tell_what_is_new(compared, context["ti"].log_url)
            if compared.left:
                text = "These months could not be read, and are tried again:\n{months}"
                raise AirflowException(say(text, months=listed(_by_tenant(compared.left))))
        return {"months": compared.months, "news": len(compared.news)}


def _wanted(ledger: "psycopg.Connection", given: dict[str, Any]) -> "list[TenantMonth]":
    from cierre.closing.tie_out import due, tenant_months

    if not given.get(FROM):
        if given.get(TO) or given.get(COMPANY):
            text = "Say from which month on: without it, the months that are due are read."
            raise AirflowFailException(say(text))
        return due(ledger, datetime.now(UTC))
    first, last = (date.fromisoformat(f"{month}-01") for month in (given[FROM], given.get(TO) or given[FROM]))
    if not (wanted := tenant_months(first, last, given.get(COMPANY) or "")):
        raise AirflowFailException(say("No cash box of such a company posts into these months; nothing was read."))
    return wanted


def _by_tenant(left: dict[str, list[Sentence]]) -> list[Sentence]:
    return [Sentence("{tenant}, {what}", tenant=tenant, what=what) for tenant, those in left.items() for what in those]
