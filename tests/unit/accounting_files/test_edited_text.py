"""A change of a mapping file touches the lines that it concerns, and can say nothing but what its fields say."""

from datetime import date
from difflib import unified_diff
from pathlib import Path

import pytest
import yaml
from hypothesis import given, strategies as st
from pydantic import ValidationError

from cierre.accounting_files.changes import (
    Change,
    DocumentType,
    FormName,
    NewRule,
    TableValue,
    VatRate,
    as_kept,
    changes_from,
)
from cierre.accounting_files.edited_text import CannotEdit, edited, now_says
from cierre.bookkeeping.documents import Kind
from cierre.bookkeeping.rules import FromTable

SHIPPED = sorted((Path(__file__).parents[3] / "include" / "mappings" / "accounts").glob("*.yaml"))
ECUADOR = next(path for path in SHIPPED if path.stem == "sga_ecuador").read_text(encoding="utf-8")
CHILE = next(path for path in SHIPPED if path.stem == "bsale_chile").read_text(encoding="utf-8")
NAMES = {"1.1.01.001": "Caja general", "1.1.02.002": "Banco Pichincha", "1.1.03.003": "Pagos en línea por cobrar"}


def lines(before: str, after: str) -> list[str]:
    """What a change adds and takes away."""
    changed = unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return [line for line in changed if line[0] in "+-" and not line.startswith(("+++", "---"))]


def content(text: str):
    return yaml.load(text, Loader=yaml.BaseLoader)


def test_a_new_form_of_payment_is_two_lines_that_stand_like_their_neighbours():
    changes = [FormName(form="19", name="Billetera De Una"),
               TableValue(table="account_of_form", value="19", to="1.1.03.003")]  # fmt: skip
    assert lines(ECUADOR, edited(ECUADOR, changes, NAMES)) == [
        "+  19: Billetera De Una",
        "+      19: 1.1.03.003      # Pagos en línea por cobrar",
    ]


def test_a_value_is_put_among_its_neighbours_by_its_number():
    text = edited(ECUADOR, [TableValue(table="account_of_form", value="15", to="1.1.01.001")])
    assert [key for key in content(text)["tables"]["account_of_form"]["values"]][12:15] == ["14", "15", "16"]


def test_another_account_takes_the_place_of_the_old_one_and_so_does_its_name():
    changes = [TableValue(table="account_of_form", value="1", to="1.1.02.002")]
    assert lines(ECUADOR, edited(ECUADOR, changes, NAMES)) == [
        "-      1: 1.1.01.001       # Caja general",
        "+      1: 1.1.02.002       # Banco Pichincha",
    ]


def test_a_comment_of_ones_own_words_stays():
    changes = [TableValue(table="account_of_form", value="7", to="1.1.02.002")]
    (_, after) = lines(ECUADOR, edited(ECUADOR, changes, NAMES))
    assert after.endswith("# Notas de crédito por aplicar: usarlas salda el pasivo, no es dinero")


def test_a_rule_with_a_date_stands_at_the_end_of_its_posting():
    rule = NewRule(kind=Kind.RECEIPT, side="debit", amount="net", when={"form": "19"}, valid_from=date(2026, 1, 1),
                   account=FromTable(table="account_of_form"))  # fmt: skip
    assert lines(ECUADOR, edited(ECUADOR, [rule])) == [
        "+        - when: {form: 19}",
        "+          valid_from: 2026-01-01",
        "+          account: {table: account_of_form}",
    ]


def test_a_kind_of_document_that_changes_on_a_day_becomes_a_list():
    change = DocumentType(value="41", treatment="taxed", valid_from=date(2026, 1, 1))
    after = edited(CHILE, [change])
    assert content(after)["document_types"]["41"] == [
        {"treatment": "exempt"}, {"treatment": "taxed", "valid_from": "2026-01-01"},
    ]  # fmt: skip
    assert lines(CHILE, after)[1].endswith("# Boleta exenta electrónica")


def test_a_new_rate_of_vat_is_a_line_below_the_others():
    after = edited(CHILE, [VatRate(rate="21", valid_from=date(2027, 1, 1))])
    assert lines(CHILE, after) == ["+  - {rate: 21, valid_from: 2027-01-01}"]


def test_a_heading_that_is_not_there_is_added_at_the_end():
    after = edited(ECUADOR, [DocumentType(value="Ñandú: 7", treatment="advance")])
    assert lines(ECUADOR, after) == ["+", "+document_types:", '+  "Ñandú: 7": advance']


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("ended", [True, False])
def test_line_ends_and_a_last_line_without_one_are_no_hindrance(line_end, ended):
    text = line_end.join(["tables:", "  t: {by: form, values: {1: a}}", "form_names:", "  1: x"]) + line_end * ended
    after = edited(text, [FormName(form="2", name="y"), TableValue(table="t", value="2", to="b")])
    assert content(after) == {
        "tables": {"t": {"by": "form", "values": {"1": "a", "2": "b"}}}, "form_names": {"1": "x", "2": "y"},
    }  # fmt: skip
    assert after.count("\n") == after.count(line_end)


