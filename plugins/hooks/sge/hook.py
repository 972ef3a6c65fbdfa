"""SGE (Hércules): a university's issued invoices and what was collected of them (sge.seed.md, field-notes.md)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, BinaryIO, TypeVar
from urllib.parse import quote

from requests import PreparedRequest, Response, Session
from requests.auth import AuthBase
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from cierre.bookkeeping.billing_plan import BillingPlan
from cierre.bookkeeping.certificate import Claim
from cierre.bookkeeping.documents import Document, Kind, QuarantinedRow, Reading, Total
from cierre.bookkeeping.identity import Unique
from cierre.bookkeeping.invoices import InvoiceSeen
from cierre.ports.errors import DataError, FatalError, RetriableError, VendorError
from hooks.http.hook import Answer, VendorHook, is_timeout
from hooks.http.transport import LONGEST_WAIT, ReadRetry
from hooks.sge import totals as sge_totals
from hooks.sge.certificate import claims
from hooks.sge.collections import collected, one_after_another, seen
from hooks.sge.columns import VENDOR, Column, columns_of, resolve
from hooks.sge.fetch import BY_ID, body_of
from hooks.sge.plan import billing_plan
from hooks.sge.reviewed import InvoiceColumns, VatRules
from hooks.sge.rows import issued
from hooks.sge.settings import Settings
from hooks.sge.snapshot import landing, project_ids
from hooks.sge.wire import Pages, an_object, name_of_file, objects, page_size, refuse

T = TypeVar("T")


class _Key(AuthBase):
    """Sends the key with each request."""

    def __init__(self, header: str, value: str) -> None:
        self.header, self.value = header, value

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        request.headers[self.header] = self.value
        return request


@dataclass(frozen=True, slots=True)
class File:
    """A document's file that was written out: its name and type as the SGE says, and its size in bytes."""

    name: str
    content_type: str
    size: int


