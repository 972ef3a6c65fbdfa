"""SGA: what its hook asks, what it lands and refuses, and what an answer sums to."""

import json
import random
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from cierre.bookkeeping.documents import Kind, Total, totals
from cierre.ports.errors import DataError, FatalError, RetriableError
from hooks.sga.hook import SgaHook, certify, control_totals, read
from hooks.sga.wire import words_of
from support.sga_answers import credit_note, payment, receipt, session

DAY = date(2024, 9, 6)


@pytest.fixture
def hook(vendor, connection) -> SgaHook:
    return SgaHook(connection("sga", f"{vendor.url}/sga/itb"))


class TestFetch:
    def test_a_day_is_asked_as_the_contract_says(self, hook, vendor):
        vendor.answers([])
        hook.fetch("164", DAY)
        (asked,) = vendor.asked
        assert (asked.method, asked.path) == ("GET", "/sga/itb/api")
        assert asked.query == {"a": "facturacionNewProcess", "fecha": "06-09-2024", "caja": "164"}

    def test_the_answer_is_kept_as_it_came_with_what_was_asked_and_when(self, hook, vendor):
        body = json.dumps([session(payments=[payment(inscripcionNombre="Núñez O'Higgins")])], indent=3)
        vendor.answers(body)
        before = datetime.now(UTC)
        answer = hook.fetch("164", DAY)
        assert answer.body == body
        assert answer.asked == {"a": "facturacionNewProcess", "fecha": "06-09-2024", "caja": "164"}
        assert before <= answer.received_at <= datetime.now(UTC)

    def test_a_day_without_sessions_is_an_empty_list(self, hook, vendor):
        vendor.answers([])
        assert hook.fetch("164", DAY).body == "[]"

    def test_an_error_of_sga_is_told_with_box_day_and_its_words(self, hook, vendor):
        vendor.answers({"ERROR": "Factura matching\nquery does not exist."})
        with pytest.raises(DataError, match=r"box 164 of 2024-09-06.*“Factura matching query does not exist.”"):
            hook.fetch("164", DAY)

    @pytest.mark.parametrize(
        "words",
        [
            "could not connect to server: Connection refused",
            "connection already closed",
            "server closed the connection unexpectedly\n\tThis probably means the server terminated abnormally",
            "canceling statement due to lock timeout",
            "canceling statement due to statement timeout",
            "deadlock detected\nDETAIL:  Process 1 waits for ShareLock",
            "FATAL:  sorry, too many clients already",
            "FATAL:  remaining connection slots are reserved",
            "FATAL:  the database system is starting up",
            "terminating connection due to administrator command",
            'could not obtain lock on row in relation "pago"',
            "database is locked",
            "(2006, 'MySQL server has gone away')",
            "(2013, 'Lost connection to MySQL server during query')",
            "(1205, 'Lock wait timeout exceeded; try restarting transaction')",
            "[Errno 110] Connection timed out",
            "[Errno 104] Connection reset by peer",
            "HTTPSConnectionPool(host='x', port=443): Read timed out.",
            "[Errno -3] Temporary failure in name resolution",
            "timed out",
            "SSL connection has been closed unexpectedly",
            "no se pudo conectar con el servidor: Conexión rehusada",
            "tiempo de espera agotado",
            "se ha detectado un interbloqueo",
            "cancelando la sentencia debido a que se agotó el tiempo de espera de bloqueo",
        ],
    )
    def test_an_error_of_a_passing_trouble_is_tried_again_before_a_person_is_asked(self, hook, vendor, words):
        vendor.answers({"ERROR": words})
        with pytest.raises(RetriableError, match=r"box 164 of 2024-09-06: SGA says .* passing trouble"):
            hook.fetch("164", DAY)

    @pytest.mark.parametrize(
        "words",
        [
            "Pago matching query does not exist.",
            "19",
            "'NoneType' object has no attribute 'id'",
            "list index out of range",
            "Field 'id' expected a number but got 'principal'.",
            "el cliente está bloqueado por mora",
            "get() returned more than one Factura -- it returned 2!",
            "unsupported operand type(s) for +=: 'NoneType' and 'Decimal'",
            "blocked account",
            "clock",
            "",
            None,
            {},
            7,
        ],
    )
    def test_any_other_error_is_for_a_person(self, hook, vendor, words):
        vendor.answers({"ERROR": words})
        with pytest.raises(DataError, match="gives no data"):
            hook.fetch("164", DAY)

    def test_which_words_are_of_a_passing_trouble_is_a_setting(self, vendor, connection):
        hook = SgaHook(connection("sga", f"{vendor.url}/sga/itb", {"passing_errors": "(?i)sin línea"}))
        vendor.answers({"ERROR": "Servidor SIN LÍNEA"})
        with pytest.raises(RetriableError):
            hook.fetch("164", DAY)
        vendor.answers({"ERROR": "deadlock detected"})
        with pytest.raises(DataError):
            hook.fetch("164", DAY)

    @pytest.mark.parametrize(
        "words",
        [
            'duplicate key value violates unique constraint "persona_cedula_key"\nDETAIL:  Key (cedula)=(0912345678)'
            " already exists. Luis Vera",
            "invalid literal for int() with base 10: 'Luis Vera'",
            "no hay inscripción de 0912345678",
            "Key (nombre)=(Luis Vera) is not present",
            "Key (nombre)=(Luis (Lucho) Vera) is not present",
            "invalid literal for int() with base 10: u'Luis Vera'",
            "invalid literal for int() with base 10: 'Vera'",
            "invalid literal for int() with base 10: 'VERA'",
            "invalid literal for int() with base 10: 'Luis \\'el\\' Vera'",
            "invalid literal for int() with base 10: 'Luis Vera",
            'could not convert string to float: "Luis O\'Brien Vera"',
            "sintaxis de entrada no válida para tipo integer: «LUIS Vera NÚÑEZ»",
            "sintaxis de entrada no válida para tipo integer: «Vera»",
            "entrada “Luis Vera” no válida",
            "entrada ‘Vera’ no válida",
            "<Persona: LUIS Vera> is not JSON serializable",
            'Cannot assign "<Persona: LUIS Vera>": "Pago.persona" must be a "Persona" instance.',
            "no existe la función\nSUGERENCIA: Luis Vera",
            "no existe la función SUGERENCIA: Luis Vera",
            "no function\nHint: Luis Vera",
            "syntax error\nLINE 1: INSERT INTO persona VALUES (Luis Vera)",
            "new row violates check constraint Failing row contains (1, Luis Vera, 0912345678).",
            "La fila que falla contiene (1, Luis (hijo) Vera, 0912345678).",
            "no hay cuenta de luis.Vera@itb.edu.ec",
        ],
    )
    def test_what_sga_quotes_of_its_rows_is_not_repeated(self, hook, vendor, words):
        vendor.answers({"ERROR": words})
        with pytest.raises(DataError) as raised:
            hook.fetch("164", DAY)
        assert "Vera" not in str(raised.value)
        assert "0912345678" not in str(raised.value)

    @pytest.mark.parametrize(
        "words",
        [
            "'NoneType' object has no attribute 'id'",
            "unsupported operand type(s) for +=: 'NoneType' and 'Decimal'",
            'null value in column "rubro_id" violates not-null constraint',
            'duplicate key value violates unique constraint "persona_cedula_key"',
            "no existe la columna «rubro_id»",
            "Cannot resolve keyword 'motivonc' into field.",
            "'Factura' object is not iterable",
            "can't compare 1 < 2",
        ],
    )
    def test_a_programs_own_names_stay_in_what_it_says(self, words):
        assert words_of(words) == words

    @pytest.mark.parametrize("sessions", [1, 2, 3])
    def test_an_error_inside_of_a_session_is_told_as_one_in_place_of_all(self, hook, vendor, sessions):
        several = [session() for _ in range(sessions)]
        several[-1]["ERROR"] = "boom"
        vendor.answers(several)
        with pytest.raises(DataError, match=r"box 164 of 2024-09-06: SGA says “boom” and gives no data"):
            hook.fetch("164", DAY)
        for ask in (read, control_totals, certify):
            with pytest.raises(DataError, match="SGA says “boom”"):
                ask(json.dumps(several), currency="USD", key="164", **({"day": DAY} if ask is read else {}))
        several[-1]["ERROR"] = "deadlock detected"
        vendor.answers(several)
        with pytest.raises(RetriableError, match="passing trouble"):
            hook.fetch("164", DAY)

    def test_a_list_that_stands_twice_in_a_session_is_refused(self, hook, vendor):
        vendor.answers('[{"PAGOS": [], "PAGOS": [], "NC": [], "RC": []}]')
        with pytest.raises(DataError, match="in session 0 of 1 stands twice: PAGOS"):
            hook.fetch("164", DAY)

    def test_a_list_of_texts_is_an_address_that_is_not_right(self, hook, vendor):
        vendor.answers(["SGA", "facturacionNewProcess"])
        with pytest.raises(FatalError, match="check the address"):
            hook.fetch("164", DAY)

    @pytest.mark.parametrize("answer", [{"PAGOS": []}, [1], [None], [{}, [], {}], "text", None, 7])
    def test_json_of_another_shape_is_refused(self, hook, vendor, reply, answer):
        vendor.answers(reply(json.dumps(answer)))
        with pytest.raises(DataError):
            hook.fetch("164", DAY)

    @pytest.mark.parametrize("name", ["PAGOS", "NC", "RC"])
    @pytest.mark.parametrize("broken", [None, {}, "none"])
    def test_a_session_without_one_of_its_lists_is_refused(self, hook, vendor, name, broken):
        incomplete = session()
        if broken == "none":
            del incomplete[name]
        else:
            incomplete[name] = broken
        vendor.answers([session(), incomplete])
        with pytest.raises(DataError, match=f"session 1 of 2 has no list {name}"):
            hook.fetch("164", DAY)

    @pytest.mark.parametrize("body", ["", " ", "<html><title>Login</title>", '[{"PAGOS": [{"pagoVa', "[" * 100_000])
    def test_what_is_not_whole_json_is_retriable(self, hook, vendor, body):
        vendor.answers(body)
        with pytest.raises(RetriableError, match="not whole JSON"):
            hook.fetch("164", DAY)

    def test_half_an_answer_never_shows_personal_data(self, hook, vendor):
        vendor.answers('[{"PAGOS": [{"inscripcionNombre": "Ana Núñez", "pagoVa')
        with pytest.raises(RetriableError) as raised:
            hook.fetch("164", DAY)
        assert "Núñez" not in str(raised.value)

    def test_the_page_of_a_server_error_is_retriable_and_not_quoted(self, hook, vendor, reply):
        vendor.answers(reply("<html><title>ValueError at /api</title>Ana Núñez", status=500))
        with pytest.raises(RetriableError, match="an HTML page of 48 characters") as raised:
            hook.fetch("164", DAY)
        assert "Núñez" not in str(raised.value)
        assert "ValueError" not in str(raised.value)

    def test_the_answer_may_come_as_text_html_without_a_charset(self, hook, vendor, reply):
        body = json.dumps([session(payments=[payment(carreraNombre="Educación")])], ensure_ascii=False)
        vendor.answers(reply(body, headers={"Content-Type": "text/html"}))
        assert "Educación" in hook.fetch("164", DAY).body


