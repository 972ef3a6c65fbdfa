"""What the ERP books and what it refuses, through its own interface."""

from decimal import Decimal

import pytest

AT = {"CT2_DATA": "06/09/2024", "CT2_LOTE": "008964", "CT2_SBLOTE": "001"}
FIRST = AT | {"CT2_DOC": "000001"}


def only_line(document) -> dict:
    return document.lines[0]


def refusal(accountant, *items, **portada) -> str:
    answer = accountant.insert(*items, **portada)
    assert answer["CT2_DOC"] == ""
    return answer["error"]


# --- insert


def test_a_document_stands_at_its_address_with_its_lines_and_key(sandbox, accountant):
    lines = [accountant.debit(1500.60, CT2_KEY="key"), accountant.credit(1500.60, CT2_KEY="key")]
    accountant.insert(*lines, **AT)
    (document,) = sandbox.protheus_ledger()
    assert (document.tenant, document.lot, document.sublot) == ("T1,D MG 01 ", "008964", "001")
    assert (document.entry_date.isoformat(), document.document, document.key) == ("2024-09-06", "000001", "key")
    assert (document.debit, document.credit, len(document.lines)) == (Decimal("1500.60"), Decimal("1500.60"), 2)
    assert (document.balance("1.1"), document.balance("4.1")) == (Decimal("1500.60"), Decimal("-1500.60"))


def test_the_portada_has_its_defaults_todays_date_among_them(sandbox, accountant):
    accountant.send("insert", {"ITENS": [accountant.debit(10), accountant.credit(10)]})
    (document,) = sandbox.protheus_ledger()
    assert (document.entry_date.isoformat(), document.lot, document.sublot) == ("2024-12-02", "000001", "001")


def test_a_line_has_the_defaults_of_the_contract_and_blanks(sandbox, accountant):
    accountant.insert()
    fields = only_line(sandbox.protheus_ledger()[0])
    defaults = {name: fields[name] for name in ("CT2_TPSALD", "CT2_CONVER", "CT2_ORIGEM", "CT2_MOEDLC")}
    assert defaults == {
        "CT2_TPSALD": "1",
        "CT2_CONVER": "1",
        "CT2_ORIGEM": "API ACCOUNTINGENTRY",
        "CT2_MOEDLC": "01",
    }
    assert (fields["CT2_HP"], fields["CT2_KEY"], fields["CT2_EC05DB"]) == ("", "", "")


def test_every_field_of_the_contract_is_kept_as_sent(sandbox, accountant):
    entities = {
        f"CT2_EC{number}{side}": f"E{number}{side}"
        for number in ("05", "06", "07", "08", "09")
        for side in ("DB", "CR")
    }
    sent = entities | {
        "CT2_MOEDLC": "02",
        "CT2_DC": "3",
        "CT2_DEBITO": "1.1",
        "CT2_CREDIT": "4.1",
        "CT2_HIST": "Partida doble",
        "CT2_TPSALD": "9",
        "CT2_CONVER": "1N",
        "CT2_ORIGEM": "CIERRE",
        "CT2_HP": "001",
        "CT2_CCD": "0101",
        "CT2_CCC": "0101",
        "CT2_ITEMD": "ITEM D",
        "CT2_ITEMC": "ITEM C",
        "CT2_CLVLDB": "CLASE D",
        "CT2_CLVLCR": "CLASE C",
        "CT2_KEY": "llave",
    }
    accountant.insert(sent | {"CT2_VALOR": 7})
    assert only_line(sandbox.protheus_ledger()[0]) == sent | {"CT2_VALOR": "7.00", "CT2_LINHA": "001"}


def test_amounts_in_further_currencies_are_kept_and_go_along_with_a_reversal(sandbox, accountant):
    accountant.insert(accountant.debit(10, CT2_VALR02=0.25), accountant.credit(10, CT2_VALR02=0.25), **AT)
    accountant.send("reversal", FIRST)
    assert [line["CT2_VALR02"] for document in sandbox.protheus_ledger() for line in document.lines] == ["0.25"] * 4
    assert "decimales" in refusal(accountant, accountant.debit(10, CT2_VALR02=0.251), accountant.credit(10))


