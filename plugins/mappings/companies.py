"""The companies, and who in each is told when a close needs people: ``companies.yaml``."""

from typing import Annotated

from pydantic import Field, StringConstraints

from bookkeeping.cash_box import Slug
from bookkeeping.validation import Model, Text
from mappings.settings import read_settings

Email = Annotated[str, StringConstraints(pattern=r"^[^@\s,;]+@[^@\s,;]+$")]


class Company(Model):
    """A company's name, the e-mail addresses its alerts go to, and its deadline.

    ``close_within``: hours from when a day may be read until people are told that it is not closed.
    """

    name: Text
    alerts: tuple[Email, ...] = ()
    close_within: Annotated[int, Field(ge=1, le=240)] = 12


class Companies(Model):
    """``companies``: by the id that cash boxes name."""

    companies: dict[Slug, Company]


def companies() -> dict[str, Company]:
    """The companies by id; none without ``companies.yaml``. Raises MappingError with all that is wrong in it."""
    found = read_settings("companies.yaml", Companies)
    return found.companies if found else {}
