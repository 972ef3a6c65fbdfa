"""What is asked of Protheus for a range of dates, and how its rows are read."""

from datetime import date
from urllib.parse import parse_qs

import pytest

from cierre.bookkeeping.journal import Side
from cierre.bookkeeping.tie_out import ErpDocument
from hooks.protheus import range_reader
from hooks.protheus.range_reader import RangeReader, read_held

FIRST, LAST = date(2024, 9, 1), date(2024, 9, 30)
ROW = {
    "ct2_data": "20240906", "ct2_lote": "008964", "ct2_sblote": "001", "ct2_doc": "000001", "ct2_linha": "001",
    "ct2_dc": "3", "ct2_debito": "1.1.01.001", "ct2_credit": "4.1.01.001", "ct2_valor": "12.5", "ct2_moedlc": "01",
    "ct2_tpsald": "1",
}  # fmt: skip


@pytest.fixture
def asked(monkeypatch) -> list[str]:
    """The conditions of all queries; the site offers none."""
    conditions: list[str] = []
    monkeypatch.setattr(range_reader, "ask", lambda hook, query, *_: conditions.append(parse_qs(query)["where"][0]))
    return conditions


def test_lots_and_accounts_are_asked_for_by_the_months_dates(asked):
    reader = RangeReader(None, "T1,D MG 01 ", FIRST, LAST)
    assert reader.in_lots({"008965", "008964"}) is None
    assert reader.on_accounts({"1.1.01.001"}) is None
    dates = "CT2_DATA >= '20240901' AND CT2_DATA <= '20240930' AND "
    assert asked == [
        f"{dates}CT2_LOTE IN ('008964', '008965')",
        f"{dates}(CT2_DEBITO IN ('1.1.01.001') OR CT2_CREDIT IN ('1.1.01.001'))",
    ]


@pytest.mark.parametrize("text", ["1' OR '1' = '1", "", "1.1 01", "9" * 21])
def test_nothing_gets_into_a_query_that_is_no_account(asked, text):
    with pytest.raises(ValueError, match="not an account"):
        RangeReader(None, "T1,D MG 01 ", FIRST, LAST).on_accounts({text})
    assert asked == []


def test_nothing_is_asked_where_there_is_no_lot(asked):
    assert RangeReader(None, "T1,D MG 01 ", FIRST, LAST).in_lots(set()) == []
    assert asked == []


def test_a_double_entry_is_two_lines_of_its_document():
    debit, credit = read_held(ROW, {"01": "USD"}, "1")
    assert debit.document == credit.document == ErpDocument(date(2024, 9, 6), "008964", "001", "000001")
    assert (debit.line.side, debit.line.account, debit.line.currency) == (Side.DEBIT, "1.1.01.001", "USD")
    assert (credit.line.side, credit.line.account) == (Side.CREDIT, "4.1.01.001")


def test_a_pre_entry_is_outside_the_balances():
    assert {one.line.outside for one in read_held({**ROW, "ct2_tpsald": "9"}, {"01": "USD"}, "1")} == {"9"}


def test_a_row_without_its_date_names_what_it_lacks():
    with pytest.raises(KeyError, match="CT2_DATA"):
        read_held({name: value for name, value in ROW.items() if name != "ct2_data"}, {"01": "USD"}, "1")