@pytest.mark.parametrize("name", ["ITENS", "ÍTEMS"])
def test_the_list_of_items_goes_by_both_of_its_names(accountant, name):
    body = {name: [accountant.debit(10), accountant.credit(10)]}
    assert accountant.send("insert", body).json()["CT2_DOC"] == "000001"


@pytest.mark.parametrize("items", [{}, {"ITENS": []}, {"ITENS": "x"}, {"ITENS": ["x"]}])
def test_an_entry_without_items_is_refused(accountant, items):
    assert accountant.send("insert", items).json()["error"]


@pytest.mark.parametrize("written", ["06/09/2024", "06092024"])
def test_a_date_goes_with_slashes_or_in_digits_alone(sandbox, accountant, written):
    accountant.insert(CT2_DATA=written)
    assert sandbox.protheus_ledger()[0].entry_date.isoformat() == "2024-09-06"


@pytest.mark.parametrize("written", ["2024-09-06", "09/31/2024", "20240906", "31/02/2024", 6092024])
def test_a_date_that_is_none_is_refused(accountant, written):
    assert "fecha del asiento no es válida" in refusal(accountant, CT2_DATA=written)


def test_numbers_run_from_one_for_each_tenant_date_lot_and_sublot(accountant):
    assert [accountant.insert(**AT)["CT2_DOC"] for _ in range(3)] == ["000001", "000002", "000003"]
    elsewhere = [{"CT2_DATA": "07/09/2024"}, {"CT2_LOTE": "THIAGO"}, {"CT2_SBLOTE": "Z9Z"}, {"tenant": "T1,D MG 03 "}]
    assert [accountant.insert(**AT | place)["CT2_DOC"] for place in elsewhere] == ["000001"] * 4


def test_a_site_may_begin_to_number_elsewhere(sandbox, accountant):
    sandbox.set_protheus(first_number=701)
    assert [accountant.insert()["CT2_DOC"] for _ in range(2)] == ["000701", "000702"]


@pytest.mark.parametrize(("reused", "next_number"), [(False, "000002"), (True, "000001")])
def test_a_deleted_number_comes_back_only_where_the_site_reuses_them(sandbox, accountant, reused, next_number):
    sandbox.set_protheus(reuse_deleted_numbers=reused)
    accountant.insert(**AT)
    accountant.send("delete", FIRST)
    assert accountant.insert(**AT)["CT2_DOC"] == next_number


@pytest.mark.parametrize("place", [{"CT2_LOTE": "0089640"}, {"CT2_SBLOTE": "0001"}, {"CT2_LOTE": 8964}])
def test_a_lot_has_six_characters_and_a_sublot_three(accountant, place):
    assert "tamaño" in refusal(accountant, **place)


def test_a_history_of_forty_characters_has_no_continuation_and_a_longer_one_has(sandbox, accountant):
    history = "Caja 164 del seis de septiembre de 2024, " * 3
    accountant.insert(accountant.debit(10, CT2_HIST="x" * 40), accountant.credit(10, CT2_HIST=history.strip()))
    lines = sandbox.protheus_ledger()[0].lines
    assert [(line["CT2_LINHA"], line["CT2_DC"], line["CT2_VALOR"]) for line in lines] == [
        ("001", "1", "10.00"),
        ("002", "2", "10.00"),
        ("003", "4", "0.00"),
        ("004", "4", "0.00"),
        ("005", "4", "0.00"),
    ]
    assert "".join(line["CT2_HIST"].ljust(40) for line in lines[1:]).strip() == history.strip()
    assert (lines[3]["CT2_DEBITO"], lines[3]["CT2_CREDIT"]) == ("", "")
    assert (sandbox.protheus_ledger()[0].debit, sandbox.protheus_ledger()[0].credit) == (10, 10)


def test_a_document_holds_999_lines_and_no_more(sandbox, accountant):
    debits = [accountant.debit("0.01")] * 998
    debits = [line | {"CT2_VALOR": 0.01} for line in debits]
    assert accountant.insert(*debits, accountant.credit(9.98))["error"] == ""
    assert "999" in refusal(accountant, *debits, accountant.debit(1), accountant.credit(10.98))
    assert len(sandbox.protheus_ledger()) == 1


