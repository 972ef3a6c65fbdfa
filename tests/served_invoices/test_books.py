"""What is served is what is booked: which rows a query finds, and what becomes of days that are booked otherwise."""

from datetime import date, timedelta
from decimal import Decimal

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from cierre.accounting_files.findings import MappingError
from cierre.bookkeeping.conditions import ANYTHING, Comparison, Either, Every, Order
from cierre.bookkeeping.documents import Document, QuarantinedRow, Reading
from cierre.bookkeeping.journal import JournalEntry, Line, LineSource, Side
from cierre.bookkeeping.sentence import Sentence
from cierre.ledger import attempts, served_invoices, session, staging
from cierre.ledger.attempts import Attempt
from cierre.ledger.revisions import FrozenEntry
from cierre.ledger.served_invoices import Invoice
from cierre.served_invoices.keeping import is_stale, keep, served
from support.served_invoices import book
from support.sge_documents import collection, sale

DAY = date(2024, 2, 5)
MOST = 1_000


@pytest.fixture
def kept(ledger, reader_dsn, rules):
    """Keeps what is served of the university as it is booked; gives it as the reader's login finds it."""

    def keep_and_read(condition=ANYTHING, orders=(), **asked) -> list[Invoice]:
        keep(ledger, served(ledger, "universidad"))
        with session.connect(reader_dsn) as reader:
            assert not is_stale(reader, served(reader, "universidad"))
            total, rows = served_invoices.page(reader, "universidad", condition, orders, most=MOST, **asked)
        if not asked:
            assert total == len(rows)
        return rows

    return keep_and_read


def in_one_entry(documents: list[Document]) -> JournalEntry:
    """The documents' books: all they come to, on two accounts."""
    total = sum((one.amounts["gross"] for one in documents), Decimal(0))
    sources = tuple(LineSource(one.key, "gross", one.amounts["gross"]) for one in documents)
    sides = ((Side.DEBIT, "430"), (Side.CREDIT, "705"))
    lines = tuple(Line(*side, total, "J1", sources=sources) for side in sides)
    return JournalEntry("universidad_contratos", DAY, 1, "EUR", lines)


def post(ledger: psycopg.Connection, booked: FrozenEntry) -> Attempt:
    """The ERP acknowledges an entry."""
    attempt = attempts.claim(ledger, booked, worker="test", lease_seconds=60)
    assert attempts.confirm(ledger, attempt, "000001")
    return attempts.of_entry(ledger, booked)[-1]


NUMBERS = [f"J2024/{place}" for place in (1, 2, 9, 10, 11)] + ["ñ'; DROP TABLE served.key;--%s{}", "%(company)s"]
VALUES = st.sampled_from([*NUMBERS, "", "123456", "2024", "' OR true --", "J2024_2F1"])
DATES = st.integers(-1, 8).map(lambda place: DAY + timedelta(days=place))


def comparisons() -> st.SearchStrategy[Comparison]:
    texts = st.sampled_from(["id", "number", "project", "year", "sgi_project", "planned"])
    one = st.sampled_from(["==", "!=", "=lt=", "=le=", "=gt=", "=ge="])
    several = st.sampled_from(["=in=", "=out="])

    def of(fields, values):
        return (
            st.builds(Comparison, fields, one, st.tuples(values))
            | st.builds(Comparison, fields, st.just("=bt="), st.tuples(values, values))
            | st.builds(Comparison, fields, several, st.lists(values, min_size=1, max_size=3).map(tuple))
        )

    return of(texts, VALUES) | of(st.just("issued_on"), DATES)


def trees():
    return st.recursive(
        comparisons(),
        lambda inner: st.builds(lambda kind, parts: kind(tuple(parts)), st.sampled_from([Every, Either]),
                                st.lists(inner, min_size=1, max_size=3)),
        max_leaves=6,
    )  # fmt: skip


def fits(row: Invoice, asked) -> bool:
    """The same said in Python."""
    if isinstance(asked, Every):
        return all(fits(row, part) for part in asked.parts)
    if isinstance(asked, Either):
        return any(fits(row, part) for part in asked.parts)
    value, (first, *_) = getattr(row, asked.field), asked.values
    return {
        "==": value == first, "!=": value != first, "=lt=": value < first, "=le=": value <= first,
        "=gt=": value > first, "=ge=": value >= first, "=bt=": first <= value <= asked.values[-1],
        "=in=": value in asked.values, "=out=": value not in asked.values,
    }[asked.operator]  # fmt: skip


