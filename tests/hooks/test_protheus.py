"""Protheus: what goes out for a journal entry, and what each answer means for what may be done next."""

import dataclasses
import json
import re
import socket
import threading
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from cierre.bookkeeping.address import Address
from cierre.bookkeeping.journal import Foreign, JournalEntry, Line, Side
from cierre.ports.errors import DataError, FatalError, PeriodClosedError, RetriableError, UncertainError
from hooks.protheus.hook import Acknowledgement, ProtheusHook
from hooks.protheus.settings import CLOSED_PERIOD, NOT_FOUND, UNKNOWN_TENANT

ADDRESS = Address("T1,D MG 01 ", date(2024, 9, 6), "008964", "A01")
ENTRY = JournalEntry(
    box="itb_caja_164",
    business_date=date(2024, 9, 6),
    part=1,
    currency="USD",
    lines=(
        Line(
            Side.DEBIT,
            "1.1.01.01",
            Decimal("1500.60"),
            "Efectivo caja 164",
            cost_centre="2101",
            item="I1",
            value_class="V1",
            entities=(("05", "E5"), ("09", "E9")),
        ),
        Line(
            Side.CREDIT,
            "4.1.01.01",
            Decimal("1500.60"),
            "Matrículas O'Higgins",
            cost_centre="2102",
            item="I2",
            value_class="V2",
            entities=(("05", "F5"), ("09", "F9")),
        ),
    ),
)
DONE = {"GrupoEmpresa": "T1", "CT2_FILIAL": "D MG 01 ", "CT2_DOC": "000001", "error": ""}


THINGS = st.sampled_from(["El documento", "Asiento contable", "O lançamento 000003", "Registro", "The entry"])
ABSENT = st.sampled_from(["no existe", "não encontrado", "not found", "no se encontró", "inexistente"])
NAMES = ["cuenta", "usuario", "calendario", "padrão", "a locked account", "tiene una moneda que"]
TABLES = st.from_regex(r"C[A-Z][A-Z0-9](\d{3})?", fullmatch=True).filter(lambda name: name[:3] != "CT2")
OTHERS = st.sampled_from(NAMES) | TABLES
BESIDE = st.lists(st.sampled_from(["000003", "de", "la", "en", "lote 008960", "tabla"]), max_size=3).map(" ".join)


def refused(error: str, **fields) -> dict:
    return {"GrupoEmpresa": "T1", "CT2_FILIAL": "D MG 01 ", "CT2_DOC": "", "error": error} | fields


@pytest.fixture
def hook(vendor, connection) -> ProtheusHook:
    return ProtheusHook(connection("protheus", f"{vendor.url}/rest", login="cierre", password="s3cret"))


def insert(hook: ProtheusHook) -> Acknowledgement:
    return hook.insert(ADDRESS, ENTRY, "itb_caja_164|2024-09-06|1")


def reverse(hook: ProtheusHook) -> Acknowledgement:
    return hook.reverse(ADDRESS, "000001", dataclasses.replace(ADDRESS, sublot="A02"))


def delete(hook: ProtheusHook) -> bool:
    return hook.delete(ADDRESS, "000001")


