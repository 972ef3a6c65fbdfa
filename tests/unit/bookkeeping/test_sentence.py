"""Sentences that are kept and said again."""

import json
from decimal import Decimal

from hypothesis import given
from hypothesis.strategies import decimals, deferred, dictionaries, integers, just, one_of, sampled_from, text

from cierre.bookkeeping.sentence import Sentence, as_json, from_json
from cierre.language.language import language

names = sampled_from(["box", "day", "why", "amount"])
amounts = decimals(min_value=-(10**9), max_value=10**9, places=2)
words = text(alphabet="abc{}ñ «», .", max_size=20)


def sentence_of(values: dict[str, object]) -> Sentence:
    return Sentence(" ".join(["told", *(f"{{{name}}}" for name in values)]), **values)


counted = integers(0, 10**6).map(lambda number: Sentence.counted(number, "{n} row", "{n} rows"))
sentences = deferred(
    lambda: one_of(counted, dictionaries(names, one_of(words, amounts, sentences), max_size=3).map(sentence_of))
)


@given(sentences, sampled_from(["es", "en"]).map(language))
def test_a_kept_sentence_says_the_same_in_every_language(sentence, spoken):
    again = from_json(json.loads(json.dumps(as_json(sentence))))
    assert again == sentence
    assert spoken(again) == spoken(sentence)


@given(one_of(words, just("")))
def test_a_text_is_kept_as_it_is(said):
    assert from_json(as_json(said)) == said


def test_what_is_counted_takes_the_form_of_its_number():
    row, rows = (Sentence.counted(number, "{n} row", "{n} rows") for number in (1, 12345))
    assert (row, rows) == ("1 row", "12345 rows")
    assert (language("es")(row), language("es")(rows)) == ("1 fila", "12.345 filas")


def test_an_amount_is_still_one():
    assert from_json(as_json(Decimal("1234.50"))) == Decimal("1234.50")
