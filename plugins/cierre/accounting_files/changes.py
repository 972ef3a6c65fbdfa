"""Changes to accountants' files as values: what a form may ask for, and nothing else. Pure.

A change is a code and short texts. It names no file, path or tag, and cannot: each kind has the fields of its place in
the file's schema, and unknown ones are refused. Here are those of an account mapping.
"""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from cierre.accounting_files.new_box import NewBox
from cierre.accounting_files.setting_changes import BoxSetting, CompanySetting, NewCompany, OpenFrom
from cierre.accounting_files.values import Value
from cierre.bookkeeping.documents import Kind
from cierre.bookkeeping.rules import FromTable
from cierre.bookkeeping.sentence import Sentence, listing
from cierre.bookkeeping.treatment import Treatment
from cierre.bookkeeping.validation import IsoDate, Model

MOST = 10
"""Changes of one proposal."""


Target = Value | FromTable
"""A code, or the table that has it."""


class FormName(Model):
    """What people call a form of payment."""

    code: Literal["form_name"] = "form_name"
    form: Value
    name: Value

    @property
    def sentence(self) -> Sentence:
        """The change in words."""
        return Sentence("form of payment {form} is called {name}", form=self.form, name=self.name)


class TableValue(Model):
    """The code that a table has for a value; it takes the place of the one that is there."""

    code: Literal["table_value"] = "table_value"
    table: Value
    value: Value
    to: Value

    @property
    def sentence(self) -> Sentence:
        """The change in words."""
        return Sentence("table {table} has {to} for {value}", table=self.table, to=self.to, value=self.value)


class DocumentType(Model):
    """What money for a kind of document is; from ``valid_from`` on, where that is given."""

    code: Literal["document_type"] = "document_type"
    value: Value
    treatment: Treatment
    valid_from: IsoDate | None = None

    @property
    def sentence(self) -> Sentence:
        """The change in words."""
        said = Sentence(
            "kind of document {value} is {treatment}",
            value=self.value,
            treatment=Sentence(self.treatment.replace("_", " ")),
        )
        return _from(said, self.valid_from)


class NewRule(Model):
    """A further rule of a posting, which is named by its kind of document, side and amount."""

    code: Literal["rule"] = "rule"
    kind: Kind
    side: Literal["debit", "credit"]
    amount: Value
    when: Annotated[dict[Value, Value], Field(max_length=10)] = Field(default_factory=dict)
    account: Target
    cost_centre: Target | None = None
    valid_from: IsoDate | None = None

    @property
    def sentence(self) -> Sentence:
        """The change in words."""
        conditions = [Sentence("{name} {value}", name=name, value=value) for name, value in sorted(self.when.items())]
        posting, account = self._posting, _code(self.account)
        if not conditions:
            said = Sentence("{posting} goes to {account}", posting=posting, account=account)
        else:
            said = Sentence(
                "{posting} with {conditions} goes to {account}",
                posting=posting,
                conditions=listing(conditions),
                account=account,
            )
        return _from(said, self.valid_from)

    @property
    def _posting(self) -> Sentence:
        kind, amount = (Sentence(word.replace("_", " ")) for word in (self.kind.value, self.amount))
        return Sentence("{kind}: {side} {amount}", kind=kind, side=Sentence(self.side), amount=amount)


class VatRate(Model):
    """A rate of VAT in percent, from a day on."""

    code: Literal["vat_rate"] = "vat_rate"
    rate: Annotated[str, Field(pattern=r"^[0-9]{1,2}(\.[0-9]{1,4})?$")]
    valid_from: IsoDate

    @property
    def sentence(self) -> Sentence:
        """The change in words."""
        return _from(Sentence("VAT is {rate} %", rate=self.rate), self.valid_from)


MappingChange = FormName | TableValue | DocumentType | NewRule | VatRate
"""One change of a mapping's file."""

Change = Annotated[
    MappingChange | CompanySetting | NewCompany | OpenFrom | BoxSetting | NewBox, Field(discriminator="code")
]
"""One change of a file."""

Changes = Annotated[tuple[Change, ...], Field(min_length=1, max_length=MOST)]
"""What one answer changes, in this order."""

_CHANGES: TypeAdapter[tuple[Change, ...]] = TypeAdapter(Changes)


def changes_from(kept: object) -> tuple[Change, ...]:
    """Changes out of JSON, as the ledger keeps them. Raises pydantic's ValidationError for anything else."""
    return _CHANGES.validate_python(kept)


def as_kept(changes: Sequence[Change]) -> list[dict[str, object]]:
    """Changes as JSON, for the ledger."""
    return [change.model_dump(mode="json", exclude_none=True) for change in changes]


def _from(said: Sentence, day: object) -> Sentence:
    return said if day is None else Sentence("{change}, from {day} on", change=said, day=day)


def _code(target: str | FromTable) -> str:
    return target if isinstance(target, str) else target.table
