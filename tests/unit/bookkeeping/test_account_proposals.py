"""The first proposal is the right one in nine of ten cases, on charts of firms that the code has never seen."""

import pytest
from hypothesis import given, strategies as st

from cierre.bookkeeping.account_proposals import LEAST, MOST, Decision, Known, proposals, search
from support.generated_charts import SEEN
from support.held_back_charts import HELD_BACK
from support.measured_proposals import HELD_BACK_FIRMS, generated

CHART = {"1.1.01.001": "Caja general", "1.1.02.002": "Banco Pichincha", "1.1.02.003": "Banco del Pacífico",
         "1.1.03.003": "Pagos en línea por cobrar", "2.1.01.002": "Anticipos de clientes"}  # fmt: skip


@pytest.mark.parametrize("words", [HELD_BACK, SEEN], ids=["held back", "seen"])
def test_of_firms_that_nothing_was_tuned_by_the_first_proposal_is_right_in_nine_of_ten(words):
    """Each decision is asked for with all others known; what is not proposed counts as wrong."""
    measure = generated(HELD_BACK_FIRMS[:20], words)
    assert measure.asked.total() > 800
    assert min(measure.right[table] / measure.asked[table] for table in measure.asked) >= 0.85, measure
    assert measure.share >= 0.9, measure


@pytest.mark.parametrize(("name", "code"), [
    ("TRANSF. BCO. PICHINCHA", "1.1.02.002"), ("Pago online", "1.1.03.003"), ("Abono", "2.1.01.002"),
    ("AC", "2.1.01.002"),
])  # fmt: skip
def test_names_are_known_as_people_abbreviate_them(name, code):
    first, *_ = proposals(name, Known(CHART))
    assert first.code == code
    assert first.name == CHART[code]
    assert first.name in first.reason


def test_what_was_chosen_before_goes_before_what_sisters_do_and_that_before_names():
    known = Known(CHART, before=[Decision("Pago Online", "1.1.01.001")],
                  sisters=[Decision("pago online", "2.1.01.002", "bsale_chile")])  # fmt: skip
    made = proposals("PAGO ONLINE", known)
    assert [one.code for one in made[:3]] == ["1.1.01.001", "2.1.01.002", "1.1.03.003"]
    assert [one.reason for one in made[:2]] == [
        "chosen before for Pago Online", "bsale_chile has it for pago online",
    ]  # fmt: skip
    assert proposals("PAGO ONLINE", Known(CHART, own_code="1.1.02.003"))[0].code == "1.1.02.003"


def test_no_code_is_proposed_that_lines_cannot_take():
    known = Known(CHART, own_code="9.9", before=[Decision("x", "1.1")], sisters=[Decision("x", "7", "other")])
    assert proposals("x", known) == []


def test_nothing_is_proposed_rather_than_something_unlike():
    assert proposals("Zzyzx", Known(CHART)) == []
    assert proposals("", Known(CHART)) == []


@given(st.text(max_size=60), st.dictionaries(st.text(max_size=12), st.text(max_size=40), max_size=8))
def test_whatever_things_are_called_proposals_are_codes_of_the_chart_best_first(name, chart):
    made = proposals(name, Known(chart, beside=[Decision(name, code) for code in list(chart)[:2]]))
    assert len(made) <= MOST
    assert all(one.code in chart and LEAST <= one.score <= 1 for one in made)
    assert [one.score for one in made] == sorted((one.score for one in made), reverse=True)
    assert {code for code, _ in search(name, chart)} <= set(chart)


def test_a_search_finds_by_the_beginning_of_a_code_and_by_name():
    assert [code for code, _ in search("1.1.02", CHART)][:2] == ["1.1.02.002", "1.1.02.003"]
    assert search("pichincha", CHART)[0] == ("1.1.02.002", "Banco Pichincha")
    assert search("  ", CHART) == []
