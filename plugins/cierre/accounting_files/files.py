"""Reads YAML files so that every value keeps its line, and every message can name it.

All scalars are read as text, just as they were typed: YAML's own guesses would turn account ``1.10`` into 1.1,
lot ``008964`` into a number and closing hour ``06:00`` into 360. The models decide what is a date or a number.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from cierre.accounting_files.findings import Finding, first_ones
from cierre.accounting_files.plain_yaml import Loc, NotTaken, Plain
from cierre.bookkeeping.sentence import Sentence
from cierre.bookkeeping.suggestions import did_you_mean

_Model = TypeVar("_Model", bound=BaseModel)

MOST_BYTES = 1_000_000
"""Of one YAML file; the longest mapping of the project has 8,000."""


@dataclass
class YamlFile:
    """A file's content as dicts, lists and text; the line of each value, none where the file could not be read; names
    of its top level that nothing follows, and so are not in the content; and what was wrong in reading it."""

    name: str
    content: dict[str, Any] = field(default_factory=dict)
    lines: dict[Loc, int] = field(default_factory=dict)
    unfilled: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def finding(self, loc: Loc, message: str) -> Finding:
        """A finding at the value that ``loc`` leads to, or at the nearest above it that stands in the file.

        Pydantic puts names of its own into a path (which branch of a union it took): they are left out.
        """
        known = self._known(loc)
        return Finding(self.name, self.lines.get(known, 1), _written(known), message)

    def explain(self, error: ValidationError, model: type[BaseModel]) -> Iterator[Finding]:
        """Pydantic's errors as findings, in words for the person who wrote the file. Nothing is said once more of a
        place that has a finding already."""
        told = {finding.place for finding in self.findings if finding.place}
        found = [one for one in error.errors(include_url=False) if _written(self._known(one["loc"])) not in told]
        found.sort(key=lambda one: self.lines.get(self._known(one["loc"]), 1))
        return first_ones((self.finding(one["loc"], _sentence(one, model)) for one in found), len(found))

    def _known(self, loc: Loc) -> Loc:
        """The part of a path that stands in the file."""
        known: Loc = ()
        for part in loc:
            if (*known, part) in self.lines:
                known = (*known, part)
        return known


def read_yaml(path: Path, folder: Path) -> YamlFile:
    """One YAML file below ``folder``. Never raises for what the file says: see the ``findings`` of the result."""
    file = YamlFile(name=path.relative_to(folder).as_posix())
    try:
        plain = Plain(read_text(path, MOST_BYTES))
    except NotTaken as error:
        file.findings.append(Finding(file.name, error.line, "", error.message))
    except TooLarge as error:
        file.findings.append(Finding(file.name, 0, "", str(error)))
    except OSError as error:
        file.findings.append(Finding(file.name, 0, "", Sentence("cannot be read: {why}", why=error.strerror)))
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        file.findings.append(Finding(file.name, line, "", Sentence("is not UTF-8 text; save the file as UTF-8")))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reason = ", ".join(part for part in (error.context, error.problem) if part)
        file.findings.append(
            Finding(file.name, mark.line + 1 if mark else 1, "", Sentence("is not valid YAML: {reason}", reason=reason))
        )
    except yaml.YAMLError as error:
        file.findings.append(
            Finding(file.name, 0, "", Sentence("is not valid YAML: {reason}", reason=" ".join(str(error).split())))
        )
    else:
        file.content, file.lines, file.unfilled = plain.content, plain.lines, plain.unfilled
        refused = (Finding(file.name, line, _written(loc), why) for line, loc, why in plain.refused)
        file.findings += first_ones(refused, len(plain.refused))
    return file


class TooLarge(Exception):
    """A file has more bytes than anybody would write by hand."""


def read_text(path: Path, most: int) -> str:
    """A file's text, without a byte order mark, which is what spreadsheets put in front of their UTF-8.

    Raises TooLarge if it has more than ``most`` bytes, OSError, UnicodeDecodeError.
    """
    with path.open("rb") as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise TooLarge(
            Sentence("has more than {most} bytes; split it, or take out what does not belong there", most=f"{most:,}")
        )
    return content.decode("utf-8-sig")


def read_model(path: Path, folder: Path, model: type[_Model], identity: str = "") -> tuple[_Model | None, YamlFile]:
    """A file as a model; None where the file's findings say why not. ``identity`` is the field, if any, that holds the
    file's own name."""
    file = read_yaml(path, folder)
    if identity in file.content:
        file.findings.append(file.finding((identity,), Sentence("is the file's own name; leave this line out")))
    made = None
    if file.lines:
        # A name that is not known is told, also where nothing follows it.
        unknown = {name: "" for name in file.unfilled if name not in model.model_fields}
        try:
            made = model.model_validate({**file.content, **unknown, **({identity: path.stem} if identity else {})})
        except ValidationError as error:
            file.findings.extend(file.explain(error, model))
    return (None if file.findings else made), file


