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
from cierre.accounting_files.edited_text import edited, now_says
from cierre.accounting_files.new_box import NEW_BOX_FIELDS, NewBox
from cierre.accounting_files.setting_changes import (
    BOX_FIELDS,
    COMPANY_FIELDS,
    BoxSetting,
    CompanySetting,
    NewCompany,
    OpenFrom,
    makes_sole_approver,
    takes_two_people,
)
from cierre.accounting_files.yaml_places import CannotEdit
from cierre.bookkeeping.documents import Kind
from cierre.bookkeeping.rules import FromTable

MAPPINGS = Path(__file__).parents[3] / "include" / "mappings"
SHIPPED = sorted((MAPPINGS / "accounts").glob("*.yaml"))
ECUADOR = next(path for path in SHIPPED if path.stem == "sga_ecuador").read_text(encoding="utf-8")
CHILE = next(path for path in SHIPPED if path.stem == "bsale_chile").read_text(encoding="utf-8")
COMPANIES = (MAPPINGS / "companies.yaml").read_text(encoding="utf-8")
PERIODS = (MAPPINGS / "periods.yaml").read_text(encoding="utf-8")
BOX = (MAPPINGS / "cash_boxes" / "itb_caja_164.yaml").read_text(encoding="utf-8") + (
    "# Decided in 2024.\napprovals:\n  # of the treasurer's\n  amount_over: 5000\n  by:\n    - ana\n    - luis\n"
)
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


@pytest.mark.parametrize(("text", "change"), [
    (ECUADOR, FormName(form="19", name="De Una")),
    (ECUADOR, NewRule(kind=Kind.RECEIPT, side="debit", amount="net", when={"form": "19"}, account="1.1.01.001")),
    (CHILE, VatRate(rate="21", valid_from=date(2027, 1, 1))),
    (CHILE, DocumentType(value="41", treatment="taxed", valid_from=date(2026, 1, 1))),
    (COMPANIES, NewCompany(company="liceo", name="Liceo", alerts=("a@example.com",))),
    (COMPANIES, CompanySetting(company="cierre", field="language")),
    (BOX, BoxSetting(box="itb_caja_164", field="by", to=("ana",))),
    (PERIODS, OpenFrom(tenant="T1,D MG 01 ", day=date(2026, 12, 1))),
])  # fmt: skip
def test_what_a_crash_left_in_the_file_is_not_written_twice(text, change):
    once = edited(text, [change])
    assert once != text
    assert edited(once, [change]) == once


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


def test_a_company_s_setting_is_a_line_of_its_own_and_comments_stay():
    tax = CompanySetting(company="comercial_austral", field="tax_id", to="76.111.111-1")
    mails = CompanySetting(company="itb", field="alerts", to=("a@example.com", "b@example.com"))
    hours = CompanySetting(company="itb", field="close_within", to="24")
    assert lines(COMPANIES, edited(COMPANIES, [tax, mails, hours])) == [
        "-    alerts: [contabilidad.itb@example.com]",
        "+    alerts: [a@example.com, b@example.com]",
        "+    close_within: 24",
        "-    tax_id: 76.543.210-3",
        "+    tax_id: 76.111.111-1",
    ]
    assert lines(COMPANIES, edited(COMPANIES, [CompanySetting(company="cierre", field="language")])) == [
        "-    language: en"
    ]


def test_a_new_company_stands_below_the_others_or_begins_the_file():
    new = NewCompany(company="liceo", name="Liceo: Sur", tax_id="1", alerts=("a@example.com",))
    own = ["liceo:", '  name: "Liceo: Sur"', "  tax_id: 1", "  alerts: [a@example.com]"]
    assert lines(COMPANIES, edited(COMPANIES, [new])) == [f"+  {line}" for line in own]
    assert content(edited("", [new]))["companies"] == {"liceo": new.entry}
    with pytest.raises(CannotEdit, match="is there already"):
        edited(COMPANIES, [NewCompany(company="itb", name="x")])
    with pytest.raises(CannotEdit, match="has no company"):
        edited(COMPANIES, [CompanySetting(company="nobody", field="name", to="x")])


def test_a_tenant_s_first_open_date_is_replaced_whatever_blanks_the_file_has_at_its_end():
    assert lines(PERIODS, edited(PERIODS, [OpenFrom(tenant="T1,D MG 01", day=date(2026, 12, 1))])) == [
        '-  "T1,D MG 01 ": 2020-01-01', '+  "T1,D MG 01 ": 2026-12-01',
    ]  # fmt: skip
    assert content(edited("", [OpenFrom(tenant="T9,X", day=date(2026, 12, 1))])) == {
        "open_from": {"T9,X": "2026-12-01"}
    }