def test_lists_that_are_not_indented_and_comments_in_odd_places_stay_as_they_are():
    text = (
        "postings:\n  payment:\n  - side: debit # d\n    amount: net\n    rules:\n    # first\n"
        "    - account: a   # kept\n    # last of all\n\n# the end\n"
    )
    rule = NewRule(kind=Kind.PAYMENT, side="debit", amount="net", when={"form": "7"}, account="b")
    after = edited(text, [rule])
    assert lines(text, after) == ["+    - when: {form: 7}", "+      account: b"]
    assert "# kept\n    - when" in after


def test_the_same_answer_twice_changes_nothing_more():
    changes = [FormName(form="1", name="Efectivo")]
    assert edited(ECUADOR, changes) == ECUADOR


@pytest.mark.parametrize("change", [
    TableValue(table="no_such_table", value="1", to="2"),
    NewRule(kind=Kind.SALE, side="debit", amount="net", account="1"),
    NewRule(kind=Kind.PAYMENT, side="debit", amount="tip", account="1"),
])  # fmt: skip
def test_what_the_file_has_no_place_for_is_refused(change):
    with pytest.raises(CannotEdit):
        edited(ECUADOR, [change])


@pytest.mark.parametrize("text", ["", "- a\n", "a: [", "a: 1\n---\nb: 2\n", "form_names: |\n  1: x\n"])
def test_a_file_that_is_no_mapping_is_refused(text):
    with pytest.raises(CannotEdit):
        edited(text, [FormName(form="1", name="x")])


HOSTILE = [
    "!!python/object/apply:os.system [id]", "&a x", "*a", "<<", "x\ny: z",
    "x: y", "x # y", "- x", "{a: b}", "[a]", "'", '"',
    "../../etc/passwd", "/etc/passwd", "%YAML 1.1", "---", "...", "| x", "> x", "@x", "`x", "\u2028",
    "\x00", "\x85", "\ud800",
    "null", "~", "yes", " x ", "x ", "?", ": ", "😀", "\\", "\\n", "{{7*7}}", "<script>",
    "a" * 300, "", "1e3", "0x1F", "１",
]  # fmt: skip

TEXTS = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=40))


@st.composite
def anything(draw) -> dict[str, object]:
    """A change as a browser may send it, with anything in it."""
    kinds = {
        "form_name": ["form", "name"], "table_value": ["table", "value", "to"], "document_type": ["value", "treatment"],
        "rule": ["kind", "side", "amount", "account"], "vat_rate": ["rate", "valid_from"],
    }  # fmt: skip
    code = draw(st.sampled_from(sorted(kinds)))
    likely = {"table": "account_of_form", "treatment": "advance", "kind": "payment", "side": "debit", "amount": "net",
              "rate": "12", "valid_from": "2026-01-01"}  # fmt: skip
    said: dict[str, object] = {"code": code}
    for name in kinds[code]:
        said[name] = draw(st.one_of(TEXTS, st.just(likely[name])) if name in likely else TEXTS)
    if code == "rule":
        said["when"] = draw(st.dictionaries(TEXTS, TEXTS, max_size=3))
    if draw(st.integers(0, 9)) == 0:
        said[draw(TEXTS)] = draw(TEXTS)
    return said


def _paths(value: object, path: tuple = ()):
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _paths(inner, (*path, name))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _paths(inner, (*path, number))
    else:
        yield path


@given(said=anything())
def test_whatever_is_sent_changes_its_own_place_or_nothing(said):
    try:
        (change,) = changes_from([said])
        after = edited(ECUADOR, [change])
    except (ValidationError, CannotEdit):
        return
    before, now = content(ECUADOR), content(after)
    added = set(_paths(now)) - set(_paths(before))
    assert set(_paths(before)) <= set(_paths(now))
    assert all(path[0] in _places(change) for path in added)
    removed = [line for line in lines(ECUADOR, after) if line.startswith("-")]
    assert len(removed) <= 1
    for event in yaml.parse(after, Loader=yaml.BaseLoader):
        assert not getattr(event, "anchor", None)
        assert not str(getattr(event, "tag", None) or "").startswith("!")


def _places(change: Change) -> set[str]:
    return {"form_name": {"form_names"}, "table_value": {"tables"}, "document_type": {"document_types"},
            "rule": {"postings"}, "vat_rate": {"vat"}}[change.code]  # fmt: skip


@given(form=TEXTS, name=TEXTS)
def test_what_was_written_is_read_again_as_it_was_sent(form, name):
    try:
        change = FormName(form=form, name=name)
    except ValidationError:
        return
    after = edited(ECUADOR, [change])
    assert content(after)["form_names"][form] == name
    assert now_says(after, change) == name
    assert changes_from(as_kept([change])) == (change,)


@pytest.mark.parametrize("said", [
    {"code": "form_name", "form": "1", "name": "x", "file": "../x"},
    {"code": "source", "value": "sga"},
    {"code": "form_name", "form": ["1"], "name": "x"},
    "form_name",
])  # fmt: skip
def test_no_field_outside_the_schema_is_taken(said):
    with pytest.raises(ValidationError):
        changes_from([said])
