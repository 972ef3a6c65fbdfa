"""The companies, and who in each is told when a close needs people: ``companies.yaml``."""

from typing import Annotated

from pydantic import StringConstraints

from bookkeeping.cash_box import Slug
from bookkeeping.validation import Model, Text
from mappings.settings import read_settings

Email = Annotated[str, StringConstraints(pattern=r"^[^@\s,;]+@[^@\s,;]+$")]


class Company(Model):
    """A company's name, and the e-mail addresses its alerts go to."""

    name: Text
    alerts: tuple[Email, ...] = ()


class Companies(Model):
    """``companies``: by the id that cash boxes name."""

    companies: dict[Slug, Company]


def companies() -> dict[str, Company]:
    """The companies by id; none without ``companies.yaml``. Raises MappingError with all that is wrong in it."""
    found = read_settings("companies.yaml", Companies)
    return found.companies if found else {}
