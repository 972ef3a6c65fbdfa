"""SWIFT MT940 statements, read by the library mt-940 and held against what stands in the file."""

import hashlib
import logging
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

import mt940

from cierre.bookkeeping.money import AmountError, amount
from cierre.bookkeeping.sentence import Sentence
from cierre.bookkeeping.statements.lines import Statement, StatementLine
from cierre.bookkeeping.text import UnfitText, line as fit_line, whole_line
from cierre.statement_files.faults import Fault, StatementFileError, refuse
from cierre.statement_files.tables import MOST_BYTES, MOST_ROWS

MOST_MT940_BYTES = min(MOST_BYTES, 5_000_000)
"""The library reads by regular expressions over the whole text; months of a busy account have 1,000,000."""

_MOVEMENT = re.compile(rb"^:61:", re.MULTILINE)

_OTHER_MARK = re.compile(
    r"^:(61:\d{6}(\d{4}|\s{4})?R?[DC][A-Z]?|6[02][FM]:[DC]\d{6}[A-Z]{3})[\n ]?[\d,]*\.", re.MULTILINE | re.IGNORECASE
)
"""An amount with a point, which the standard does not have: of 4.50 the library would read 4."""

NO_REFERENCE = ("NONREF", "NOTPROVIDED")
"""What stands in the place of a payer's number where there is none."""

OPTIONS = mt940.Options(reversal_sign=True, case_insensitive_marks=True)
"""What RC is: money that came is taken back."""

# What the library cannot read it repeats to its log, with the payer's name.
logging.getLogger("mt940").setLevel(logging.CRITICAL + 1)


def read_mt940(content: bytes) -> list[Statement]:
    """The statements of a file, in its order. Raises StatementFileError.

    The library passes over what it does not understand; a file of which it gives fewer movements than the file has
    (``:61:``) is refused.
    """
    if len(content) > MOST_MT940_BYTES:
        raise refuse(Sentence("the file has more than {most} bytes; ask for shorter periods", most=MOST_MT940_BYTES))
    movements = len(_MOVEMENT.findall(content))
    if b":60" not in content or b"\0" in content:
        raise refuse(Sentence("the file is no MT940: it has no opening balance (:60F:)"))
    if movements > MOST_ROWS:
        raise refuse(Sentence("the file has more than {most} rows; ask for shorter periods", most=MOST_ROWS))
    text = _decoded(content)
    if _OTHER_MARK.search(text):
        raise refuse(Sentence("an amount of the file has a point; the decimal mark of an MT940 is the comma"))
    try:
        read = [mt940.models.Transactions(options=OPTIONS) for _ in _parts(text)]
        for statement, part in zip(read, _parts(text), strict=True):
            statement.parse(part)
    except Exception:  # the library lets any error of its own or of Python's escape
        raise refuse(Sentence("the file is no MT940 that can be read; ask the bank for it anew")) from None
    sha256 = hashlib.sha256(content).hexdigest()
    faults: list[Fault] = []
    made = [one for statement in read if (one := _statement(statement, sha256, faults)) is not None]
    taken = sum(len(one.lines) for one in made)
    if not faults and taken != movements:
        message = Sentence("the file has {n} movements, and {taken} of them can be read", n=movements, taken=taken)
        faults.append(Fault(0, message))
    if faults:
        raise StatementFileError(faults)
    return made


def _decoded(content: bytes) -> str:
    """As UTF-8 where it is that: the letters of another encoding make no UTF-8."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _parts(text: str) -> list[str]:
    """One text for each statement: each begins with :20:."""
    starts = [match.start() for match in re.finditer(r"^:20:", text, re.MULTILINE)]
    if not starts:
        return [text]
    return [text[start:end] for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]


def _statement(read: Any, sha256: str, faults: list[Fault]) -> Statement | None:
    opening = read.data.get("final_opening_balance") or read.data.get("intermediate_opening_balance")
    closing = read.data.get("final_closing_balance") or read.data.get("intermediate_closing_balance")
    account = str(read.data.get("account_identification") or "").strip()
    if opening is None or closing is None or not account:
        faults.append(Fault(0, Sentence("a statement lacks its account (:25:) or one of its balances (:60F:, :62F:)")))
        return None
    currency = str(opening.amount.currency)
    lines = tuple(_lines(read, currency, account, faults))
    try:
        begins = amount(Decimal(opening.amount.amount), currency)
        ends = amount(Decimal(closing.amount.amount), currency)
    except (AmountError, InvalidOperation, TypeError):
        faults.append(Fault(0, Sentence("a balance of account {account} cannot be read", account=account[:40])))
        return None
    first, last = _day(opening.date), _day(closing.date)
    number = str(read.data.get("statement_number") or "")
    return Statement(account[:60], currency, min(first, last), last, begins, ends, lines, sha256, number)


def _lines(read: Any, currency: str, account: str, faults: list[Fault]) -> Iterator[StatementLine]:
    for place, one in enumerate(_booked(read), start=1):
        try:
            yield _line(place, one.data, currency)
        except UnfitText:
            faults.append(Fault(place, Sentence("a movement's text holds characters that cannot be kept")))
        except (AmountError, InvalidOperation, KeyError, TypeError, AttributeError):
            text = "a movement of account {account} cannot be read"
            faults.append(Fault(place, Sentence(text, account=account[:40])))


def _booked(read: Any) -> list[Any]:
    return [one for one in read if "amount" in one.data]


def _day(value: Any) -> date:
    return date(value.year, value.month, value.day)


def _line(place: int, data: dict[str, Any], currency: str) -> StatementLine:
    value = _day(data["date"])
    entry = data.get("entry_date")
    reference = str(data.get("customer_reference") or "").strip()
    return StatementLine(
        place,
        _day(entry) if entry is not None else value,
        value,
        amount(Decimal(data["amount"].amount), currency),
        fit_line(str(data.get("bank_reference") or "").strip()),
        fit_line("" if reference.upper() in NO_REFERENCE else reference),
        whole_line(str(data.get("transaction_details") or "")),
        is_reversal=str(data.get("status") or "").upper().startswith("R"),
    )
