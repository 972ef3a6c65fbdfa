"""ISO 20022 statements (camt.053, any version), read by lxml without entities, without a network, within bounds."""

import hashlib
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from lxml import etree

from cierre.bookkeeping.money import AmountError, amount, exact
from cierre.bookkeeping.sentence import Sentence
from cierre.bookkeeping.statements.lines import Statement, StatementLine
from cierre.bookkeeping.text import UnfitText, line as fit_line, quoted, whole_line
from cierre.statement_files.faults import Fault, StatementFileError, refuse
from cierre.statement_files.tables import MOST_BYTES, MOST_ROWS

LONGEST_ID = 60
"""Characters that are kept of the numbers that a bank gives a movement."""

NO_REFERENCE = "NOTPROVIDED"
"""What stands in the place of a payer's number where there is none."""

OPENING = ("OPBD", "PRCD")
CLOSING = ("CLBD",)


def read_camt(content: bytes) -> list[Statement]:
    """The statements of a file, in its order. Raises StatementFileError with all that is wrong in it."""
    if len(content) > MOST_BYTES:
        raise refuse(Sentence("the file has more than {most} bytes; ask for shorter periods", most=MOST_BYTES))
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise refuse(Sentence("the file is no XML that can be read; ask the bank for it anew")) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise refuse(Sentence("the file declares XML entities, which no bank's statement does; nothing of it was read"))
    found = list(_all(root, "Stmt"))
    if not found:
        raise refuse(Sentence("the file has no statement (Stmt); is it a camt.053?"))
    sha256 = hashlib.sha256(content).hexdigest()
    faults: list[Fault] = []
    made = [one for element in found if (one := _statement(element, sha256, faults)) is not None]
    if faults:
        raise StatementFileError(faults)
    return made


def _statement(element: etree._Element, sha256: str, faults: list[Fault]) -> Statement | None:
    account = _text(element, "Acct", "Id", "IBAN") or _text(element, "Acct", "Id", "Othr", "Id")
    entries = list(_children(element, "Ntry"))
    if len(entries) > MOST_ROWS:
        raise refuse(Sentence("the file has more than {most} rows; ask for shorter periods", most=MOST_ROWS))
    balances = {code: balance for code, balance in _balances(element, faults)}
    currencies = {currency for _, currency, _ in balances.values()} | {_currency(entry) for entry in entries}
    if len(currencies) != 1 or not account:
        faults.append(Fault(0, Sentence("a statement must have one account and one currency")))
        return None
    (currency,) = currencies
    made = (_line(place, entry, currency, faults) for place, entry in enumerate(entries, start=1))
    lines = [line for line in made if line is not None]
    opening = next((balances[code] for code in OPENING if code in balances), None)
    closing = next((balances[code] for code in CLOSING if code in balances), None)
    first = _date_of(_text(element, "FrToDt", "FrDtTm")) or (opening and opening[2]) or _least(lines)
    last = _date_of(_text(element, "FrToDt", "ToDtTm")) or (closing and closing[2]) or _most(lines)
    if first is None or last is None:
        faults.append(Fault(0, Sentence("a statement says neither its days nor a movement")))
        return None
    number = _text(element, "ElctrncSeqNb") or _text(element, "LglSeqNb") or _text(element, "Id")
    return Statement(
        account[:LONGEST_ID],
        currency,
        min(first, last),
        last,
        opening[0] if opening else None,
        closing[0] if closing else None,
        tuple(lines),
        sha256,
        number[:LONGEST_ID],
    )


def _least(lines: list[StatementLine]) -> date | None:
    return min((line.booked for line in lines), default=None)


def _most(lines: list[StatementLine]) -> date | None:
    return max((line.booked for line in lines), default=None)


def _balances(element: etree._Element, faults: list[Fault]) -> Iterator[tuple[str, tuple[Decimal, str, date | None]]]:
    for balance in _children(element, "Bal"):
        code = _text(balance, "Tp", "CdOrPrtry", "Cd")
        if code in (*OPENING, *CLOSING) and (money := _money(0, balance, _currency(balance), faults)) is not None:
            yield (
                code,
                (money, _currency(balance), _date_of(_text(balance, "Dt", "Dt") or _text(balance, "Dt", "DtTm"))),
            )


def _line(place: int, entry: etree._Element, currency: str, faults: list[Fault]) -> StatementLine | None:
    """A booked movement; None for one that is only announced, or that cannot be read. ``place`` counts the entries,
    also those: a file may have all of them on one line."""
    status = _text(entry, "Sts", "Cd") or _text(entry, "Sts")
    if status not in ("BOOK", ""):
        return None
    booked = _date_of(_text(entry, "BookgDt", "Dt") or _text(entry, "BookgDt", "DtTm"))
    value = _date_of(_text(entry, "ValDt", "Dt") or _text(entry, "ValDt", "DtTm"))
    money = _money(place, entry, currency, faults)
    if booked is None and value is None:
        faults.append(Fault(place, Sentence("a movement has no date (BookgDt); ask the bank for the file anew")))
    if money is None or (booked or value) is None:
        return None
    details = next(_all(entry, "TxDtls"), entry)
    try:
        return StatementLine(
            place,
            booked or value,  # type: ignore[arg-type]
            value or booked,  # type: ignore[arg-type]
            money,
            _fit(_number(entry, "AcctSvcrRef") or _number(details, "Refs", "AcctSvcrRef")),
            _fit(_number(details, "Refs", "EndToEndId") or _number(entry, "NtryRef")),
            whole_line(_told(entry) or _text(entry, "AddtlNtryInf")),
            is_reversal=_text(entry, "RvslInd") in ("true", "1"),
        )
    except UnfitText:
        faults.append(Fault(place, Sentence("a movement's text holds characters that cannot be kept")))
        return None


def _money(place: int, element: etree._Element, currency: str, faults: list[Fault]) -> Decimal | None:
    raw, sign = _text(element, "Amt"), _text(element, "CdtDbtInd")
    try:
        money = amount(exact(raw), currency)
    except AmountError:
        faults.append(
            Fault(place, Sentence("{value} is no amount in {currency}", value=quoted(raw), currency=currency))
        )
        return None
    if sign not in ("CRDT", "DBIT") or money < 0:
        faults.append(Fault(place, Sentence("an amount does not say whether money came or went (CdtDbtInd)")))
        return None
    # Also of a reversal (RvslInd): CdtDbtInd says what really moved.
    return money if sign == "CRDT" else -money


def _currency(element: etree._Element) -> str:
    return next((child.get("Ccy") or "" for child in _children(element, "Amt")), "")[:3]


def _date_of(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _number(element: etree._Element, *path: str) -> str:
    text = _text(element, *path)
    return "" if text.upper() == NO_REFERENCE else text


def _told(entry: etree._Element) -> str:
    """All that payers write of a movement: a bank gives each line of it by itself."""
    lines = ((line.text or "").strip() for part in _all(entry, "RmtInf") for line in _children(part, "Ustrd"))
    return " ".join(line for line in lines if line)


def _fit(text: str) -> str:
    return fit_line(text[:LONGEST_ID])


def _children(element: etree._Element, name: str) -> Iterator[etree._Element]:
    """Children by their name in any namespace: versions differ in nothing else that is read here."""
    return (child for child in element if etree.QName(child).localname == name)


def _all(element: etree._Element, name: str) -> Iterator[etree._Element]:
    return (one for one in element.iter(f"{{*}}{name}"))


def _text(element: etree._Element, *path: str) -> str:
    for name in path:
        child = next(_children(element, name), None)
        if child is None:
            return ""
        element = child
    return (element.text or "").strip()