def test_the_cash_boxes_of_a_tenant_are_listed(hook, vendor):
    vendor.answers([{"id": 164, "nombre": "Caja 164"}])
    assert hook.cash_boxes() == [{"id": 164, "nombre": "Caja 164"}]
    assert vendor.asked[0].query == {"a": "cajas"}


def test_the_payments_behind_a_credit_note_are_listed(hook, vendor):
    vendor.answers([{"valor": 10.5}])
    assert hook.credit_note_payments("77") == [{"valor": Decimal("10.5")}]
    assert vendor.asked[0].query == {"a": "obtenerPagosNc", "nc": "77"}


def test_the_test_button_lists_the_boxes_and_reads_no_day(hook, vendor):
    vendor.answers([{"id": 164}, {"id": 165}])
    works, sentence = hook.test_connection()
    assert works
    assert "2 cash boxes" in sentence
    assert [asked.query["a"] for asked in vendor.asked] == ["cajas"]


def test_the_test_button_says_why_it_is_not_sga(hook, vendor):
    vendor.answers("<html><title>Welcome to nginx!</title>")
    works, sentence = hook.test_connection()
    assert not works
    assert "an HTML page" in sentence


class TestControlTotals:
    def test_they_count_every_list_of_every_session_by_form(self):
        body = json.dumps(
            [
                session([payment(1, 10), payment(1, 2.5), payment(4, 7)], [credit_note(5, 1)], [receipt(3, 1, 1)]),
                session([payment(1, 1)], [credit_note(6, 2)], [receipt(4, "", 2)]),
            ]
        )
        assert control_totals(body, currency="USD", key="164") == [
            Total(Kind.CREDIT_NOTE, "", 2, Decimal("11.00")),
            Total(Kind.PAYMENT, "1", 3, Decimal("13.50")),
            Total(Kind.PAYMENT, "4", 1, Decimal("7.00")),
            Total(Kind.RECEIPT, "", 1, Decimal("4.00")),
            Total(Kind.RECEIPT, "1", 1, Decimal("3.00")),
        ]

    def test_a_row_whose_amount_cannot_be_read_is_counted(self):
        body = json.dumps([session([payment(1, "ten"), payment(1, 10)])])
        assert control_totals(body, currency="USD", key="164") == [Total(Kind.PAYMENT, "1", 2, Decimal("10.00"))]

    def test_a_day_without_sessions_sums_to_nothing(self):
        assert control_totals("[]", currency="USD", key="164") == []

    def test_they_refuse_what_is_not_a_whole_answer(self):
        with pytest.raises(RetriableError):
            control_totals("[{", currency="USD", key="164")


