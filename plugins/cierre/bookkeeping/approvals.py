"""When a person must approve a day before it is posted. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from cierre.bookkeeping.address import Address
from cierre.bookkeeping.cash_box import Approvals
from cierre.bookkeeping.identity import Books
from cierre.bookkeeping.sentence import Sentence, listing, one_after_the_other
from cierre.bookkeeping.sign_off import SignedMonth


class Reason(StrEnum):
    """Why a person is asked. About the last seven, always; about the others, where the box's file says so."""

    AMOUNT = "amount"
    SECOND_PERSON = "second_person"
    CORRECTION = "correction"
    FIRST_DAY = "first_day"
    TWO_FORMS = "two_forms"
    UNUSUAL_VAT = "unusual_vat"
    DISCREPANCY = "discrepancy"
    CLOSED_PERIOD = "closed_period"
    SECOND_LOOK = "second_look"
    OTHER_ORIGIN = "other_origin"
    OTHER_TARGET = "other_target"
    OTHER_CURRENCY = "other_currency"
    TAKE_OVER = "take_over"
    OLD_LOT = "old_lot"
    SIGNED_MONTH = "signed_month"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A correction that a look at a closed day proposed: how many documents its source told otherwise, and the money
    that they move, in the currency of the box.

    ``moved``: where the look meant it to be posted without asking, the money that the books as they are now would move.
    That is too much by now, or the box's file, the period or a signature does not let it pass any more."""

    documents: int
    size: Decimal
    moved: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a derived day before it is posted.

    ``total`` is the sum of its debits, in the box's currency; ``sends``: posting would send something to the ERP;
    ``corrects``: something else was posted for the day before; ``first_day``: nothing was ever posted for the box;
    ``released_rows``: rows of payments under two forms, or alike in two sessions, that are booked all the same;
    ``unusual_invoices``: invoices that are booked though their VAT rate or total is not understood; ``difference``: the
    largest between source, staging and journal, None where they agree. Of these, what no rule of the box looks at may
    be left out.

    ``books``: what the day's books belong to; ``standing``: those of the day that the ERP holds, or may hold, and that
    these would replace; ``last_currency``: of what the box posted last.

    ``day`` is the business date, ``entry_date`` the one on which what is not posted yet will be booked (None where
    nothing is). ``doubts``: documents in the lot that may be somebody else's, each with where it stands;
    ``left_doubts``: where there may be such ones in a lot that the box has left. ``proposal``:
    the correction that these books are, where a look at the closed day proposed one. ``signed``: of the months of the
    day and of the entry date, those that a person signed, with instants on the box's clock.
    """

    total: Decimal
    sends: bool
    corrects: bool
    first_day: bool
    released_rows: int
    difference: Decimal | None
    books: Books | None = None
    standing: tuple[Books, ...] = ()
    last_currency: str | None = None
    unusual_invoices: int = 0
    day: date | None = None
    entry_date: date | None = None
    doubts: tuple[tuple[str, Address], ...] = ()
    left_doubts: tuple[Address, ...] = ()
    proposal: Proposal | None = None
    signed: tuple[SignedMonth, ...] = ()


def questions(asked: Approvals, standing: Standing, currency: str) -> dict[Reason, Sentence]:
    """Why a person must be asked about a day, each reason with its sentence. Empty where posting would send nothing."""
    if not standing.sends:
        return {}
    found = {}
    amounts = [amount for amount in (asked.amount_over, asked.second_over) if amount is not None]
    if amounts and standing.total > min(amounts):
        found[Reason.AMOUNT] = Sentence(
            "The journal comes to {total} {currency}, more than {limit} {currency}",
            total=standing.total,
            limit=min(amounts),
            currency=currency,
        )
    if asked.second_over is not None and standing.total > asked.second_over:
        found[Reason.SECOND_PERSON] = Sentence(
            "The journal comes to {total} {currency}, more than {limit} {currency}: a second person must approve, too",
            total=standing.total,
            limit=asked.second_over,
            currency=currency,
        )
    if asked.corrections and standing.corrects:
        found[Reason.CORRECTION] = Sentence("The day was posted before and its books changed")
    if asked.first_day and standing.first_day:
        found[Reason.FIRST_DAY] = Sentence("Nothing of this cash box was ever posted")
    if asked.two_forms and standing.released_rows:
        found[Reason.TWO_FORMS] = Sentence(
            "{rows} rows stand under two forms of payment, or alike in two sessions: approved, each is booked as a"
            " payment of its own; if it is one payment told twice, reject, and correct it in the source",
            rows=standing.released_rows,
        )
    if asked.unusual_vat and standing.unusual_invoices:
        found[Reason.UNUSUAL_VAT] = Sentence(
            "{rows} invoices are booked as they are told, though their VAT rate or total is not understood: what is not"
            " base or VAT is taken to be withheld by the customer. The task stage names them; if one is wrong, reject",
            rows=standing.unusual_invoices,
        )
    limit, difference = asked.discrepancy_up_to, standing.difference
    if limit is not None and difference is not None and difference <= limit:
        found[Reason.DISCREPANCY] = Sentence(
            "Source, staging and journal differ by {difference} {currency}, within the {limit} {currency} that a"
            " person may accept",
            difference=difference,
            limit=limit,
            currency=currency,
        )
    late = standing.entry_date not in (None, standing.day)
    if asked.closed_period and late and not standing.corrects:
        found[Reason.CLOSED_PERIOD] = Sentence(
            "The period of {day} is closed in the ERP: these first books of the day would go to {date}, the first open"
            " date, and say in their histories which day they are of",
            day=standing.day,
            date=standing.entry_date,
        )
    if standing.proposal is not None:
        found[Reason.SECOND_LOOK] = _about_proposal(standing.proposal, currency)
    return found | _of_signed_months(standing) | _of_what_they_belong_to(standing) | _of_what_may_be_others(standing)


@dataclass(frozen=True, slots=True)
class Approval:
    """A person's yes to a reason. ``ran_by``: who had triggered, cleared or backfilled the run that asked."""

    reason: Reason
    by: str
    ran_by: frozenset[str] = frozenset()


