"""Problems: why a day cannot be booked, all of them at once, with how many documents and how much money each."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from cierre.bookkeeping.documents import Document, Kind
from cierre.bookkeeping.sentence import Sentence, listing

EXAMPLES = 3
"""How many documents a problem names."""


class ProblemKind(StrEnum):
    """What keeps documents from being booked."""

    UNMAPPED = "unmapped"
    UNTREATED = "untreated"
    AMBIGUOUS = "ambiguous"
    UNBALANCED = "unbalanced"
    NEGATIVE = "negative"
    MISSING_AMOUNT = "missing_amount"
    REPEATED = "repeated"
    WRONG_DAY = "wrong_day"
    MISSING_RATE = "missing_rate"
    MISSING_ROUNDING = "missing_rounding"
    ROUNDED_TOO_FAR = "rounded_too_far"
    TOO_SMALL = "too_small"
    HELD = "held"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason, and the documents it stops.

    ``posting`` is what could not be booked (``payment: debit net``; only the kind of document where it is the whole
    document). ``attributes`` are those that decide, as sorted pairs. ``count`` documents carry ``amount`` of
    ``currency`` in that posting; ``documents`` are the keys of the first few. ``message`` is a sentence; ``fix`` says
    what to write in the mapping, "" where the mapping cannot mend it; ``table`` is the one of its tables that lacks a
    value, "" where there is none.
    """

    kind: ProblemKind
    posting: str
    attributes: tuple[tuple[str, str], ...]
    count: int
    amount: Decimal
    currency: str
    documents: tuple[str, ...]
    message: str
    fix: str = ""
    table: str = ""

    def __str__(self) -> str:
        return Sentence("{message}; {fix}", message=self.message, fix=self.fix) if self.fix else self.message


_Group = tuple[ProblemKind, str, tuple[tuple[str, str], ...], str, Kind, str, str, str]
"""What one problem is of: its kind, posting and attributes, the documents' currency and kind, the reason, the fix, and
the mapping's table."""


class Problems:
    """Collects problems: one for each reason, however many documents it stops."""

    def __init__(self) -> None:
        self._stopped: dict[_Group, list[tuple[str, Decimal]]] = {}
        self._named: dict[str, Sentence] = {}

    def add(
        self,
        document: Document,
        kind: ProblemKind,
        reason: str,
        amount: Decimal,
        *,
        posting: str = "",
        attributes: tuple[tuple[str, str], ...] = (),
        fix: str = "",
        table: str = "",
        called: Sentence | None = None,
    ) -> None:
        """Notes that ``reason`` (which completes "3 payments of 12.50 USD …") stops ``amount`` of a document.

        ``called`` is how people find the document at its source, where the message is to say it.
        """
        if called is not None:
            self._named[document.key] = called
        name = f"{document.kind}: {posting}" if posting else str(document.kind)
        group = (kind, name, attributes, document.currency, document.kind, reason, fix, table)
        self._stopped.setdefault(group, []).append((document.key, amount))

    def all(self) -> list[Problem]:
        """The problems in an order that does not depend on the documents' order."""
        problems = []
        for group, stopped in sorted(self._stopped.items()):
            kind, posting, attributes, currency, documents, reason, fix, table = group
            amount = sum((amount for _, amount in stopped), Decimal(0))
            count = len(stopped)
            examples = tuple(sorted(key for key, _ in stopped)[:EXAMPLES])
            problems.append(
                Problem(
                    kind=kind,
                    posting=posting,
                    attributes=attributes,
                    count=count,
                    amount=amount,
                    currency=currency,
                    documents=examples,
                    message=self._message(documents.counted(count), stopped, currency, reason, examples),
                    fix=fix,
                    table=table,
                )
            )
        return problems

    def _message(
        self,
        documents: Sentence,
        stopped: list[tuple[str, Decimal]],
        currency: str,
        reason: str,
        examples: tuple[str, ...],
    ) -> Sentence:
        values = {
            "documents": documents,
            "amount": sum((amount for _, amount in stopped), Decimal(0)),
            "currency": currency,
            "reason": reason,
        }
        which = [self._named[key] for key in examples if key in self._named]
        if not which:
            return Sentence("{documents} of {amount} {currency} {reason}", **values)
        if more := len(stopped) - len(which):
            which.append(Sentence("{n} more", n=more))
        return Sentence("{documents} of {amount} {currency} ({which}) {reason}", **values, which=listing(which))
