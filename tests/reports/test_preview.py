"""The preview: what a day would make, in figures and with the documents behind."""

import pytest

from cierre.accounting_files import mappings_folder
from cierre.accounting_files.charts import read_chart
from cierre.bookkeeping.chart import Chart
from cierre.bookkeeping.derive import derive
from cierre.reports.preview import as_text, journal_table


@pytest.fixture(scope="module")
def chart() -> Chart:
    return read_chart(mappings_folder())[0]


@pytest.fixture
def shown(mapping, chart, box, day):
    """What people see of documents, as plain text."""

    def show(*documents, rows=False):
        derivation = derive(documents, mapping, box, day)
        return as_text(journal_table(derivation, documents, mapping, chart, rows=rows))

    return show


def test_each_line_has_its_account_by_name_its_side_and_the_documents_behind(shown, payment):
    text = shown(payment(1), payment(2, net="64.70"))
    (cash,) = [line for line in text.splitlines() if "Caja general" in line]
    assert "1.1.01.001" in cash
    assert "100.00" in cash
    assert "2 payments" in cash


def test_with_rows_every_document_behind_every_line_is_named(shown, payment):
    text = shown(payment(1), payment(2, net="64.70"), rows=True)
    rows = [line.split(maxsplit=3)[3].split() for line in text.splitlines() if "PAGOS 3 (1)" in line]
    assert rows == [
        ["001-002-000000002", "64.70", "net", "payment"],
        ["001-002-000000002", "64.70", "gross", "payment"],
    ]


def test_the_totals_by_form_name_the_form_and_come_to_the_day(shown, payment):
    text = shown(payment(1), payment(2, net="64.70", form="6"))
    assert any("Transferencia" in line and "64.70 USD" in line for line in text.splitlines())
    assert any("in all" in line and "100.00 USD" in line for line in text.splitlines())


def test_a_day_that_cannot_be_booked_shows_why_and_what_to_paste(shown, payment):
    text = shown(payment(1, form="19"))
    assert "1 payment of 35.30 USD with form 19" in text
    assert '"19": <account>' in text


def test_a_day_of_nothing_says_so(shown):
    assert "nothing to book" in shown()