class SgeHook(VendorHook):
    """A university's SGE behind an Airflow connection of type ``sge``; host is the API's base address. It only reads.

    ``q`` and ``s`` are RSQL conditions and sort orders: hooks.sge.questions writes them. Lists come with all their
    pages, as the SGE words them. Every method raises RetriableError (unreachable, overloaded, half an answer, pages
    that do not fit together), FatalError (key, address, a query it does not take) or DataError (no such thing, another
    shape). Each call by itself is tried again as often as the connection says, before it raises RetriableError.

    ``expected`` is what earlier readings showed of the invoices that ``fetch`` must tell of again: see hooks.sge.fetch.
    ``reviewed`` gives the columns as people reviewed them: without it everything can be read but a day as a whole.
    """

    conn_type = "sge"
    hook_name = "SGE (Hércules: issued invoices)"
    vendor = VENDOR
    settings_model = Settings
    settings: Settings
    takes = frozenset({"reviewed"})
    expected: Sequence[InvoiceSeen] = ()

    def __init__(self, connection_id: str, *, reviewed: Callable[[], InvoiceColumns] | None = None) -> None:
        super().__init__(connection_id)
        self._reviewed = reviewed

    def get_conn(self) -> Session:  # type: ignore[override]  # see VendorHook.get_conn
        """This hook's one session. Raises FatalError as its base does."""
        session = super().get_conn()
        # What comes as half an answer is tried again too, so calls are tried again here and not below.
        self.keep_alive_adapter.max_retries = ReadRetry.of(0)
        return session

    def looks_back_to(self, day: date) -> date:
        """The first day of issue whose invoices the list is asked for, where a business date is read."""
        self.get_conn()
        return day - timedelta(days=self.settings.lookback_days)

    def _configure_session_from_auth(self, session: Session, connection: Any) -> Session:
        if key := connection.password:
            bearer = self.settings.auth == "bearer"
            session.auth = _Key("Authorization", f"Bearer {key}") if bearer else _Key("X-API-Key", key)
        return session

    def fetch(self, key: str, day: date) -> Answer:
        """The group's invoices of the day and of ``lookback_days`` before, with columns and planned items.

        ``key`` lists the group's projects: ``P1,P2,P3``. See hooks.sge.snapshot for what the body holds. Raises
        DataError also for columns that are not as reviewed, FatalError where no review was handed in, and what reading
        the review raises.
        """
        if self._reviewed is None:
            message = f"connection {self.connection_id}: nobody said which columns hold what, so no day can be read"
            raise FatalError(message, vendor=VENDOR)
        since = self.looks_back_to(day)
        asked, body = body_of(self, project_ids(key), since, day, self._reviewed(), self.expected)
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

        def whole(response: Response) -> str:
            text = self._text(response, about)
            an_object(text, about)
            return text

        return self._read(f"/facturas-emitidas/{quote(id, safe='')}", about, whole)

    def document(self, id: str, file: BinaryIO) -> File:
        """Writes a document's file into ``file`` piece by piece, however large it is. DataError if there is none.

        After an error ``file`` may hold a part of it: throw it away.
        """
        about = f"document {id}"
        path = f"/documentos/{quote(id, safe='')}/archivo"
        with self._ask(path, about, stream=True) as response:
            if "html" in response.headers.get("Content-Type", ""):
                raise self.failure(RetriableError, f"{about}: the answer is an HTML page", response)
            size = sum(file.write(piece) for piece in self.pieces(response, about=about))
            if not size:
                raise self.failure(RetriableError, f"{about}: the file is empty", response)
            return File(name_of_file(response.headers), response.headers.get("Content-Type", ""), size)

    def proof(self) -> str:
        """Asks for the columns, and holds them against the reviewed ones if there are any without naming a project."""
        columns = self.columns()
        if not columns:
            return f"SGE answers at {self.where}; it names no columns where no project is asked for."
        if self._reviewed is None:
            told = f"SGE answers at {self.where} and names {len(columns)} columns."
            return f"{told} Whether they are as reviewed shows when a day is read."
        resolve(columns, self._reviewed(), "columns of invoices")
        return f"SGE answers at {self.where}: its {len(columns)} columns are as they were reviewed."

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

            def whole(response: Response) -> tuple[str, list[dict[str, Any]], Response]:
                text = "[]" if response.status_code == 204 else self._text(response, about)
                return text, objects(text, about), response

            text, rows, response = self._read(path, about, whole, params=params, headers=headers)
            if not found.add(text, rows, response.headers, size):
                return found
            self.check_rows(len(found.rows), about=about)
            # A server that made pages unasked goes on with its own size.
            size = size or page_size(response.headers, len(found.rows))

    def _ask(self, path: str, about: str, **request: Any) -> Response:
        """The response to a GET that is no refusal."""
        return self._read(path, about, lambda response: response, **request)

    def _read(self, path: str, about: str, take: Callable[[Response], T], **request: Any) -> T:
        """What ``take`` makes of the response to a GET; both are tried again where that may help at once."""

        def once() -> T:
            response = self.exchange("GET", path, about=about, if_lost=RetriableError, **request)
            if error := refuse(self, response, about):
                raise error
            return take(response)

        self.get_conn()
        retrying = Retrying(
            retry=retry_if_exception(_may_work_soon),
            stop=stop_after_attempt(1 + self.settings.retries),
            wait=_as_asked,
            reraise=True,
        )
        return retrying(once)

    def _explain(self, error: Exception, **told: Any) -> VendorError:
        failure = super()._explain(error, **told)
        if is_timeout(error) and isinstance(failure, RetriableError):
            failure.timed_out = True
        return failure

    def _text(self, response: Response, about: str) -> str:
        return self.text(response, about=about, if_lost=RetriableError)


Hook = SgeHook


def landing_key(key: str) -> str:
    """What is landed together: the group, however its key is spaced."""
    return ",".join(project_ids(key))


