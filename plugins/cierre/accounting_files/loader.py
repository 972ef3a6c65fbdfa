"""Cash boxes, read from the mappings folder and checked; and what lies there unread."""

import logging
import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

from cierre.accounting_files.files import YamlFile, read_model, read_yaml
from cierre.accounting_files.findings import Finding, MappingError
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.sentence import Sentence
from cierre.bookkeeping.suggestions import did_you_mean
from cierre.ports.source import InvoiceSourceDescription
from hooks import registry

log = logging.getLogger(__name__)

ENVIRONMENT = "CIERRE_MAPPINGS_DIR"

_instead: ContextVar[Path | None] = ContextVar("_instead", default=None)


@contextmanager
def reading_from(folder: Path) -> Iterator[None]:
    """Whatever this thread reads in the block comes from another mappings folder: a draft of the one in use."""
    token = _instead.set(folder)
    try:
        yield
    finally:
        _instead.reset(token)


def mappings_folder() -> Path:
    """The folder that holds cash_boxes/, accounts/ and charts/.

    ``$CIERRE_MAPPINGS_DIR``, else the project's include/mappings: beside this package's own project, or below
    ``$AIRFLOW_HOME`` where the package is installed elsewhere. Raises MappingError if there is none.
    """
    if draft := _instead.get():
        return draft
    if chosen := os.environ.get(ENVIRONMENT):
        return _existing(
            Path(chosen), Sentence("the folder that {environment} names does not exist", environment=ENVIRONMENT)
        )
    beside = Path(__file__).resolve().parents[3] / "include" / "mappings"
    if beside.is_dir() or "AIRFLOW_HOME" not in os.environ:
        return _existing(
            beside, Sentence("there is no such folder, and {environment} names no other", environment=ENVIRONMENT)
        )
    below = Path(os.environ["AIRFLOW_HOME"]) / "include" / "mappings"
    return _existing(
        below,
        Sentence(
            "there is no such folder, nor {beside}, and {environment} names no other",
            beside=beside,
            environment=ENVIRONMENT,
        ),
    )


def cash_box_ids() -> list[str]:
    """The stems of the files that there are of cash boxes, sorted; the files are not read.

    Raises MappingError if the mappings folder is missing.
    """
    return sorted(path.stem for path in (mappings_folder() / "cash_boxes").glob("*.yaml"))


def cash_box(name: str) -> CashBox:
    """One cash box, by the stem of its file, else by the name that another file says it had formerly.

    Raises MappingError if there is none by that name, or its file is wrong.
    """
    folder = mappings_folder()
    path = folder / "cash_boxes" / f"{name}.yaml"
    if not path.is_file() or path.stem != name:
        if successors := _successors(folder, name):
            return cash_box(successors[0])
        known = (
            cash_box_ids()
        )  # only here: to list a thousand boxes for each of a thousand takes longer than to read them
        message = Sentence(
            "unknown box {name!r}; known are {known}{hint}",
            name=name,
            known=", ".join(known) or Sentence("none"),
            hint=did_you_mean(name, known),
        )
        unknown = Finding("cash_boxes", 0, "", message)
        raise MappingError(folder, [unknown, *_misnamed(folder, "cash_boxes")])
    box, file = _read(path, folder)
    if box is None:
        raise MappingError(folder, file.findings)
    return box


def _read(path: Path, folder: Path) -> tuple[CashBox | None, YamlFile]:
    """The cash box in a file; None where the file's findings say why not. Never raises, whatever the file says: one
    file must not stop the boxes of all others."""
    try:
        return _checked(path, folder)
    except Exception as error:
        log.exception("cash_boxes/%s could not be checked", path.name)
        message = Sentence(
            "could not be checked, by a mistake of Cierre ({error}): report it with this file",
            error=type(error).__name__,
        )
        name = path.relative_to(folder).as_posix()
        return None, YamlFile(name, findings=[Finding(name, 0, "", message)])


def _checked(path: Path, folder: Path) -> tuple[CashBox | None, YamlFile]:
    box, file = read_box(path, folder)
    if box is not None and box.formerly is not None:
        file.findings += _of_former_name(box, box.formerly, file, folder)
    return (None if file.findings else box), file


