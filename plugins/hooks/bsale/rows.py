"""What a payment of Bsale means to the books: documents out of the rows of one office (bsale.seed.txt)."""

from collections import Counter
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from cierre.bookkeeping.documents import Document, Kind, QuarantinedRow, Reading
from cierre.bookkeeping.money import DECIMALS, ZERO
from cierre.bookkeeping.sentence import Sentence
from cierre.bookkeeping.text import quoted
from cierre.bookkeeping.treatment import taxes
from hooks.bsale import words as shapes
from hooks.bsale.answers import identity
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
        self._is_whole(row)
        kind = self._kind(row)
        net = self._net(row, kind)
        if shapes.flag(row["state"]):
            raise _Unbookable(Reason.VOIDED, "the payment is voided")
        self._is_of_the_day(row)
        self._has_a_known_form(row)
        documents = [number for node in paid(row) if (number := identity(node.get("id")))]
        return Document(
            source="bsale",
            kind=kind,
            source_id=identity(row["id"]),
            business_date=self.day,
            currency=self.currency,
            form=shapes.form(row),
            amounts={"net": net} | self._parts(row, kind, net),
            attributes=self._attributes(row, kind, net),
            place=place,
            # What people look for: the document that was paid, or, where there are several, the payment itself.
            reference=documents[0] if len(documents) == 1 else identity(row["id"]),
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
                id=number,
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
                Reason.NO_OFFICE, "payment {id} names no office, so no cash box would book it", id=said["id"]
            )

    def _net(self, row: dict[str, Any], kind: Kind) -> Decimal:
        said, net = row.get("amount"), shapes.moved(row, kind, self.currency)
        if net is None and shapes.has_decimals(said, self.currency):
            raise _Unbookable(
                Reason.BAD_AMOUNT,
                "the amount of payment {id} is {said}, and {currency} has {n} decimals: correct it in Bsale",
                id=identity(row["id"]),
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
                id=identity(row["id"]),
                net=-net,
                type=self.landing.document_type(row),
            )
        return net

    def _is_of_the_day(self, row: dict[str, Any]) -> None:
        """Bsale's date in UTC is the day; where it has none, the local day on which the payment was made is."""
        if shapes.is_undated(row):
            made = shapes.seconds(row.get("createdAt"))
            if made is None:
                raise _Unbookable(
                    Reason.BAD_DATE,
                    "there is no recordDate, and createdAt is {said}",
                    said=quoted(row.get("createdAt")),
                )
            its_day = datetime.fromtimestamp(made, self.landing.zone).date()
            if its_day != self.day:
                raise _Unbookable(
                    Reason.ANOTHER_DAY, "it has no recordDate and was made on {day}, where it is booked", day=its_day
                )
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

    def _has_a_known_form(self, row: dict[str, Any]) -> None:
        if self.landing.is_client_credit(row) is None:
            raise _Unbookable(
                Reason.UNKNOWN_FORM,
                "Bsale does not tell what form of payment {form} is: whether money moved is unknown",
                form=shapes.form(row),
            )

    def _parts(self, row: dict[str, Any], kind: Kind, net: Decimal) -> dict[str, Decimal]:
        """What an amount is made of, as far as it is known without the mapping."""
        nothing = net - net
        if kind is Kind.COLLECTION:
            return self._shares(row, net)
        if kind is not Kind.REFUND:
            return self._taxes(row, net)
        if shapes.is_collection(row):
            return {"base": nothing, "vat": nothing, "reopened": net}
        return self._taxes(row, net) | {"reopened": nothing}

    def _taxes(self, row: dict[str, Any], net: Decimal) -> dict[str, Decimal]:
        """The VAT in an amount, by the kind of document it pays; none where the country's list has no such kind.

        As if all of the document were taxed alike: this contract gives totals of payments, not of invoices.
        """
        known = taxes(self.landing.document_type(row), self.day, self.currency)
        return known.parts(net, self.currency) if known else {}

    def _shares(self, row: dict[str, Any], net: Decimal) -> dict[str, Decimal]:
        """How much of a collection pays off documents, and how much no document takes up."""
        applied = min(self._shared(row, net), net)
        return {"applied": applied, "unapplied": net - applied}

    def _shared(self, row: dict[str, Any], net: Decimal) -> Decimal:
        """What the documents of a collection come to; a single one without an amount takes all."""
        listed = row.get("documents")
        if not isinstance(listed, list):
            return net
        total = ZERO
        for document in listed:
            share = shapes.money(document.get("amount") if isinstance(document, dict) else None, self.currency)
            if share is None or share < ZERO:
                raise _Unbookable(Reason.BAD_AMOUNT, "a document that it pays has an amount that is no money")
            total += share
        return total

    def _attributes(self, row: dict[str, Any], kind: Kind, net: Decimal) -> dict[str, str]:
        attributes = {"form": shapes.form(row)}
        if kind is Kind.COLLECTION:
            shared = self._shared(row, net)
            attributes["spread"] = "exact" if shared == net else "short" if shared < net else "over"
        elif code := self.landing.document_type(row):
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
