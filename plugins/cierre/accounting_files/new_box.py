"""A new cash box as values: what a form may ask for, and the file that they are. Pure."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from cierre.accounting_files.values import Value, as_scalar
from cierre.bookkeeping.cash_box import Slug
from cierre.bookkeeping.sentence import Sentence
from cierre.bookkeeping.validation import Model

NEW_BOX_FIELDS: Mapping[str, Sentence] = MappingProxyType(
    {
        "name": Sentence("Name"),
        "file": Sentence("Name of the file"),
        "company": Sentence("Company"),
        "source": Sentence("Source"),
        "connection": Sentence("Connection of the source"),
        "key": Sentence("Key at the source"),
        "erp_kind": Sentence("ERP"),
        "erp_connection": Sentence("Connection of the ERP"),
        "tenant": Sentence("Tenant in the ERP"),
        "lot": Sentence("Lot"),
        "timezone": Sentence("Time zone"),
        "currency": Sentence("Currency"),
        "closing_hour": Sentence("Closing hour"),
        "start_date": Sentence("First day"),
        "mapping": Sentence("Mapping"),
    }
)
"""The form's fields, in its order."""

TEXT = """\
# yaml-language-server: $schema=../schemas/cash_box.json
# One cash box. The file's name is the box's id, and its DAG is cash_close__{file}.
name: {name}
company: {company}

# Where its documents come from: the source's kind, the Airflow connection, and the box's id there.
source: {source}
connection: {connection}
key: {key}

# Whose books they enter. The tenant goes to the ERP as it stands here; the lot is this box's alone.
erp:
  kind: {erp_kind}
  connection: {erp_connection}
  tenant: {tenant}
  lot: {lot}

# When a day is over: at this hour of the next day, in the box's own time zone.
timezone: {timezone}
currency: {currency}
closing_hour: {closing_hour}
start_date: {start_date}

# accounts/<mapping>.yaml
mapping: {mapping}
"""


class NewBox(Model):
    """A box that has no file yet. Only the file's name is held to more than being a text that can be read: what is
    wrong with the other values, the checks of the file itself say. It names no path, and has no further fields: who is
    asked for approval, and all else that a box's file can say, is written into the file.
    """

    code: Literal["new_box"] = "new_box"
    file: Slug
    name: Value
    company: Value
    source: Value
    connection: Value
    key: Value
    erp_kind: Value
    erp_connection: Value
    tenant: Value
    lot: Value
    timezone: Value
    currency: Value
    closing_hour: Value
    start_date: Value
    mapping: Value

    @property
    def sentence(self) -> Sentence:
        """The new box in words."""
        return Sentence(
            "box {name} ({file}): {source} {key} by {connection}, lot {lot} of {tenant}, booked by {mapping}",
            name=self.name,
            file=self.file,
            source=self.source,
            key=self.key,
            connection=self.connection,
            lot=self.lot,
            tenant=self.tenant.strip(),
            mapping=self.mapping,
        )

    @property
    def text(self) -> str:
        """Its file, laid out as the shipped ones are."""
        values = self.model_dump(exclude={"code", "file"})
        return TEXT.format(file=self.file, **{name: as_scalar(value) for name, value in values.items()})
