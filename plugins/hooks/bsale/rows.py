"""What a payment of Bsale means to the books: documents out of the rows of one office (bsale.seed.txt)."""

from collections import Counter
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from cierre.bookkeeping.documents import Document, Kind, QuarantinedRow, Reading
from cierre.bookkeeping.json_text import repeated
from cierre.bookkeeping.money import DECIMALS, ZERO
from cierre.bookkeeping.sentence import Sentence, listing
from cierre.bookkeeping.text import LONGEST, UnfitText, label, line, quoted
from cierre.bookkeeping.treatment import taxes
from hooks.bsale import words as shapes
from hooks.bsale.answers import identity
from hooks.bsale.certificate import money_out_unseen
from hooks.bsale.snapshot import Landing, paid
from hooks.bsale.words import HARMLESS, Reason


def documents(landing: Landing, *, day: date, currency: str, key: str) -> Reading:
    """The documents of an office's day, and the rows that are none, each with its reason. See hooks.bsale.hook.read."""
    reading = Reading()
    reader = _Reader(landing, day, currency)
    for place, row in landing.places():
        if shapes.office(row) not in (key, ""):
            continue
        try:
            reading.documents.append(reader.document(place, row))
        except _Unbookable as why:
            reading.quarantined.append(reader.quarantined(place, row, why))
    return reading


class _Unbookable(Exception):
    """Why a row does not become a document."""

    def __init__(self, reason: Reason, text: str, **values: object) -> None:
        super().__init__(Sentence(text, **values))
        self.reason = reason