def test_a_query_finds_the_rows_that_fit_and_changes_nothing(ledger, box, kept, reader_dsn):
    book(ledger, box, [sale(number, DAY + timedelta(days=place % 3), "10.00") for place, number in enumerate(NUMBERS)])
    everything = kept()
    assert len(everything) == len(NUMBERS)
    orders = st.lists(st.builds(Order, st.sampled_from(["number", "issued_on", "id"]), st.booleans()), max_size=2)
    with session.connect(reader_dsn) as reader:

        @given(trees(), orders)
        @settings(suppress_health_check=list(HealthCheck))
        def finds(condition, orders):
            total, rows = served_invoices.page(reader, "universidad", condition, orders, most=MOST)
            wanted = [row for row in everything if fits(row, condition)]
            for order in reversed(orders):
                wanted.sort(key=lambda row: getattr(row, order.field), reverse=order.descending)
            assert (total, rows) == (len(wanted), wanted)

        finds()
    assert kept() == everything


def test_pages_are_parts_of_the_whole_and_a_longer_list_than_may_be_is_not_cut(ledger, box, kept):
    book(ledger, box, [sale(f"J{place}", DAY, "10.00") for place in range(7)])
    whole = kept()
    assert [row for first in (0, 3, 6, 9) for row in kept(first=first, size=3)] == whole
    assert served_invoices.page(ledger, "universidad", ANYTHING, most=6) == (7, [])


def test_an_invoice_is_all_its_parts_whatever_days_they_are_of(ledger, box, kept):
    first = sale("J1", DAY, "100.00")
    paid = [collection(first, DAY + timedelta(days=days), amount) for days, amount in ((1, "50.00"), (3, "-20.00"))]
    book(ledger, box, [first, *paid, collection(sale("J2", DAY, "1.00"), DAY, "1.21")])
    (row,) = kept()  # money for J2, which was issued before there was this box, is no invoice
    assert (row.total, row.collected, row.collected_on) == (121, 30, DAY + timedelta(days=3))
    book(ledger, box, [collection(first, DAY + timedelta(days=4), "-30.00")])
    (row,) = kept()
    assert (row.collected, row.collected_on) == (0, None)


def test_a_day_that_is_staged_again_is_served_as_it_is_then(ledger, box, kept):
    book(ledger, box, [sale("J1", DAY, "100.00"), sale("J2", DAY, "1.00")])
    assert [row.number for row in kept()] == ["J1", "J2"]
    book(ledger, box, [sale("J1", DAY, "90.00")])
    assert [(row.number, row.base) for row in kept()] == [("J1", 90)]


def test_a_day_that_cannot_be_booked_is_served_as_it_last_was(ledger, box, kept):
    book(ledger, box, [sale("J1", DAY, "100.00")])
    before = kept()
    held = QuarantinedRow("0/1", "sale", "", "bad_amount", Sentence("no amount"), None, {}, blocking=True)
    snapshot = staging.snapshot_of(ledger, box.id, DAY)
    staging.replace(ledger, box.id, DAY, snapshot, Reading([], [held]))
    assert kept() == before
    staging.replace(ledger, box.id, DAY, snapshot, Reading([sale("J1", DAY, "80.00")]))
    assert kept() == before  # It could be booked again, and is not yet.
    book(ledger, box, [sale("J1", DAY, "80.00")])
    assert [row.base for row in kept()] == [80]


def test_a_corrected_day_is_served_once_the_erp_holds_no_books_of_before(ledger, box, kept):
    """Of 100.00 booked and posted, 90.00 are left: the invoice stays at 100.00 while the new books await the ERP."""
    (first,) = book(ledger, box, [sale("J1", DAY, "100.00")], in_one_entry)
    assert [row.base for row in kept()] == [100]  # Of a first booking, the ERP holds none that it contradicts.
    posted = post(ledger, first)
    (last,) = book(ledger, box, [sale("J1", DAY, "90.00")], in_one_entry)
    assert [row.base for row in kept()] == [100]
    attempts.withdraw(ledger, posted, "deleted: newer books of the day replace it")
    post(ledger, last)
    assert [row.base for row in kept()] == [90]