def test_continuation_lines_count_among_the_999(accountant):
    debits = [accountant.debit(0.01) for _ in range(998)]
    assert "1000 líneas" in refusal(accountant, *debits, accountant.credit(9.98, CT2_HIST="x" * 41))


def test_balance_is_held_to_the_cent_in_decimals(accountant):
    tenth = accountant.debit(0.1)
    assert accountant.insert(tenth, tenth, tenth, accountant.credit(0.3))["error"] == ""
    assert "Diferencia: 0.01" in refusal(accountant, accountant.debit(10), accountant.credit(9.99))


def test_a_double_entry_balances_by_itself(accountant):
    both = accountant.debit(10) | {"CT2_DC": "3", "CT2_CREDIT": "4.1", "CT2_CCC": "0101"}
    assert accountant.insert(both)["CT2_DOC"] == "000001"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"CT2_VALOR": None}, "valor del asiento es obligatorio"),
        ({"CT2_VALOR": 0}, "mayor que cero"),
        ({"CT2_VALOR": -10}, "mayor que cero"),
        ({"CT2_VALOR": 1e300}, "mayor que cero"),
        ({"CT2_VALOR": "10.00"}, "tipo numérico"),
        ({"CT2_VALOR": True}, "tipo numérico"),
        ({"CT2_VALOR": 10.001}, "dos decimales"),
        ({"CT2_HIST": None}, "historial del asiento es obligatorio"),
        ({"CT2_HIST": "   "}, "historial del asiento es obligatorio"),
        ({"CT2_DC": None}, "debe ser 1, 2 o 3"),
        ({"CT2_DC": "4"}, "debe ser 1, 2 o 3"),
        ({"CT2_DC": 1}, "tipo carácter"),
        ({"CT2_DEBITO": None}, "cuenta es obligatoria"),
        ({"CT2_DEBITO": "9.9"}, "no está en el plan de cuentas"),
        ({"CT2_DEBITO": "1.2"}, "está bloqueada"),
        ({"CT2_DEBITO": "1"}, "sintética"),
        ({"CT2_CCD": "9999"}, "no existe o está bloqueado"),
        ({"CT2_CCD": "0199"}, "no existe o está bloqueado"),
        ({"CT2_DEBITO": "4.1"}, "exige centro de costo"),
        ({"CT2_MOEDLC": "99"}, "moneda"),
        ({"CT2_TPSALD": "12"}, "admite 1 caracteres"),
    ],
)
def test_a_line_is_refused_with_its_number_and_the_reason(accountant, change, told):
    error = refusal(accountant, accountant.credit(10), accountant.debit(10) | change)
    assert told in error
    assert "línea 002" in error


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"CT2_CREDIT": ""}, "cuenta es obligatoria"),
        ({"CT2_CCC": ""}, "exige centro de costo"),
        ({"CT2_DC": "3"}, "cuenta es obligatoria"),
    ],
)
def test_each_kind_of_line_needs_the_accounts_of_its_sides(accountant, change, told):
    assert told in refusal(accountant, accountant.debit(10), accountant.credit(10) | change)


def test_a_refused_insert_leaves_nothing_and_uses_no_number(sandbox, accountant):
    refusal(accountant, accountant.debit(10), accountant.credit(10), accountant.debit(5, "9.9"))
    assert sandbox.protheus_ledger() == []
    assert accountant.insert()["CT2_DOC"] == "000001"


def test_a_site_that_is_not_atomic_keeps_the_lines_before_the_refused_one(sandbox, accountant):
    sandbox.set_protheus(atomic_insert=False)
    assert "no está en el plan" in refusal(accountant, accountant.debit(10), accountant.credit(10, "9.9"), **AT)
    (document,) = sandbox.protheus_ledger()
    assert (document.document, document.live, document.debit, document.credit) == ("000001", True, 10, 0)


def test_a_site_that_is_not_atomic_leaves_nothing_of_an_entry_whose_first_line_is_refused(sandbox, accountant):
    sandbox.set_protheus(atomic_insert=False)
    refusal(accountant, accountant.debit(10, "9.9"), accountant.credit(10))
    assert sandbox.protheus_ledger() == []


