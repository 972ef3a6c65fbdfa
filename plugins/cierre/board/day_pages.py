"""The pages of one box's day: its figures, and the way down to the rows of the source."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any

import psycopg
from airflow.api_fastapi.common.db.common import SessionDep
from fastapi import APIRouter, Depends, HTTPException
from fastapi.responses import Response
from sqlalchemy.orm import Session

from cierre.accounting_files.arrivals import known_rules
from cierre.accounting_files.companies import stale_after
from cierre.board import exports, runs
from cierre.board.access import Viewer, ViewerDep
from cierre.board.address import BusinessDay, Number
from cierre.board.boxes import company_names, form_names
from cierre.board.charts import bar_widths
from cierre.board.connection import Ledger, PersonalValues
from cierre.board.day import FormFigures, figures, suspects
from cierre.board.pages import PageDep
from cierre.board.privacy import readable
from cierre.board.states import BOOKS, LIVE, STATES, standing
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.evidence import evidence
from cierre.bookkeeping.identity import RetiredBox
from cierre.closing.arrivals import Sign, signs_of_day
from cierre.ledger import board, identity, invoices, landing, looks, outages, read_back

router = APIRouter(prefix="/boxes/{box_id}/{day}")


def _box(box_id: str, day: BusinessDay, viewer: ViewerDep, ledger: Ledger) -> CashBox | RetiredBox:
    """The box, with the currency in which this day was booked, whatever its file says now."""
    box = viewer.box(box_id, ledger)
    currency = board.Day(ledger, box.id, day).currency()
    if currency is None or currency == box.currency:
        return box
    if isinstance(box, RetiredBox):
        return replace(box, currency=currency)
    return box.model_copy(update={"currency": currency})


BoxDep = Annotated[CashBox | RetiredBox, Depends(_box)]


@router.get("")
def day_page(
    box: BoxDep, day: BusinessDay, viewer: ViewerDep, page: PageDep, session: SessionDep, ledger: Ledger
) -> Response:
    """A box's day: where it stands, its money, its journal, what was sent to the ERP, who decided what."""
    about = _about(box, day, viewer, session, ledger)
    newest = about["runs"][0] if about["runs"] else None
    return page.render(
        "day.html",
        **about,
        bars=_bars(about["figures"].forms),
        tasks=runs.tasks(session, box.id, newest.run_id) if newest else [],
        paused=not box.retired and runs.is_paused(session, box.id),
        stalled=next((run for run in about["runs"] if run.letter == "q"), None),
        why_stalled=runs.WHY_STALLED,
        waits=outages.of_day(ledger, box.id, day) if any(run.letter == "t" for run in about["runs"]) else [],
        may_run=not box.retired and bool(viewer.may_run([box.id])),
        may_clear=not box.retired and bool(viewer.may_clear([box.id])),
        arrived=_arrived(box, day, ledger),
    )


def _bars(forms: Sequence[FormFigures]) -> list[int]:
    """How wide each form's bar is, beside those of its currency."""
    widths = {
        currency: iter(bar_widths([row.net for row in forms if row.currency == currency]))
        for currency in {row.currency for row in forms}
    }
    return [next(widths[row.currency]) for row in forms]


def _arrived(box: CashBox | RetiredBox, day: date, ledger: psycopg.Connection) -> dict[str, Sign]:
    """The signs of the forms of payment whose money is to arrive; none where the company does not look at that, or
    its file is wrong: a day is shown all the same."""
    rules = known_rules(box.company)
    return signs_of_day(ledger, box.company, rules, box.id, day) if rules and box.company else {}


