import json
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from cierre.accounting_files.companies import Companies
from cierre.accounting_files.files import YamlFile, read_model, read_yaml
from cierre.accounting_files.periods import Periods
from cierre.bookkeeping.mapping import AccountMapping
from cierre.bookkeeping.matching.company import Arrivals
from cierre.bookkeeping.served_invoices import ServedCompanies
from cierre.bookkeeping.statements.format import AcquirerFormat, BankFormat
from hooks import registry
from support.mapping_files import PROJECT


@pytest.fixture
def read(tmp_path: Path):
    """A function that reads a text (or bytes) as a YAML file."""

    def reader(text: str | bytes) -> YamlFile:
        path = tmp_path / "box.yaml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_yaml(path, tmp_path)

    return reader


def told(file: YamlFile) -> list[str]:
    return [str(finding) for finding in file.findings]


def test_every_scalar_is_text_as_it_was_typed(read):
    file = read("a: 010\nb: 1.10\nc: yes\nd: 06:00\ne: 2024-01-01\nf: 'x '\n")

    assert file.content == {"a": "010", "b": "1.10", "c": "yes", "d": "06:00", "e": "2024-01-01", "f": "x "}
    assert file.findings == []


@pytest.mark.parametrize("nothing", ["", "~", "null", "# later"])
def test_a_name_of_the_top_level_with_nothing_after_it_is_not_given(read, nothing):
    file = read(f"a: {nothing}\nb: ''\nc: 'null'\n")

    assert file.content == {"b": "", "c": "null"}
    assert (file.unfilled, file.findings) == (["a"], [])


WITHOUT_VALUE = "has no value: write one, or take the name out"


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("when: {form: 5, postdated}\n", f"box.yaml:1: when.postdated: {WITHOUT_VALUE}"),
        ("when:\n  form: 5\n  postdated:\n", f"box.yaml:3: when.postdated: {WITHOUT_VALUE}"),
        ("when: {form:3}\n", "box.yaml:1: when.form:3: has no value: a blank belongs behind the colon"),
        ("39:\n- valid_from: null\n", f"box.yaml:2: 39[1].valid_from: {WITHOUT_VALUE}"),
        ("{name, company: itb}\n", f"box.yaml:1: name: {WITHOUT_VALUE}"),
    ],
)
def test_a_condition_or_a_code_that_would_be_lost_for_want_of_a_value_is_told(read, text, finding):
    assert told(read(text)) == [finding]


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("name: Caja #3\n", "box.yaml:1: name: a ' #' behind 'Caja' begins a comment: put the value in quotes, or a"),
        ("a:\n- ñandú: Of. #{box_key} {date}\n", "box.yaml:2: a[1].ñandú: a ' #' behind 'Of.' begins a comment"),
        ("by: [ana,\n  luis #o eva\n  ]\n", "box.yaml:2: by[2]: a ' #' behind 'luis' begins a comment"),
    ],
)
def test_a_value_that_a_comment_may_have_cut_is_told(read, text, finding):
    (found,) = told(read(text))
    assert found.startswith(finding)


def test_comments_and_signs_that_cut_nothing_are_no_mistake(read):
    file = read("#x\na: b # c\nd: 'e #f'\ng: h#i\nj: 'k' #l\nm: #n\n  o: p\n  #q\n")

    assert file.findings == []
    assert file.content == {"a": "b", "d": "e #f", "g": "h#i", "j": "k", "m": {"o": "p"}}


def test_every_value_knows_its_line(read):
    file = read("a: 1\nb:\n  - c: 2\n  - d\n")

    assert file.lines == {(): 1, ("a",): 1, ("b",): 2, ("b", 0): 3, ("b", 0, "c"): 3, ("b", 1): 4}


LAUGHS = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9)
)


def test_a_few_lines_that_stand_for_a_billion_values_are_refused_at_their_first_anchor(read):
    file = read("name: Caja\n" + LAUGHS)

    assert file.content == {}
    assert told(file) == [
        "box.yaml:2: &a0: YAML's anchors and aliases are not taken; write the values out in each place"
    ]


@pytest.mark.parametrize("text", ["a: *codes\n", "a: &codes [x]\n", "&a b: c\n", "a: &loop\n  b: *loop\n", "<<: *x\n"])
def test_what_stands_elsewhere_is_not_taken(read, text):
    assert "anchors and aliases are not taken" in told(read(text))[0]


