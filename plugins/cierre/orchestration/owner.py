"""Whom a DAG belongs to, and how to reach them."""

from functools import cache

from cierre.accounting_files.companies import company_as_read


@cache
def write_to(company: str) -> dict[str, str]:
    """Airflow's link of an owner: a mail to the company's people. None where nobody is named. Read once a parse."""
    known = company_as_read(company)
    return {company: f"mailto:{','.join(known.alerts)}"} if known and known.alerts else {}
