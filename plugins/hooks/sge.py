"""SGE (Hércules): a university's issued invoices and what was collected of them (sge.seed.md, field-notes.md)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, BinaryIO, Literal
from urllib.parse import quote, urljoin, urlsplit

from pydantic import PositiveInt
from requests import PreparedRequest, Response, Session
from requests.auth import AuthBase
from requests.exceptions import RequestException
from urllib3.exceptions import HTTPError

from bookkeeping.billing_plan import BillingPlan
from bookkeeping.certificate import Claim
from bookkeeping.documents import Document, Kind, QuarantinedRow, Reading, Total
from bookkeeping.identity import Unique
from hooks import sge_totals, vendor
from hooks.errors import DataError, RetriableError
from hooks.sge_answers import Pages, an_object, name_of_file, refuse
from hooks.sge_certificate import claims
from hooks.sge_closed_days import changed_days
from hooks.sge_collections import collected
from hooks.sge_columns import VENDOR, Column, columns_of, resolve
from hooks.sge_fetch import BY_ID, body_of
from hooks.sge_landing import Landing, landing, project_ids
from hooks.sge_plan import billing_plan
from hooks.sge_rows import issued
from hooks.vendor import Answer, VendorHook, describe
from mappings.sge_columns import sge_columns

CHUNK = 1 << 16
"""Bytes of a file that are held at a time."""


class Settings(vendor.Settings):
    """What an SGE connection may set in its extra; its password is the key.

    ``auth``: the key goes as ``X-API-Key``, or as a bearer token. ``lookback_days``: how many days before the business
    date invoices are read again, to see their late collections. ``page_size``: rows a page; blank where lists are read
    whole.
    """

    auth: Literal["api_key", "bearer"] = "api_key"
    lookback_days: PositiveInt = 120
    page_size: PositiveInt | None = None


class _Key(AuthBase):
    """Sends the key with each request, and to no other server that one is redirected to."""

    def __init__(self, header: str, value: str) -> None:
        self.header, self.value = header, value

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        request.headers[self.header] = self.value
        request.register_hook("response", self._keep)
        return request

    def _keep(self, response: Response, **_: Any) -> None:
        there = urlsplit(urljoin(response.url, response.headers.get("Location", "")))
        if there.netloc != urlsplit(response.url).netloc:
            response.request.headers.pop(self.header, None)


@dataclass(frozen=True, slots=True)
class File:
    """A document's file that was written out: its name and type as the SGE says, and its size in bytes."""

    name: str
    content_type: str
    size: int


class SgeHook(VendorHook):
    """A university's SGE behind an Airflow connection of type ``sge``; host is the API's base address. It only reads.

    ``q`` and ``s`` are RSQL conditions and sort orders: hooks.sge_query writes them. Lists come with all their pages,
    as the SGE words them. Every method raises RetriableError (unreachable, overloaded, half an answer, pages that do
    not fit together), FatalError (key, address, a query it does not take) or DataError (no such thing, another shape).
    """

    conn_type = "sge"
    hook_name = "SGE (Hércules: issued invoices)"
    vendor = VENDOR
    settings_model = Settings

    def _configure_session_from_auth(self, session: Session, connection: Any) -> Session:
        if key := connection.password:
            bearer = self.settings.auth == "bearer"
            session.auth = _Key("Authorization", f"Bearer {key}") if bearer else _Key("X-API-Key", key)
        return session

    def fetch(self, key: str, day: date) -> Answer:
        """The group's invoices of the day and of ``lookback_days`` before, with columns, details and planned items.

        ``key`` lists the group's projects: ``P1,P2,P3``. See hooks.sge_landing for what the body holds. Raises
        DataError also for columns that are not as reviewed; MappingError if that review cannot be read.
        """
        self.get_conn()
        since = day - timedelta(days=self.settings.lookback_days)
        asked, body = body_of(self, project_ids(key), since, day, sge_columns())
        return Answer(asked, datetime.now(UTC), body)

    def columns(self, q: str = "") -> list[Column]:
        """The columns of the list of invoices that the same query asks for."""
        return columns_of(self.column_pages(q).rows, "columns of invoices")

    def issued_invoices(self, q: str = "", s: str = BY_ID) -> list[dict[str, Any]]:
        """The issued invoices, each with its cells by column id. ``q``: proyectoId, fechaFactura, reducida."""
        return self.pages("/facturas-emitidas", q, s).rows

    def planned_issued(self, q: str = "", s: str = BY_ID) -> list[dict[str, Any]]:
        """Issued invoices beside the planned items they meet. ``q``: proyectoIdSGI, numeroPrevision, numeroFactura."""
        return self.pages("/facturas-previstas-emitidas", q, s).rows

    def invoice(self, id: str) -> dict[str, Any]:
        """One invoice with all its fields by name, and the list of its documents. DataError if there is none."""
        return an_object(self.invoice_text(id), f"invoice {id}")

    def invoice_text(self, id: str) -> str:
        """The same as it comes."""
        about = f"invoice {id}"
        return self._text(self._ask(f"/facturas-emitidas/{quote(id, safe='')}", about), about)

    def document(self, id: str, file: BinaryIO) -> File:
        """Writes a document's file into ``file`` piece by piece, however large it is. DataError if there is none.

        After an error ``file`` may hold a part of it: throw it away.
        """
        about = f"document {id}"
        path = f"/documentos/{quote(id, safe='')}/archivo"
        with self.exchange("GET", path, about=about, if_lost=RetriableError, stream=True) as response:
            try:
                if error := refuse(self, response, about):
                    raise error
                if "html" in response.headers.get("Content-Type", ""):
                    raise self.failure(RetriableError, f"{about}: the answer is {describe(response.text)}", response)
                size = sum(file.write(piece) for piece in response.iter_content(CHUNK))
            except (RequestException, HTTPError):
                broken = f"{about}: the connection broke before the file was whole"
                raise self.failure(RetriableError, broken, response) from None
            if not size:
                raise self.failure(RetriableError, f"{about}: the file is empty", response)
            return File(name_of_file(response.headers), response.headers.get("Content-Type", ""), size)

    def proof(self) -> str:
        """Asks for the columns, and holds them against the reviewed ones if there are any without naming a project."""
        columns = self.columns()
        if columns:
            resolve(columns, sge_columns(), "columns of invoices")
            return f"SGE answers at {self.base_url}: its {len(columns)} columns are as they were reviewed."
        return f"SGE answers at {self.base_url}; it names no columns where no project is asked for."

    def column_pages(self, q: str) -> Pages:
        """The columns as they came. They are never asked for by pages."""
        return self._pages("/facturas-emitidas/columnas", q, "", None)

    def pages(self, path: str, q: str, s: str) -> Pages:
        """A list with all its pages, as they came."""
        self.get_conn()
        return self._pages(path, q, s, self.settings.page_size)

    def _pages(self, path: str, q: str, s: str, size: int | None) -> Pages:
        about = f"{path.strip('/')}, {q or 'all'}"
        params = {name: text for name, text in (("q", q), ("s", s)) if text}
        found = Pages(about)
        while True:
            headers = {"X-Page": str(len(found.texts)), "X-Page-Size": str(size)} if size else {}
            response = self._ask(path, about, params=params, headers=headers)
            text = "[]" if response.status_code == 204 else self._text(response, about)
            if not found.add(text, response.headers, size):
                return found
            # A server that made pages unasked goes on with its own size.
            size = size or int(response.headers.get("X-Page-Size", len(found.rows)))

    def _ask(self, path: str, about: str, **request: Any) -> Response:
        response = self.exchange("GET", path, about=about, if_lost=RetriableError, **request)
        if error := refuse(self, response, about):
            raise error
        return response

    def _text(self, response: Response, about: str) -> str:
        return self.text(response, about=about, if_lost=RetriableError)