def read_box(path: Path, folder: Path) -> tuple[CashBox | None, YamlFile]:
    """The cash box in a file below ``folder``, by that file alone; None where the file's findings say why not."""
    box, file = read_model(path, folder, registry.box_model(), "id")
    if box is not None and (wrong := registry.SOURCES[box.source].key_format.objection(box.key)):
        file.findings.append(file.finding(("key",), wrong))
    if "file" in file.content:
        file.findings.append(file.finding(("file",), Sentence("is the file's own name; leave this line out")))
    if box is not None and box.written_off and not isinstance(registry.SOURCES[box.source], InvoiceSourceDescription):
        message = Sentence(
            "is for boxes of sources whose open invoices are asked for, which {source} is not", source=box.source
        )
        file.findings.append(file.finding(("written_off",), message))
    return (None if file.findings else box), file


def _of_former_name(box: CashBox, former: str, file: YamlFile, folder: Path) -> Iterator[Finding]:
    """Why a file cannot go on with the books of another."""
    if former == box.file:
        yield file.finding(("formerly",), Sentence("is the file's own name; leave this line out"))
    elif (folder / "cash_boxes" / f"{former}.yaml").is_file():
        message = Sentence(
            "box {former} still has a file of its own; delete that one, or leave this line out", former=former
        )
        yield file.finding(("formerly",), message)
    elif others := [name for name in _successors(folder, former) if name != box.file]:
        message = Sentence(
            "{boxes} goes on with the books of {former} too; leave this line in one file only",
            boxes=", ".join(others),
            former=former,
        )
        yield file.finding(("formerly",), message)


def _successors(folder: Path, former: str) -> list[str]:
    """The stems of the files that say they go on with the books of a former name, sorted."""
    paths = sorted(path for path in (folder / "cash_boxes").glob("*.yaml") if path.is_file())
    named = (path for path in paths if former.encode() in _bytes_of(path))  # most need no parsing
    return [path.stem for path in named if read_yaml(path, folder).content.get("formerly") == former]


def _bytes_of(path: Path) -> bytes:
    """What a file holds; nothing of one that cannot be read, which its own box is told."""
    try:
        return path.read_bytes()
    except OSError:
        return b""


def may_be_called(files: Collection[str], names: Iterable[str]) -> set[str]:
    """What the boxes of these files (their stems) may be called: as their files, and those of the ``names`` that a file
    writes as its box's former one. The files are not read as YAML, which may be wrong in them."""
    folder = mappings_folder() / "cash_boxes"
    other_names = set(names) - set(files)
    texts = [_bytes_of(folder / f"{file}.yaml") for file in files] if other_names else []
    former = {name for name in other_names if any(_says_formerly(text, name) for text in texts)}
    return {*files, *former}


def _says_formerly(text: bytes, name: str) -> bool:
    return re.search(rb"^formerly:.*\b" + re.escape(name).encode() + rb"\b", text, re.MULTILINE) is not None


def _read_all(folder: Path) -> list[tuple[CashBox | None, YamlFile]]:
    return [_read(path, folder) for path in sorted((folder / "cash_boxes").glob("*.yaml"))]


@dataclass(frozen=True, slots=True)
class BoxFiles:
    """The files of cash boxes, each read for itself: the ``sound`` boxes by their ids in the ledger, the ``wrong``
    files, and ``findings``, all that is wrong in those or not read for its name."""

    sound: dict[str, CashBox]
    wrong: list[YamlFile]
    findings: list[Finding]


def read_box_files() -> BoxFiles:
    """All files of cash boxes. Raises MappingError if the mappings folder is missing."""
    folder = mappings_folder()
    read = _read_all(folder)
    wrong = [file for box, file in read if box is None]
    findings = [finding for file in wrong for finding in file.findings]
    sound = {box.id: box for box, _ in read if box is not None}
    return BoxFiles(sound, wrong, [*findings, *_misnamed(folder, "cash_boxes")])


def sound_boxes() -> dict[str, CashBox]:
    """The boxes whose own files are sound, by their ids in the ledger: jobs over all boxes go by them, so that a wrong
    file stops only its box. Raises MappingError if the mappings folder is missing."""
    return read_box_files().sound