def _about(
    box: CashBox | RetiredBox, day: date, viewer: Viewer, session: Session, ledger: psycopg.Connection
) -> dict[str, Any]:
    """Everything that is known of the day."""
    books = board.Day(ledger, box.id, day)
    summary, taken, found = books.summary(), books.taken(), runs.of_day(session, box.id, day)
    state = BOOKS[summary.state] if summary else None
    why_unread = landing.never_read(ledger, day, box.id).get((box.id, day))
    if summary and summary.staged_at is None:
        summary = None  # known, and never read: there are no figures of it
    letter = next((run.letter for run in found if run.letter in LIVE), found[0].letter if found else None)
    unbooked, unacknowledged = suspects(ledger, box.id, day)
    return {
        "box": box,
        "day": day,
        "company": company_names().get(box.company, box.company),
        "forms": form_names(box),
        "summary": summary,
        "was_not_watched": _was_not_watched(summary.watched_until if summary else None),
        "why_unread": why_unread,
        "state": STATES[standing(state, letter)],
        "taken": taken,
        "claims": landing.claims(ledger, taken.snapshot_id, box.id) if taken else [],
        "figures": figures(ledger, box.id, day),
        "comparisons": books.comparisons(),
        "line_differences": books.line_differences(),
        "evidence": evidence(
            read_back.posted_documents(ledger, [box.id], day, day).get(day, []),
            datetime.now(UTC),
            stale_after(box.company),
        ),
        "unbooked": unbooked,
        "unacknowledged": unacknowledged,
        "lines": books.lines(),
        "attempts": books.attempts(),
        "revisions": books.revisions(),
        "quarantined": books.quarantined(),
        "problems": board.problems(ledger, [box.id], day, day),
        "approvals": books.approvals(),
        "runs": found,
        "look": looks.newest(ledger, box.id, day),
        "late_changes": invoices.late_changes(ledger, box.id, day),
        "erp_sites": identity.erp_sites_of_day(ledger, box.id, day),
    }


def _was_not_watched(until: datetime | None) -> bool:
    """Whether the sweep, which comes every five minutes, should have looked at the ERP for the last time long ago, and
    has not: its DAG is paused, the ERP does not answer, or it cannot be read any more."""
    return until is not None and until < datetime.now(UTC) - timedelta(hours=1)


@router.get("/close.{form}")
def export(
    box: BoxDep, day: BusinessDay, form: str, viewer: ViewerDep, page: PageDep, session: SessionDep, ledger: Ledger
) -> Response:
    """The day to take away: ``csv`` (the journal's lines), ``xlsx`` (all its tables) or ``pdf`` (to sign and file)."""
    if form not in exports.WRITERS:
        raise HTTPException(404)
    content, media_type = exports.WRITERS[form](_about(box, day, viewer, session, ledger), page.language)
    name = f"{box.id}_{day}.{form}"
    return Response(content, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@router.get("/documents")
def documents_page(box: BoxDep, day: BusinessDay, page: PageDep, ledger: Ledger, kind: str, form: str = "") -> Response:
    """The documents of a kind and form of payment."""
    rows = board.Day(ledger, box.id, day).documents(kind, form)
    return page.render("documents.html", box=box, day=day, kind_name=kind, form=form, forms=form_names(box), rows=rows)


@router.get("/lines/{entry_id}/{line}")
def line_page(box: BoxDep, day: BusinessDay, entry_id: Number, line: Number, page: PageDep, ledger: Ledger) -> Response:
    """The documents behind a line of the journal."""
    rows = board.Day(ledger, box.id, day).behind(entry_id, line)
    if not rows:
        raise HTTPException(404, "The day has no such line, or no document stands behind it.")
    return page.render("line.html", box=box, day=day, line=line, forms=form_names(box), rows=rows)


@router.get("/rows/{snapshot_id}/{place:path}")
def row_page(
    box: BoxDep, day: BusinessDay, snapshot_id: Number, place: str, viewer: ViewerDep, page: PageDep, ledger: Ledger,
    personal_values: PersonalValues,
) -> Response:  # fmt: skip
    """A row as the source sent it, without its personal values for most, and the lines it became part of."""
    books = board.Day(ledger, box.id, day)
    clear = viewer.sees_personal_data(box)
    if clear:
        with personal_values() as joining:
            found = board.Day(joining, box.id, day).source_row(snapshot_id, place, whole=True)
    else:
        found = books.source_row(snapshot_id, place)
    if found is None:
        raise HTTPException(404, "The day was not made of such a row.")
    return page.render(
        "row.html",
        box=box,
        day=day,
        place=place,
        snapshot_id=snapshot_id,
        found=found,
        fields=readable(found.row),
        clear=clear,
        lines=books.booked_lines_of(snapshot_id, place),
    )