def test_a_site_may_want_sublots_of_digits_alone(sandbox, accountant):
    sandbox.set_protheus(alphanumeric_sublots=False)
    assert "sublote debe ser numérico" in refusal(accountant, **AT | {"CT2_SBLOTE": "00A"})
    accountant.insert(**AT)
    reversal = accountant.send("reversal", FIRST | {"CT2_SBLOTEST": "R01"}).json()
    assert "sublote debe ser numérico" in reversal["error"]
    assert len(sandbox.protheus_ledger()) == 1


def test_a_site_may_take_fewer_lines(sandbox, accountant):
    sandbox.set_protheus(max_lines=3)
    assert accountant.insert(accountant.debit(5), accountant.debit(5), accountant.credit(10))["error"] == ""
    assert "admite 3" in refusal(accountant, *[accountant.debit(5)] * 3, accountant.credit(15))


def test_a_site_may_have_another_size_of_history(sandbox, accountant):
    sandbox.set_protheus(history_size=20)
    accountant.insert(accountant.debit(10, CT2_HIST="x" * 45), accountant.credit(10))
    lines = sandbox.protheus_ledger()[0].lines
    assert [(line["CT2_DC"], len(line["CT2_HIST"])) for line in lines[:3]] == [("1", 20), ("4", 20), ("4", 5)]


@pytest.mark.parametrize(("size", "kept"), [(20, "itb_caja_164|2024090"), (0, "")])
def test_a_site_may_keep_a_part_of_the_key_or_none(sandbox, accountant, size, kept):
    sandbox.set_protheus(key_size=size)
    key = "itb_caja_164|20240906|1|1"
    accountant.insert(accountant.debit(10, CT2_KEY=key), accountant.credit(10, CT2_KEY=key))
    assert sandbox.protheus_ledger()[0].key == kept


# --- closed periods and documents in use


@pytest.mark.parametrize("closed", [{"closed_until": "2024-09-06"}, {"closed_months": ["2024-09"]}])
def test_a_closed_period_refuses_insert_reversal_and_delete(sandbox, accountant, closed):
    accountant.insert(**AT)
    sandbox.set_protheus(**closed)
    answers = [
        accountant.insert(**AT),
        accountant.send("reversal", FIRST).json(),
        accountant.send("delete", FIRST).json(),
    ]
    assert all("calendario contable está cerrado" in answer["error"] for answer in answers)
    assert [document.live for document in sandbox.protheus_ledger()] == [True]


def test_a_period_is_closed_to_its_last_day_and_may_be_opened_again(sandbox, accountant):
    sandbox.set_protheus(closed_until="2024-09-06")
    assert accountant.insert(CT2_DATA="07/09/2024")["error"] == ""
    sandbox.set_protheus(closed_until=None)
    assert accountant.insert(CT2_DATA="06/09/2024")["error"] == ""


def test_a_lot_in_use_refuses_until_it_is_free(sandbox, accountant):
    sandbox.set_protheus(lots_in_use=["008964"])
    assert "en uso" in refusal(accountant, **AT)
    assert accountant.insert()["error"] == ""


# --- reversal


def test_a_reversal_swaps_the_sides_and_all_that_belongs_to_them(sandbox, accountant):
    extras = {"CT2_ITEMD": "I", "CT2_CLVLDB": "C", "CT2_EC05DB": "E", "CT2_KEY": "key"}
    accountant.insert(accountant.debit(10, CT2_CCD="0101", **extras), accountant.credit(10), **AT)
    accountant.send("reversal", FIRST)
    origin, mirror = sandbox.protheus_ledger()
    fields = only_line(mirror)
    assert (fields["CT2_DC"], fields["CT2_CREDIT"], fields["CT2_DEBITO"]) == ("2", "1.1", "")
    assert (fields["CT2_CCC"], fields["CT2_ITEMC"], fields["CT2_CLVLCR"], fields["CT2_EC05CR"]) == (
        "0101",
        "I",
        "C",
        "E",
    )
    assert (mirror.reverses, mirror.key) == ("008964/001/000001", "key")
    for account in ("1.1", "4.1"):
        assert origin.balance(account) + mirror.balance(account) == 0