def cash_boxes() -> dict[str, CashBox]:
    """Every cash box by its id in the ledger, checked one by one and against each other. Raises MappingError with all
    problems of all boxes: for checks, and for people's commands."""
    folder = mappings_folder()
    read = _read_all(folder)
    findings = [finding for _, file in read for finding in file.findings]
    sound = [(box, file) for box, file in read if box is not None]
    findings += _misnamed(folder, "cash_boxes") + _misnamed(folder, "accounts")
    findings += _shared(
        sound, ("erp", "lot"), Sentence("tenant and lot"), lambda box: (box.erp.tenant.strip(), box.erp.lot)
    )
    findings += _shared(
        sound, ("key",), Sentence("connection and key"), lambda box: (box.source, box.connection, *_parts(box.key))
    )
    mappings = account_mapping_names()
    for box, file in sound:
        if box.mapping not in mappings:
            message = Sentence(
                "there is no file accounts/{mapping}.yaml{hint}",
                mapping=box.mapping,
                hint=did_you_mean(box.mapping, mappings),
            )
            findings.append(file.finding(("mapping",), message))
    if not read:
        findings.append(Finding("cash_boxes", 0, "", Sentence("there is no cash box: add a file <box>.yaml")))
    if findings:
        raise MappingError(folder, findings)
    return {box.id: box for box, _ in sound}


def account_mapping_names() -> list[str]:
    """The names of the account mappings there are files for, sorted; the files are not read."""
    return sorted(path.stem for path in (mappings_folder() / "accounts").glob("*.yaml"))


def _shared(
    boxes: list[tuple[CashBox, YamlFile]], loc: tuple[str, ...], what: str, value: Callable[[CashBox], tuple[str, ...]]
) -> list[Finding]:
    """A finding for each box that has what a box before it has."""
    first: dict[tuple[str, ...], str] = {}
    owners = [(first.setdefault(value(box), box.file), box, file) for box, file in boxes]
    return [
        file.finding(loc, Sentence("box {owner} has the same {what}; each box needs its own", owner=owner, what=what))
        for owner, box, file in owners
        if owner != box.file
    ]


def _parts(key: str) -> list[str]:
    """What a key lists, in whatever order and with whatever blanks it does."""
    return sorted({part.strip() for part in key.split(",")})


def passed_over(folder: Path, below: str) -> list[Finding]:
    """Whatever lies in a folder of YAML files and is not read, except what tells people something (README.md) and what
    programs hide (.DS_Store): a box that nobody misses is a till that nobody closes."""
    lying = [path for path in sorted((folder / below).glob("*")) if not _is_read(path) and not _meant_for_people(path)]
    return [Finding(f"{below}/{path.name}", 0, "", _not_read(path)) for path in lying]


def _misnamed(folder: Path, below: str) -> list[Finding]:
    """Those of them that can only be meant to be read: ``x.yml``, ``x.YAML``."""
    return [
        Finding(f"{below}/{path.name}", 0, "", _not_read(path))
        for path in sorted((folder / below).glob("*"))
        if not _is_read(path) and not _meant_for_people(path) and _is_yaml(path) and not _is_there(_meant_as(path))
    ]


def _is_read(path: Path) -> bool:
    return path.name.endswith(".yaml") and path.is_file()


def _is_yaml(path: Path) -> bool:
    return path.suffix.lower() in (".yaml", ".yml") and path.is_file()


def _meant_for_people(path: Path) -> bool:
    return path.name.startswith((".", "README")) or path.suffix.lower() == ".md"


def _meant_as(path: Path) -> Path | None:
    """The file that ``x.YAML``, ``x.yaml.txt`` or ``x.yaml.bak`` was meant as or made of; None for any other."""
    found = re.fullmatch(r"(.+?)\.ya?ml.*", path.name, re.IGNORECASE | re.DOTALL)
    return path.with_name(f"{found[1]}.yaml") if found else None


def _is_there(path: Path | None) -> bool:
    return path is not None and path.exists()


def _not_read(path: Path) -> str:
    meant = _meant_as(path)
    if path.is_dir():
        return Sentence("is a folder, and what lies in it is not read: move it out of here")
    if meant and _is_there(meant):
        return Sentence("is not read, {name} beside it is: move it out of here", name=meant.name)
    if meant and _is_yaml(path):
        return Sentence("rename it to {name}: only .yaml files are read", name=meant.name)
    name = meant.name if meant else Sentence("a name that ends in .yaml")
    return Sentence("is not read, since only .yaml files are: rename it to {name}, or move it out of here", name=name)


def _existing(folder: Path, otherwise: str) -> Path:
    if not folder.is_dir():
        raise MappingError(folder, [Finding("", 0, "", otherwise)])
    return folder
