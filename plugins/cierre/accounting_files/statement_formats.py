"""How banks' and acquirers' tables are read, from ``statements/*.yaml``: one file for each kind of table."""

from pathlib import Path

from cierre.accounting_files.files import YamlFile, read_model, read_yaml
from cierre.accounting_files.findings import Finding, MappingError
from cierre.accounting_files.loader import mappings_folder
from cierre.bookkeeping.sentence import Sentence
from cierre.bookkeeping.statements.format import AcquirerFormat, BankFormat
from cierre.bookkeeping.suggestions import did_you_mean

FOLDER = "statements"

KINDS: dict[str, type[BankFormat] | type[AcquirerFormat]] = {"bank": BankFormat, "acquirer": AcquirerFormat}


def statement_format_names() -> list[str]:
    """The names of the formats there are files for, sorted; the files are not read."""
    return sorted(path.stem for path in (mappings_folder() / FOLDER).glob("*.yaml"))


def statement_format(name: str) -> BankFormat | AcquirerFormat:
    """One format by its name. Raises MappingError if there is none, or its file is wrong."""
    folder = mappings_folder()
    known = statement_format_names()
    if name not in known:
        message = Sentence(
            "unknown format {name!r}; known are {known}{hint}",
            name=name,
            known=", ".join(known) or Sentence("none"),
            hint=did_you_mean(name, known),
        )
        raise MappingError(folder, [Finding(FOLDER, 0, "", message)])
    read, file = _read(folder / FOLDER / f"{name}.yaml", folder)
    if read is None:
        raise MappingError(folder, file.findings)
    return read


def statement_formats() -> dict[str, BankFormat | AcquirerFormat]:
    """All formats by name. Raises MappingError with all problems."""
    folder = mappings_folder()
    read = {name: _read(folder / FOLDER / f"{name}.yaml", folder) for name in statement_format_names()}
    if findings := [finding for _, file in read.values() for finding in file.findings]:
        raise MappingError(folder, findings)
    return {name: one for name, (one, _) in read.items() if one is not None}


def _read(path: Path, folder: Path) -> tuple[BankFormat | AcquirerFormat | None, YamlFile]:
    file = read_yaml(path, folder)
    kind = file.content.get("kind")
    if not file.findings and (not isinstance(kind, str) or kind not in KINDS):
        message = "{kind!r} is not one of {known}: write kind: bank, or kind: acquirer"
        if "kind" not in file.content:
            message = "kind is missing: write kind: bank, or kind: acquirer"
        file.findings.append(file.finding(("kind",), Sentence(message, kind=kind, known=", ".join(KINDS))))
    if file.findings or not isinstance(kind, str):
        return None, file
    return read_model(path, folder, KINDS[kind], "name")