def test_a_reversal_keeps_double_entries_and_continuations_what_they_are(sandbox, accountant):
    both = {"CT2_DC": "3", "CT2_CREDIT": "4.1", "CT2_CCC": "0101", "CT2_HIST": "x" * 50}
    accountant.insert(accountant.debit(10) | both, **AT)
    accountant.send("reversal", FIRST)
    first, second = sandbox.protheus_ledger()[1].lines
    assert (first["CT2_DC"], first["CT2_DEBITO"], first["CT2_CREDIT"], first["CT2_CCD"]) == ("3", "4.1", "1.1", "0101")
    assert (second["CT2_DC"], second["CT2_HIST"]) == ("4", "x" * 10)


def test_a_reversal_goes_to_the_lot_and_sublot_asked_for_on_the_same_date(sandbox, accountant):
    accountant.insert(**AT)
    answer = accountant.send("reversal", FIRST | {"CT2_LOTEST": "EST001", "CT2_SBLOTEST": "R01"}).json()
    mirror = sandbox.protheus_ledger()[1]
    assert answer["CT2_DOC"] == "000001"
    assert (mirror.lot, mirror.sublot, mirror.entry_date.isoformat()) == ("EST001", "R01", "2024-09-06")


def test_a_site_may_put_every_reversal_beside_its_origin(sandbox, accountant):
    sandbox.set_protheus(reversal_has_own_address=False)
    accountant.insert(**AT)
    answer = accountant.send("reversal", FIRST | {"CT2_LOTEST": "EST001", "CT2_SBLOTEST": "R01"}).json()
    mirror = sandbox.protheus_ledger()[1]
    assert (answer["CT2_DOC"], mirror.lot, mirror.sublot) == ("000002", "008964", "001")


def test_a_reversal_goes_beside_its_origin_by_default_under_the_next_number(accountant):
    accountant.insert(**AT)
    assert accountant.send("reversal", FIRST).json()["CT2_DOC"] == "000002"


# --- delete


def test_a_delete_takes_the_document_off_the_books_and_answers_its_number(sandbox, accountant):
    accountant.insert(**AT)
    assert accountant.send("delete", FIRST).json()["CT2_DOC"] == "000001"
    assert sandbox.protheus_ledger(live=True) == []


@pytest.mark.parametrize("operation", ["reversal", "delete"])
def test_what_is_not_there_or_no_longer_is_not_found_in_words_that_stay_the_same(accountant, operation):
    absent = "Documento no encontrado: 06/09/2024 lote 008964 sublote 001 documento 000001."
    assert absent in accountant.send(operation, FIRST).json()["error"]
    accountant.insert(**AT)
    accountant.send("delete", FIRST)
    assert absent in accountant.send(operation, FIRST).json()["error"]


def test_a_site_may_tell_what_is_not_there_by_http_404(sandbox, accountant):
    sandbox.set_protheus(not_found_as_http_404=True)
    response = accountant.send("delete", FIRST)
    assert response.status_code == 404
    assert "Documento no encontrado" in response.json()["errorMessage"]
    assert accountant.send("delete", FIRST | {"CT2_DATA": "x"}).status_code == 200


@pytest.mark.parametrize(
    "elsewhere", [{"CT2_DATA": "07/09/2024"}, {"CT2_LOTE": "1"}, {"CT2_SBLOTE": "2"}, {"CT2_DOC": "X"}]
)
def test_a_delete_touches_no_document_at_another_address(sandbox, accountant, elsewhere):
    accountant.insert(**AT)
    assert "Documento no encontrado" in accountant.send("delete", FIRST | elsewhere).json()["error"]
    assert sandbox.protheus_ledger()[0].live


@pytest.mark.parametrize("operation", ["reversal", "delete"])
@pytest.mark.parametrize("missing", ["CT2_DATA", "CT2_LOTE", "CT2_SBLOTE", "CT2_DOC"])
def test_reversal_and_delete_need_the_whole_address(accountant, operation, missing):
    accountant.insert(**AT)
    address = {name: value for name, value in FIRST.items() if name != missing}
    assert missing in accountant.send(operation, address).json()["error"]
