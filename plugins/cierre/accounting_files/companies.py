"""The companies, and who in each is told when a close needs people: ``companies.yaml``."""

import re
from collections.abc import Iterable
from datetime import timedelta
from typing import Annotated

from pydantic import Field, ValidationError

from cierre.accounting_files.files import read_yaml
from cierre.accounting_files.findings import MappingError
from cierre.accounting_files.loader import mappings_folder
from cierre.accounting_files.settings import read_settings
from cierre.bookkeeping.cash_box import SLUG, Matching, Slug
from cierre.bookkeeping.evidence import STALE_AFTER
from cierre.bookkeeping.validation import Model, Name, Text
from cierre.language.language import Code

FILE = "companies.yaml"

EMAIL = r"[^@\s,;]+@[^@\s,;]+"
Email = Annotated[str, Matching(EMAIL, "the address of one mailbox, like 'ana@example.com'")]

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

    companies: Annotated[dict[Slug, Company], Field(min_length=1)]


def companies() -> dict[str, Company]:
    """The companies by id; none without ``companies.yaml``. Raises MappingError with all that is wrong in it.

    For checks and forms. Who tells people asks ``companies_as_read``: a typo must not keep anybody from being told.
    """
    found = read_settings(FILE, Companies)
    return found.companies if found else {}


def companies_as_read() -> dict[str, Company]:
    """The companies by id, as far as ``companies.yaml`` can be read.

    What is wrong in a company's entry changes nothing for others; it counts as not said, but for the addresses that are
    sound. dags/check_cash_boxes.py tells people what is wrong.
    """
    try:
        folder = mappings_folder()
    except MappingError:
        return {}
    entries = read_yaml(folder / FILE, folder).content.get("companies")
    named = entries.items() if isinstance(entries, dict) else ()
    # No box can be of a company whose id is none.
    known = [(company, said) for company, said in named if re.fullmatch(SLUG, company) and isinstance(said, dict)]
    return {company: _as_far_as_sound(company, said) for company, said in known}


def company_as_read(company: str) -> Company | None:
    """One of them; None where the file does not name it."""
    return companies_as_read().get(company)


def _as_far_as_sound(company: str, said: dict[str, object]) -> Company:
    given = {"name": company, **said}
    try:
        return Company.model_validate(given)
    except ValidationError as error:
        wrong = {one["loc"][0] for one in error.errors()}
    sound = {field: value for field, value in given.items() if field not in wrong}
    return Company.model_validate({"name": company, "alerts": _addresses(said.get("alerts")), **sound})


def _addresses(said: object) -> list[str]:
    """The addresses in a list, or in one text that was to be a list."""
    texts = said if isinstance(said, list) else [said]
    parts = (part for text in texts if isinstance(text, str) for part in re.split(r"[\s,;]+", text))
    return [part for part in parts if re.fullmatch(EMAIL, part)]


def name_of(company: str) -> str:
    """A company as people call it; its id where nobody says."""
    known = company_as_read(company)
    return known.name if known else company


def language_of(company: str) -> Code:
    """The language in which a company's people are spoken to; Spanish where nobody says, or it cannot be read: what a
    task says must not keep it from its work."""
    known = company_as_read(company)
    return known.language if known else "es"


def close_within(company: str) -> timedelta:
    """How long after a day may be read it should be closed; the default where nobody says or it cannot be read."""
    known = company_as_read(company)
    return timedelta(hours=known.close_within if known else CLOSE_WITHIN)


def ask_again_for(company: str) -> timedelta:
    """How long what is down is asked again at least; the default where nobody says or it cannot be read."""
    known = company_as_read(company)
    return timedelta(hours=known.ask_again_for if known else ASK_AGAIN_FOR)


def stale_after(company: str) -> timedelta:
    """How long a reading of the ERP counts for a company's days; the default where nobody says or it cannot be read."""
    known = company_as_read(company)
    return timedelta(days=known.stale_after if known else STALE_AFTER)


def four_eyes_on_mappings(of: Iterable[str]) -> bool:
    """Whether another person must accept a change that concerns these companies: where one of them says so, nobody
    says, or it cannot be read."""
    known = [company_as_read(company) for company in of]
    return not known or any(one is None or one.four_eyes_on_mappings for one in known)


def tax_id_of(company: str) -> str:
    """A company's number at the tax office; empty where the file says none that can be read: it is checked
    elsewhere."""
    known = company_as_read(company)
    return known.tax_id or "" if known else ""