AMOUNTS = st.one_of(
    st.integers(-5, 500),
    st.floats(0, 5000, allow_nan=False),
    st.decimals(0, 5000, places=2).map(str),
    st.sampled_from(["", "ten", None, True, [], float("nan"), float("inf"), 35.300000000000004, "1e999999"]),
)
FORMS = st.sampled_from([1, 2, 4, 5, 6, 7, 8, 15, 18, 3, 99, "1", "", None, 1.5, "efectivo"])
ROW_FAULTS = st.sampled_from([None, None, None, "a row of text", 7, {}])
PAYMENTS = st.lists(
    st.builds(lambda fault, *given: payment(*given) if fault is None else fault, ROW_FAULTS, FORMS, AMOUNTS), max_size=6
)
CREDIT_NOTES = st.lists(st.builds(credit_note, AMOUNTS, st.one_of(st.integers(1, 9), st.none())), max_size=4)
RECEIPTS = st.lists(st.builds(receipt, AMOUNTS, FORMS, st.one_of(st.integers(1, 9), st.just(""))), max_size=4)
ANSWERS = st.lists(st.builds(session, PAYMENTS, CREDIT_NOTES, RECEIPTS), max_size=3).map(json.dumps)


@given(ANSWERS)
def test_no_row_is_ever_lost_nor_read_twice(body):
    reading = read(body, day=DAY, currency="USD", key="164")
    places = [row.place for row in (*reading.documents, *reading.quarantined)]
    rows = [
        f"{number}/{name}/{row}"
        for number, lists in enumerate(json.loads(body))
        for name in ("PAGOS", "NC", "RC")
        for row in range(len(lists[name]))
    ]
    assert sorted(places) == sorted(rows)


