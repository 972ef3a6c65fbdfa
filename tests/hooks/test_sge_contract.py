"""SGE: the contract's own examples, and its hook against the sandbox: every method, switch and fault."""

import io
import json
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest

from cierre.bookkeeping.billing_plan import PlannedItem
from cierre.bookkeeping.documents import Kind, Reading, totals
from cierre.closing.wiring import hook_behind
from cierre.ports.errors import DataError, FatalError, RetriableError
from hooks.sge.hook import SgeHook, certify, control_totals
from hooks.sge.plan import billing_plan
from hooks.sge.questions import all_of, compare, issued_between, one_of, ordered_by
from sandbox.sge.settings import Profile
from support.sge_contract import example, mended
from support.sge_reading import read

KEY = "123456,123457,123458"
PROJECTS = KEY.split(",")
MONDAY = date(2024, 3, 4)


class TestTheContractsExamples:
    @pytest.fixture
    def hook(self, vendor, connection) -> SgeHook:
        return hook_behind("sge", connection("sge", vendor.url))

    def test_as_they_stand_they_are_not_json(self, hook, vendor):
        for name in ("columns.answer.txt", "invoices.answer.txt", "planned.answer.txt"):
            vendor.answers(example(name))
            with pytest.raises(RetriableError, match="not whole JSON"):
                hook.issued_invoices()

    def test_the_columns_are_those_that_were_reviewed_with_their_flags_as_text(self, hook, vendor):
        vendor.answers(mended("columns.answer.txt"))
        assert hook.test_connection()[0]
        assert [column.name for column in hook.columns() if column.accumulable] == [
            "Importe base",
            "Importe total",
            "Importe cobrado",
        ]

    def test_a_day_of_the_example_is_booked(self, hook, vendor):
        day = date(2021, 6, 20)
        rows = mended("invoices.answer.txt")
        vendor.answers(
            mended("columns.answer.txt"),
            rows,
            json.dumps(json.loads(rows)[1:]),
            mended("planned.answer.txt"),
        )
        body = hook.fetch("123456", day).body
        (sale,) = read(body, day=day, currency="EUR", key="123456").documents
        assert (sale.kind, sale.reference, sale.source_id) == (Kind.SALE, "J2021/02", "2021/12-2021")
        assert sale.amounts == {"net": Decimal(1000), "vat": Decimal(100), "gross": Decimal(1100)}
        assert sale.attributes == {"project": "123456", "year": "2021", "vat_rate": "10"}
        assert all(claim.holds for claim in certify(body, currency="EUR", key="123456"))
        assert [(str(line.item), line.issued, line.collected) for line in billing_plan(
            body, currency="EUR", key="123456"
        ).lines] == [("11/1", 1100, 1100), ("11/2", 1100, 1100)]  # fmt: skip

    def test_the_detail_has_fields_and_documents(self, hook, vendor):
        vendor.answers(mended("invoice.answer.txt"))
        found = hook.invoice("12-2021")
        assert {"nombre": "Importe base", "valor": Decimal("1000.00")} in found["campos"]
        assert found["documentos"] == [{"id": "11", "nombre": "Factura", "nombreFichero": "factura.pdf"}]

    @pytest.mark.parametrize("name", ["columns.query.txt", "invoices.query.txt", "planned.query.txt"])
    def test_its_queries_are_taken_by_the_sandbox(self, sandbox, connection, name):
        hook = hook_behind("sge", connection("sge", f"{sandbox.url}/sge", password="sandbox"))
        ask = hook.planned_issued if name.startswith("planned") else hook.issued_invoices
        sandbox.sge.set(today=MONDAY)
        assert bool(ask(example(name).strip())) is name.startswith("planned")


@pytest.fixture
def sge(sandbox):
    """The stand-in's switches, on a Monday of the projects' third month."""
    sandbox.sge.set(today=MONDAY)
    return sandbox.sge


@pytest.fixture
def hook_of(sandbox, connection) -> Callable[..., SgeHook]:
    def make(password: str = "sandbox", **extra) -> SgeHook:
        settings = {"retries": 1, "lookback_days": 14, **extra}
        return hook_behind("sge", connection("sge", f"{sandbox.url}/sge", settings, password=password))

    return make


@pytest.fixture
def hook(hook_of, sge) -> SgeHook:
    return hook_of()


def close(hook: SgeHook, day: date, before: list[str]) -> Reading:
    """Reads a day, adds its body to those before, and checks what the source port promises of it."""
    body = hook.fetch(KEY, day).body
    reading = read(body, day=day, currency="EUR", key=KEY, before=before)
    assert control_totals(body, currency="EUR", key=KEY, before=before) == totals(reading.documents)
    assert all(claim.holds for claim in certify(body, currency="EUR", key=KEY))
    assert not reading.quarantined
    before.append(body)
    return reading