def unique(kind: Kind) -> Unique:
    """An invoice has one id in all projects; what is collected of it is counted from one on each day."""
    return Unique.SITE_AND_DAY if kind is Kind.COLLECTION else Unique.SITE


AS_WRITTEN = VatRules()
"""What the VAT column may say where nobody reviewed it: percentages."""


def read(
    body: str,
    *,
    day: date,
    currency: str,
    key: str,
    before: str | Sequence[str] | Sequence[InvoiceSeen] | None = None,
    reviewed: VatRules = AS_WRITTEN,
) -> Reading:
    """The group's documents of the day, and the rows that cannot be booked: sales, credit notes and collections.

    ``before``: what earlier readings showed of the body's invoices, in their order, as the ledger keeps it; or the
    bodies of those readings, oldest first (one alone may be given as it is). For which days they were made makes no
    difference. ``reviewed``: what the VAT column may say. Raises DataError if the body is of another day or group.
    """
    ids, last = project_ids(key), landing(body)
    if last.day != day or not last.projects.keys() >= set(ids):
        message = f"what was landed is of {last.day} and {', '.join(last.projects)}, not of {day} and {key}: land again"
        raise DataError(message, vendor=VENDOR)
    rows: list[Document | QuarantinedRow] = []
    for project in last.of(ids):
        rows += issued(project, day=day, currency=currency, rules=reviewed)
    rows += collected(last, ids, _known(before, ids, currency), currency=currency)
    return Reading(
        documents=[row for row in rows if isinstance(row, Document)],
        quarantined=[row for row in rows if isinstance(row, QuarantinedRow)],
    )


def control_totals(
    body: str, *, currency: str, key: str, before: str | Sequence[str] | Sequence[InvoiceSeen] | None = None
) -> list[Total]:
    """What the raw rows of the body's day sum to, by kind, summed apart from ``read``; ``before`` as there.

    Counts every row that ``read`` books or quarantines; an amount that cannot be read adds nothing to the sum.
    """
    ids = project_ids(key)
    return sge_totals.totals(landing(body), ids, _known(before, ids, currency), currency)


def certify(body: str, *, currency: str, key: str) -> list[Claim]:
    """What the SGE says of the day on other ways than its list of invoices; see hooks.sge.certificate."""
    return list(claims(landing(body), project_ids(key), currency))


def invoices_seen(body: str, *, currency: str, key: str) -> list[InvoiceSeen]:
    """What a body shows of each invoice, to be kept for later readings; those that cannot be read are left out."""
    return seen(landing(body), project_ids(key), currency)


def projects_of(key: str) -> tuple[str, ...]:
    """The projects whose invoices a box with this key books."""
    return project_ids(key)


def plan(body: str, *, currency: str, key: str) -> BillingPlan | None:
    """Planned, issued and collected by research project and planned item; None where the SGE did not give the plan."""
    return billing_plan(body, currency=currency, key=key)


def _known(
    before: str | Sequence[str] | Sequence[InvoiceSeen] | None, projects: Sequence[str], currency: str
) -> list[InvoiceSeen]:
    """What earlier readings showed, in their order, each invoice where it changed."""
    found: list[InvoiceSeen] = []
    for one in [before] if isinstance(before, str) else before or ():
        found += seen(landing(one), projects, currency) if isinstance(one, str) else [one]
    return one_after_another(found)


_backoff = wait_random_exponential(multiplier=0.5, max=8)


def _as_asked(call: RetryCallState) -> float:
    """Seconds until a failed call is made again: as many as the server asks for; else more each time."""
    asked: float | None = getattr(call.outcome and call.outcome.exception(), "retry_after", None)
    return _backoff(call) if asked is None else asked


def _may_work_soon(error: BaseException) -> bool:
    """Whether a failed call is worth another try at once; what must wait longer is for the task's own retries.

    A server that did not answer in time is still at work on it: asking again at once would double that.
    """
    return isinstance(error, RetriableError) and not error.timed_out and (error.retry_after or 0) <= LONGEST_WAIT
