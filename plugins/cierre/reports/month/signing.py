"""A month's checklist, its sign-offs and what is otherwise since, as tables of its files."""

from collections.abc import Iterator, Sequence
from datetime import datetime

import psycopg

from cierre.bookkeeping.month_checklist import Place
from cierre.language.regional import Regional
from cierre.reports.cells import Cell
from cierre.reports.month.checklist import MonthChecklist
from cierre.reports.month.scope import Scope
from cierre.reports.tables import Table, money

PLACES = 10
"""Days that a line of the checklist names; how many more there are, it says."""


def tables(ledger: psycopg.Connection, scope: Scope, _: Regional) -> tuple[Table, ...]:
    """The checklist, who signed the company's month, and the days that are otherwise than they were signed."""
    month = MonthChecklist(ledger, scope)
    checklist = Table(
        _("Checklist"),
        [_("Line"), _("State"), _("Figures"), _("Days")],
        ([_(one.item.word), _(one.mark.word), _(one.figures), ", ".join(_days(month, one.places))]
         for one in month.lines),
        name="checklist",
    )  # fmt: skip
    signatures = Table(
        _("Sign-offs"),
        [_("Signed by"), _("Signed"), _("Comment"), _("Taken back by"), _("Taken back"), _("Why")],
        (
            [one.signed_by, _local(scope, one.signed_at), one.comment, one.revoked_by, _local(scope, one.revoked_at),
             one.reason]
            for one in month.history
        ),
        name="sign_offs",
    )  # fmt: skip
    return checklist, signatures, _since(month, _)


def _since(month: MonthChecklist, _: Regional) -> Table:
    return Table(
        _("Changed since it was signed"),
        [_("Box"), _("Business date"), _("Revision signed"), _("Signed"), _("Revision"), _("Booked"), _("Currency")],
        (
            [one.place.box, one.place.day, one.before and one.before.revision,
             one.before and money(one.before.booked, one.before.currency), one.after and one.after.revision,
             one.after and money(one.after.booked, one.after.currency),
             (one.after and one.after.currency) or (one.before and one.before.currency)]
            for one in month.since_signed
        ),
        name="changed_since_signed",
    )  # fmt: skip


def _days(month: MonthChecklist, places: Sequence[Place]) -> Iterator[str]:
    for box, day in places[:PLACES]:
        yield f"{month.scope.name_of(box)} {day}"
    if len(places) > PLACES:
        yield f"… +{len(places) - PLACES}"


def _local(scope: Scope, instant: datetime | None) -> Cell:
    return instant.astimezone(scope.zone).replace(microsecond=0) if instant else None
