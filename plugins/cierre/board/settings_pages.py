"""Forms of what the files say of a company, of its periods and of a box: each makes a proposal, and writes nothing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, Any, TypeVar

import psycopg
from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import Response
from pydantic import ValidationError

from cierre.accounting_files.changes import Change
from cierre.accounting_files.files import read_yaml
from cierre.accounting_files.loader import mappings_folder
from cierre.accounting_files.saved_file import BOXES, COMPANIES, PERIODS, accounting_file, may_write
from cierre.accounting_files.setting_changes import (
    BOX_FIELDS,
    COMPANY_FIELDS,
    LISTS,
    YES_OR_NO,
    BoxSetting,
    CompanySetting,
    NewCompany,
    OpenFrom,
)
from cierre.accounting_files.values import LONGEST
from cierre.board.access import Viewer, ViewerDep
from cierre.board.connection import Ledger, Writing
from cierre.board.file_access import FileAccess, of_changes, of_company, of_tenant
from cierre.board.form_draft import NOTHING, FormDraft, drafted, proposed, unfit
from cierre.board.origin import SameOrigin
from cierre.board.pages import Page, PageDep
from cierre.board.period_effect import effect_of, shortcuts
from cierre.bookkeeping.sentence import Sentence
from cierre.language.language import CODES

router = APIRouter()

_Change = TypeVar("_Change", CompanySetting, BoxSetting, OpenFrom)

NEW_COMPANY_FIELDS: Mapping[str, Sentence] = {
    "company": Sentence("Id of the company"),
    **{name: COMPANY_FIELDS[name] for name in ("name", "language", "tax_id", "alerts")},
}
PERIOD_FIELDS: Mapping[str, Sentence] = {
    "tenant": Sentence("Tenant in the ERP"),
    "day": Sentence("Books are open from"),
}


@dataclass(frozen=True)
class SettingsForm:
    """A form: its address and title, the labels of its fields, what the file says in them now, and what is made of
    what a person types. ``rest`` is what the file says besides, which the form leaves as it is; ``notes`` what the
    change would mean, ``shortcuts`` values of a field with what they are for."""

    key: str
    action: str
    title: Sentence
    labels: Mapping[str, Sentence]
    now: Mapping[str, str]
    access: FileAccess
    changes: Callable[[Mapping[str, str]], Sequence[Change]]
    rest: Mapping[str, str] = field(default_factory=dict)
    notes: Sequence[Sentence] = ()
    shortcuts: Mapping[str, Sentence] = field(default_factory=dict)

    def draft(self, db: psycopg.Connection, viewer: Viewer, typed: Mapping[str, str]) -> FormDraft:
        """What the form would make of the file."""
        return drafted(db, viewer, lambda: self.changes(self.fields(typed)))

    def fields(self, typed: Mapping[str, str]) -> dict[str, str]:
        """What was typed into the form's own fields; blanks at a tenant's end can matter."""
        return {
            name: typed.get(name, "") if name == "tenant" else typed.get(name, "").strip(" ") for name in self.labels
        }


async def _typed(request: Request) -> dict[str, str]:
    """What a person typed, and that she asked for it (``asked``); other than texts there is nothing to type."""
    given = request.query_params if request.method == "GET" else await request.form()
    return {name: value for name, value in given.items() if isinstance(value, str)}


TypedDep = Annotated[dict[str, str], Depends(_typed)]


def _form(request: Request, viewer: ViewerDep, ledger: Ledger, typed: TypedDep) -> SettingsForm:
    """The form that an address names. Raises 403, or 404 for what the person may not see."""
    kind, subject = request.path_params.get("kind", "new company"), request.path_params.get("subject", "")
    if kind not in FORMS:
        raise HTTPException(404, "There is no such page.")
    return FORMS[kind](viewer, ledger, subject, typed)


FormDep = Annotated[SettingsForm, Depends(_form)]


@router.get("/settings/{kind}/{subject}")
@router.get("/new-company")
def form_page(form: FormDep, viewer: ViewerDep, page: PageDep, ledger: Ledger, typed: TypedDep) -> Response:
    """What a file says, to be changed; and what it would say by what a person typed."""
    return _show(form, viewer, page, ledger, typed, is_asked="asked" in typed)


@router.post("/settings/{kind}/{subject}")
@router.post("/new-company")
def propose(
    form: FormDep,
    viewer: ViewerDep,
    page: PageDep,
    ledger: Ledger,
    writing: Writing,
    same_origin: SameOrigin,
    typed: TypedDep,
) -> Response:
    """Puts a change on the record as a proposal. Nothing is written by it."""
    if not form.access.may_propose:
        raise HTTPException(403, "You may see this file, and not propose changes of it.")
    draft = form.draft(ledger, viewer, typed)
    if draft.wrong:
        return _show(form, viewer, page, ledger, typed, is_asked=True)
    return proposed(writing, viewer, page, draft)


# --- what each form is about


def _of_company(viewer: Viewer, ledger: psycopg.Connection, company: str, typed: Mapping[str, str]) -> SettingsForm:
    access = of_company(viewer, company)
    said = _within(_content(COMPANIES), "companies", company)
    if not access.boxes or not said:
        raise HTTPException(404, "There is no such company, or you may not see it.")

    def changes(typed: Mapping[str, str]) -> list[Change]:
        settings = _settings({"company": company}, now, typed)
        return [_fit(CompanySetting, setting, COMPANY_FIELDS[setting["field"]]) for setting in settings]

    now = {name: _text(said.get(name)) for name in COMPANY_FIELDS}
    title = Sentence("Settings of {name}", name=now["name"] or company)
    others = {name: _within(_yaml(name), "companies", company) for name in ("arrivals.yaml", "served_invoices.yaml")}
    return SettingsForm(
        COMPANIES,
        f"/settings/company/{company}",
        title,
        COMPANY_FIELDS,
        now,
        access,
        changes,
        rest={f"{name}: {'.'.join(path)}": text for name, content in others.items() for path, text in _flat(content)},
    )


def _of_new_company(viewer: Viewer, ledger: psycopg.Connection, _: str, typed: Mapping[str, str]) -> SettingsForm:
    company = typed.get("company", "")

    def changes(typed: Mapping[str, str]) -> list[Change]:
        said = {name: value for name, value in typed.items() if value}
        several = {"alerts": _several(typed["alerts"])} if typed["alerts"] else {}
        try:
            return [NewCompany.model_validate({**said, **several})]
        except ValidationError as error:
            raise unfit(error, lambda name: NEW_COMPANY_FIELDS[name]) from error

    access = of_company(viewer, company)
    if not access.boxes:  # of others', or of a group of which she sees a part
        access = of_company(viewer, "")
    if not access.boxes:
        raise HTTPException(403, "A new company is proposed by whoever may see every box.")
    now = {**dict.fromkeys(NEW_COMPANY_FIELDS, ""), "company": company}
    title = Sentence("A new company")
    return SettingsForm(COMPANIES, "/new-company", title, NEW_COMPANY_FIELDS, now, access, changes)


def _of_periods(viewer: Viewer, ledger: psycopg.Connection, company: str, typed: Mapping[str, str]) -> SettingsForm:
    own = sorted({box.erp.tenant for box in viewer.boxes.values() if box.company == company})
    tenant = typed.get("tenant") or next(iter(own), "")
    if tenant not in own:
        raise HTTPException(404, "There is no such company, or you may not see it.")
    access = of_tenant(viewer, tenant)
    known = {name.strip(): _text(day) for name, day in _within(_content(PERIODS), "open_from").items()}
    now = {"tenant": tenant, "day": known.get(tenant.strip(), "")}

    def changes(typed: Mapping[str, str]) -> list[Change]:
        if typed["day"] == now["day"]:
            return []
        return [_fit(OpenFrom, typed, PERIOD_FIELDS["day"])]

    before, after = _day(now["day"]), _day(typed.get("day", "").strip(" "))
    return SettingsForm(
        PERIODS,
        f"/settings/periods/{company}",
        Sentence("Open periods of {tenant}", tenant=tenant.strip()),
        PERIOD_FIELDS,
        now,
        access,
        changes,
        notes=effect_of(ledger, access.boxes, before, after) if "asked" in typed else (),
        shortcuts=shortcuts(before, datetime.now(access.boxes[0].zone).date()),
    )


def _of_box(viewer: Viewer, ledger: psycopg.Connection, box_id: str, typed: Mapping[str, str]) -> SettingsForm:
    box = viewer.boxes.get(box_id)
    if box is None:
        raise HTTPException(404, "There is no such box, or you may not see it.")
    content = _content(BOXES + box.file)
    approvals = _within(content, "approvals")
    own = {name: content.get(name) for name in ("name", "closing_hour")}
    said = {**approvals, **own, "locks_on_day": _within(content, "erp").get("locks_on_day")}
    now = {name: _text(said.get(name)) for name in BOX_FIELDS}

    def changes(typed: Mapping[str, str]) -> list[Change]:
        settings = _settings({"box": box.file}, now, typed)
        return [_fit(BoxSetting, setting, BOX_FIELDS[setting["field"]]) for setting in settings]

    taken = {("name",), ("closing_hour",), ("erp", "locks_on_day"), *(("approvals", name) for name in approvals)}
    return SettingsForm(
        BOXES + box.file,
        f"/settings/box/{box_id}",
        Sentence("Settings of {name}", name=box.name),
        BOX_FIELDS,
        now,
        of_company(viewer, box.company),
        changes,
        rest={".".join(path): text for path, text in _flat(content) if path not in taken},
    )


FORMS: Mapping[str, Callable[[Viewer, psycopg.Connection, str, Mapping[str, str]], SettingsForm]] = {
    "company": _of_company,
    "new company": _of_new_company,
    "periods": _of_periods,
    "box": _of_box,
}
"""The forms by what an address calls them, each made for a person, a subject, and what she typed."""


# --- what all forms do


def _show(
    form: SettingsForm,
    viewer: Viewer,
    page: Page,
    ledger: psycopg.Connection,
    typed: Mapping[str, str],
    *,
    is_asked: bool,
) -> Response:
    draft = form.draft(ledger, viewer, typed) if is_asked else NOTHING
    access = of_changes(viewer, form.key, draft.changes) if draft.changes else form.access
    return page.render(
        "settings.html",
        form=form,
        typed=form.fields(typed) if is_asked else form.now,
        draft=draft,
        access=access,
        lists=LISTS,
        choices={
            **{name: {"true": Sentence("yes"), "false": Sentence("no")} for name in YES_OR_NO},
            "language": {code: code for code in sorted(CODES)},
        },
        is_writable=may_write(accounting_file(form.key)),
        longest=LONGEST * 4,
    )


def _settings(of: Mapping[str, str], now: Mapping[str, str], typed: Mapping[str, str]) -> list[dict[str, Any]]:
    """The settings that a person typed otherwise than the file has them; an empty field takes its line out."""
    return [
        {**of, "field": name, "to": (_several(typed[name]) if name in LISTS else typed[name]) or None}
        for name in now
        if typed[name] != now[name]
    ]


def _fit(model: type[_Change], values: Mapping[str, object], label: Sentence) -> _Change:
    """A change out of what was typed into a field of this label. Raises Unfit."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise unfit(error, lambda _: label) from error


