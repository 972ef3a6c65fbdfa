"""The ERP's books: what insert, reversal and delete do, and what they refuse."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sandbox.protheus.fields import (
    CREDIT_SIDE,
    DEBIT_SIDE,
    OTHER_AMOUNTS,
    PRE_ENTRY,
    SIDES,
    Divergence,
    Refusal,
    mirrored,
    read_line,
    with_continuations,
)
from sandbox.protheus.masters import HEADING, NO, OPEN, YES, Masters, Row
from sandbox.protheus.model import CT2, Documento, Numeracion
from sandbox.protheus.settings import Settings, Tenant

NOT_FOUND = "NODOC"
"""The code of the refusal that a document is not there."""


@dataclass
class Ledger:
    """The entries of one tenant, in one transaction."""

    session: Session
    tenant: Tenant
    settings: Settings
    masters: Masters
    today: Callable[[], date]

    def insert(self, body: dict) -> str:
        """Books a document and gives its number; raises Refusal, and then has done nothing if the site is atomic."""
        entry_date = self._date(body, default=self.today())
        lot = _key_part(body, "CT2_LOTE", 6, default="000001")
        sublot = _key_part(body, "CT2_SBLOTE", 3, default="001")
        items = body.get("ITENS", body.get("ÍTEMS"))
        if not isinstance(items, list) or not items:
            raise Refusal("NOITENS", "Debe enviarse al menos un ítem de asiento (ITENS).")
        self._check_open(entry_date, lot)
        self._check_sublot(sublot)
        number = self._next_number(entry_date, lot, sublot)
        lines: list[dict[str, str]] = []
        diverges = False
        try:
            for place, item in enumerate(items, start=1):
                lines.append(read_line(item, place))
                self._check_currencies(lines[-1], entry_date, place)
                diverges |= self._diverges(lambda line=place: self._check_entities(lines[-1], entry_date, line))
        except Refusal:
            if lines[:-1] and not self.settings.atomic_insert:
                self._book(entry_date, lot, sublot, self._written(lines[:-1]), number)
            raise
        diverges |= self._diverges(lambda: _check_balance(lines))
        if diverges:
            lines = [fields | {"CT2_TPSALD": PRE_ENTRY} for fields in lines]
        return self._book(entry_date, lot, sublot, self._written(lines), number)

    def is_fresh(self, body: dict) -> bool:
        """Whether an insert must wait until numbers are prepared for its address."""
        entry_date = self._date(body, default=self.today())
        lot = _key_part(body, "CT2_LOTE", 6, default="000001")
        sublot = _key_part(body, "CT2_SBLOTE", 3, default="001")
        if self.settings.numbers_ahead:
            prepared = self._prepared(entry_date, lot, sublot)
            return prepared is None or prepared.next_number > prepared.prepared_to
        return self.session.scalar(select(Documento.pk).where(*self._at(entry_date, lot, sublot)).limit(1)) is None

    def _diverges(self, check: Callable[[], None]) -> bool:
        """Whether a check fails in a way that makes the entry a pre-entry here; raises Refusal where it is refused."""
        try:
            check()
        except Divergence:
            if not self.settings.pre_entries:
                raise
            return True
        return False

    def reverse(self, body: dict) -> str:
        """Books the mirror of a document, on its date, and gives the mirror's number; raises Refusal."""
        origin = self._find(body)
        lot = _key_part(body, "CT2_LOTEST", 6, default=origin.lot)
        sublot = _key_part(body, "CT2_SBLOTEST", 3, default=origin.sublot)
        if not self.settings.reversal_has_own_address:
            lot, sublot = origin.lot, origin.sublot
        self._check_open(origin.entry_date, lot, origin.lines)
        self._check_sublot(sublot)
        lines = [mirrored(line.fields) for line in origin.lines]
        number = self._next_number(origin.entry_date, lot, sublot)
        return self._book(origin.entry_date, lot, sublot, lines, number, reverses=origin)

    def delete(self, body: dict) -> str:
        """Takes a document off the books and gives its number; raises Refusal."""
        if self.settings.calendar_first:
            self._check_open(self._date(body), _key_part(body, "CT2_LOTE", 6))
        document = self._find(body)
        self._check_open(document.entry_date, document.lot, document.lines)
        document.deleted_at = datetime.now(UTC)
        return f"{document.number:06d}"

    def _book(
        self,
        entry_date: date,
        lot: str,
        sublot: str,
        lines: list[dict],
        number: int,
        reverses: Documento | None = None,
    ) -> str:
        document = Documento(
            group=self.tenant.group,
            branch=self.tenant.branch,
            entry_date=entry_date,
            lot=lot,
            sublot=sublot,
            number=number,
            inserted_at=datetime.now(UTC),
            reverses=reverses,
            lines=[CT2(fields=fields) for fields in lines],
        )
        self.session.add(document)
        return f"{number:06d}"

    def _prepared(self, entry_date: date, lot: str, sublot: str) -> Numeracion | None:
        return self.session.get(Numeracion, (self.tenant.group, self.tenant.branch, entry_date, lot, sublot))

    def _next_number(self, entry_date: date, lot: str, sublot: str) -> int:
        """The number of the next document there. Where numbers are prepared ahead, it is used up even if the document
        is refused."""
        if not self.settings.numbers_ahead:
            return self._number_after_the_last(entry_date, lot, sublot)
        prepared = self._prepared(entry_date, lot, sublot)
        if prepared is None:
            first = self._number_after_the_last(entry_date, lot, sublot)
            prepared = Numeracion(
                group=self.tenant.group, branch=self.tenant.branch, entry_date=entry_date, lot=lot, sublot=sublot,
                next_number=first, prepared_to=first - 1,
            )  # fmt: skip
            self.session.add(prepared)
        if prepared.next_number > prepared.prepared_to:
            prepared.prepared_to += self.settings.numbers_ahead
        prepared.next_number += 1
        return prepared.next_number - 1

    def _number_after_the_last(self, entry_date: date, lot: str, sublot: str) -> int:
        taken = select(func.max(Documento.number)).where(*self._at(entry_date, lot, sublot))
        if self.settings.reuse_deleted_numbers:
            taken = taken.where(Documento.deleted_at.is_(None))
        last = self.session.scalar(taken)
        return self.settings.first_number if last is None else last + 1

    def _find(self, body: dict) -> Documento:
        entry_date = self._date(body)
        lot, sublot = _key_part(body, "CT2_LOTE", 6), _key_part(body, "CT2_SBLOTE", 3)
        number = _key_part(body, "CT2_DOC", 6)
        live = select(Documento).where(*self._at(entry_date, lot, sublot), Documento.deleted_at.is_(None))
        document = self.session.scalar(live.where(Documento.number == int(number))) if number.isdecimal() else None
        if document is None:
            raise Refusal(
                NOT_FOUND,
                f"Documento no encontrado: {entry_date:%d/%m/%Y} lote {lot} sublote {sublot} documento {number}.",
            )
        return document

    def _at(self, entry_date: date, lot: str, sublot: str) -> tuple:
        return (
            Documento.group == self.tenant.group,
            Documento.branch == self.tenant.branch,
            Documento.entry_date == entry_date,
            Documento.lot == lot,
            Documento.sublot == sublot,
        )

    def _date(self, body: dict, default: date | None = None) -> date:
        """``29/08/2022``, or the same in digits alone."""
        sent = body.get("CT2_DATA") or ""
        if not sent and default:
            return default
        try:
            return datetime.strptime(sent.replace("/", ""), "%d%m%Y").date()
        except (ValueError, AttributeError):
            raise Refusal("FECHAINV", "La fecha del asiento no es válida.", shown={"CT2_DATA": sent}) from None

    def _check_open(self, entry_date: date, lot: str, lines: Iterable[CT2] = ()) -> None:
        until = self.settings.closed_until
        if (until and entry_date <= until) or f"{entry_date:%Y-%m}" in self.settings.closed_months:
            raise _closed(entry_date)
        for currency in {line.fields["CT2_MOEDLC"] for line in lines}:
            self._check_period(currency, entry_date)
        if lot in self.settings.lots_in_use:
            raise Refusal("EMUSO", f"El documento está en uso por otro usuario (lote {lot}).", shown={"CT2_LOTE": lot})

    def _check_period(self, currency: str, entry_date: date) -> None:
        status = self.masters.period_status(currency, entry_date)
        if status is None:
            raise Refusal("NOCALEND", f"No hay calendario contable para la moneda {currency} el {entry_date:%d/%m/%Y}.")
        if status != OPEN:
            raise _closed(entry_date)

    def _check_sublot(self, sublot: str) -> None:
        if not (sublot.isdecimal() or self.settings.alphanumeric_sublots):
            raise Refusal("SBLOTENUM", "El sublote debe ser numérico.", shown={"CT2_SBLOTE": sublot})

    def _written(self, lines: list[dict[str, str]]) -> list[dict[str, str]]:
        """Lines as this site keeps them."""
        kept = [fields | {"CT2_KEY": fields["CT2_KEY"][: self.settings.key_size]} for fields in lines]
        return with_continuations(kept, self.settings.history_size, self.settings.max_lines)

    def _check_currencies(self, fields: dict[str, str], entry_date: date, line: int) -> None:
        others = [name[-2:] for name in OTHER_AMOUNTS if name in fields]
        for number in (fields["CT2_MOEDLC"], *others):
            currency = self.masters.rows("CTO").get(number)
            if currency is None or currency["CTO_BLOQ"] == YES:
                shown = {"CT2_MOEDLC": number}
                raise Refusal("NOMOEDA", "La moneda no está registrada o está bloqueada.", line=line, shown=shown)
        self._check_period(fields["CT2_MOEDLC"], entry_date)

    def _check_entities(self, fields: dict[str, str], entry_date: date, line: int) -> None:
        for side in SIDES[fields["CT2_DC"]]:
            self._check_side(fields, side, entry_date, line)

    def _check_side(self, fields: dict[str, str], side: dict[str, str], entry_date: date, line: int) -> None:
        account_field = side["account"]
        code = fields[account_field]
        shown = {account_field: code}
        if not code:
            raise Refusal("NOCONTA", "La cuenta es obligatoria para este tipo de asiento.", line=line, shown=shown)
        account = self.masters.rows("CT1").get(code)
        if account is None:
            raise Divergence("NOEXISTCT1", "La cuenta no está en el plan de cuentas.", line=line, shown=shown)
        if account["CT1_BLOQ"] == YES:
            raise Divergence("CTABLOQ", "La cuenta está bloqueada.", line=line, shown=shown)
        if account["CT1_CLASSE"] == HEADING:
            raise Divergence("SINTETICA", "La cuenta es sintética y no recibe asientos.", line=line, shown=shown)
        if not _exists_on(account, "CT1", entry_date):
            raise Divergence("CTADATA", "La cuenta no existe en la fecha del asiento.", line=line, shown=shown)
        for dimension in DIMENSIONS:
            value_field = side[dimension.side]
            self._check_dimension(account, dimension, fields[value_field], entry_date, line, shown, value_field)

    def _check_dimension(
        self,
        account: Row,
        dimension: "Dimension",
        value: str,
        entry_date: date,
        line: int,
        shown: dict[str, str],
        value_field: str,
    ) -> None:
        shown = shown | {value_field: value}
        if not value:
            if account[dimension.obligatory] == YES:
                message = f"La cuenta exige {dimension.name}."
                raise Divergence(f"NO{dimension.code}", message, line=line, shown=shown)
            return
        if account[dimension.accepted] == NO:
            message = f"La cuenta no admite {dimension.name}."
            raise Divergence(f"AC{dimension.code}", message, line=line, shown=shown)
        table, rows = dimension.table, self.masters.rows(dimension.table)
        if not rows and table != "CTT":
            return  # this company keeps no list of them
        row = rows.get(value)
        if row is None or row[f"{table}_BLOQ"] == YES:
            message = f"El {dimension.name} no existe o está bloqueado."
            raise Divergence(f"NOEXIST{table}", message, line=line, shown=shown)
        if row[f"{table}_CLASSE"] == HEADING:
            message = f"El {dimension.name} es sintético y no recibe asientos."
            raise Divergence("SINTETICA", message, line=line, shown=shown)
        if not _exists_on(row, table, entry_date):
            message = f"El {dimension.name} no existe en la fecha del asiento."
            raise Divergence(f"DATA{table}", message, line=line, shown=shown)


