"""Collections of a group of projects: what came in for its invoices on a day, by the SGE's own dates.

The SGE has no list of collections and no trace of when anything was entered: it shows each invoice with what has come
in so far (``Importe cobrado``) and the day of the last of it (``Fecha cobro``).
``cierre.bookkeeping.invoices.movements`` tells from all that was ever shown what came in on which day. For which
business dates the readings were made, and in which order days were landed, makes no difference: money belongs to the
day that the SGE names for it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from cierre.bookkeeping.documents import Document, Kind, QuarantinedRow
from cierre.bookkeeping.invoices import InvoiceSeen, Movement, on_day
from cierre.bookkeeping.money import ZERO
from cierre.bookkeeping.sentence import Sentence
from cierre.bookkeeping.text import quoted, text_of
from hooks.sge.rows import FIELDS, Reason, Unbookable, day_of_issue, refuse_repeated, refuse_unfit
from hooks.sge.snapshot import NEEDED, Gone, Landing, NoDay, Row

RETURNED = "returned"
"""The form of a collection that was taken back; the others have none."""


def collected(
    last: Landing, projects: Sequence[str], known: Iterable[InvoiceSeen], *, currency: str
) -> Iterator[Document | QuarantinedRow]:
    """The collections of the last reading's business date; quarantined, the rows whose collection cannot be read.

    ``known`` is what earlier readings showed of the same invoices, in their order.
    """
    earlier: dict[tuple[str, str], list[InvoiceSeen]] = defaultdict(list)
    for one in known:
        earlier[one.key].append(one)
    for project in last.of(projects):
        for row in last.shown(project):
            movement = None
            try:
                now = _seen(row, last, currency)
                if movement := on_day(one_after_another([*earlier[now.key], now]), last.day):
                    yield _document(row, movement, currency)
            except Unbookable as wrong:
                yield _quarantined(row, wrong, movement)


def seen(landing: Landing, projects: Sequence[str], currency: str) -> list[InvoiceSeen]:
    """What a reading shows of each invoice; those whose collection cannot be read are left out: they stop their day."""
    found = []
    for project in landing.of(projects):
        for row in landing.shown(project):
            try:
                found.append(_seen(row, landing, currency))
            except Unbookable:
                continue
        found += [_gone(one, project.id, landing.day) for one in project.gone]
    return found


def one_after_another(seen: Iterable[InvoiceSeen]) -> list[InvoiceSeen]:
    """The readings of invoices without those that show one just as the reading before did."""
    latest: dict[tuple[str, str], InvoiceSeen] = {}
    changes = []
    for one in seen:
        if not one.says_the_same(latest.get(one.key)):
            latest[one.key] = one
            changes.append(one)
    return changes


def _seen(row: Row, reading: Landing, currency: str) -> InvoiceSeen:
    refuse_repeated(row.repeated("issued_on", "collected", "collected_on"))
    issued_on = day_of_issue(row)
    try:
        collected_on = row.collected_on(currency)
    except NoDay as wrong:
        raise Unbookable(Reason.BAD_DATE, "day of collection: {why}", why=wrong) from None
    amount = row.collected(currency)
    if amount is None and row.cell("collected") in (None, ""):
        text = "it has {day} as its day of collection, but no amount collected: the SGE must say how much came in"
        raise Unbookable(Reason.MISSING_FIELD, text, day=collected_on)
    if amount is None:
        said = quoted(row.cell("collected"))
        raise Unbookable(Reason.BAD_AMOUNT, "the amount collected is {said}, which is no amount", said=said)
    return InvoiceSeen(
        project=row.project,
        invoice=_kept(row.key),
        number=_kept(row.number),
        issued_on=issued_on,
        base=row.money("base", currency),
        total=row.money("total", currency),
        rate=_kept(text_of(row.cell("vat_rate") or "")),
        collected=amount,
        collected_on=collected_on,
        read_for=reading.day,
    )


def _kept(text: str) -> str:
    """A text as the ledger can keep it: without NUL and half characters."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def _gone(one: Gone, project: str, day: date) -> InvoiceSeen:
    return InvoiceSeen(
        project=project,
        invoice=one.key,
        number=one.number,
        issued_on=one.issued_on,
        base=None,
        total=None,
        rate="",
        collected=ZERO,
        collected_on=None,
        read_for=day,
        gone=True,
    )


def _document(row: Row, movement: Movement, currency: str) -> Document:
    refuse_repeated(row.repeated(*NEEDED, fields=FIELDS))
    refuse_unfit(row)
    if not row.year:  # without it nobody can tell what earlier readings showed of the invoice
        raise Unbookable(Reason.MISSING_FIELD, "the invoice lacks {fields}", fields="anualidad")
    if row.money("total", currency) is None:
        raise Unbookable(
            Reason.BAD_AMOUNT,
            "the total is {said}, which is no amount: what of the {amount} collected settles it cannot be told",
            said=quoted(row.cell("total")),
            amount=abs(movement.amount),
        )
    returned = movement.amount < ZERO
    return Document(
        source="sge",
        kind=Kind.COLLECTION,
        source_id=f"{row.key}/{movement.day}",
        business_date=movement.day,
        currency=currency,
        form=_form(movement),
        amounts={"net": abs(movement.amount)} | ({"advance": abs(movement.advance)} if movement.advance else {}),
        attributes={"project": row.project, "year": row.year, "returned": "true" if returned else "false"},
        place=f"{row.place}/collected",
        reference=row.number,
    )


def _form(movement: Movement) -> str:
    return RETURNED if movement.amount < ZERO else ""


def _quarantined(row: Row, why: Unbookable, movement: Movement | None) -> QuarantinedRow:
    """``movement`` is what came in, where that much is known."""
    return QuarantinedRow(
        place=f"{row.place}/collected",
        kind=Kind.COLLECTION,
        form=_form(movement) if movement else "",
        reason=why.reason,
        message=Sentence("invoice {number}: {why}", number=row.number, why=why),
        net=abs(movement.amount) if movement else None,
        row=row.value,
        blocking=True,
    )
