"""The ERP's books: what insert, reversal and delete do, and what they refuse."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sandbox.protheus.chart import Chart
from sandbox.protheus.fields import (
    CREDIT_SIDE,
    CURRENCIES,
    DEBIT_SIDE,
    PRE_ENTRY,
    SIDES,
    Divergence,
    Refusal,
    mirrored,
    read_line,
    with_continuations,
)
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
    chart: Callable[[], Chart]
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
                diverges |= self._diverges(lambda line=place: self._check_entities(lines[-1], line))
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
        self._check_open(origin.entry_date, lot)
        self._check_sublot(sublot)
        lines = [mirrored(line.fields) for line in origin.lines]
        number = self._next_number(origin.entry_date, lot, sublot)
        return self._book(origin.entry_date, lot, sublot, lines, number, reverses=origin)

    def delete(self, body: dict) -> str:
        """Takes a document off the books and gives its number; raises Refusal."""
        if self.settings.calendar_first:
            self._check_open(self._date(body), _key_part(body, "CT2_LOTE", 6))
        document = self._find(body)
        self._check_open(document.entry_date, document.lot)
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

    def _check_open(self, entry_date: date, lot: str) -> None:
        until = self.settings.closed_until
        if (until and entry_date <= until) or f"{entry_date:%Y-%m}" in self.settings.closed_months:
            raise Refusal(
                "CTBBLOQ",
                f"El calendario contable está cerrado para la fecha {entry_date:%d/%m/%Y}.",
                shown={"CT2_DATA": f"{entry_date:%d/%m/%Y}"},
            )
        if lot in self.settings.lots_in_use:
            raise Refusal("EMUSO", f"El documento está en uso por otro usuario (lote {lot}).", shown={"CT2_LOTE": lot})

    def _check_sublot(self, sublot: str) -> None:
        if not (sublot.isdecimal() or self.settings.alphanumeric_sublots):
            raise Refusal("SBLOTENUM", "El sublote debe ser numérico.", shown={"CT2_SBLOTE": sublot})

    def _written(self, lines: list[dict[str, str]]) -> list[dict[str, str]]:
        """Lines as this site keeps them."""
        kept = [fields | {"CT2_KEY": fields["CT2_KEY"][: self.settings.key_size]} for fields in lines]
        return with_continuations(kept, self.settings.history_size, self.settings.max_lines)

    def _check_entities(self, fields: dict[str, str], line: int) -> None:
        if fields["CT2_MOEDLC"] not in CURRENCIES:
            shown = {"CT2_MOEDLC": fields["CT2_MOEDLC"]}
            raise Refusal("NOMOEDA", "La moneda no está registrada o está bloqueada.", line=line, shown=shown)
        for side in SIDES[fields["CT2_DC"]]:
            self._check_side(fields, side["account"], side["cost_centre"], line)

    def _check_side(self, fields: dict[str, str], account_field: str, cost_centre_field: str, line: int) -> None:
        code, cost_centre = fields[account_field], fields[cost_centre_field]
        shown = {account_field: code}
        if not code:
            raise Refusal("NOCONTA", "La cuenta es obligatoria para este tipo de asiento.", line=line, shown=shown)
        account = self.chart().accounts.get(code)
        if account is None:
            raise Divergence("NOEXISTCT1", "La cuenta no está en el plan de cuentas.", line=line, shown=shown)
        if account.blocked:
            raise Divergence("CTABLOQ", "La cuenta está bloqueada.", line=line, shown=shown)
        if not account.postable:
            raise Divergence("SINTETICA", "La cuenta es sintética y no recibe asientos.", line=line, shown=shown)
        shown |= {cost_centre_field: cost_centre}
        if account.requires_cost_centre and not cost_centre:
            raise Divergence("NOCUSTO", "La cuenta exige centro de costo.", line=line, shown=shown)
        if cost_centre and self.chart().cost_centres.get(cost_centre, True):
            raise Divergence("NOEXISTCTT", "El centro de costo no existe o está bloqueado.", line=line, shown=shown)


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
