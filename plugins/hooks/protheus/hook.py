"""Protheus, the ERP: journal entries in, reversed and deleted (protheus.seed.txt, field-notes.md)."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

import msgspec
from requests import Response

from cierre.bookkeeping import json_text
from cierre.bookkeeping.address import Address
from cierre.bookkeeping.journal import JournalEntry, Line, Side
from cierre.bookkeeping.json_text import repeated
from cierre.bookkeeping.master_data import MasterData
from cierre.bookkeeping.read_back import BookedLine, StandingDocument
from cierre.bookkeeping.sentence import Sentence
from cierre.bookkeeping.text import is_text_or_number
from cierre.bookkeeping.tie_out import HeldLine
from cierre.ports.errors import DataError, FatalError, PeriodClosedError, RetriableError, UncertainError, VendorError
from hooks.http.hook import VendorHook, describe, one_line, words_of
from hooks.protheus import master_data as masters
from hooks.protheus.login import LOGIN_TIMEOUT, TokenLogin
from hooks.protheus.numbering import NUMBERING
from hooks.protheus.query import code_text
from hooks.protheus.range_reader import RangeReader
from hooks.protheus.read_back import LotReader
from hooks.protheus.rights import ROUTINE, may_post
from hooks.protheus.settings import Settings

ENTRY = "/api/ctb/accountingentry"

_GROUP = ("GrupoEmpresa", "CompanyGroup")
"""What an answer calls the group of companies: TOTVS' Spanish page of the service, and its English one."""

# What a call gets that never reached the routine: no login, no such address, not this way, too big, not this type.
_NEVER_REACHED = {401, 404, 405, 413, 415}

# 4xx that do not say whether the routine ran: any server in between may send them, a filter of answers the 403. So a
# 429 is no promise that nothing was booked: the contract has none.
_UNCLEAR = {403, 408, 429}


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """What the ERP answers to an accepted entry, as it said it, stripped; whether to believe it is for posting to say.

    ``document`` is CT2_DOC; ``company_group`` (GrupoEmpresa, or CompanyGroup) and ``branch`` (CT2_FILIAL) name the
    tenant it went to.
    """

    document: str
    company_group: str
    branch: str

    @property
    def tenant(self) -> str:
        """Group and branch, as the header of a request has them."""
        return f"{self.company_group},{self.branch}"