def test_who_approves_is_changed_line_by_line_and_the_last_line_takes_its_heading_along():
    def setting(field: str, to=None) -> BoxSetting:
        return BoxSetting(box="itb_caja_164", field=field, to=to)

    assert lines(BOX, edited(BOX, [setting("by", ("ana", "berta", "eva")), setting("corrections", "true")])) == [
        "-    - luis", "+    - berta", "+    - eva", '+  corrections: true',
    ]  # fmt: skip
    assert lines(BOX, edited(BOX, [setting("by")])) == ["-  by:", "-    - ana", "-    - luis"]
    short = BOX.replace("  # of the treasurer's\n", "")
    assert lines(short, edited(short, [setting("by"), setting("amount_over")])) == [
        "-approvals:", "-  amount_over: 5000", "-  by:", "-    - ana", "-    - luis",
    ]  # fmt: skip
    with pytest.raises(CannotEdit, match="comments among the lines"):
        edited(BOX, [setting("by"), setting("amount_over")])
    bare = (MAPPINGS / "cash_boxes" / "itb_caja_164.yaml").read_text(encoding="utf-8")
    assert content(edited(bare, [setting("by", ("ana",))]))["approvals"] == {"by": ["ana"]}
    flow = bare + "approvals: {by: [ana], amount_over: 5, corrections: true}\n"
    assert edited(flow, [setting("by")]).endswith("approvals: {amount_over: 5, corrections: true}\n")
    assert edited(flow, [setting("amount_over")]).endswith("approvals: {by: [ana], corrections: true}\n")


def test_what_says_who_must_agree_takes_two_people_and_the_rest_does_not():
    assert takes_two_people([BoxSetting(box="x", field="amount_over", to="5")])
    assert takes_two_people([BoxSetting(box="x", field="name", to="5"), BoxSetting(box="x", field="by")])
    assert takes_two_people([CompanySetting(company="x", field="four_eyes_on_mappings", to="false")])
    assert not takes_two_people([BoxSetting(box="x", field="closing_hour", to="06:00")])
    assert not takes_two_people([CompanySetting(company="x", field="alerts")])
    for names, sole in ((("ana",), True), (("ana", "ana"), True), (("ana", "luis"), False), (None, False)):
        assert makes_sole_approver([BoxSetting(box="x", field="by", to=names)], "ana") is sole


@given(
    st.lists(st.sampled_from(["ana", "Ana", "ANA", "luis", "Luis", "zz", "straße", "STRASSE"]), min_size=1, max_size=4),
    st.sampled_from(["ana", "Ana", "strasse"]),
    st.sets(st.sampled_from(["LUIS", "ana", "eva"])),
)
def test_who_is_left_alone_is_told_by_people_not_by_spelling(names, who, known):
    change = [BoxSetting(box="x", field="by", to=tuple(names))]
    people = {name.casefold() for name in names}
    own = who.casefold() in people
    assert makes_sole_approver(change, who) is (own and len(people) == 1)
    others = people & {name.casefold() for name in known} - {who.casefold()}
    assert makes_sole_approver(change, who, known=known) is (own and not others)


HOSTILE = [
    "!!python/object/apply:os.system [id]", "&a x", "*a", "<<", "x\ny: z",
    "x: y", "x # y", "- x", "{a: b}", "[a]", "'", '"',
    "../../etc/passwd", "/etc/passwd", "%YAML 1.1", "---", "...", "| x", "> x", "@x", "`x", "\u2028",
    "\x00", "\x85", "\ud800",
    "null", "~", "yes", " x ", "x ", "?", ": ", "😀", "\\", "\\n", "{{7*7}}", "<script>",
    "a" * 300, "", "1e3", "0x1F", "１",
]  # fmt: skip

TEXTS = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=40))


KINDS = {
    "form_name": (ECUADOR, ["form", "name"]),
    "table_value": (ECUADOR, ["table", "value", "to"]),
    "document_type": (ECUADOR, ["value", "treatment"]),
    "rule": (ECUADOR, ["kind", "side", "amount", "account"]),
    "vat_rate": (ECUADOR, ["rate", "valid_from"]),
    "company_setting": (COMPANIES, ["company", "field", "to"]),
    "new_company": (COMPANIES, ["company", "name", "language", "tax_id"]),
    "open_from": (PERIODS, ["tenant", "day"]),
    "box_setting": (BOX, ["box", "field", "to"]),
    "new_box": ("", [*NEW_BOX_FIELDS]),
}
"""Each kind of change with a text that it is made to, and its fields."""

