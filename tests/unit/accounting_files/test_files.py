from pathlib import Path

import pytest

from cierre.accounting_files.files import YamlFile, read_yaml


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


def test_a_name_with_nothing_after_it_is_not_given(read):
    assert read("a:\nb: ''\n").content == {"b": ""}


def test_every_value_knows_its_line(read):
    file = read("a: 1\nb:\n  - c: 2\n  - d\n")

    assert file.lines == {(): 1, ("a",): 1, ("b",): 2, ("b", 0): 3, ("b", 0, "c"): 3, ("b", 1): 4}


def test_a_list_that_is_used_twice_is_read_twice(read):
    file = read("a: &codes [x, y]\nb: *codes\n")

    assert file.content == {"a": ["x", "y"], "b": ["x", "y"]}


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("a: 1\nb: 2\na: 3\n", "box.yaml:3: a: is written twice, first in line 1"),
        ("a: 1\n\tb: 2\n", "box.yaml:2: is not valid YAML: "),
        ("a: [1, 2\nb: 3\n", "box.yaml:2: is not valid YAML: while parsing a flow sequence"),
        ("a: 1\n---\nb: 2\n", "box.yaml:2: is not valid YAML: expected a single document"),
        ("a: \x01\n", "box.yaml: is not valid YAML: "),
        ("", "box.yaml:1: must hold fields, each as 'name: value'"),
        ("- a\n- b\n", "box.yaml:1: must hold fields, each as 'name: value'"),
        ("? [a, b]\n: c\n", "box.yaml:1: a name must be plain text"),
        ("a: &loop\n  b: *loop\n", "box.yaml:1: a.b: refers to itself"),
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
