"""An accountants' file's text with changes made to it; every line that a change does not concern stays as it is. Pure.

The text is not written anew out of what it says: lines are put in, taken out, or values replaced, at the places that
the YAML parser names (yaml_places). So comments, order, quotes, indentation and line ends of the file are its own,
whatever they are. What came out is read again and held against what was to change: a value that would mean anything
else is refused.
"""

import json
from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

import yaml

from cierre.accounting_files.changes import Change, DocumentType, FormName, NewRule, TableValue, VatRate
from cierre.accounting_files.new_box import NewBox
from cierre.accounting_files.plain_yaml import LOADER
from cierre.accounting_files.setting_changes import (
    YES_OR_NO,
    BoxSetting,
    CompanySetting,
    NewCompany,
    OpenFrom,
    Setting,
    To,
)
from cierre.accounting_files.yaml_places import CannotEdit, Text, flow, is_filled
from cierre.bookkeeping.rules import FromTable
from cierre.bookkeeping.sentence import Sentence

IS_THERE = Sentence("There is a box of that name already.")

_BEGINNINGS = {
    "new_company": "# yaml-language-server: $schema=schemas/companies.json\n",
    "open_from": "# yaml-language-server: $schema=schemas/periods.json\n",
}
"""How a file begins that is not there yet, by the first change that it takes."""


def edited(text: str, changes: Sequence[Change], names: Mapping[str, str] | None = None) -> str:
    """The text with all changes; "" is that of a file that is not there. ``names`` are those of codes, for the comment
    beside a new line.

    Raises CannotEdit where the text has not the place for one, or would say something else than was asked for.
    """
    for change in changes:
        text = _with_box(text, change) if isinstance(change, NewBox) else _checked(text, change, names or {})
    return text


def _with_box(text: str, box: NewBox) -> str:
    if text not in ("", box.text):
        raise CannotEdit(IS_THERE)
    return box.text


def _checked(text: str, change: Change, names: Mapping[str, str]) -> str:
    text = text or _BEGINNINGS.get(change.code, "")
    before = _content(text)
    wanted = deepcopy(before)
    _apply(wanted, change)
    if wanted == before:
        return text
    try:
        changed = _with_change(Text(text, names), before, change)
        after = _content(changed)
    except yaml.YAMLError as error:
        raise _cannot(change) from error
    if after != wanted:
        raise _cannot(change)
    return changed


def now_says(text: str, change: Change) -> str:
    """What the text says at a change's place now; "" where it says nothing there. Raises CannotEdit."""
    if isinstance(change, NewBox) or not text:
        return text
    content = _content(text)
    value: object
    match change:
        case FormName():
            value = _within(content, "form_names").get(change.form, "")
        case TableValue():
            value = _within(content, "tables", change.table, "values").get(change.value, "")
        case DocumentType():
            value = _within(content, "document_types").get(change.value, "")
        case NewRule():
            value = [rule for rule in _rules(content, change) if rule == _rule(change)]
        case VatRate():
            value = [rate for rate in content.get("vat") or [] if rate.get("valid_from") == str(change.valid_from)]
        case CompanySetting() | BoxSetting():
            value = _within(content, *change.path).get(change.field, "")
        case OpenFrom():
            value = _within(content, "open_from").get(_tenant(content, change), "")
        case NewCompany():
            value = _within(content, "companies").get(change.company, "")
    return value if isinstance(value, str) else (json.dumps(value, ensure_ascii=False) if value else "")


def comments(text: str) -> dict[tuple[str, str], str]:
    """What is written behind the values of tables, by table and value. Raises CannotEdit."""
    _content(text)
    places = Text(text, {})
    tables = places.value("tables")
    found: dict[tuple[str, str], str] = {}
    for name, table in tables.value if isinstance(tables, yaml.MappingNode) else []:
        values = next((value for key, value in table.value if key.value == "values"), None)
        for key, value in values.value if isinstance(values, yaml.MappingNode) else []:
            if comment := places.comment_behind(value):
                found[name.value, key.value] = comment
    return found


# --- what the content becomes


def _content(text: str) -> dict[str, Any]:
    try:
        content = yaml.load(text, Loader=LOADER)
    except yaml.YAMLError as error:
        raise CannotEdit(Sentence("the file is not valid YAML as it is now")) from error
    if content is None and text in _BEGINNINGS.values():
        return {}
    if not isinstance(content, dict):
        raise CannotEdit(Sentence("the file is not valid YAML as it is now"))
    return content


def _within(content: dict[str, Any], *path: str) -> dict[str, Any]:
    for name in path:
        inner = content.get(name) or {}
        content = inner if isinstance(inner, dict) else {}
    return content


def _rules(content: dict[str, Any], change: NewRule) -> list[dict[str, Any]]:
    for posting in _within(content, "postings").get(change.kind.value) or []:
        if (posting.get("side"), posting.get("amount")) == (change.side, change.amount):
            return list(posting.get("rules") or [])
    return []


def _rule(change: NewRule) -> dict[str, Any]:
    rule: dict[str, Any] = {"when": dict(sorted(change.when.items()))} if change.when else {}
    if change.valid_from:
        rule["valid_from"] = str(change.valid_from)
    rule["account"] = _target(change.account)
    if change.cost_centre is not None:
        rule["cost_centre"] = _target(change.cost_centre)
    return rule


def _target(target: str | FromTable) -> str | dict[str, str]:
    return target if isinstance(target, str) else {"table": target.table}


def _tenant(content: dict[str, Any], change: OpenFrom) -> str:
    """The tenant as the file has it: blanks at its end do not tell two apart."""
    known = _within(content, "open_from")
    return next((name for name in known if name.strip() == change.tenant.strip()), change.tenant)


