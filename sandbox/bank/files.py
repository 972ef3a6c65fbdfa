"""The bank's statement and the acquirer's report as the files that people get: CSV as written in Ecuador."""

from collections.abc import Iterable
from datetime import date

from sandbox.bank.model import Movement, Settled

BANK_HEAD = "Fecha;Fecha valor;Concepto;Documento;Terminal;Debito;Credito;Saldo"
CARD_HEAD = "Fecha venta;Fecha pago;Terminal;Lote;Recap;Bruto;Comision;IVA comision;Retencion;Neto;Nro pago"


def written(cents: int) -> str:
    """``1.234,50``; of nothing nothing."""
    whole, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole:,}".replace(",", ".") + f",{rest:02d}"


def statement(movements: Iterable[Movement], opening: int = 0) -> str:
    """An account's movements with the running balance, below two rows of the bank's own."""
    rows, balance = ["BANCO DEL SANDBOX;;;;;;;", "Estado de cuenta;;;;;;;", BANK_HEAD], opening
    for one in movements:
        balance += one.cents
        came = written(one.cents) if one.cents >= 0 else ""
        went = written(-one.cents) if one.cents < 0 else ""
        terminal = one.text.rpartition(" ")[2] if one.text.rpartition(" ")[2].startswith("T0") else ""
        rows.append(
            f"{_day(one.day)};{_day(one.day)};{one.text};{one.reference};{terminal};{went};{came};{written(balance)}"
        )
    return "\r\n".join([*rows, ""])


def report(settled: Iterable[Settled]) -> str:
    """An acquirer's rows."""
    rows = [CARD_HEAD]
    for one in settled:
        money = ";".join(map(written, (one.gross, one.fee, one.vat, one.withheld, one.net)))
        rows.append(f"{_day(one.sold)};{_day(one.paid)};{one.terminal};{one.batch};{one.slip};{money};{one.payment}")
    return "\r\n".join([*rows, ""])


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"
