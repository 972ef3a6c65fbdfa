"""The catalogues beside the code: whoever says something new is told here what `make messages` and a person must do."""

import string
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from local.messages import CATALOGUES, everything_said, updated
from local.texts import Text, in_code, in_pages

every_catalogue = pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parents[1].name)


def read(path: Path) -> Catalog:
    return read_po(BytesIO(path.read_bytes()), locale=path.parents[1].name)


def texts(message: Message) -> list[tuple[str, str]]:
    """A message's English texts, each with its translation; of one that counts, one for each number."""
    if isinstance(message.id, tuple):
        return list(zip(message.id, message.string, strict=True))
    return [(message.id, message.string)]


def values(text: str) -> set[str | None]:
    """The names that stand in a text for values."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@every_catalogue
def test_everything_that_is_said_is_translated_and_nothing_else(path):
    catalogue = read(path)
    english = {message.id[0] if isinstance(message.id, tuple) else message.id for message in catalogue if message.id}
    assert english == {one.text for one in everything_said()}
    assert [message.id for message in catalogue if message.id and not all(own for _, own in texts(message))] == []
    assert [message.id for message in catalogue if message.id and message.fuzzy] == []
    assert list(catalogue.obsolete) == []


@every_catalogue
def test_a_translation_has_the_same_values_to_fill_in(path):
    wrong = [
        (text, own)
        for message in read(path)
        if message.id
        for text, own in texts(message)
        if values(text) != values(own)
    ]
    assert wrong == []


@every_catalogue
def test_what_is_read_at_run_time_was_compiled_from_the_catalogue(path):
    compiled = BytesIO()
    write_mo(compiled, read(path))
    compiled.seek(0)
    own, kept = GNUTranslations(compiled), GNUTranslations(path.with_suffix(".mo").open("rb"))
    of_all = [text for message in read(path) if message.id for text, _ in texts(message)]
    assert [text for text in of_all if own.gettext(text) != kept.gettext(text)] == [], "run make setup"


KNOWN = b"""msgid ""
msgstr "Language: es\\nContent-Type: text/plain; charset=utf-8\\n"

msgid "{box}: the day is closed"
msgstr "{box}: el d\xc3\xada est\xc3\xa1 cerrado"

msgid "Nobody says this"
msgstr "Nadie lo dice"
"""


def test_make_messages_keeps_what_is_said_marks_what_was_reworded_and_puts_aside_what_is_not_said():
    texts_said = [
        Text("{box}: the day is closed", "a.py"),
        Text("{box}: the day was closed", "a.py"),
        Text("{n} row", "b.py", "{n} rows"),
    ]
    text = updated(KNOWN, texts_said)
    same, reworded, new = (message for message in read_po(BytesIO(text)) if message.id)
    assert (same.string, same.fuzzy) == ("{box}: el día está cerrado", False)
    assert (reworded.string, reworded.fuzzy) == ("{box}: el día está cerrado", True)
    assert (new.id, new.string) == (("{n} row", "{n} rows"), ("", ""))
    assert list(read_po(BytesIO(text)).obsolete) == ["Nobody says this"]
    assert updated(text, texts_said) == text


CODE = """
from elsewhere import IMPORTED
NAMED = "a named text"
say("a text", n=1)
say(NAMED)
say(IMPORTED)
say("one" if single else "other")
say("\\"{quoted}\\" "
    "in two parts")
page.language("a page's text")
Unbookable(REASON, "why not")
Sentence.counted(rows, "{n} row", "{n} rows")
unsaid("nothing")
class Lost(Exception):
    advice = "Try again."
    other = "not said"
"""

PAGE = """{{ _("A title") }} {% if _("in a condition") %}{{ _(unknown) }}{% endif %}
{{ _.counted(n, "{n} day", "{n} days") }} _("no code")"""


def test_what_is_said_is_found_in_code_and_pages_however_it_is_written(tmp_path):
    (tmp_path / "elsewhere.py").write_text('IMPORTED = "a text from elsewhere"')
    (tmp_path / "code.py").write_text(CODE)
    (tmp_path / "page.html").write_text(PAGE)
    assert {(one.text, one.plural) for one in in_code(tmp_path)} == {
        ("a text", ""),
        ("a named text", ""),
        ("a text from elsewhere", ""),
        ("one", ""),
        ("other", ""),
        ('"{quoted}" in two parts', ""),
        ("a page's text", ""),
        ("why not", ""),
        ("{n} row", "{n} rows"),
        ("Try again.", ""),
    }
    assert {(one.text, one.plural) for one in in_pages(tmp_path)} == {
        ("A title", ""),
        ("in a condition", ""),
        ("{n} day", "{n} days"),
    }