@pytest.mark.parametrize("text", ["a: " + "[" * 100_000, "\n".join(" " * n + "a:" for n in range(30)), "? " * 1000])
def test_what_is_nested_too_deeply_is_told_with_its_line(read, text):
    (finding,) = told(read(text))

    assert "is nested deeper than 20 levels" in finding


def test_a_file_that_nobody_wrote_by_hand_is_not_read(read):
    assert told(read("a: b\n" * 200_001)) == [
        "box.yaml: has more than 1,000,000 bytes; split it, or take out what does not belong there"
    ]


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("a: 1\nb: 2\na: 3\n", "box.yaml:3: a: is written twice, first in line 1"),
        ("a: 1\n\tb: 2\n", "box.yaml:2: is not valid YAML: "),
        ("a: [1, 2\nb: 3\n", "box.yaml:2: is not valid YAML: while parsing a flow sequence"),
        ("a: 1\n---\nb: 2\n", "box.yaml:2: a second document begins here; a file holds one"),
        ("a: \x01\n", "box.yaml: is not valid YAML: "),
        ("", "box.yaml:1: must hold fields, each as 'name: value'"),
        ("- a\n- b\n", "box.yaml:1: must hold fields, each as 'name: value'"),
        ("? [a, b]\n: c\n", "box.yaml:1: a name must be plain text"),
        ("a: 1\nb: Educación\n".encode("latin-1"), "box.yaml:2: is not UTF-8 text; save the file as UTF-8"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(read, text, finding):
    assert len(told(read(text))) == 1
    assert told(read(text))[0].startswith(finding)


def test_a_byte_order_mark_is_no_part_of_the_first_name(read):
    assert read(b"\xef\xbb\xbfa: 1\n").content == {"a": "1"}


def test_a_file_that_is_not_there_is_told(tmp_path):
    assert told(read_yaml(tmp_path / "gone.yaml", tmp_path)) == ["gone.yaml: cannot be read: No such file or directory"]


MODELS = {
    "cash_boxes/itb_caja_164.yaml": (registry.box_model(), "id"),
    "accounts/bsale_chile.yaml": (AccountMapping, "name"),
    "accounts/sga_ecuador.yaml": (AccountMapping, "name"),
    "companies.yaml": (Companies, ""),
    "periods.yaml": (Periods, ""),
    "arrivals.yaml": (Arrivals, ""),
    "served_invoices.yaml": (ServedCompanies, ""),
    "statements/banco_sandbox.yaml": (BankFormat, "name"),
    "statements/redcard_sandbox.yaml": (AcquirerFormat, "name"),
}

ODD = [None, "", "x", "-1", "0.19", "1e9", "2024-02-30", [], ["x"], [[]], [None], {}, {"x": "y"}, {"x": None}]


def places(value: object, way: tuple = ()):
    """The ways to all that a content holds."""
    yield way
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, one in inner:
        yield from places(one, (*way, name))


def put(value: object, way: tuple, odd: object):
    """The content with something else at a place."""
    if not way:
        return odd
    items = value.items() if isinstance(value, dict) else enumerate(value)
    changed = {name: put(one, way[1:], odd) if name == way[0] else one for name, one in items}
    return changed if isinstance(value, dict) else list(changed.values())


@given(data=st.data())
def test_whatever_stands_at_whatever_place_of_a_file_is_taken_or_told(tmp_path_factory, data):
    name = data.draw(st.sampled_from(sorted(MODELS)))
    content = read_yaml(PROJECT / name, PROJECT).content
    way = data.draw(st.sampled_from(list(places(content))))
    path = tmp_path_factory.getbasetemp() / "odd.yaml"
    path.write_text(json.dumps(put(content, way, data.draw(st.sampled_from(ODD))), ensure_ascii=False))

    made, file = read_model(path, path.parent, *MODELS[name])

    assert (made is None) == bool(file.findings)


def test_a_file_that_is_all_unknown_names_is_told_quickly_and_in_part(tmp_path):
    path = tmp_path / "box.yaml"
    path.write_text("".join(f"4.1.01.{number:05}: Cuenta\n" for number in range(20_000)))

    _, file = read_model(path, tmp_path, Companies)

    assert len(file.findings) == 51
    assert told(file)[0] == "box.yaml:1: companies is missing"
    assert told(file)[-1] == "box.yaml:49: …: and 19,951 more"
