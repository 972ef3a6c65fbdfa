"""Changes of companies, their periods, and what a box's file says of approvals, as values that a form may ask for.
Pure."""

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Annotated, Literal, get_args

from pydantic import Field

from cierre.accounting_files.values import Value
from cierre.bookkeeping.cash_box import Slug
from cierre.bookkeeping.sentence import Sentence, listing
from cierre.bookkeeping.validation import FIRST_DAY, LAST_DAY, IsoDate, Model

Texts = Annotated[tuple[Value, ...], Field(min_length=1, max_length=20)]

To = Value | Texts | None
"""What a setting becomes: a text, several, or None where its line is to be left out, so that the default holds."""

CompanyField = Literal[
    "name", "tax_id", "alerts", "language", "close_within", "ask_again_for", "stale_after", "four_eyes_on_mappings"
]

ApprovalField = Literal[
    "by", "amount_over", "second_over", "corrections", "first_day", "discrepancy_up_to", "two_forms", "unusual_vat",
    "closed_period", "not_by_runner",
]  # fmt: skip

BoxField = Literal["name", "closing_hour", "locks_on_day", ApprovalField]

COMPANY_FIELDS: Mapping[str, Sentence] = MappingProxyType(
    {
        "name": Sentence("Name"),
        "tax_id": Sentence("Number at the tax office"),
        "alerts": Sentence("Mails go to"),
        "language": Sentence("Language"),
        "close_within": Sentence("Hours until people are told that a day is not closed"),
        "ask_again_for": Sentence("Hours for which what is down is asked again at least"),
        "stale_after": Sentence("Days after which what was read back is stale"),
        "four_eyes_on_mappings": Sentence("A second person accepts changes"),
    }
)
"""What can be changed of a company, in the form's order."""

BOX_FIELDS: Mapping[str, Sentence] = MappingProxyType(
    {
        "name": Sentence("Name"),
        "closing_hour": Sentence("Closing hour"),
        "locks_on_day": Sentence("Day of the next month on which the ERP closes a month"),
        "by": Sentence("Who may approve"),
        "amount_over": Sentence("Ask where the day comes to more than"),
        "second_over": Sentence("Ask a second person where it comes to more than"),
        "corrections": Sentence("Ask where a posted day changed"),
        "first_day": Sentence("Ask on the first day of the box"),
        "discrepancy_up_to": Sentence("Ask about differences up to"),
        "two_forms": Sentence("Ask about a payment under two forms, or in two sessions"),
        "unusual_vat": Sentence("Ask about a VAT that is not understood"),
        "closed_period": Sentence("Ask where the month is closed already"),
        "not_by_runner": Sentence("Who ran the close may not approve it"),
    }
)
"""What can be changed of a box, in the form's order."""

LISTS = frozenset({"alerts", "by"})
"""Settings of which there may be several values."""

YES_OR_NO = frozenset(
    {"four_eyes_on_mappings", "corrections", "first_day", "two_forms", "unusual_vat", "closed_period", "not_by_runner"}
)
"""Settings that are ``true`` or ``false``."""

ASKED_OF_TWO = frozenset(get_args(ApprovalField)) | {"four_eyes_on_mappings"}
"""Settings that say which people must agree: to change them takes two people, whatever the company's file says."""

_YES, _NO = Sentence("yes"), Sentence("no")


class CompanySetting(Model):
    """A setting of a company in ``companies.yaml``."""

    code: Literal["company_setting"] = "company_setting"
    company: Slug
    field: CompanyField
    to: To = None

    @property
    def path(self) -> tuple[str, ...]:
        """Where the setting stands in the file."""
        return ("companies", self.company)

    @property
    def sentence(self) -> Sentence:
        """The change in words."""
        return _sentence(self.company, COMPANY_FIELDS[self.field], self.to)


class BoxSetting(Model):
    """A setting of a box in its file: its name, its hours, and when and whom its approvals ask."""

    code: Literal["box_setting"] = "box_setting"
    box: Slug
    field: BoxField
    to: To = None

    @property
    def path(self) -> tuple[str, ...]:
        """Where the setting stands in the file."""
        if self.field in ASKED_OF_TWO:
            return ("approvals",)
        return ("erp",) if self.field == "locks_on_day" else ()

    @property
    def sentence(self) -> Sentence:
        """The change in words."""
        return _sentence(self.box, BOX_FIELDS[self.field], self.to)


class OpenFrom(Model):
    """The first date on which a tenant's books take entries: later, where a month is closed; earlier, where one is
    opened again."""

    code: Literal["open_from"] = "open_from"
    tenant: Value
    day: IsoDate

    @property
    def sentence(self) -> Sentence:
        """The change in words."""
        return Sentence("{tenant}: books are open from {day} on", tenant=self.tenant.strip(), day=self.day)

    @property
    def objection(self) -> Sentence | None:
        """Why the date is not taken; None where it is. Proposals on record may have any date."""
        if FIRST_DAY <= self.day <= LAST_DAY:
            return None
        return Sentence("{day} is no day from {first} to {last}", day=self.day, first=FIRST_DAY, last=LAST_DAY)


class NewCompany(Model):
    """A company that ``companies.yaml`` does not have yet."""

    code: Literal["new_company"] = "new_company"
    company: Slug
    name: Value
    language: Value = "es"
    tax_id: Value | None = None
    alerts: Texts | None = None

    @property
    def entry(self) -> dict[str, str | list[str]]:
        """Its lines in the file; what is as it is by default has none."""
        said: dict[str, str | list[str]] = {"name": self.name}
        if self.tax_id:
            said["tax_id"] = self.tax_id
        if self.language != "es":
            said["language"] = self.language
        if self.alerts:
            said["alerts"] = list(self.alerts)
        return said

    @property
    def sentence(self) -> Sentence:
        """The new company in words."""
        return Sentence("company {name} ({company})", name=self.name, company=self.company)


Setting = CompanySetting | BoxSetting


def takes_two_people(changes: Sequence[object]) -> bool:
    """Whether changes are of what says which people must agree."""
    return any(isinstance(change, CompanySetting | BoxSetting) and change.field in ASKED_OF_TWO for change in changes)


def makes_sole_approver(changes: Sequence[object], who: str, known: Collection[str] | None = None) -> bool:
    """Whether changes would leave a person as the only one who may approve, of those who are ``known``; where that is
    None, every name counts. A name in capitals is the same name."""
    person = who.casefold()
    for change in changes:
        if isinstance(change, BoxSetting) and change.field == "by" and isinstance(change.to, tuple):
            named = _people(change.to)
            others = named - {person} if known is None else (named & _people(known)) - {person}
            if person in named and not others:
                return True
    return False


def is_sole_approver(who: str, approvers: Collection[str]) -> bool:
    """Whether a person is the only one of those who may approve."""
    return _people(approvers) == {who.casefold()}


def _people(names: Collection[str]) -> set[str]:
    return {name.casefold() for name in names}


def shown(to: To) -> object:
    """A setting's value as people read it."""
    if isinstance(to, tuple):
        return listing(to)
    return {"true": _YES, "false": _NO}.get(to or "", to)


def _sentence(of: str, label: Sentence, to: To) -> Sentence:
    if to is None:
        return Sentence("{name}: {field}: as for all", name=of, field=label)
    return Sentence("{name}: {field}: {value}", name=of, field=label, value=shown(to))