class ProtheusHook(VendorHook):
    """The ERP behind an Airflow connection of type ``protheus``; host is the REST service's base address.

    Every write is sent exactly once (again only after a 401, which means that it was not carried out). Each raises
    DataError: refused, with the ERP's words; UncertainError: outcome unknown; RetriableError, FatalError: certainly
    not carried out.
    """

    conn_type = "protheus"
    hook_name = "Protheus (ERP)"
    vendor = "Protheus"
    settings_model = Settings
    settings: Settings
    numbering = NUMBERING
    # The ERP answers in its own code page where a routine forgets to convert. Latin-1 reads any bytes.
    fallback_charset: ClassVar[str] = "latin-1"

    def insert(self, address: Address, entry: JournalEntry, key: str) -> Acknowledgement:
        """Books the entry at the address, with ``key`` in the CT2_KEY of each line."""
        self.get_conn()
        body = {**_cover(address), "ITENS": [self._item(line, entry.currency, key) for line in entry.lines]}
        return self._book(
            "insert", address, body, Sentence("insert of {entry} at {address}", entry=entry.name, address=address)
        )

    def reverse(self, of: Address, document: str, into: Address) -> Acknowledgement:
        """Books the opposite of a document at another lot and sublot.

        A reversal keeps the tenant and the date of what it reverses: raises ValueError if ``into`` has others.
        """
        if (into.tenant, into.entry_date) != (of.tenant, of.entry_date):
            raise ValueError(f"a reversal of {of} cannot go to {into}: it keeps the tenant and the date")
        body = {**_cover(of), "CT2_DOC": document, "CT2_LOTEST": into.lot, "CT2_SBLOTEST": into.sublot}
        return self._book(
            "reversal",
            of,
            body,
            Sentence(
                "reversal of document {document} at {address} into sublot {sublot}",
                document=document,
                address=of,
                sublot=into.sublot,
            ),
        )

    def delete(self, address: Address, document: str) -> bool:
        """Deletes a document: True if it was there, False if the ERP clearly says that there is none.

        Any other refusal (closed period, document in use) raises DataError.
        """
        about = Sentence("delete of document {document} at {address}", document=document, address=address)
        response = self._send("delete", address, {**_cover(address), "CT2_DOC": document}, about)
        answer = self._answer(response, about, address)
        said, tenant = _error(answer), (_said(answer, *_GROUP), _said(answer, "CT2_FILIAL"))
        if tenant != _tenant(address) and (any(tenant) or not said):
            told = Sentence("{about}: the ERP answers for tenant {tenant}", about=about, tenant=",".join(tenant))
            raise self.failure(UncertainError, told, response)
        if self.settings.not_found.search(said):
            return False
        if said:
            raise self._refusal(about, said, response, entry_date=address.entry_date)
        if _said(answer, "CT2_DOC") != document:
            told = Sentence("{about}: the ERP answers for another document", about=about)
            raise self.failure(UncertainError, told, response)
        return True

    def read_back(self, tenant: str, entry_date: date, lot: str) -> list[BookedLine] | None:
        """All lines that stand in a lot on a date, by sublot and document; None where the site does not offer this.

        Only reads. Raises RetriableError or FatalError.
        """
        return LotReader(self).lines(tenant, entry_date, lot)

    def in_lot(self, tenant: str, lot: str) -> list[StandingDocument] | None:
        """Documents that stand in a lot on whatever date: those of a page, the newest first; None where the site does
        not offer this.

        Only reads. Raises RetriableError or FatalError.
        """
        return LotReader(self).standing(tenant, lot)

    def lines_in_lots(self, tenant: str, first: date, last: date, lots: Collection[str]) -> list[HeldLine] | None:
        """All lines in lots, dated from ``first`` to ``last``; None where the site does not offer this.

        Only reads. Raises RetriableError or FatalError.
        """
        return RangeReader(self, tenant, first, last).in_lots(lots)

    def lines_on_accounts(
        self, tenant: str, first: date, last: date, accounts: Collection[str]
    ) -> list[HeldLine] | None:
        """All lines on accounts, dated from ``first`` to ``last``, of whatever lot; None where the site does not offer
        this. Of a double entry both sides come.

        Only reads. Raises RetriableError or FatalError.
        """
        return RangeReader(self, tenant, first, last).on_accounts(accounts)

    def may_post(self, tenant: str = "") -> bool | None:
        """Whether the login may run the routine of entries (in a tenant); None where the site does not tell.

        Only reads. Raises RetriableError or FatalError.
        """
        return may_post(self, tenant)

    def master_data(self, tenant: str) -> MasterData | None:
        """What the ERP's master tables say of a tenant; None where it tells nothing of it.

        Only reads. Raises RetriableError or FatalError.
        """
        return masters.master_data(self, tenant)

    @property
    def timeout_seconds(self) -> float:
        """The longest that one write may take, with the logins around it: how long a posting's lease must last."""
        self.get_conn()
        logins = 2 * (self.settings.connect_timeout + LOGIN_TIMEOUT) if self.settings.auth == "oauth2" else 0
        return self.settings.connect_timeout + self.settings.read_timeout + logins

    def proof(self) -> str:
        """Logs in, or reads the address of a write, which changes nothing: the contract has no method that reads; then
        asks whether the login may post, where the site tells that."""
        return f"{self._login_proof()} {self._rights_proof()}"

    def _rights_proof(self) -> str:
        try:
            may = self.may_post()
        except RetriableError as error:
            return f"Whether it may post could not be told: {error}"
        if may is None:
            return "The site does not tell whether it may post."
        if may:
            return f"It may run {ROUTINE}, the routine of entries."
        raise self.failure(
            FatalError, f"the login may not post: it lacks the right to {ROUTINE}, the routine of entries"
        )

    def _login_proof(self) -> str:
        session = self.get_conn()
        if isinstance(session.auth, TokenLogin):
            session.auth.forget()
            session.auth.token()
            return f"Protheus at {self.where} accepts the login of {session.auth.user}."
        about = "test of the connection"
        response = self.exchange("GET", f"{ENTRY}/insert", about=about, if_lost=RetriableError)
        page = describe(self.text(response, about=about, if_lost=RetriableError), quote=True)
        if response.status_code in (401, 403):
            raise self.failure(FatalError, f"{about}: the login is refused", response)
        if response.status_code >= 500 or "HTML" in page:
            raise self.failure(RetriableError, f"{about}: the answer is {page}; is this the REST service?", response)
        doubt = " A wrong base address would say 404 too." if response.status_code == 404 else ""
        return (
            f"Protheus at {self.where} answers and does not refuse the login (HTTP {response.status_code}).{doubt} "
            f"Tenant and rights are proved by a first posting only."
        )

    def _extract_auth(self, connection: Any) -> Any:
        if self.settings.auth == "oauth2":
            return TokenLogin(self, connection.login or "", connection.password or "")
        return super()._extract_auth(connection)

    def _item(self, line: Line, currency: str, key: str) -> dict[str, Any]:
        """A journal line as the ERP names it; what is empty is left out."""
        is_debit = line.side is Side.DEBIT
        item = {
            "CT2_MOEDLC": self._number(currency),
            "CT2_DC": "1" if is_debit else "2",
            "CT2_DEBITO" if is_debit else "CT2_CREDIT": line.account,
            "CT2_VALOR": line.amount,
            **({f"CT2_VALR{self._number(line.foreign.currency)}": line.foreign.amount} if line.foreign else {}),
            "CT2_HIST": line.history,
            "CT2_TPSALD": self.settings.balance_type,
            "CT2_CONVER": self.settings.conversion,
            "CT2_ORIGEM": self.settings.origin,
            "CT2_CCD" if is_debit else "CT2_CCC": line.cost_centre,
            "CT2_ITEMD" if is_debit else "CT2_ITEMC": line.item,
            "CT2_CLVLDB" if is_debit else "CT2_CLVLCR": line.value_class,
            **{f"CT2_EC{number}{'DB' if is_debit else 'CR'}": code for number, code in line.entities},
            "CT2_KEY": key,
        }
        return {name: value for name, value in item.items() if value != ""}

    def _number(self, currency: str) -> str:
        """The ERP's number of a currency; raises FatalError where the connection names none."""
        if currency not in self.settings.currencies:
            raise self.failure(
                FatalError, f"connection {self.connection_id} gives {currency} no number: add it to its currencies"
            )
        return self.settings.currencies[currency]

    def _book(self, method: str, address: Address, body: dict[str, Any], about: str) -> Acknowledgement:
        response = self._send(method, address, body, about)
        answer = self._answer(response, about, address)
        refusal, document = _error(answer), _said(answer, "CT2_DOC")
        if refusal and not document:
            raise self._refusal(about, refusal, response, entry_date=address.entry_date)
        if refusal:
            told = "{about}: the ERP gives document {document} and an error too: {words}"
            message = Sentence(told, about=about, document=document, words=refusal)
            raise self.failure(UncertainError, message, response)
        if not document or "error" not in answer:
            message = Sentence("{about}: the answer lacks its document number or its error", about=about)
            raise self.failure(UncertainError, message, response)
        return Acknowledgement(document, _said(answer, *_GROUP), _said(answer, "CT2_FILIAL"))

    def _send(self, method: str, address: Address, body: dict[str, Any], about: str) -> Response:
        """One POST; a second one only after a 401 to a token, which says that the first was not carried out."""
        content = _json.encode(body)
        headers = {"Content-Type": "application/json", "tenantId": address.tenant}
        return self.logged_in(lambda: self.tell(f"{ENTRY}/{method}", content, about=about, headers=headers))

    def logged_in(self, send: Callable[[], Response]) -> Response:
        """A response; where the ERP no longer takes the token, that to the same call with a new one."""
        response = send()
        auth = self.get_conn().auth
        if response.status_code == 401 and isinstance(auth, TokenLogin):
            auth.forget()
            response = send()
        return response

    def _answer(self, response: Response, about: str, address: Address) -> dict[str, Any]:
        """What the routine itself answered, accepting or refusing. Raises for whatever else may have answered."""
        text, status = self.text(response, about=about, if_lost=UncertainError), response.status_code
        answer = _object(text)
        is_refusal = 400 <= status < 500 and status not in _NEVER_REACHED | _UNCLEAR
        is_of_routine = not answer.keys().isdisjoint({*_GROUP, "CT2_FILIAL", "CT2_DOC"}) and status != 401
        if answer and (status == 200 or (_error(answer) and (is_refusal or is_of_routine))):
            return answer
        if status in _NEVER_REACHED or (status == 403 and answer):
            message = Sentence("{about} never reached the ERP's routine: check address, login and rights", about=about)
            raise self.failure(FatalError, message, response)
        words = one_line(_said(answer, "errorMessage", "message"))
        if is_refusal and words:
            code = _said(answer, "errorCode", "code")
            raise self._refusal(about, words, response, code=code, entry_date=address.entry_date)
        message = Sentence("{about}: the answer is {page}", about=about, page=describe(text, quote=True))
        raise self.failure(UncertainError, message, response)

    def _refusal(
        self, about: str, words: str, response: Response, code: str = "", entry_date: date | None = None
    ) -> VendorError:
        """The ERP said no. Its texts may begin with the name of their help page, which is the nearest to a code."""
        named = re.match(r"(?:AJUDA|AYUDA|HELP):(\S+)", words)
        refused = Sentence("{about} is refused: {words}", about=about, words=words.rstrip("."))
        if self.settings.closed_period.search(words):
            closed = self.failure(PeriodClosedError, refused, response)
            closed.entry_date = entry_date
            error: DataError = closed
        else:
            error = self.failure(DataError, refused, response)
        error.code = code or (named[1] if named else None)
        return error


