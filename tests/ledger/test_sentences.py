"""What people read is kept as sentences, and comes back as such."""

import pytest

from cierre.bookkeeping.sentence import Sentence
from cierre.language.language import language
from cierre.ledger.sentences import sentence, stored

NESTED = Sentence(
    "{documents} of {amount} {currency} {reason}",
    documents=Sentence.counted(2, "{n} payment", "{n} payments"),
    amount="341.51",
    currency="USD",
    reason=Sentence("with form {form}", form="16"),
)


def kept(ledger, text: str):
    """A text as PostgreSQL gives it back, and what PostgreSQL itself says of it."""
    query = "SELECT kept, ledger.in_english(kept) FROM (SELECT %s::jsonb) AS given (kept)"
    return ledger.execute(query, (stored(text),)).fetchone()


@pytest.mark.parametrize("text", [NESTED, Sentence.counted(1, "{n} row", "{n} rows"), Sentence("no values {here}")])
def test_a_sentence_comes_back_with_its_values_and_the_ledger_says_it_in_english(ledger, text):
    again, english = kept(ledger, text)
    assert sentence(again) == text == english
    assert language("es")(sentence(again)) == language("es")(text)


def test_a_text_that_is_no_sentence_comes_back_as_it_is(ledger):
    again, english = kept(ledger, "the ERP says {this}")
    assert language("es")(sentence(again)) == english == "the ERP says {this}"


def test_what_postgresql_cannot_hold_is_shown_by_its_picture(ledger):
    again, _ = kept(ledger, Sentence("form {form}", form="a\x00b\ud800"))
    assert sentence(again) == "form a␀b�"