class TestWhatIsSent:
    def test_an_insert_goes_out_as_the_contract_shows(self, hook, vendor):
        vendor.answers(DONE)
        insert(hook)
        (asked,) = vendor.asked
        assert (asked.method, asked.path) == ("POST", "/rest/api/ctb/accountingentry/insert")
        assert asked.headers["Content-Type"] == "application/json"
        assert asked.json == {
            "CT2_DATA": "06/09/2024",
            "CT2_LOTE": "008964",
            "CT2_SBLOTE": "A01",
            "ITENS": [
                {
                    "CT2_MOEDLC": "01",
                    "CT2_DC": "1",
                    "CT2_DEBITO": "1.1.01.01",
                    "CT2_VALOR": 1500.60,
                    "CT2_HIST": "Efectivo caja 164",
                    "CT2_ORIGEM": "CIERRE",
                    "CT2_CCD": "2101",
                    "CT2_ITEMD": "I1",
                    "CT2_CLVLDB": "V1",
                    "CT2_EC05DB": "E5",
                    "CT2_EC09DB": "E9",
                    "CT2_KEY": "itb_caja_164|2024-09-06|1",
                },
                {
                    "CT2_MOEDLC": "01",
                    "CT2_DC": "2",
                    "CT2_CREDIT": "4.1.01.01",
                    "CT2_VALOR": 1500.60,
                    "CT2_HIST": "Matrículas O'Higgins",
                    "CT2_ORIGEM": "CIERRE",
                    "CT2_CCC": "2102",
                    "CT2_ITEMC": "I2",
                    "CT2_CLVLCR": "V2",
                    "CT2_EC05CR": "F5",
                    "CT2_EC09CR": "F9",
                    "CT2_KEY": "itb_caja_164|2024-09-06|1",
                },
            ],
        }

    def test_dimensions_that_are_empty_are_left_out(self, hook, vendor):
        vendor.answers(DONE)
        lines = tuple(Line(side, "1", Decimal("1.00"), "h") for side in Side)
        hook.insert(ADDRESS, dataclasses.replace(ENTRY, lines=lines), "k")
        always = {"CT2_MOEDLC", "CT2_DC", "CT2_VALOR", "CT2_HIST", "CT2_ORIGEM", "CT2_KEY"}
        debit, credit = vendor.asked[0].json["ITENS"]
        assert (set(debit), set(credit)) == (always | {"CT2_DEBITO"}, always | {"CT2_CREDIT"})

    @pytest.mark.parametrize(
        "amount", ["1500.60", "0.01", "1600.00", "99999999999999.99", "0.10", "12345678901234567890.12"]
    )
    def test_an_amount_leaves_as_a_number_with_exactly_its_digits(self, hook, vendor, amount):
        vendor.answers(DONE)
        lines = tuple(Line(side, "1", Decimal(amount), "h") for side in Side)
        hook.insert(ADDRESS, dataclasses.replace(ENTRY, lines=lines), "k")
        assert re.findall(r'"CT2_VALOR":([^,}]*)', vendor.asked[0].body) == [amount, amount]

    def test_a_line_of_documents_in_another_currency_says_both_amounts(self, vendor, connection):
        vendor.answers(DONE)
        hook = ProtheusHook(connection("protheus", vendor.url, {"currencies": {"UYU": "01", "USD": "02"}}))
        foreign = Foreign("USD", Decimal("10.00"))
        lines = tuple(Line(side, "1", Decimal("401.50"), "h", foreign=foreign) for side in Side)
        hook.insert(ADDRESS, dataclasses.replace(ENTRY, currency="UYU", lines=lines), "k")
        assert [
            (line["CT2_MOEDLC"], line["CT2_VALOR"], line["CT2_VALR02"]) for line in vendor.asked[0].json["ITENS"]
        ] == [
            ("01", 401.50, 10.00),
            ("01", 401.50, 10.00),
        ]

    def test_a_documents_currency_without_a_number_is_never_sent(self, vendor, connection):
        hook = ProtheusHook(connection("protheus", vendor.url, {"currencies": {"USD": "01"}}))
        lines = tuple(Line(side, "1", Decimal("1.00"), "h", foreign=Foreign("EUR", Decimal("0.90"))) for side in Side)
        with pytest.raises(FatalError, match="gives EUR no number: add it to its currencies"):
            hook.insert(ADDRESS, dataclasses.replace(ENTRY, lines=lines), "k")
        assert vendor.asked == []

    def test_the_settings_of_the_connection_go_out_with_each_line(self, vendor, connection):
        vendor.answers(DONE)
        extra = {"currencies": {"USD": "02"}, "balance_type": "9", "conversion": "5", "origin": "CAJAS"}
        insert(ProtheusHook(connection("protheus", vendor.url, extra)))
        for line in vendor.asked[0].json["ITENS"]:
            sent = {name: line[name] for name in ("CT2_MOEDLC", "CT2_TPSALD", "CT2_CONVER", "CT2_ORIGEM")}
            assert sent == {"CT2_MOEDLC": "02", "CT2_TPSALD": "9", "CT2_CONVER": "5", "CT2_ORIGEM": "CAJAS"}

    def test_a_currency_without_a_number_is_never_sent_as_another(self, hook, vendor):
        vendor.answers(DONE)
        with pytest.raises(FatalError, match="gives EUR no number"):
            hook.insert(ADDRESS, dataclasses.replace(ENTRY, currency="EUR"), "k")
        assert vendor.asked == []

    def test_a_reversal_names_the_document_and_where_its_opposite_goes(self, hook, vendor):
        vendor.answers(DONE)
        reverse(hook)
        (asked,) = vendor.asked
        assert asked.path == "/rest/api/ctb/accountingentry/reversal"
        assert asked.json == {
            "CT2_DATA": "06/09/2024",
            "CT2_LOTE": "008964",
            "CT2_SBLOTE": "A01",
            "CT2_DOC": "000001",
            "CT2_LOTEST": "008964",
            "CT2_SBLOTEST": "A02",
        }

    @pytest.mark.parametrize("other", [{"tenant": "T1,D MG 02 "}, {"entry_date": date(2024, 9, 7)}])
    def test_a_reversal_to_another_tenant_or_date_is_never_sent(self, hook, vendor, other):
        with pytest.raises(ValueError, match="keeps the tenant and the date"):
            hook.reverse(ADDRESS, "000001", dataclasses.replace(ADDRESS, sublot="A02", **other))
        assert vendor.asked == []

    def test_a_delete_names_the_document(self, hook, vendor):
        vendor.answers(DONE)
        assert delete(hook) is True
        (asked,) = vendor.asked
        assert asked.path == "/rest/api/ctb/accountingentry/delete"
        assert asked.json == {
            "CT2_DATA": "06/09/2024",
            "CT2_LOTE": "008964",
            "CT2_SBLOTE": "A01",
            "CT2_DOC": "000001",
        }

    @pytest.mark.parametrize("call", [insert, reverse, delete])
    def test_user_and_password_go_with_every_call(self, hook, vendor, call):
        vendor.answers(DONE)
        call(hook)
        assert vendor.asked[0].headers["Authorization"] == "Basic Y2llcnJlOnMzY3JldA=="

    def test_the_tenant_leaves_verbatim_with_its_blanks(self, connection):
        head = b""

        def serve() -> None:
            nonlocal head
            client, _ = server.accept()
            with client:
                while b"\r\n\r\n" not in head:
                    head += client.recv(4096)

        with socket.create_server(("127.0.0.1", 0)) as server:
            thread = threading.Thread(target=serve)
            thread.start()
            hook = ProtheusHook(connection("protheus", f"http://127.0.0.1:{server.getsockname()[1]}"))
            with pytest.raises(UncertainError):
                delete(hook)
            thread.join()
        assert b"\r\ntenantId: T1,D MG 01 \r\n" in head