def figure(reading: Reading, kind: Kind, form: str = "", component: str = "net") -> tuple[int, Decimal]:
    amounts = [one.amounts[component] for one in reading.documents if (one.kind, one.form) == (kind, form)]
    return len(amounts), sum(amounts, Decimal("0.00"))


class TestDays:
    def test_day_after_day_sales_and_collections_are_those_of_the_sges_own_books(self, hook_of, sge):
        sge.set_profile(Profile(returned=True, registered_late=False))
        sge.set(date_at_nothing=True)
        hook, before, rows = hook_of(lookback_days=120), [], 0
        for number in range(20):
            day = MONDAY + timedelta(days=number)
            sge.set(today=day)
            reading, books = close(hook, day, before), sge.books(PROJECTS, day)
            assert figure(reading, Kind.SALE, component="gross") == (books.issued.count, books.issued.amount)
            assert figure(reading, Kind.SALE) == (books.issued_base.count, books.issued_base.amount)
            if number:  # The first reading cannot know what is new: see the next test.
                assert figure(reading, Kind.COLLECTION) == (books.entered.count, books.entered.amount)
                assert figure(reading, Kind.COLLECTION, "returned") == (books.returned.count, books.returned.amount)
            rows += books.issued.count * books.entered.count * books.returned.count
            if number >= 7 and rows:
                break
        assert rows, "no day had everything"

    def test_a_first_day_holds_the_collections_that_show_its_date(self, hook_of, sge):
        sge.set(today=MONDAY + timedelta(days=20))
        for number in range(5):
            day = MONDAY + timedelta(days=number)
            books = sge.books(PROJECTS, day)
            if books.shown.count > 1:
                break
        reading = close(hook_of(lookback_days=120), day, [])
        assert figure(reading, Kind.COLLECTION) == (books.shown.count, books.shown.amount)
        assert books.shown.count > 1

    def test_a_backfilled_week_books_what_a_later_day_shows_of_it(self, hook_of, sge):
        sge.set(today=MONDAY + timedelta(days=20))
        hook, before = hook_of(lookback_days=120), []
        for number in range(5):
            day = MONDAY + timedelta(days=number)
            books = sge.books(PROJECTS, day)
            assert figure(close(hook, day, before), Kind.COLLECTION) == (books.shown.count, books.shown.amount)

    def test_a_collection_that_is_entered_late_is_money_of_its_own_day(self, hook, sge):
        before: list[str] = []
        close(hook, MONDAY, before)
        unpaid = next(row for row in hook.issued_invoices('proyectoId=="123456"', "fechaFactura,desc")
                      if row["columnas"]["9"] == 0 and row["columnas"]["1"] < "03/03/2024")  # fmt: skip
        tuesday = MONDAY + timedelta(days=1)
        sge.set(today=tuesday)
        sge.collect(unpaid["id"], MONDAY - timedelta(days=1), "10.05")
        sunday = MONDAY - timedelta(days=1)
        of_the_invoice = {
            day: [one.net for one in close(hook, day, before).documents if one.reference == unpaid["numeroFactura"]]
            for day in (tuesday, sunday)
        }
        assert of_the_invoice == {tuesday: [], sunday: [Decimal("10.05")]}

    def test_an_invoice_that_is_entered_late_is_a_sale_of_its_own_day_and_stops_no_other(self, hook, sge):
        before: list[str] = []
        close(hook, MONDAY, before)
        tuesday = MONDAY + timedelta(days=1)
        sge.set(today=tuesday)
        sge.issue("123456", MONDAY, "100.00")
        close(hook, tuesday, before)
        assert figure(close(hook, MONDAY, before), Kind.SALE)[0]

    def test_an_invoice_below_zero_is_a_credit_note(self, hook, sge):
        sge.issue("123456", MONDAY, "-100.00")
        assert figure(close(hook, MONDAY, []), Kind.CREDIT_NOTE) == (1, Decimal("100.00"))

    def test_the_plan_is_reconciled_with_the_sges_own(self, hook_of, sge):
        body = hook_of(lookback_days=120).fetch("123456,123457,123458,200101,200102", MONDAY).body
        planned = {PlannedItem(item.project, item.number): item.planned for item in sge.plan()}
        plan = billing_plan(body, currency="EUR", key="123456,123457,123458,200101,200102", planned=planned)
        assert [(*line.item, line.planned, line.issued, line.collected) for line in plan.lines] == sorted(
            (item.project, item.number, item.planned, item.issued, item.collected) for item in sge.plan()
        )
        assert all("issued with" in said for said in plan.discrepancies)