def _several(text: str) -> tuple[str, ...]:
    return tuple(one.strip(" ") for one in text.split(",") if one.strip(" "))


def _content(key: str) -> dict[str, Any]:
    """What a file says, by what the ledger calls it."""
    return _yaml(accounting_file(key).name)


def _yaml(name: str) -> dict[str, Any]:
    """What a file below the mappings folder says, as it is written; nothing where it is not there, or not YAML."""
    folder = mappings_folder()
    return read_yaml(folder / name, folder).content


def _within(content: Mapping[str, Any], *path: str) -> Mapping[str, Any]:
    for name in path:
        inner = content.get(name)
        content = inner if isinstance(inner, dict) else {}
    return content


def _text(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return value if isinstance(value, str) else ""


def _flat(content: Mapping[str, Any], path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], str]]:
    """Every value of a file with the names that lead to it."""
    found: list[tuple[tuple[str, ...], str]] = []
    for name, value in content.items():
        if isinstance(value, dict):
            found += _flat(value, (*path, name))
        else:
            items = value if isinstance(value, list) else [value]
            found.append(((*path, name), ", ".join(_written(item) for item in items)))
    return found


def _written(item: object) -> str:
    return " · ".join(f"{name}: {value}" for name, value in item.items()) if isinstance(item, dict) else str(item)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