class Dimension(NamedTuple):
    """A line's dimension: its key in a side, its table, and what an account says of it."""

    side: str
    table: str
    accepted: str
    obligatory: str
    name: str
    code: str


DIMENSIONS = (
    Dimension("cost_centre", "CTT", "CT1_ACCUST", "CT1_CCOBRG", "centro de costo", "CUSTO"),
    Dimension("item", "CTD", "CT1_ACITEM", "CT1_ITOBRG", "ítem contable", "ITEM"),
    Dimension("value_class", "CTH", "CT1_ACCLVL", "CT1_CLOBRG", "código de clase de valor", "CLVL"),
)


def _exists_on(row: Row, table: str, day: date) -> bool:
    first, last = row[f"{table}_DTEXIS"], row[f"{table}_DTEXSF"]
    return (not first or first <= f"{day:%Y%m%d}") and (not last or f"{day:%Y%m%d}" <= last)


def _closed(entry_date: date) -> Refusal:
    return Refusal(
        "CTBBLOQ",
        f"El calendario contable está cerrado para la fecha {entry_date:%d/%m/%Y}.",
        shown={"CT2_DATA": f"{entry_date:%d/%m/%Y}"},
    )


def _key_part(body: dict, name: str, size: int, default: str | None = None) -> str:
    value = body.get(name)
    if value is None or value == "":
        if default is None:
            raise Refusal("OBRIGAT", "El campo es obligatorio.", shown={name: ""})
        return default
    if not isinstance(value, str) or len(value.strip()) > size:
        raise Refusal("TAMANHO", f"El campo es de tipo carácter, de tamaño {size}.", shown={name: value})
    return value.strip()


def _check_balance(lines: list[dict[str, str]]) -> None:
    debit, credit = (
        sum(Decimal(fields["CT2_VALOR"]) for fields in lines if side in SIDES[fields["CT2_DC"]])
        for side in (DEBIT_SIDE, CREDIT_SIDE)
    )
    if debit != credit:
        raise Divergence(
            "NAOBATE",
            f"El total de débitos ({debit}) y el de créditos ({credit}) no coinciden.\r\n"
            f"Diferencia: {abs(debit - credit)}.",
        )
