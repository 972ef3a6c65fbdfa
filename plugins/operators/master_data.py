"""The ERP as it is: its master data are read at night, and what differs from the files is told once."""

from datetime import UTC, datetime
from typing import Any

from airflow.sdk import BaseOperator

from cierre.accounting_files.companies import language_of
from cierre.closing.names import NO_COMPANY
from cierre.language.say import in_language, say
from cierre.ledger.connection import open_ledger


class MasterDataOperator(BaseOperator):
    """Reads the master data of every tenant whose ERP tells them (cierre.closing.master_data), and tells its companies
    what was not known before."""

    template_fields = ()

    def __init__(self, *, ledger_connection: str = "ledger_db", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.ledger_connection = ledger_connection

    def execute(self, context: Any) -> dict[str, int]:
        """Returns how many tenants were read, and how much was found that is new."""
        from cierre.alerts.master_data import tell_left, tell_news
        from cierre.closing.master_data import read_all

        with in_language(language_of(NO_COMPANY)), open_ledger(self.ledger_connection) as ledger:
            read = read_all(ledger, datetime.now(UTC))
            text = "Tenants read: {n}. Found that was not known: {found}."
            self.log.info(say(text, n=read.tenants, found=read.found))
            tell_news(ledger, context["ti"].log_url)
            tell_left(read.left, context["ti"].log_url)
        return {"tenants": read.tenants, "found": read.found}
