"""SGA's hook against the sandbox, which answers as the contract says: fields, shapes, traps and faults."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest

from cierre.bookkeeping.documents import Kind, Reading
from cierre.ports.errors import DataError, FatalError, RetriableError
from hooks.sga.hook import SgaHook, control_totals, read
from hooks.sga.words import SHAPES, Reason
from sandbox.sga.profile import Profile, Traps
from support.sga_answers import credit_note, payment, receipt

DAY = date(2024, 9, 6)
BOXES = [
    ("itb", 164),
    ("itb", 165),
    ("itb_online", 12),
    ("conduce_ecuador", 3),
    ("conduce_ecuador", 4),
    ("educacion_continua", 7),
]


@pytest.fixture
def hook_of(sandbox, connection) -> Callable[[str], SgaHook]:
    return lambda tenant: SgaHook(connection("sga", f"{sandbox.url}/sga/{tenant}", {"retries": 1}))


@pytest.fixture
def hook(hook_of) -> SgaHook:
    return hook_of("itb")


def close(hook: SgaHook, box: int, day: date = DAY) -> Reading:
    return read(hook.fetch(str(box), day).body, day=day, currency="USD", key="164")


@pytest.mark.parametrize(
    ("name", "contract"), [("PAGOS", payment()), ("NC", credit_note()), ("RC", receipt())], ids=["PAGOS", "NC", "RC"]
)
def test_rows_have_exactly_the_fields_of_the_contract(hook, name, contract):
    """The rows that this suite bends, and those that the sandbox answers, are of one shape."""
    sessions = json.loads(hook.fetch("164", DAY).body)
    rows = [row for session in sessions for row in session[name]]
    assert rows
    assert all(list(row) == list(contract) for row in rows)
    assert set(SHAPES[name].fields) <= set(contract)


@pytest.mark.parametrize(("tenant", "box"), BOXES)
def test_what_is_read_agrees_with_the_schools_own_books(hook_of, sandbox, tenant, box):
    hook = hook_of(tenant)
    for day in (DAY, DAY + timedelta(days=3)):
        reading = close(hook, box, day)
        books = sandbox.books(tenant, box, day)
        assert not [row for row in reading.quarantined if row.blocking]
        assert _sums(reading, Kind.PAYMENT) == {form: (f.count, f.amount) for form, f in books.payments.items()}
        assert _sums(reading, Kind.RECEIPT) == {form: (f.count, f.amount) for form, f in books.receipts.items()}
        assert _sums(reading, Kind.CREDIT_NOTE).get("", (0, 0)) == (books.credit_notes.count, books.credit_notes.amount)
        for component, figure in (
            ("promotion", books.promotions),
            ("scholarship", books.scholarships),
            ("gross", books.gross),
        ):
            parts = [document.amounts[component] for document in reading.documents if document.kind is Kind.PAYMENT]
            assert sum(parts) == figure.amount
        held = {form: (f.count, f.amount) for form, f in books.receipts_without_cash.items()}
        assert {row.reason for row in reading.quarantined} <= {Reason.NO_CASH}
        assert {form: count for form, (count, _) in held.items()} == _counts(reading)
        assert sum(row.net for row in reading.quarantined) == sum(amount for _, amount in held.values())


def _sums(reading: Reading, kind: Kind) -> dict[str, tuple[int, Decimal]]:
    sums: dict[str, tuple[int, Decimal]] = {}
    for document in reading.documents:
        if document.kind is kind:
            count, net = sums.get(document.form, (0, Decimal(0)))
            sums[document.form] = (count + 1, net + document.net)
    return sums


def _counts(reading: Reading) -> dict[str, int]:
    counts: dict[str, int] = {}
    for row in reading.quarantined:
        counts[row.form] = counts.get(row.form, 0) + 1
    return counts


def test_the_control_totals_count_every_row_that_sga_answers(hook):
    body = hook.fetch("164", DAY).body
    rows = sum(len(rows) for session in json.loads(body) for rows in session.values())
    assert sum(total.count for total in control_totals(body, currency="USD", key="164")) == rows > 0


def test_a_day_on_which_the_box_was_closed_holds_nothing(hook):
    sunday = date(2024, 9, 8)
    assert hook.fetch("164", sunday).body == "[]"
    assert close(hook, 164, sunday) == Reading()


def test_a_payment_under_two_forms_stops_the_day(hook, sandbox):
    sandbox.set_profile(Profile(traps=Traps(overlapping_forms=True)))
    reading = close(hook, 164)
    held = [row for row in reading.quarantined if row.blocking]
    assert held
    assert {row.reason for row in held} == {Reason.TWO_FORMS}


def test_a_day_that_sga_cannot_answer_is_told_in_its_words(hook, sandbox):
    sandbox.set_profile(Profile(traps=Traps(payment_without_invoice=True)))
    with pytest.raises(DataError, match=r"box 164 of 2024-09-06.*Factura matching query does not exist"):
        hook.fetch("164", DAY)


@pytest.mark.parametrize("box", ["999", "una"])
def test_a_box_that_does_not_exist_is_told(hook, box):
    with pytest.raises(DataError, match=f"box {box} of 2024-09-06"):
        hook.fetch(box, DAY)


def test_a_tenant_that_does_not_exist_is_fatal(hook_of):
    with pytest.raises(FatalError):
        hook_of("nowhere").fetch("164", DAY)


@pytest.mark.parametrize("fault", ["html_200", "empty_200", "truncated_json", "cut_off"])
def test_half_an_answer_or_a_page_is_retriable(hook, sandbox, fault):
    sandbox.faults.add(fault, vendor="sga")
    with pytest.raises(RetriableError, match="box 164 of 2024-09-06"):
        hook.fetch("164", DAY)


def test_a_server_error_is_retriable(hook, sandbox):
    sandbox.faults.add("status", vendor="sga", status=500)
    with pytest.raises(RetriableError) as raised:
        hook.fetch("164", DAY)
    assert raised.value.status == 500


@pytest.mark.parametrize("fault", [{"action": "status", "status": 503, "retry_after": 0}, {"action": "drop_before"}])
def test_a_passing_fault_is_not_noticed(hook, sandbox, fault):
    sandbox.faults.add(vendor="sga", **fault)
    assert hook.fetch("164", DAY).body.startswith('[{"PAGOS"')


def test_a_day_is_read_by_one_call(hook, sandbox):
    hook.fetch("164", DAY)
    assert sandbox.calls("sga") == 1


def test_the_boxes_and_the_payments_behind_a_credit_note_are_listed(hook):
    assert {164, 165} <= {box["id"] for box in hook.cash_boxes()}
    notes = [document for document in close(hook, 164).documents if document.kind is Kind.CREDIT_NOTE]
    assert all(isinstance(hook.credit_note_payments(note.reference), list) for note in notes)
    with pytest.raises(DataError):
        hook.credit_note_payments("0")


def test_the_test_button_works(hook):
    works, sentence = hook.test_connection()
    assert works
    assert "cash boxes" in sentence
