"""The companies, and who in each is told when a close needs people: ``companies.yaml``."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Annotated

from pydantic import Field

from cierre.accounting_files.findings import MappingError
from cierre.accounting_files.settings import read_settings
from cierre.bookkeeping.cash_box import Matching, Slug
from cierre.bookkeeping.evidence import STALE_AFTER
from cierre.bookkeeping.validation import Model, Name, Text
from cierre.language.language import Code

Email = Annotated[str, Matching(r"[^@\s,;]+@[^@\s,;]+", "the address of one mailbox, like 'ana@example.com'")]


CLOSE_WITHIN = 12
ASK_AGAIN_FOR = 12
"""Hours, where a company's entry says nothing else."""


class Company(Model):
    """A company's name, the e-mail addresses its alerts go to, its language, and its deadline.

    ``tax_id``: its number at the tax office (RUC, RUT, NIF): it stands on the month's files, and a source that tells
    whose login it is must tell the same.
    ``language``: of its boxes' logs and its alerts, Spanish (``es``) or English (``en``). ``close_within``: hours from
    when a day may be read until people are told that it is not closed; until then a source or an ERP that is down is
    asked again. ``ask_again_for``: hours that it is asked again at least, where a run begins late or is of an old day.
    ``four_eyes_on_mappings``: whether a change of a mapping that somebody proposes on the board takes another person to
    accept it.
    ``stale_after``: days after which what was read back from the ERP counts as stale, unless it was read again.
    """

    name: Name
    alerts: tuple[Email, ...] = ()
    language: Code = "es"
    tax_id: Text | None = None
    close_within: Annotated[int, Field(ge=1, le=240)] = CLOSE_WITHIN
    ask_again_for: Annotated[float, Field(gt=0, le=240)] = ASK_AGAIN_FOR
    stale_after: Annotated[int, Field(ge=1, le=366)] = STALE_AFTER
    four_eyes_on_mappings: bool = True


class Companies(Model):
    """``companies``: by the id that cash boxes name."""

    companies: dict[Slug, Company]


def companies() -> dict[str, Company]:
    """The companies by id; none without ``companies.yaml``. Raises MappingError with all that is wrong in it."""
    found = read_settings("companies.yaml", Companies)
    return found.companies if found else {}


def language_of(company: str) -> Code:
    """The language in which a company's people are spoken to; Spanish where nobody says, or the file is wrong: what a
    task says must not keep it from its work."""
    known = _known(company)
    return known.language if known else "es"


def close_within(company: str) -> timedelta:
    """How long after a day may be read it should be closed; the default where nobody says or the file is wrong."""
    known = _known(company)
    return timedelta(hours=known.close_within if known else CLOSE_WITHIN)


def ask_again_for(company: str) -> timedelta:
    """How long what is down is asked again at least; the default where nobody says or the file is wrong."""
    known = _known(company)
    return timedelta(hours=known.ask_again_for if known else ASK_AGAIN_FOR)


def stale_after(company: str) -> timedelta:
    """How long a reading of the ERP counts for a company's days; the default where nobody says or the file is wrong."""
    known = _known(company)
    return timedelta(days=known.stale_after if known else STALE_AFTER)


def four_eyes_on_mappings(of: Iterable[str]) -> bool:
    """Whether another person must accept a change that concerns these companies: where one of them says so, nobody
    says, or the file is wrong."""
    known = [_known(company) for company in of]
    return not known or any(one is None or one.four_eyes_on_mappings for one in known)


def tax_id_of(company: str) -> str:
    """A company's number at the tax office; empty where the file says none, or is wrong: it is checked elsewhere."""
    known = _known(company)
    return known.tax_id or "" if known else ""


def _known(company: str) -> Company | None:
    try:
        return companies().get(company)
    except MappingError:
        return None
