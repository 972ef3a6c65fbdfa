"""All checks of the mapping files at once: what `make check-mappings`, the tests and Airflow's own check run."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TypeVar

from cierre.accounting_files.account_mappings import sound_mapping
from cierre.accounting_files.arrival_checks import check_arrivals
from cierre.accounting_files.arrivals import arrivals
from cierre.accounting_files.companies import companies
from cierre.accounting_files.files import YamlFile, read_yaml
from cierre.accounting_files.findings import Finding, MappingError
from cierre.accounting_files.loader import (
    account_mapping_names,
    cash_boxes,
    mappings_folder,
    passed_over,
    sound_boxes,
)
from cierre.accounting_files.periods import Periods
from cierre.accounting_files.reviewed import reviewed
from cierre.accounting_files.served_invoices import check_served_companies, served_companies
from cierre.accounting_files.settings import read_settings
from cierre.accounting_files.statement_formats import FOLDER, statement_formats
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.mapping import AccountMapping
from cierre.bookkeeping.sentence import Sentence
from cierre.bookkeeping.suggestions import did_you_mean
from hooks.registry import ERP_OF_OLD_FILES

T = TypeVar("T")

SoundMappings = Mapping[str, tuple[AccountMapping, YamlFile]]
"""Account mappings by name, each with its file, to find lines by."""


def check_all() -> list[Finding]:
    """Everything that is wrong in the mappings folder, by file and line; empty where all of it is sound.

    Raises MappingError if there is no such folder.
    """
    findings: set[Finding] = set()
    boxes_are_sound = _collect(findings, cash_boxes) is not None
    folders = ("cash_boxes", "accounts", FOLDER)
    not_read = [finding for folder in folders for finding in passed_over(mappings_folder(), folder)]
    # While a box's file is wrong, nobody knows which boxes a mapping has to list.
    boxes = sound_boxes()
    mappings = _sound_mappings({} if findings else boxes, findings)
    for box in boxes.values():
        findings.update(_of_box(box, mappings, _collect(findings, companies) or {}))
    _collect(findings, lambda: read_settings("periods.yaml", Periods))
    _collect(findings, statement_formats)
    sound = {name: mapping for name, (mapping, _) in mappings.items()}
    _collect(findings, partial(check_arrivals, boxes, sound) if boxes_are_sound else arrivals)
    # Likewise, which companies have boxes.
    _collect(findings, partial(check_served_companies, boxes) if boxes_are_sound else served_companies)
    for source in {box.source for box in boxes.values()}:
        _collect(findings, partial(reviewed, source))
    return sorted(findings.union(not_read))


def old_boxes() -> list[Finding]:
    """Where a box's file, as those of before there were several kinds of ERP, does not say which kind its own is: what
    it is read as, and the line to add. Nothing of that is wrong."""
    message = Sentence(
        "is read as {kind}, which these files meant when there was no other ERP; add the line kind: {kind}",
        kind=ERP_OF_OLD_FILES,
    )
    files = (file_of(box) for box in sound_boxes().values())
    old = [file for file in files if "kind" not in file.content["erp"]]
    return [file.finding(("erp",), message) for file in old]


def sound() -> tuple[dict[str, CashBox], SoundMappings]:
    """The boxes and the account mappings that nothing is wrong with, whatever is wrong with others."""
    boxes = sound_boxes()
    return boxes, _sound_mappings(boxes, set())


def _collect(findings: set[Finding], read: Callable[[], T]) -> T | None:
    """What a reading gives; None where it is refused, for the reasons that are added to ``findings``."""
    try:
        return read()
    except MappingError as refused:
        findings.update(refused.findings)
        return None


def _sound_mappings(boxes: Mapping[str, CashBox], findings: set[Finding]) -> SoundMappings:
    folder = mappings_folder()
    found: dict[str, tuple[AccountMapping, YamlFile]] = {}
    for name in account_mapping_names():
        own = [box.id for box in boxes.values() if box.mapping == name]
        path = folder / "accounts" / f"{name}.yaml"
        read = _collect(findings, partial(sound_mapping, path, folder, own))
        if read is not None:
            found[name] = read
    return found


def _of_box(box: CashBox, mappings: SoundMappings, known: Mapping[str, object]) -> Iterator[Finding]:
    """What a box's file says that does not fit the other files."""
    file = file_of(box)
    mapping = mappings.get(box.mapping)
    if mapping and mapping[0].source != box.source:
        message = Sentence(
            "mapping {mapping} is written for {source}, and this box reads {own}",
            mapping=box.mapping,
            source=mapping[0].source,
            own=box.source,
        )
        yield file.finding(("mapping",), message)
    if mapping and (strange := mapping[0].dimensions - box.erp.limits.dimensions):
        message = Sentence(
            "mapping {mapping} books {names}, which {kind} does not have",
            mapping=box.mapping,
            names=", ".join(sorted(strange)),
            kind=box.erp.kind,
        )
        yield file.finding(("mapping",), message)
    if known and box.company not in known:
        message = Sentence(
            "company {company!r} is not in companies.yaml{hint}",
            company=box.company,
            hint=did_you_mean(box.company, known),
        )
        yield file.finding(("company",), message)


def file_of(box: CashBox) -> YamlFile:
    """A box's file, to find its lines by."""
    folder = mappings_folder()
    return read_yaml(folder / "cash_boxes" / f"{box.file}.yaml", folder)