class TestMethods:
    def test_conditions_and_orders_reach_the_rows(self, hook):
        first = MONDAY - timedelta(days=13)
        query = all_of(one_of("proyectoId", ["123456", "123457"]), issued_between(first, MONDAY))
        rows = hook.issued_invoices(query, ordered_by(("fechaFactura", "desc"), ("id", "asc")))
        days = [date(*map(int, reversed(row["columnas"]["1"].split("/")))) for row in rows]
        assert {row["proyectoId"] for row in rows} == {"123456", "123457"}
        assert days == sorted(days, reverse=True)
        assert first <= min(days) <= max(days) <= MONDAY

    def test_columns_rows_and_details_say_the_same(self, hook):
        query = all_of(compare("proyectoId", "==", "123456"), issued_between(MONDAY - timedelta(days=9), MONDAY))
        names = {column.id: column.name for column in hook.columns(query)}
        row = hook.issued_invoices(query)[0]
        found = hook.invoice(row["id"])
        assert {field["nombre"]: field["valor"] for field in found["campos"]} == {
            names[id]: value for id, value in row["columnas"].items()
        }

    def test_planned_items_are_found_by_project_number_and_invoice(self, hook):
        every = hook.planned_issued('proyectoIdSGI=="11";')
        one = every[0]
        narrow = all_of(compare("proyectoIdSGI", "==", "11"), compare("numeroPrevision", "==", one["numeroPrevision"]))
        assert one in hook.planned_issued(narrow)
        assert len(hook.planned_issued(narrow)) < len(every)
        assert one in hook.planned_issued(compare("numeroFactura", "==", one["numeroFactura"]))

    @pytest.mark.parametrize("octets", [False, True])
    def test_a_document_is_streamed(self, hook, sge, octets):
        sge.set(octet_stream=octets, file_size=300_000)
        (document,) = hook.invoice(hook.issued_invoices()[0]["id"])["documentos"]
        with io.BytesIO() as file:
            got = hook.document(document["id"], file)
            assert len(file.getvalue()) == got.size == 300_000
        assert got.name == document["nombreFichero"]
        assert ("octet-stream" in got.content_type) is octets

    def test_the_test_button_works(self, hook):
        assert hook.test_connection()[0]


class TestSitesThatDiffer:
    @pytest.mark.parametrize(
        "settings",
        [
            {"column_ids": "other"},
            {"accumulable_as_text": True},
            {"dates": "iso"},
            {"amounts_as_text": True},
            {"empty": "[]"},
            {"bounds": "text"},
            {"bounds": "instant"},
            {"repeated_rows": True},
            {"page_cap": 7},
            {"announce_pages": False},
        ],
        ids=str,
    )
    def test_the_day_is_the_same(self, hook, sge, settings):
        usual = close(hook, MONDAY, []).documents
        assert len(usual) > 1
        sge.set(**settings)
        body = hook.fetch(KEY, MONDAY).body
        assert _bare(read(body, day=MONDAY, currency="EUR", key=KEY).documents) == _bare(usual)
        assert all(claim.holds for claim in certify(body, currency="EUR", key=KEY))

    @pytest.mark.parametrize(
        ("settings", "said"),
        [
            ({"rename": {"Importe cobrado": "Cobrado"}}, "“Importe cobrado”.*missing.*“Cobrado”.*unknown"),
            ({"drop": ["Estado"]}, "“Estado”.*missing"),
            ({"add": {"Retención": "0"}}, "“Retención”.*unknown"),
        ],
    )
    def test_columns_that_changed_stop_the_reading(self, hook, sge, settings, said):
        sge.set(**settings)
        with pytest.raises(DataError, match=said):
            hook.fetch(KEY, MONDAY)

    def test_a_bearer_token_opens_too(self, hook_of, sge):
        assert hook_of(auth="bearer").issued_invoices()

    def test_a_wrong_key_is_fatal(self, hook_of, sge):
        with pytest.raises(FatalError, match="key of connection"):
            hook_of(password="wrong").issued_invoices()

    def test_bad_rsql_is_refused_in_the_servers_words(self, hook):
        with pytest.raises(FatalError, match="expected a value at character 13"):
            hook.issued_invoices("proyectoId==")

    @pytest.mark.parametrize("id", ["9-2024", "99999-1999", "a b"])
    def test_what_is_not_there_is_told(self, hook, id):
        with pytest.raises(DataError, match="no encontrada"):
            hook.invoice(id)
        with pytest.raises(DataError, match="no encontrad"):
            hook.document(f"F{id}", io.BytesIO())


def _bare(documents: list) -> list:
    """Without the place, which is where the row stands in its page."""
    return [(d.key, d.amounts, d.attributes, d.reference) for d in documents]