_json = msgspec.json.Encoder(decimal_format="number")
"""Writes Decimal as a JSON number, digit by digit: 1500.60 leaves as 1500.60, never by way of a float."""


def _cover(address: Address) -> dict[str, str]:
    """A document's date, lot and sublot. The contract says ddmmaaaa and shows 29/08/2022; the latter is what works."""
    return {
        "CT2_DATA": f"{address.entry_date:%d/%m/%Y}",
        "CT2_LOTE": address.lot,
        "CT2_SBLOTE": address.sublot,
    }


def _tenant(address: Address) -> tuple[str, str]:
    """Group and branch, stripped: the branch's padding does not survive every reader of headers."""
    group, _, branch = address.tenant.partition(",")
    return group.strip(), branch.strip()


def _object(text: str) -> dict[str, Any]:
    """A text as a JSON object; empty if it is none, or if a field stands in it twice and so says nothing."""
    try:
        answer = json_text.read(text)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) and not repeated(answer) else {}


def _said(answer: dict[str, Any], *names: str) -> str:
    """The first of these fields that says something, stripped; empty if none does, or it is no text or number."""
    for name in names:
        value = answer.get(name)
        if is_text_or_number(value) and (said := code_text(name, value)):
            return said
    return ""


def _error(answer: dict[str, Any]) -> str:
    """An answer's error, in one line; empty only where that is empty, for a business error is a non-empty ``error``
    (field-notes.md), whatever else than a text it may be."""
    error = answer.get("error")
    if error is None or error is False or error in ({}, []):
        return ""
    named = error if isinstance(error, dict) else {"message": error}
    return one_line(_said(named, "message", "errorMessage", "code")) or words_of(error)