def objection(asked: Approvals, by: str, ran_by: Collection[str], reasons: Collection[Reason] = ()) -> Sentence | None:
    """Why a person's approval of a run does not count; None where it does. Of the ``reasons`` why it was asked for,
    that a month is signed takes four eyes whatever the box's file says."""
    if asked.by and by not in asked.by:
        return Sentence(
            "{who} is not among those who may approve this cash box: {names}", who=by, names=listing(asked.by)
        )
    if (asked.four_eyes or Reason.SIGNED_MONTH in reasons) and by in ran_by:
        return Sentence("{who} triggered or cleared this run, so another person must decide", who=by)
    return None


def approved(asked: Approvals, approvals: Iterable[Approval]) -> set[Reason]:
    """The reasons that are approved. The second person is one who has approved none of the others."""
    count = [one for one in approvals if objection(asked, one.by, one.ran_by, {one.reason}) is None]
    first = {one.by for one in count if one.reason is not Reason.SECOND_PERSON}
    return {one.reason for one in count if one.reason is not Reason.SECOND_PERSON or one.by not in first}


def asked_first(open_questions: Mapping[Reason, Sentence]) -> dict[Reason, Sentence]:
    """What is asked at once: the second person is asked when the first has approved all else."""
    first: dict[Reason, Sentence] = dict(open_questions)
    if len(first) > 1:
        first.pop(Reason.SECOND_PERSON, None)
    return first


def _about_proposal(proposal: Proposal, currency: str) -> Sentence:
    """What is asked of a correction that a look had prepared."""
    values = {
        "documents": Sentence.counted(proposal.documents, "{n} document", "{n} documents"),
        "size": proposal.size,
        "currency": currency,
    }
    if proposal.moved is None:
        return Sentence(
            "The source tells the day otherwise since it was closed: {documents}, {size} {currency} moved. Approved,"
            " its books follow the source",
            **values,
        )
    return Sentence(
        "A second look found {documents} told otherwise, {size} {currency} moved, which was to be corrected without"
        " asking. The books as they are now would move {moved} {currency}: by now the cash box's file or the month does"
        " not let that pass unasked. Approved, the day's books follow the source",
        **values,
        moved=proposal.moved,
    )


