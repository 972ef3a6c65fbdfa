"""Heads of chains that were noted elsewhere, read again."""

import pytest

from cierre.alerts.alert import Alert
from cierre.ledger.seals import Head
from cierre.reports.heads import read

HEADS = [Head("itb_caja_164", 1234, "ab" * 32), Head("itb_caja_165", 7, "0d" * 32)]
LINES = "\n".join(head.line for head in HEADS)
DIGEST = Alert(
    "itb", "ITB: closed", "The day of ITB is closed: 12 documents.", link="http://a/b", heads=LINES, boxes=[]
)


@pytest.mark.parametrize(
    "saved",
    [
        DIGEST.mail_text(),
        DIGEST.mail_text().replace("\n", "\r\n"),
        DIGEST.mail_text().replace("\t", "\n"),  # as mail programs save a table, a cell a line
        DIGEST.mail_text().replace("\t0d", "\n0d").replace("\t", "   "),  # a long line, broken at a blank
    ],
)
def test_a_digest_that_was_saved_as_text_is_a_file_of_heads(saved):
    assert read(saved) == HEADS


def test_a_chat_is_sent_no_heads():
    assert HEADS[0].hash not in DIGEST.text()


def test_a_text_without_heads_is_refused():
    with pytest.raises(ValueError, match="There are no heads in it"):
        read("The day of ITB is closed: 12 documents.")
