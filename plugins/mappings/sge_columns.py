"""The SGE's columns as people reviewed them: which name holds what (``sge_columns.yaml``)."""

from collections import Counter

from pydantic import model_validator

from bookkeeping.validation import Model, Text
from mappings.findings import Finding, MappingError
from mappings.loader import mappings_folder
from mappings.settings import read_settings

FILE = "sge_columns.yaml"


class SgeColumn(Model):
    """A column by its name; ``accumulable`` where the SGE shows its sum, as it does for amounts."""

    name: Text
    accumulable: bool = False


class SgeColumns(Model):
    """The column that holds each thing an issued invoice tells; ``ignored`` are known names that hold none of them."""

    issued_on: SgeColumn
    entity: SgeColumn
    concept: SgeColumn
    base: SgeColumn
    vat_rate: SgeColumn
    total: SgeColumn
    state: SgeColumn
    collected_on: SgeColumn
    collected: SgeColumn
    planned_number: SgeColumn
    ignored: tuple[Text, ...] = ()

    @property
    def by_meaning(self) -> dict[str, SgeColumn]:
        """The columns by what they hold: ``issued_on``, ``entity``, …"""
        return {meaning: getattr(self, meaning) for meaning in type(self).model_fields if meaning != "ignored"}

    @model_validator(mode="after")
    def _each_name_once(self) -> "SgeColumns":
        names = Counter([*(column.name for column in self.by_meaning.values()), *self.ignored])
        if twice := sorted(name for name, times in names.items() if times > 1):
            raise ValueError(f"these columns are named more than once: {', '.join(twice)}")
        return self


def sge_columns() -> SgeColumns:
    """The reviewed columns. Raises MappingError if there is no such file, or with all that is wrong in it."""
    found = read_settings(FILE, SgeColumns)
    if found is None:
        missing = Finding(FILE, 0, "", "there is no such file, and without it no SGE can be read")
        raise MappingError(mappings_folder(), [missing])
    return found
