"""Whom a DAG belongs to, and how to reach them."""

from functools import cache

from cierre.accounting_files.companies import companies
from cierre.accounting_files.findings import MappingError


@cache
def write_to(company: str) -> dict[str, str]:
    """Airflow's link of an owner: a mail to the company's people. None where nobody is named, or the file is wrong:
    it must not keep the days from being closed. Read once a parse."""
    try:
        known = companies().get(company)
    except MappingError:
        return {}
    return {company: f"mailto:{','.join(known.alerts)}"} if known and known.alerts else {}