class TestPages:
    @pytest.mark.parametrize("size", [1, 7, 500])
    def test_a_day_is_the_same_on_pages_of_any_size(self, hook, hook_of, sge, size):
        whole = close(hook, MONDAY, []).documents
        assert _bare(close(hook_of(page_size=size), MONDAY, []).documents) == _bare(whole)

    @pytest.mark.parametrize("fault", ["missing", "repeated", "shifted"])
    def test_pages_that_are_missing_repeated_or_shifted_land_nothing(self, hook_of, sge, fault):
        sge.set(pages=fault)
        with pytest.raises(RetriableError, match="do not fit together"):
            hook_of(page_size=4).fetch(KEY, MONDAY)

    @pytest.mark.parametrize("fault", ["repeated", "shifted"])
    def test_and_so_where_the_server_counts_nothing(self, hook_of, sge, fault):
        sge.set(pages=fault, announce_pages=False)
        with pytest.raises(RetriableError, match="do not fit together"):
            hook_of(page_size=4).fetch(KEY, MONDAY)

    @pytest.mark.parametrize("settings", [{"page_cap": 3}, {"pages": "missing"}], ids=str)
    def test_a_list_that_ends_early_without_a_word_fails_the_certificate(self, hook_of, sge, settings):
        """Nothing but the day asked alone can show it."""
        sge.set(announce_pages=False, **settings)
        for number in range(3):
            sge.issue("123456", MONDAY, f"{number + 1}00.00")
        body = hook_of(**({"page_size": 4} if "pages" in settings else {})).fetch("123456", MONDAY).body
        broken = [str(claim) for claim in certify(body, currency="EUR", key="123456") if not claim.holds]
        assert any("asked alone" in claim and "attested" in claim for claim in broken)


class TestFaults:
    @pytest.mark.parametrize("operation", ["columns", "invoices", "invoice"])
    @pytest.mark.parametrize("fault", ["html_200", "empty_200", "truncated_json", "cut_off"])
    def test_half_an_answer_or_a_page_lands_nothing(self, hook_of, sge, sandbox, operation, fault):
        sge.set(list_lacks=["Importe cobrado"])
        sandbox.faults.add(fault, vendor="sge", operation=operation)
        with pytest.raises(RetriableError):
            hook_of(retries=0).fetch("123456", MONDAY)

    @pytest.mark.parametrize("fault", ["html_200", "empty_200", "truncated_json", "cut_off", "drop_before", 500, 504])
    def test_each_call_is_tried_again_by_itself(self, hook, sge, sandbox, fault):
        sge.set(list_lacks=["Importe cobrado"])
        whole = hook.fetch("123456", MONDAY).body
        how = {"action": "status", "status": fault} if isinstance(fault, int) else {"action": fault}
        for operation in ("columns", "invoices", "invoice", "planned"):
            sandbox.faults.add(vendor="sge", operation=operation, **how)
        assert hook.fetch("123456", MONDAY).body == whole

    def test_planned_items_that_cannot_be_had_are_left_out_and_the_day_is_landed(self, hook, sge):
        sge.set(planned_fails=True)
        assert close(hook, MONDAY, []).documents

    @pytest.mark.parametrize("fault", ["html_200", "empty_200", "cut_off"])
    def test_nor_is_it_a_file(self, hook, sandbox, fault):
        (document,) = hook.invoice(hook.issued_invoices()[0]["id"])["documentos"]
        sandbox.faults.add(fault, vendor="sge", operation="document")
        with pytest.raises(RetriableError):
            hook.document(document["id"], io.BytesIO())

    @pytest.mark.parametrize(
        "fault", [{"action": "status", "status": 503, "retry_after": 0}, {"action": "drop_before"}]
    )
    def test_a_passing_fault_is_not_noticed(self, hook, sandbox, fault):
        sandbox.faults.add(vendor="sge", operation="invoices", **fault)
        assert hook.fetch("123456", MONDAY).body

    def test_an_amount_that_the_detail_tells_otherwise_fails_the_certificate(self, hook, sandbox, sge):
        sge.set(list_lacks=["Fecha cobro"])
        last = hook.issued_invoices('proyectoId=="123456"', "fechaFactura,desc")[0]["id"]
        text = json.dumps(hook.invoice(last), default=str)
        changed = json.loads(text)
        changed["campos"][8]["valor"] = "0.01"
        sandbox.faults.add("body", vendor="sge", operation="invoice", match={"id": last}, body=changed)
        body = hook.fetch("123456", MONDAY).body
        (broken,) = [str(claim) for claim in certify(body, currency="EUR", key="123456") if not claim.holds]
        assert "Importe cobrado" in broken