Hook = SgeHook


def landing_key(key: str) -> str:
    """What is landed together: the group, however its key is spaced."""
    return ",".join(project_ids(key))


def unique(kind: Kind) -> Unique:
    """An invoice has one id in all projects; what is collected of it is counted from one on each day."""
    return Unique.SITE_AND_DAY if kind is Kind.COLLECTION else Unique.SITE


def read(body: str, *, day: date, currency: str, key: str, before: str | Sequence[str] | None = None) -> Reading:
    """The group's documents of the day, and the rows that cannot be booked: sales, credit notes and collections.

    ``before``: the bodies that were landed before this one, oldest first (one alone may be given as it is), at least
    those whose business date is not more than ``lookback_days`` ago. Without any, collections are those dated on the
    day; see hooks.sge_collections. Raises DataError if the body is of another day or group, or if invoices of days
    that were read before are no longer as they were: those days must be closed again first.
    """
    ids, readings = project_ids(key), _readings(body, before)
    last = readings[-1]
    if last.day != day or not last.projects.keys() >= set(ids):
        message = f"what was landed is of {last.day} and {', '.join(last.projects)}, not of {day} and {key}: land again"
        raise DataError(message, vendor=VENDOR)
    if changed := changed_days(readings, ids, currency):
        told = "; ".join(f"{day}: {', '.join(what)}" for day, what in changed.items())
        message = f"{key}, {day}: invoices of days that were read before have changed ({told}). Close those days again"
        raise DataError(message, vendor=VENDOR)
    rows: list[Document | QuarantinedRow] = []
    for project in last.of(ids):
        rows += issued(project, day=day, currency=currency)
    rows += collected(readings, ids, currency=currency)
    return Reading(
        documents=[row for row in rows if isinstance(row, Document)],
        quarantined=[row for row in rows if isinstance(row, QuarantinedRow)],
    )


def control_totals(body: str, *, currency: str, key: str, before: str | Sequence[str] | None = None) -> list[Total]:
    """What the raw rows of the body's day sum to, by kind, summed apart from ``read``; ``before`` as there.

    Counts every row that ``read`` books or quarantines; an amount that cannot be read adds nothing to the sum.
    """
    return sge_totals.totals(_readings(body, before), project_ids(key), currency)


def certify(body: str, *, currency: str, key: str) -> list[Claim]:
    """What the SGE says of the day on other ways than its list of invoices; see hooks.sge_certificate."""
    return list(claims(landing(body), project_ids(key), currency))


def reads_back_to(body: str) -> date:
    """The first business date whose earlier landings ``read`` and ``control_totals`` want, as ``before``."""
    return landing(body).since


def plan(body: str, *, currency: str, key: str) -> BillingPlan:
    """Planned, issued and collected by research project and planned item; see hooks.sge_plan."""
    return billing_plan(body, currency=currency, key=key)


def _readings(body: str, before: str | Sequence[str] | None) -> list[Landing]:
    earlier = [before] if isinstance(before, str) else before or ()
    return [landing(text) for text in (*earlier, body)]