class TestAnswers:
    @pytest.mark.parametrize("call", [insert, reverse])
    def test_an_acknowledgement_is_told_as_answered_stripped(self, hook, vendor, call):
        vendor.answers({"GrupoEmpresa": "T1 ", "CT2_FILIAL": "D  MG 01 ", "CT2_DOC": "000003 ", "error": " "})
        assert call(hook) == Acknowledgement("000003", "T1", "D  MG 01")

    @pytest.mark.parametrize("call", [insert, reverse, delete])
    @pytest.mark.parametrize("status", [200, 400, 422, 500])
    def test_a_refusal_of_the_routine_is_told_in_its_words_on_one_line(self, hook, vendor, reply, call, status):
        vendor.answers(reply(json.dumps(refused("Período\r\n  bloqueado\nCTB")), status=status))
        with pytest.raises(DataError, match=r"at 06/09/2024 lot 008964 .* is refused: Período bloqueado CTB") as raised:
            call(hook)
        assert raised.value.status == status

    @pytest.mark.parametrize("call", [insert, reverse, delete])
    def test_a_refusal_by_4xx_with_nothing_but_its_error_is_a_refusal(self, hook, vendor, reply, call):
        vendor.answers(reply('{"error": "Cuenta bloqueada"}', status=400))
        with pytest.raises(DataError, match="Cuenta bloqueada"):
            call(hook)

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            ({"errorCode": 400, "errorMessage": "Body\ninválido"}, "400"),
            ({"code": "CTB01", "message": "Body inválido", "detailedMessage": "…"}, "CTB01"),
        ],
    )
    @pytest.mark.parametrize("call", [insert, reverse, delete])
    def test_a_refusal_of_the_erps_server_keeps_its_code(self, hook, vendor, reply, call, body, code):
        vendor.answers(reply(json.dumps(body), status=400))
        with pytest.raises(DataError, match="Body inválido") as raised:
            call(hook)
        assert raised.value.code == code

    def test_the_help_page_that_a_refusal_names_is_its_code(self, hook, vendor):
        vendor.answers(refused("AJUDA:CTBBLOQ\r\nPeríodo cerrado.\r\n"))
        with pytest.raises(DataError, match="refused: AJUDA:CTBBLOQ Período cerrado") as raised:
            insert(hook)
        assert raised.value.code == "CTBBLOQ"

    @pytest.mark.parametrize(
        "text",
        [
            "Período bloqueado",
            "AJUDA:CTBBLOQ",
            "El período 09/2024 está cerrado",
            "Calendario contable bloqueado para la moneda 01",
            "Calendário contábil encerrado",
            "Data 06/09/2024 bloqueada",
            "The period is closed",
            "Está cerrado el período de la fecha 06/09/2024",
            "La cuenta 1.1.01.001 es válida. Período cerrado",
        ],
    )
    def test_a_closed_period_is_understood_in_the_erps_languages(self, hook, vendor, text):
        vendor.answers(refused(text))
        with pytest.raises(PeriodClosedError):
            insert(hook)

    @pytest.mark.parametrize(
        "text",
        [
            "La cuenta contable 1.1.01.001 está bloqueada en el período informado",
            "Conta contábil 11010001 bloqueada para o período",
            "En la fecha 06/09/2024 la cuenta 11010001 está bloqueada",
            "Data 06/09/2024: centro de custo 2101 bloqueado",
            "Account 11010001 is blocked for this period",
            "Período abierto. Cuenta bloqueada",
        ],
    )
    def test_an_account_that_is_blocked_is_no_closed_period(self, hook, vendor, text):
        vendor.answers(refused(text))
        with pytest.raises(DataError) as raised:
            insert(hook)
        assert not isinstance(raised.value, PeriodClosedError)

    def test_a_refusal_in_the_erps_own_code_page_is_read(self, hook, vendor, reply):
        vendor.answers(reply(json.dumps(refused("Débito bloqueado"), ensure_ascii=False).encode("latin-1")))
        with pytest.raises(DataError, match="Débito bloqueado"):
            insert(hook)

    @pytest.mark.parametrize("call", [insert, reverse, delete])
    @pytest.mark.parametrize(
        "answer",
        [
            {"body": ""},
            {"body": "<html><title>Proxy</title>"},
            {"body": '{"GrupoEmpresa": "T1", "CT2_DO'},
            {"body": "[]"},
            {"body": "{}"},
            {"body": '"000001"'},
            {"body": json.dumps({**DONE, "CT2_DOC": ""})},
            {"body": json.dumps({**DONE, "CT2_DOC": None})},
            {"body": json.dumps({**DONE, "CT2_DOC": ["000001"]})},
            {"body": json.dumps(DONE), "status": 201},
            {"body": json.dumps(DONE), "status": 500},
            {"body": '{"error": "Internal Server Error"}', "status": 500},
            {"body": '{"error": "busy"}', "status": 429, "headers": {"Retry-After": "1"}},
            {"body": "", "status": 429},
            {"body": '{"error": "timeout"}', "status": 408},
            {"body": "", "status": 503, "headers": {"Retry-After": "1"}},
            {"body": "<html>", "status": 502},
            {"body": "<html>", "status": 400},
            {"body": "<html>", "status": 403},
            {"body": "", "status": 302, "headers": {"Location": "/login"}},
            {"body": "", "status": 204},
            {"hang_up": True},
            {"body": json.dumps(DONE), "cut": 20},
        ],
        ids=str,
    )
    def test_whatever_leaves_the_outcome_unknown_is_uncertain_and_sent_once(self, hook, vendor, reply, call, answer):
        vendor.answers(reply(**answer))
        with pytest.raises(UncertainError, match="at 06/09/2024 lot 008964"):
            call(hook)
        assert len(vendor.asked) == 1

    def test_no_answer_in_time_is_uncertain(self, vendor, connection, reply):
        vendor.answers(reply(silent=True))
        with pytest.raises(UncertainError, match="no answer within"):
            insert(ProtheusHook(connection("protheus", vendor.url, {"read_timeout": 0.2})))

    @pytest.mark.parametrize("call", [insert, reverse])
    def test_an_answer_without_an_error_field_is_not_believed(self, hook, vendor, call):
        vendor.answers({name: value for name, value in DONE.items() if name != "error"})
        with pytest.raises(UncertainError):
            call(hook)

    @pytest.mark.parametrize("call", [insert, reverse])
    def test_a_document_number_beside_an_error_is_uncertain(self, hook, vendor, call):
        vendor.answers(refused("Aviso", CT2_DOC="000001"))
        with pytest.raises(UncertainError, match="document 000001 and an error too: Aviso"):
            call(hook)

    @pytest.mark.parametrize("call", [insert, reverse, delete])
    @pytest.mark.parametrize(
        ("status", "body"),
        [
            (401, ""),
            (401, json.dumps(refused("Documento no encontrado"))),
            (404, "<html>"),
            (404, '{"code": 404, "message": "Not found"}'),
            (405, ""),
            (403, '{"message": "no"}'),
        ],
    )
    def test_what_never_reached_the_routine_is_fatal(self, hook, vendor, reply, call, status, body):
        vendor.answers(reply(body, status=status))
        with pytest.raises(FatalError, match="never reached"):
            call(hook)
        assert len(vendor.asked) == 1

    @pytest.mark.parametrize("call", [insert, reverse, delete])
    def test_a_refused_connection_is_retriable_as_nothing_was_sent(self, connection, nobody, call):
        with pytest.raises(RetriableError, match="nothing was sent"):
            call(ProtheusHook(connection("protheus", nobody)))


