"""The month's tie-out: what the ERP holds of tenants' months, beside what was posted into them."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator, Param
from airflow.sdk.exceptions import AirflowException, AirflowFailException

from cierre.accounting_files.companies import language_of
from cierre.closing.names import NO_COMPANY, TIE_OUT
from cierre.language.say import in_language, listed, say
from cierre.ledger.connection import open_ledger
from operators.parameters import asked, day_of

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

    def __init__(self, *, ledger_connection: str = "ledger_db", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.ledger_connection = ledger_connection

    def execute(self, context: Any) -> dict[str, int]:
        """Returns how many months were read, and how many messages were told."""
        from cierre.alerts.tie_out import tell_news
        from cierre.closing.tie_out import compare, due

        with in_language(language_of(NO_COMPANY)):
            given = asked(TIE_OUT, context, params())
            with open_ledger(self.ledger_connection) as ledger:
                compared = compare(ledger, _months_of(ledger, given) if given else due(ledger, datetime.now(UTC)))
                told = tell_news(ledger, context["ti"].log_url)
            if compared.left:
                text = "These months could not be read, and are tried again:\n{months}"
                raise AirflowException(say(text, months=listed(compared.left_months)))
        return {"months": compared.months, "told": told}


def _months_of(ledger: "psycopg.Connection", given: dict[str, Any]) -> "list[TenantMonth]":
    from cierre.closing.refusal import NothingToRead
    from cierre.closing.tie_out import months_of

    first, last = (day_of(given, name) for name in (FROM, TO))
    try:
        return months_of(ledger, first, last, given.get(COMPANY))
    except NothingToRead as error:
        raise AirflowFailException(str(error)) from None
