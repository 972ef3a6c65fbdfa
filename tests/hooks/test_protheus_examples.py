"""The contract's own examples (protheus.seed.txt, 02. Métodos), word for word: what is sent, what is answered."""

import json
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from cierre.bookkeeping.address import Address
from cierre.bookkeeping.journal import JournalEntry, Line, Side
from cierre.ports.errors import UncertainError
from hooks.protheus.hook import Acknowledgement, ProtheusHook

EXAMPLES = Path(__file__).parent / "protheus"
DAY, TENANT = date(2023, 9, 1), "T1,D MG 01 "


def example(name: str) -> str:
    return (EXAMPLES / name).read_text()


def mended(name: str) -> dict:
    """An example without what JSON does not know: comments, and a comma before a bracket."""
    return json.loads(re.sub(r",\s*([}\]])", r"\1", re.sub(r"//[^\n]*", "", example(name))))


@pytest.fixture
def hook(vendor, connection) -> ProtheusHook:
    return ProtheusHook(connection("protheus", f"{vendor.url}/rest", login="cierre", password="s3cret"))


def test_an_entry_is_sent_with_the_examples_fields(hook, vendor):
    vendor.answers(mended("insert.answer.txt"))
    lines = (
        Line(Side.DEBIT, "CTBXATUD", Decimal("1500.60"), "PARTIDA DOBLE "),
        Line(Side.CREDIT, "CTBXATUC", Decimal("1500.60"), "PARTIDA DOBLE "),
    )
    hook.insert(Address(TENANT, DAY, "008960", "001"), JournalEntry("box", DAY, 1, "USD", lines), "box|20230901|1|1")
    (asked,) = vendor.asked
    sent, told = asked.json, mended("insert.sent.txt")
    assert asked.path == "/rest/api/ctb/accountingentry/insert"
    assert (asked.headers["tenantId"], asked.headers["Content-Type"]) == (TENANT, "application/json")
    head = ("CT2_DATA", "CT2_LOTE", "CT2_SBLOTE")
    assert {name: sent[name] for name in head} == {name: told[name] for name in head}
    debit, credit = sent["ITENS"]
    # The example's one line of both sides is two lines here: the same fields, each with its own account.
    both = told["ITENS"][0]
    assert both.items() - {("CT2_DC", "3"), ("CT2_CREDIT", "CTBXATUC")} <= debit.items()
    assert both.items() - {("CT2_DC", "3"), ("CT2_DEBITO", "CTBXATUD")} <= credit.items()
    assert (debit["CT2_DC"], credit["CT2_DC"]) == ("1", told["ITENS"][1]["CT2_DC"])


def test_a_reversal_is_sent_as_in_the_example(hook, vendor):
    vendor.answers(mended("reversal.answer.txt"))
    done = hook.reverse(Address(TENANT, DAY, "THIAGO", "001"), "000003", Address(TENANT, DAY, "EST001", "001"))
    assert vendor.asked[0].path == "/rest/api/ctb/accountingentry/reversal"
    assert vendor.asked[0].json == mended("reversal.sent.txt")
    assert done == Acknowledgement("000001", "T1", "D MG 01")


def test_a_delete_is_sent_as_in_the_example(hook, vendor):
    vendor.answers(mended("delete.answer.txt"))
    assert hook.delete(Address(TENANT, DAY, "000001", "001"), "000005")
    assert vendor.asked[0].path == "/rest/api/ctb/accountingentry/delete"
    assert vendor.asked[0].json == mended("delete.sent.txt")


def test_the_answers_as_they_stand_are_not_json_and_prove_nothing(hook, vendor):
    vendor.answers(example("delete.answer.txt"))
    with pytest.raises(UncertainError):
        hook.delete(Address(TENANT, DAY, "000001", "001"), "000005")