def test_a_day_read_again_without_a_difference_is_served_as_it_is_staged_once_it_agrees_with_its_books(
    ledger, box, kept
):
    """The books have no project, so another one leaves them as they are."""
    book(ledger, box, [sale("J1", DAY, "100.00", project="123456")])
    kept()
    moved = [sale("J1", DAY, "100.00", project="123457")]
    staging.replace(ledger, box.id, DAY, staging.snapshot_of(ledger, box.id, DAY), Reading(moved))
    assert [row.project for row in kept()] == ["123456"]
    book(ledger, box, moved)
    assert [row.project for row in kept()] == ["123457"]


def test_a_day_that_was_never_booked_is_not_served(ledger, box, kept):
    book(ledger, box, [sale("J1", DAY, "100.00")])
    next_day = DAY + timedelta(days=1)
    snapshot = staging.snapshot_of(ledger, box.id, DAY)
    staging.replace(ledger, box.id, next_day, snapshot, Reading([sale("J2", next_day, "80.00")]))
    assert [row.number for row in kept()] == ["J1"]


def test_other_rules_make_everything_anew_and_boxes_that_went_take_theirs_along(ledger, box, kept, rules, tmp_path):
    book(ledger, box, [sale("J1", DAY, "100.00")])
    assert [row.entity for row in kept()] == [""]
    rules(entity={"otherwise": "Ayuntamiento"})
    assert [row.entity for row in kept()] == ["Ayuntamiento"]
    (tmp_path / "mappings" / "cash_boxes" / f"{box.file}.yaml").unlink()
    assert kept() == []


def test_what_was_booked_meanwhile_is_answered_and_reducida_leaves_columns_out(ask, ledger, box, rules):
    assert ask("/facturas-emitidas").status_code == 204
    book(ledger, box, [sale("J1", DAY, "100.00")])
    rules(reduced=["Fecha emisión", "Importe total"])
    (row,) = ask("/facturas-emitidas", q="reducida==true").json()
    assert row["columnas"] == {"1": "05/02/2024", "6": 121}
    assert len(ask("/facturas-emitidas", q="reducida==false").json()[0]["columnas"]) == 10
    columns = ask("/facturas-emitidas/columnas", q="reducida==true").json()
    assert [column["id"] for column in columns] == ["1", "6"]


def test_files_that_are_wrong_are_told_as_a_problem_without_saying_where(ask, rules):
    rules(project="none")
    answer = ask("/facturas-emitidas")
    assert (answer.status_code, answer.headers["Content-Type"]) == (503, "application/problem+json")
    assert "served_invoices" not in answer.text


def test_while_a_box_of_the_company_has_a_wrong_file_nothing_is_taken_from_what_is_served(ledger, box, kept, tmp_path):
    book(ledger, box, [sale("J1", DAY, "100.00")])
    assert len(kept()) == 1
    file = tmp_path / "mappings" / "cash_boxes" / f"{box.file}.yaml"
    sound = file.read_text()
    file.write_text(sound.replace("currency: EUR", "currency: EURO"))
    with pytest.raises(MappingError, match=file.name):
        kept()
    file.write_text(sound)
    (file.parent / "austral_oficina_1.yaml").write_text("name: wrong\n")
    assert len(kept()) == 1


def test_the_document_of_an_invoice_has_the_lines_that_stand_and_no_withdrawn_or_replaced_ones(ledger, box, kept):
    def lines():
        kept()
        found = served_invoices.bookings(ledger, "universidad", "J1")
        return [(one.account, one.amount, one.sublot, one.erp_document) for one in found]

    (first,) = book(ledger, box, [sale("J1", DAY, "100.00")], in_one_entry)
    assert [line[2:] for line in lines()] == [(None, None)] * 2  # On its way to the ERP.
    posted = post(ledger, first)
    book(ledger, box, [sale("J1", DAY, "90.00")], in_one_entry)
    assert lines() == [(account, Decimal("121.00"), "001", "000001") for account in ("430", "705")]
    (last,) = book(ledger, box, [sale("J1", DAY, "80.00")], in_one_entry)
    post(ledger, last)
    attempts.withdraw(ledger, posted, "deleted: newer books of the day replace it")
    assert lines() == [(account, Decimal("96.80"), "002", "000001") for account in ("430", "705")]