NON_EMPTY = [{"code": "CTB", "message": "Cuenta bloqueada"}, ["Cuenta bloqueada"], True, 1.5, 1, {"x": {}}, [[]]]


class TestErrorsThatAreNoTexts:
    """A business error is a non-empty ``error`` (field-notes.md), whatever it is made of."""

    @pytest.mark.parametrize("error", NON_EMPTY)
    @pytest.mark.parametrize("call", [insert, reverse])
    def test_a_document_beside_an_error_is_never_taken_for_booked(self, hook, vendor, call, error):
        vendor.answers({**DONE, "error": error})
        with pytest.raises(UncertainError, match="an error too"):
            call(hook)

    @pytest.mark.parametrize("error", NON_EMPTY)
    @pytest.mark.parametrize("call", [insert, reverse, delete])
    def test_without_a_document_it_is_a_refusal(self, hook, vendor, call, error):
        vendor.answers({**DONE, "CT2_DOC": "", "error": error})
        with pytest.raises(DataError, match="is refused"):
            call(hook)

    def test_the_words_within_it_are_told(self, hook, vendor):
        vendor.answers(refused({"code": "CTB", "message": "Cuenta bloqueada"}))
        with pytest.raises(DataError, match="is refused: Cuenta bloqueada"):
            insert(hook)

    @pytest.mark.parametrize("error", ["", " ", None, False, {}, []])
    def test_an_empty_one_is_none(self, hook, vendor, error):
        vendor.answers({**DONE, "error": error})
        assert insert(hook).document == DONE["CT2_DOC"]