def _written(loc: Loc) -> str:
    """A path as people read it, list items counted from 1: ``postings.payment[1].rules[3]``."""
    return "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in loc).lstrip(".")


def _sentence(error: ErrorDetails, model: type[BaseModel]) -> str:
    match error["type"]:
        case "missing":
            return Sentence("{field} is missing", field=error["loc"][-1])
        case "value_error":
            return str(error["ctx"]["error"])
        case "extra_forbidden":
            return Sentence(
                "is not a field that is known here{hint}", hint=did_you_mean(str(error["loc"][-1]), _fields(model))
            )
        case "union_tag_invalid":
            tag, expected = error["ctx"]["tag"], error["ctx"]["expected_tags"]
            return Sentence(
                "is of an unknown kind {tag!r}; known are {expected}{hint}",
                tag=tag,
                expected=expected,
                hint=did_you_mean(tag, _quoted(expected)),
            )
        case "enum" | "literal_error":
            expected = error["ctx"]["expected"]
            return Sentence(
                "{given} is not one of {expected}{hint}",
                given=repr(error["input"]),
                expected=expected,
                hint=did_you_mean(str(error["input"]), _quoted(expected)),
            )
        case "too_short":
            return Sentence("must not be empty")
        case "string_type":
            return Sentence("must be text")
        case "dict_type" | "model_type" | "model_attributes_type" | "union_tag_not_found":
            return Sentence("must hold fields, each as 'name: value'")
        case "tuple_type" | "list_type":
            return Sentence("must be a list")
        case _:
            return _of_value(error)


def _of_value(error: ErrorDetails) -> str:
    """What is wrong with a value of the right shape."""
    given, bounds = repr(error["input"]), error.get("ctx", {})
    match error["type"]:
        case "int_parsing" | "int_type" | "int_from_float":
            return Sentence("{given} is not a whole number", given=given)
        case "bool_parsing" | "bool_type":
            return Sentence("{given} is neither true nor false", given=given)
        case "date_from_datetime_parsing" | "date_parsing" | "date_type" | "date_from_datetime_inexact":
            return Sentence("{given} is no day of the calendar: write one as YYYY-MM-DD", given=given)
        case "decimal_parsing" | "decimal_type" | "finite_number" | "float_parsing" | "float_type":
            return Sentence("{given} is not a number: write one like 2.5", given=given)
        case "greater_than_equal":
            return Sentence("{given} is less than {least}, the least that it can be", given=given, least=bounds["ge"])
        case "greater_than":
            return Sentence("{given} must be more than {bound}", given=given, bound=bounds["gt"])
        case "less_than_equal":
            return Sentence("{given} is more than {most}, the most that it can be", given=given, most=bounds["le"])
        case "less_than":
            return Sentence("{given} must be less than {bound}", given=given, bound=bounds["lt"])
        case "string_too_long":
            return Sentence("has more than {most} characters", most=bounds["max_length"])
        case _:
            return error["msg"]


def _quoted(text: str) -> list[str]:
    """The words between quotes: pydantic lists the values that it expects as one sentence."""
    return re.findall(r"'([^']*)'", text)


@cache
def _fields(model: type[BaseModel]) -> set[str]:
    """The names of all fields of a model and of the models inside it."""
    schema = model.model_json_schema()
    parts = [schema, *schema.get("$defs", {}).values()]
    return {name for part in parts for name in part.get("properties", {})}