def _apply(content: dict[str, Any], change: Change) -> None:
    """Makes the change to the content. Raises CannotEdit where it has no such place."""
    match change:
        case FormName():
            _filled(content, "form_names")[change.form] = change.name
        case TableValue():
            tables = _within(content, "tables")
            if change.table not in tables:
                raise CannotEdit(Sentence("the mapping has no table {table}", table=change.table))
            _filled(tables[change.table], "values")[change.value] = change.to
        case DocumentType():
            types = _filled(content, "document_types")
            types[change.value] = _dated(types.get(change.value), change)
        case NewRule():
            for posting in _within(content, "postings").get(change.kind.value) or []:
                if (posting.get("side"), posting.get("amount")) == (change.side, change.amount):
                    posting["rules"] = _with(posting.get("rules"), _rule(change))
                    return
            posting_name = f"{change.kind.value}: {change.side} {change.amount}"
            raise CannotEdit(Sentence("the mapping has no posting {posting}", posting=posting_name))
        case VatRate():
            content["vat"] = _with(content.get("vat"), {"rate": change.rate, "valid_from": str(change.valid_from)})
        case CompanySetting() | BoxSetting():
            _set(content, change)
        case OpenFrom():
            _filled(content, "open_from")[_tenant(content, change)] = str(change.day)
        case NewCompany():
            companies = _filled(content, "companies")
            if companies.get(change.company, change.entry) != change.entry:
                raise CannotEdit(Sentence("company {company} is there already", company=change.company))
            companies[change.company] = change.entry


def _set(content: dict[str, Any], change: Setting) -> None:
    """Puts a setting into the content, or takes it out, and with the last one of approvals their heading."""
    if isinstance(change, CompanySetting) and change.company not in _within(content, "companies"):
        raise CannotEdit(Sentence("companies.yaml has no company {company}", company=change.company))
    inner = content
    for name in change.path:
        inner = _filled(inner, name) if change.to is not None else _within(inner, name)
    if change.to is not None:
        inner[change.field] = _plain(change.to)
    elif change.field in inner:
        del inner[change.field]
        if not inner and change.path:
            del _within(content, *change.path[:-1])[change.path[-1]]


def _plain(to: To) -> str | list[str]:
    return list(to) if isinstance(to, tuple) else str(to)


def _filled(content: dict[str, Any], name: str) -> dict[str, Any]:
    if not content.get(name):
        content[name] = {}
    if not isinstance(content[name], dict):
        raise CannotEdit(Sentence("{name} does not hold names and values", name=name))
    inner: dict[str, Any] = content[name]
    return inner


def _dated(before: Any, change: DocumentType) -> Any:
    """What a kind of document is after a change that may hold from a day on only."""
    if change.valid_from is None or not before:
        return change.treatment if change.valid_from is None else [_treated(change)]
    earlier = [{"treatment": before}] if isinstance(before, str) else before
    return _with(earlier, _treated(change))


def _with(items: Any, item: dict[str, Any]) -> list[Any]:
    """A list with a further item, unless it has it: what a file says already is not said again."""
    known = list(items or [])
    return known if item in known else [*known, item]


def _treated(change: DocumentType) -> dict[str, str]:
    dated = {"valid_from": str(change.valid_from)} if change.valid_from else {}
    return {"treatment": change.treatment, **dated}


def _cannot(change: Change) -> CannotEdit:
    return CannotEdit(
        Sentence(
            "the file is written in a way that the form cannot add to: {change}; write it into the file",
            change=change.sentence,
        )
    )


# --- what the text becomes


def _with_change(text: Text, content: dict[str, Any], change: Change) -> str:
    """The text with a change; ``content`` is what it says now. Raises CannotEdit."""
    match change:
        case FormName():
            return text.with_value(("form_names",), change.form, change.name)
        case TableValue():
            path = ("tables", change.table, "values")
            return text.with_value(path, change.value, change.to, text.names.get(change.to, ""))
        case DocumentType():
            before = _within(content, "document_types").get(change.value)
            return text.with_value(("document_types",), change.value, _dated(before, change))
        case NewRule():
            return _with_rule(text, change)
        case VatRate():
            rate = {"rate": change.rate, "valid_from": str(change.valid_from)}
            rates = text.value("vat")
            return text.with_item(rates, [flow(rate)]) if is_filled(rates) else text.with_value((), "vat", [rate])
        case CompanySetting() | BoxSetting() if change.to is None:
            return text.without(change.path, change.field)
        case CompanySetting() | BoxSetting():
            is_word = change.field in YES_OR_NO and change.to in ("true", "false")
            return text.with_value(change.path, change.field, change.to == "true" if is_word else _plain(change.to))
        case OpenFrom():
            return text.with_value(("open_from",), _tenant(content, change), str(change.day))
        case NewCompany():
            return text.with_entry(("companies",), change.company, change.entry)
    raise _cannot(change)


def _with_rule(text: Text, change: NewRule) -> str:
    postings = text.value("postings", change.kind.value)
    items = postings.value if isinstance(postings, yaml.SequenceNode) else []
    for posting in items:
        said = {key.value: value for key, value in posting.value}
        if [getattr(said.get(name), "value", "") for name in ("side", "amount")] == [change.side, change.amount]:
            lines = [f"{name}: {flow(value)}" for name, value in _rule(change).items()]
            if isinstance(change.account, str) and (name := text.names.get(change.account)):
                number = next(place for place, line in enumerate(lines) if line.startswith("account: "))
                lines[number] += f"  # {name}"
            return text.with_item(said.get("rules"), lines)
    raise _cannot(change)