@pytest.mark.parametrize(("sent", "number"), [(1, "000001"), (123456, "123456"), ("000001", "000001")])
def test_a_documents_number_has_the_zeros_that_a_json_number_loses(hook, vendor, sent, number):
    vendor.answers({**DONE, "CT2_DOC": sent})
    assert insert(hook).document == number


class TestDelete:
    @pytest.mark.parametrize("status", [200, 400, 404])
    def test_a_clean_not_found_is_no_error(self, hook, vendor, reply, status):
        vendor.answers(reply(json.dumps(refused("Documento\nno encontrado")), status=status))
        assert delete(hook) is False

    def test_an_address_that_does_not_exist_is_not_a_document_that_does_not(self, hook, vendor, reply):
        vendor.answers(reply('{"error": "Not Found", "status": 404, "path": "/delete"}', status=404))
        with pytest.raises(FatalError):
            delete(hook)

    def test_a_not_found_of_another_tenant_says_nothing_about_ours(self, hook, vendor):
        vendor.answers(refused("Asiento no encontrado", CT2_FILIAL="D MG 02 "))
        with pytest.raises(UncertainError, match="tenant T1,D MG 02"):
            delete(hook)

    def test_a_not_found_that_names_no_tenant_is_believed(self, hook, vendor):
        vendor.answers({"error": "Asiento no encontrado"})
        assert delete(hook) is False

    @pytest.mark.parametrize("other", [{"CT2_DOC": "000002"}, {"CT2_FILIAL": "D MG 02"}, {"GrupoEmpresa": ""}])
    def test_a_delete_acknowledged_for_another_document_or_tenant_is_uncertain(self, hook, vendor, other):
        vendor.answers({**DONE, **other})
        with pytest.raises(UncertainError):
            delete(hook)

    def test_a_site_may_word_its_not_found_as_it_likes(self, vendor, connection):
        vendor.answers(refused("CT2NOREG"))
        assert delete(ProtheusHook(connection("protheus", vendor.url, {"not_found": "CT2NOREG"}))) is False

    @pytest.mark.parametrize(
        "text",
        [
            "no encontrado",
            "No encontrado.",
            "Documento no encontrado",
            "Documento 000001 no encontrado para la clave 06/09/2024 008964 A01",
            "Asiento contable no encontrado",
            "No existe el documento",
            "El asiento no existe",
            "No se encontró el asiento",
            "não encontrado",
            "Documento não encontrado",
            "Lançamento nao foi encontrado",
            "Registro não existe",
            "Lancamento inexistente",
            "not found",
            "Document not found",
            "The entry does not exist",
            "AJUDA:CT2NAO El documento 000003 del lote 008960 no existe o ya fue borrado",
            "Documento no encontrado: 06/09/2024 lote 008960 sublote 001 documento 000003.",
            "No existe el asiento contable en la fecha 06/09/2024",
            "Lançamento contábil 000003 não encontrado na tabela CT2",
            "Registro no encontrado en la tabla CT2010",
            "Document 000003 not found in lot 008960 (already deleted)",
        ],
    )
    def test_not_found_is_understood_in_the_erps_languages(self, text):
        assert re.search(NOT_FOUND, text)

    @pytest.mark.parametrize(
        "text",
        [
            "Período bloqueado",
            "Documento en uso por otro usuario",
            "Calendario contable no encontrado",
            "La sucursal no existe",
            "Moneda não encontrada",
            "No existe calendario para la fecha",
            "Documento bloqueado. Cuenta no existe",
            "Empresa no encontrada",
            "El asiento tiene una cuenta que no existe",
            "Lançamento padrão não encontrado",
            "Documento en uso, usuario no localizado",
            "Lançamento com conta inexistente",
            "No existe registro relacionado a este código",
            "Registro de calendario no existe",
            "Tipo de documento no existe",
            "Document locked, user not found",
            "No existe la cuenta del asiento",
            "El asiento no existe en el calendario contable",
            "",
        ],
    )
    def test_what_speaks_of_something_else_is_no_not_found(self, text):
        assert not re.search(NOT_FOUND, text)

    @given(THINGS, BESIDE, OTHERS, BESIDE, ABSENT)
    def test_no_other_thing_that_is_not_there_is_taken_for_the_document(self, thing, some, other, more, absent):
        for words in ([thing, some, other, more, absent], [thing, some, absent, more, other]):
            assert not re.search(NOT_FOUND, " ".join(" ".join(words).split()))

    def test_a_long_text_is_read_at_once(self):
        assert not re.search(NOT_FOUND, "documento " + "000000000000 " * 5_000 + "x")
        assert not re.search(CLOSED_PERIOD, "período bloquead " * 5_000 + "x")
        assert not UNKNOWN_TENANT.search("empresa no " * 5_000 + "x")