LIKELY = {
    "table": "account_of_form", "treatment": "advance", "kind": "payment", "side": "debit", "amount": "net",
    "rate": "12", "valid_from": "2026-01-01", "company": "itb", "box": "itb_caja_164", "day": "2026-12-01",
    "file": "itb_caja_170", "tenant": "T1,D MG 01 ",
}  # fmt: skip


@st.composite
def anything(draw) -> dict[str, object]:
    """A change as a browser may send it, with anything in it."""
    code = draw(st.sampled_from(sorted(KINDS)))
    said: dict[str, object] = {"code": code}
    for name in KINDS[code][1]:
        likely = {**LIKELY, "field": draw(st.sampled_from([*COMPANY_FIELDS, *BOX_FIELDS]))}
        said[name] = draw(st.one_of(TEXTS, st.just(likely[name])) if name in likely else TEXTS)
    if code == "rule":
        said["when"] = draw(st.dictionaries(TEXTS, TEXTS, max_size=3))
    if "to" in said and code != "table_value":
        said["to"] = draw(st.one_of(st.just(said["to"]), st.none(), st.lists(TEXTS, max_size=3)))
    if draw(st.integers(0, 9)) == 0:
        said[draw(TEXTS)] = draw(TEXTS)
    return said


def _paths(value: object, path: tuple = ()):
    """Every text of a content, with the names and numbers that lead to it."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _paths(inner, (*path, name))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _paths(inner, (*path, number))
    else:
        yield path, value


@given(said=anything())
def test_whatever_is_sent_changes_its_own_place_or_nothing(said):
    text = KINDS[said["code"]][0]
    try:
        (change,) = changes_from([said])
        after = edited(text, [change])
    except (ValidationError, CannotEdit):
        return
    before, now = dict(_paths(content(text) or {})), dict(_paths(content(after)))
    elsewhere = {path for path in before if not _is_of(change, path)}
    assert {path: before[path] for path in elsewhere} == {path: now.get(path) for path in elsewhere}
    assert all(_is_of(change, path) for path in now.keys() - before.keys())
    removed = [line for line in lines(text, after) if line.startswith("-")]
    assert len(removed) <= 3
    assert [line for line in text.splitlines() if line.lstrip().startswith("#")] == [
        line for line in after.splitlines() if line.lstrip().startswith("#")
    ] or not text
    for event in yaml.parse(after, Loader=yaml.BaseLoader):
        assert not getattr(event, "anchor", None)
        assert not str(getattr(event, "tag", None) or "").startswith("!")


def _is_of(change: Change, path: tuple) -> bool:
    """Whether a path is what a change is about, or below it."""
    if isinstance(change, NewBox):
        own = {*NEW_BOX_FIELDS, "erp"} - {"file", "erp_kind", "erp_connection", "tenant", "lot"}
        return path[0] in own and len(path) <= 2
    if isinstance(change, CompanySetting | BoxSetting):
        whole = (*change.path, change.field)
    elif isinstance(change, NewCompany):
        whole = ("companies", change.company)
    else:
        whole = {
            "form_name": ("form_names",), "table_value": ("tables",), "document_type": ("document_types",),
            "rule": ("postings",), "vat_rate": ("vat",), "open_from": ("open_from",),
        }[change.code]  # fmt: skip
    return path[: len(whole)] == whole


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
    {"code": "company_setting", "company": "../itb", "field": "name", "to": "x"},
    {"code": "company_setting", "company": "itb", "field": "companies", "to": "x"},
    {"code": "box_setting", "box": "itb_caja_164", "field": "connection", "to": "x"},
    {"code": "box_setting", "box": "a/b", "field": "by", "to": ["x"]},
    {"code": "box_setting", "box": "itb_caja_164", "field": "by", "to": {"a": "b"}},
    {"code": "new_company", "company": "x", "name": "x", "four_eyes_on_mappings": "false"},
    {"code": "open_from", "tenant": "x", "day": "2026-02-30"},
    {"code": "form_name", "form": ["1"], "name": "x"},
    "form_name",
])  # fmt: skip
def test_no_field_outside_the_schema_is_taken(said):
    with pytest.raises(ValidationError):
        changes_from([said])
