"""Account mappings, read from their files and held against the chart of accounts."""

from collections.abc import Collection
from functools import lru_cache
from pathlib import Path

from cierre.accounting_files.charts import read_chart
from cierre.accounting_files.files import YamlFile, read_model
from cierre.accounting_files.findings import Finding, MappingError, first_ones
from cierre.accounting_files.loader import account_mapping_names, cash_box_ids, mappings_folder, may_be_called
from cierre.bookkeeping.checks import check
from cierre.bookkeeping.mapping import AccountMapping
from cierre.bookkeeping.sentence import Sentence
from cierre.bookkeeping.suggestions import did_you_mean
from cierre.bookkeeping.vocabulary import BOX
from hooks import registry


def account_mapping(name: str) -> AccountMapping:
    """The account mapping ``accounts/<name>.yaml``, sound and held against the chart.

    Raises MappingError with everything that is wrong in it and in the chart's files.
    """
    folder, known = mappings_folder(), account_mapping_names()
    if name not in known:
        message = Sentence(
            "unknown mapping {name!r}; known are {known}{hint}",
            name=name,
            known=", ".join(known) or Sentence("none"),
            hint=did_you_mean(name, known),
        )
        raise MappingError(folder, [Finding("accounts", 0, "", message)])
    return sound_mapping(folder / "accounts" / f"{name}.yaml", folder)[0]


def form_names(mapping: str) -> dict[str, str]:
    """What accountants call their forms of payment, by id; none where the mapping is wrong. Read again only where its
    file changed."""
    try:
        return dict(_form_names(mapping, (mappings_folder() / "accounts" / f"{mapping}.yaml").stat().st_mtime_ns))
    except (MappingError, OSError):
        return {}


@lru_cache(maxsize=100)
def _form_names(mapping: str, changed: int) -> dict[str, str]:
    return dict(account_mapping(mapping).form_names)


def draft_mapping(path: Path) -> AccountMapping:
    """An account mapping from a file outside the mappings folder, by the file's name, held against the chart in use.

    Raises MappingError with everything that is wrong in it and in the chart's files.
    """
    if not path.is_file():
        raise MappingError(path.parent, [Finding(path.name, 0, "", Sentence("there is no such file"))])
    return sound_mapping(path, path.parent)[0]


def sound_mapping(
    path: Path, folder: Path, boxes: Collection[str] = (), wrong_files: Collection[str] = ()
) -> tuple[AccountMapping, YamlFile]:
    """The account mapping in a file, and the file, to find its lines by; checked also against the ``boxes`` it books,
    where they are given, and else against the names of the files of all boxes, which are not read. ``wrong_files`` are
    the stems of those whose boxes are not known. Raises MappingError."""
    chart, findings = read_chart(mappings_folder())
    limits = registry.limits_of_any()
    mapping, file = read_model(path, folder, AccountMapping, "name")
    if mapping is not None and not findings:
        names = may_be_called(wrong_files if boxes else cash_box_ids(), _boxes_in_conditions(mapping))
        found = check(mapping, chart, limits, boxes, names)
        findings = list(first_ones((file.finding(place, message) for place, message in found), len(found)))
    if mapping is None or file.findings or findings:
        raise MappingError(folder, [*file.findings, *findings])
    return mapping, file


def _boxes_in_conditions(mapping: AccountMapping) -> set[str]:
    rules = (rule for postings in mapping.postings.values() for posting in postings for rule in posting.rules)
    return {box for rule in rules for box in rule.when.get(BOX, ())}