def test_the_lease_of_a_posting_can_cover_the_longest_call(connection):
    basic = ProtheusHook(connection("protheus", "http://erp.invalid", {"connect_timeout": 2, "read_timeout": 30}))
    assert basic.timeout_seconds == 32
    extra = {"connect_timeout": 2, "read_timeout": 30, "auth": "oauth2"}
    assert ProtheusHook(connection("protheus", "http://erp.invalid", extra)).timeout_seconds == 32 + 2 * 12


class TestTheTestButton:
    def test_it_reads_and_writes_nothing(self, hook, vendor, reply):
        vendor.answers(reply('{"code": 405}', status=405))
        works, sentence = hook.test_connection()
        assert works
        assert "does not refuse the login (HTTP 405)" in sentence
        assert [asked.method for asked in vendor.asked] == ["GET", "GET"]

    @pytest.mark.parametrize(
        ("answer", "told"),
        [
            ({"status": 401}, "login is refused"),
            ({"status": 503}, "answer is empty"),
            ({"body": "<html><title>Router</title>"}, "an HTML page"),
        ],
    )
    def test_it_says_what_is_wrong(self, hook, vendor, reply, answer, told):
        vendor.answers(reply(**answer))
        works, sentence = hook.test_connection()
        assert not works
        assert told in sentence

    def test_it_does_not_take_a_404_for_proof_of_the_address(self, hook, vendor, reply):
        vendor.answers(reply('{"code": 404}', status=404))
        assert "wrong base address" in hook.test_connection()[1]

    def test_it_says_that_nobody_answers(self, connection, nobody):
        works, sentence = ProtheusHook(connection("protheus", nobody)).test_connection()
        assert not works
        assert "no connection" in sentence