@given(ANSWERS)
def test_what_is_read_agrees_with_the_control_totals_by_kind_and_form(body):
    reading = read(body, day=DAY, currency="USD", key="164")
    seen: dict[tuple[Kind, str], tuple[int, Decimal]] = {}
    booked = [(total.kind, total.form, total.count, total.net) for total in totals(reading.documents)]
    held = [(row.kind, row.form, 1, row.net or Decimal(0)) for row in reading.quarantined]
    for kind, form, rows, net in booked + held:
        count, total = seen.get((kind, form), (0, Decimal(0)))
        seen[kind, form] = (count + rows, total + net)
    assert seen == {
        (total.kind, total.form): (total.count, total.net) for total in control_totals(body, currency="USD", key="164")
    }


@given(ANSWERS)
def test_keys_are_unique_amounts_are_cents_and_gross_is_what_was_charged(body):
    documents = read(body, day=DAY, currency="USD", key="164").documents
    assert len({document.key for document in documents}) == len(documents)
    for document in documents:
        assert all(value == value.quantize(Decimal("0.01")) and value >= 0 for value in document.amounts.values())
        if document.kind is Kind.PAYMENT:
            parts = document.amounts["net"] + document.amounts["promotion"] + document.amounts["scholarship"]
            assert document.amounts["gross"] == parts


@given(ANSWERS, st.randoms(use_true_random=False))
def test_the_order_of_a_sessions_rows_and_fields_changes_no_document(body, shuffler: random.Random):
    other = json.loads(body)
    for lists in other:
        for name, rows in lists.items():
            shuffler.shuffle(rows)
            lists[name] = [dict(reversed(row.items())) if isinstance(row, dict) else row for row in rows]
    reading, again = (read(text, day=DAY, currency="USD", key="164") for text in (body, json.dumps(other)))
    assert {document.key for document in reading.documents} == {document.key for document in again.documents}