def _of_signed_months(day: Standing) -> dict[Reason, Sentence]:
    """What is asked before anything is sent that changes a month which a person has signed."""
    if not day.signed:
        return {}
    told = [
        Sentence("{month} was signed by {who} on {when}", month=f"{one.month:%Y-%m}", who=one.by,
                 when=f"{one.at:%Y-%m-%d %H:%M}")
        for one in day.signed
    ]  # fmt: skip
    return {
        Reason.SIGNED_MONTH: Sentence(
            "{signed}, and what would be posted changes it. Approved, it is posted, and the month asks to be signed"
            " again",
            signed=one_after_the_other(told),
        )
    }


def _of_what_may_be_others(day: Standing) -> dict[Reason, Sentence]:
    """What is asked before documents that may be somebody else's are treated as this ledger's own or, in a lot that
    the box has left, as somebody else's."""
    found = {}
    if day.doubts:
        document, address = day.doubts[0]
        found[Reason.TAKE_OVER] = Sentence(
            "Document {document} at {address} may be somebody else's (documents in doubt: {n}). Look at it in the ERP:"
            " its key says who posted it. If nobody but this ledger posts to lot {lot}, approve: the lot is taken"
            " over, and what stands at addresses that were posted to from here is deleted as this ledger's own. If"
            " somebody else does, reject, and give the cash box a lot of its own",
            document=document,
            address=address,
            n=len(day.doubts),
            lot=address.lot,
        )
    if day.left_doubts:
        found[Reason.OLD_LOT] = about_old_lot(day.left_doubts)
    return found


def about_old_lot(addresses: Iterable[Address]) -> Sentence:
    """What is asked about addresses in a lot that the box has left, where documents may be somebody else's."""
    return Sentence(
        "In a lot that the cash box has left, documents may be this ledger's own or somebody else's: what stands at"
        " {addresses}. Look there in the ERP: the key of a document, or of what it reverses, says who posted it."
        " Delete there what is this ledger's, then approve: what is left counts as somebody else's, and nothing of"
        " it is deleted. As long as it is not known whose it is, reject",
        addresses=listing(addresses),
    )


def _of_what_they_belong_to(day: Standing) -> dict[Reason, Sentence]:
    """What is asked whatever the box's file says: books that would no longer be of what the day's were of."""
    new, found = day.books, {}
    if new is None:
        return {}
    if others := sorted({str(old.origin) for old in day.standing if old.origin.differs_from(new.origin)}):
        found[Reason.OTHER_ORIGIN] = Sentence(
            "The day was booked from {before} and would now be booked from {now}: approved, what was booked from the"
            " former is taken back. If that is another till, whose day must stand, reject, and give each till a box"
            " of its own",
            before="; ".join(others),
            now=new.origin,
        )
    if others := sorted({str(old.target) for old in day.standing if old.target.differs_from(new.target)}):
        found[Reason.OTHER_TARGET] = Sentence(
            "The day stands in the ERP in lot {before} and would now be posted to lot {now}: approved, it is taken"
            " back, and posted anew to the latter. If it must stay where it is, reject",
            before="; ".join(others),
            now=new.target,
        )
    standing = {old.currency for old in day.standing} - {new.currency}
    if standing:
        found[Reason.OTHER_CURRENCY] = Sentence(
            "The day was booked in {before} and would now be booked in {now}, figure for figure: nothing is converted."
            " If the money is in {before}, reject, and write that currency in the box's file again",
            before=", ".join(sorted(standing)),
            now=new.currency,
        )
    elif day.last_currency not in (None, new.currency):
        found[Reason.OTHER_CURRENCY] = Sentence(
            "What the box posted last is in {before}, and this day would be booked in {now}: nothing is converted. If"
            " the money is in {before}, reject, and write that currency in the box's file again",
            before=day.last_currency,
            now=new.currency,
        )
    return found