class _Reader:
    def __init__(self, landing: Landing, day: date, currency: str) -> None:
        self.landing, self.day, self.currency = landing, day, currency
        self.times = Counter(identity(row.get("id")) for _, row in landing.places())

    def document(self, place: str, row: dict[str, Any]) -> Document:
        self._says_each_field_once(row)
        self._is_whole(row)
        kind = self._kind(row)
        net = self._net(row, kind)
        if shapes.flag(row["state"]):
            raise _Unbookable(Reason.VOIDED, "the payment is voided")
        references = self._references(row)
        self._is_of_the_day(row)
        self._has_a_known_form(row)
        self._has_one_direction(row)
        code = self.landing.document_type(row)
        return Document(
            source="bsale",
            kind=kind,
            source_id=identity(row["id"]),
            business_date=self.day,
            currency=self.currency,
            form=shapes.form(row),
            amounts={"net": net} | self._parts(row, kind, net, code),
            attributes=self._attributes(row, kind, net, code),
            place=place,
            # What people look for: the document that was paid, or, where there are several, the payment itself.
            reference=references[0] if len(references) == 1 else identity(row["id"]),
        )

    def quarantined(self, place: str, row: dict[str, Any], why: _Unbookable) -> QuarantinedRow:
        kind = self._kind(row)
        return QuarantinedRow(
            place=place,
            kind=kind,
            form=shapes.form(row),
            reason=why.reason,
            message=str(why),
            net=shapes.moved(row, kind, self.currency),
            row=row,
            blocking=why.reason not in HARMLESS,
        )

    def _kind(self, row: dict[str, Any]) -> Kind:
        return self.landing.kind(row, self.currency)

    def _says_each_field_once(self, row: dict[str, Any]) -> None:
        if self.landing.has_repeated and (field := repeated(row)):
            raise _Unbookable(
                Reason.REPEATED_FIELD,
                "the field {field} stands twice in the row: which of its values holds is not known",
                field=field,
            )

    def _is_whole(self, row: dict[str, Any]) -> None:
        number = identity(row.get("id"))
        said = {
            "id": number,
            "state": identity(row.get("state")) or row.get("state"),
            "payment_type": shapes.form(row),
        }
        if lacking := [name for name, value in said.items() if value in ("", None)]:
            raise _Unbookable(Reason.MISSING_FIELD, "the row lacks {fields}", fields=", ".join(lacking))
        if self.times[number] > 1:
            raise _Unbookable(
                Reason.REPEATED_ID,
                "payment {id} stands in {n} rows: the day must be read again",
                id=shapes.named(row),
                n=self.times[number],
            )
        if shapes.flag(row["state"]) is None:
            raise _Unbookable(Reason.BAD_FLAG, "state is {said}, neither 0 nor 1", said=quoted(row["state"]))
        if "isCreditPayment" in row and shapes.flag(row["isCreditPayment"]) is None:
            raise _Unbookable(
                Reason.BAD_FLAG, "isCreditPayment is {said}, neither 0 nor 1", said=quoted(row["isCreditPayment"])
            )
        if not shapes.office(row):
            raise _Unbookable(
                Reason.NO_OFFICE, "payment {id} names no office, so no cash box would book it", id=shapes.named(row)
            )

    def _references(self, row: dict[str, Any]) -> list[str]:
        """The ids of the documents paid, as people look for them."""
        for field, shape in (("documents", list), ("document", dict)):
            if row.get(field) and not isinstance(row[field], shape):
                raise _Unbookable(
                    Reason.BAD_DOCUMENT,
                    "{field} of payment {id} is {said}: what it pays cannot be read",
                    field=field,
                    id=shapes.named(row),
                    said=quoted(row[field]),
                )
        if len(nodes := paid(row)) < len(shapes.listed(row)):
            told = "the documents of payment {id} hold something that is no document: what it pays cannot be read"
            raise _Unbookable(Reason.BAD_DOCUMENT, told, id=shapes.named(row))
        return [number for node in nodes if (number := self._reference(row, node.get("id")))]

    def _reference(self, row: dict[str, Any], number: Any) -> str:
        if (known := identity(number)) and len(known) <= LONGEST:
            return known
        told = "payment {id} pays a document whose id cannot be booked: {why}"
        if isinstance(number, (bool, Decimal)):
            why = Sentence("it is {what}", what=quoted(number))
            raise _Unbookable(Reason.BAD_DOCUMENT, told, id=shapes.named(row), why=why)
        try:
            return line(number)
        except UnfitText as unfit:
            raise _Unbookable(Reason.BAD_DOCUMENT, told, id=shapes.named(row), why=unfit.why) from None

    def _net(self, row: dict[str, Any], kind: Kind) -> Decimal:
        said, net = row.get("amount"), shapes.moved(row, kind, self.currency)
        if net is None and shapes.has_decimals(said, self.currency):
            raise _Unbookable(
                Reason.BAD_AMOUNT,
                "the amount of payment {id} is {said}, and {currency} has {n} decimals: correct it in Bsale",
                id=shapes.named(row),
                said=quoted(said),
                currency=self.currency,
                n=DECIMALS[self.currency],
            )
        if net is None:
            raise _Unbookable(Reason.BAD_AMOUNT, "amount is {said}, which is no amount of money", said=quoted(said))
        if shapes.is_negative(row) and self.landing.pays_out(row, self.currency):
            raise _Unbookable(
                Reason.NEGATIVE_AMOUNT,
                "payment {id} is negative ({net}) and pays a document of type {type}, whose money goes out anyway:"
                " Bsale must say whether it came in or went out",
                id=shapes.named(row),
                net=-net,
                type=self.landing.document_type(row),
            )
        return net

    def _is_of_the_day(self, row: dict[str, Any]) -> None:
        """Bsale's date in UTC is the day; where it has none, the local day on which the payment was made is."""
        if shapes.is_undated(row):
            self._was_made_on_the_day(row)
            return
        recorded = shapes.seconds(row["recordDate"])
        if recorded is None:
            raise _Unbookable(Reason.BAD_DATE, "recordDate is {said}, which is no date", said=quoted(row["recordDate"]))
        if shapes.utc_day(recorded) != self.day:
            raise _Unbookable(
                Reason.WRONG_DAY,
                "Bsale gives it for {day}, but its recordDate is of {recorded} (UTC)",
                day=self.day,
                recorded=shapes.utc_day(recorded),
            )

    def _was_made_on_the_day(self, row: dict[str, Any]) -> None:
        made = shapes.seconds(row.get("createdAt"))
        if made is None:
            raise _Unbookable(
                Reason.BAD_DATE,
                "payment {id} has no recordDate, and its createdAt is {said}, which is no date: correct it in Bsale",
                id=shapes.named(row),
                said=quoted(row.get("createdAt")),
            )
        its_day = datetime.fromtimestamp(made, self.landing.zone).date()
        if its_day == self.day:
            return
        # Bsale's days are those of UTC: no local day but the one before or after has payments in its list.
        if abs(its_day - self.day) <= timedelta(days=1):
            raise _Unbookable(
                Reason.ANOTHER_DAY, "it has no recordDate and was made on {day}, where it is booked", day=its_day
            )
        raise _Unbookable(
            Reason.BAD_DATE,
            "payment {id} has no recordDate, came with {day} and was made on {made} by its createdAt: which day it is"
            " of is not known, so correct it in Bsale",
            id=shapes.named(row),
            day=self.day,
            made=its_day,
        )

    def _has_one_direction(self, row: dict[str, Any]) -> None:
        """A payment brings money or takes it, as all of its documents do; what is collected was owed to the company."""
        out, others = self.landing.kinds_paid_out(row, self.currency)
        if out and others:
            raise _Unbookable(
                Reason.UNKNOWN_DIRECTION,
                "payment {id} pays documents of type {out}, for which money goes out, together with those of type"
                " {others}: how much is for each is not known",
                id=shapes.named(row),
                out=", ".join(out),
                others=", ".join(others),
            )
        if out and shapes.is_collection(row):
            raise _Unbookable(
                Reason.UNKNOWN_DIRECTION,
                "payment {id} is said to collect a debt (isCreditPayment 1), and pays a document of type {out}, for"
                " which money goes out: Bsale must say whether it came in or went out",
                id=shapes.named(row),
                out=", ".join(out),
            )
        if shapes.is_collection(row) and not self.landing.knows_type(row):
            self._is_of_no_kind_paid_out(row)

    def _is_of_no_kind_paid_out(self, row: dict[str, Any]) -> None:
        if unseen := self._money_out_unseen.get((shapes.office(row), shapes.form(row))):
            raise _Unbookable(
                Reason.UNKNOWN_DIRECTION,
                "payment {id} is said to collect a debt (isCreditPayment 1) and does not tell of what type of document;"
                " Bsale's totals of its form of payment have money for type {out}, which goes out and which no other"
                " payment comes to: Bsale must say whether it came in or went out",
                id=shapes.named(row),
                out=", ".join(unseen),
            )

    @cached_property
    def _money_out_unseen(self) -> dict[tuple[str, str], list[str]]:
        return money_out_unseen(self.landing, self.currency)

    def _has_a_known_form(self, row: dict[str, Any]) -> None:
        if self.landing.is_client_credit(row) is not None:
            return
        if shapes.form(row) in self.landing.contradicted:
            raise _Unbookable(
                Reason.UNKNOWN_FORM,
                "Bsale says of the form of payment {form} both that it is client credit and that it is not: whether"
                " money moved is unknown",
                form=label(shapes.form(row)),
            )
        raise _Unbookable(
            Reason.UNKNOWN_FORM,
            "Bsale does not tell what form of payment {form} is: whether money moved is unknown",
            form=label(shapes.form(row)),
        )

    def _parts(self, row: dict[str, Any], kind: Kind, net: Decimal, code: str) -> dict[str, Decimal]:
        """What an amount is made of, as far as it is known without the mapping."""
        nothing = net - net
        if kind is Kind.COLLECTION:
            return self._shares(row, net)
        if kind is not Kind.REFUND:
            return self._taxes(code, net)
        if shapes.is_collection(row):
            unapplied = self._shares(row, net)["unapplied"]
            reopened = {"base": nothing, "vat": nothing, "reopened": net}
            return reopened | ({"unapplied": unapplied} if unapplied else {})
        return self._taxes(code, net) | {"reopened": nothing}

    def _taxes(self, code: str, net: Decimal) -> dict[str, Decimal]:
        """The VAT in an amount, by the kind of document it pays; none where the country's list has no such kind.

        As if all of the document were taxed alike: this contract gives totals of payments, not of invoices.
        """
        known = taxes(code, self.day, self.currency)
        return known.parts(net, self.currency) if known else {}

    def _shares(self, row: dict[str, Any], net: Decimal) -> dict[str, Decimal]:
        """How much of a collection pays off documents, and how much no document takes up; of one that is given back,
        the same, whichever sign its documents' amounts have."""
        applied = min(self._shared(row, net), net)
        return {"applied": applied, "unapplied": net - applied}

    def _shared(self, row: dict[str, Any], net: Decimal) -> Decimal:
        """What the documents of a collection come to: a single one without an amount takes all, none takes nothing."""
        if not shapes.listed(row):
            return net if paid(row) else ZERO
        shares = [self._share(row, document) for document in paid(row)]
        if shapes.is_negative(row) and all(share <= ZERO for share in shares):
            shares = [-share for share in shares]
        if any(share < ZERO for share in shares):
            raise _Unbookable(
                Reason.BAD_AMOUNT,
                "payment {id} of {amount} pays documents of {shares}, some of them below zero: what it pays of each is"
                " not known",
                id=shapes.named(row),
                amount=quoted(row["amount"]),
                shares=listing(quoted(document.get("amount")) for document in paid(row)),
            )
        return sum(shares, ZERO)

    def _share(self, row: dict[str, Any], document: dict[str, Any]) -> Decimal:
        share = shapes.money(document.get("amount"), self.currency)
        if share is None:
            raise _Unbookable(
                Reason.BAD_AMOUNT,
                "payment {id} pays a document with an amount of {said}, which is no amount of money",
                id=shapes.named(row),
                said=quoted(document.get("amount")),
            )
        return share

    def _attributes(self, row: dict[str, Any], kind: Kind, net: Decimal, code: str) -> dict[str, str]:
        attributes = {"form": shapes.form(row)}
        if kind is Kind.COLLECTION:
            shared = self._shared(row, net)
            attributes["spread"] = "exact" if shared == net else "short" if shared < net else "over"
        elif code:
            attributes["document_type"] = code
        if kind is Kind.REFUND:
            attributes["refund_of"] = self._refund_of(row)
        elif kind is not Kind.SALE:
            attributes["postdated"] = "true" if self._is_postdated(row) else "false"
        return attributes

    def _refund_of(self, row: dict[str, Any]) -> str:
        if shapes.is_collection(row):
            return "collection"
        if not self.landing.pays_out(row, self.currency):
            return "payment"
        return "purchase" if self.landing.is_purchase(row, self.currency) else "credit_note"

    def _is_postdated(self, row: dict[str, Any]) -> bool:
        """Whether it was paid by a cheque that is good on a later day only."""
        due = row.get("checkDate")
        if due in (None, "", 0, "0"):
            return False
        if (instant := shapes.seconds(due)) is None:
            raise _Unbookable(Reason.BAD_DATE, "checkDate is {said}, which is no date", said=quoted(due))
        return shapes.utc_day(instant) > self.day
