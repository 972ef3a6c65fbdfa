"""Trends compare what can be compared, and say it in figures to who does not see the charts."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest

from cierre.accounting_files.loader import cash_boxes
from cierre.ledger import revisions
from support import closed_day

BOX, OTHER = cash_boxes()["itb_caja_164"], cash_boxes()["itb_caja_165"]
LAST = datetime.now(UTC).date() - timedelta(days=2)
WEEK = timedelta(days=7)


def rows(page: str, section: str) -> dict[str, list[str]]:
    """A section's table: its cells by the name of the series, charts left out."""
    part = page.partition(f'id="{section}"')[2].partition("</section>")[0]
    part = re.sub(r"<figure.*?</figure>", "", part, flags=re.S)
    cells = (re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S) for row in part.split("<tr>")[2:])
    return {name: [re.sub(r"<[^>]+>", "", cell).strip() for cell in rest] for name, *rest in cells}


def trends(login, **asked) -> str:
    answer = login().get("/trends", params={"span": 31, "until": str(LAST)} | asked)
    assert answer.status_code == 200
    return answer.text


def test_money_is_beside_that_of_a_week_before_where_both_days_are_closed_of_the_same_boxes(login, ledger):
    closed_day.close(ledger, BOX, LAST, ("150.00", "1"))
    closed_day.close(ledger, BOX, LAST - WEEK, ("100.00", "1"))
    yesterday = LAST - timedelta(days=1)
    closed_day.close(ledger, BOX, yesterday, ("999.00", "1"))
    closed_day.close(ledger, BOX, yesterday - WEEK, ("1.00", "1"))
    closed_day.close(ledger, OTHER, yesterday - WEEK, ("1.00", "1"))
    page = trends(login)
    _, total, _, days, now, before, difference, _ = next(iter(rows(page, "by-form").values()))
    assert (total, days, now, before) == ("1.251,00", "1", "150,00", "100,00")
    assert re.sub(r"\s+", " ", difference) == "50,00 +50,0 %"
    by_box = rows(page, "by-box")
    assert by_box[BOX.name][3:6] == ["2", "1.149,00", "101,00"]
    assert by_box[OTHER.name][3] == "0"


@pytest.mark.parametrize(("against", "days"), [("week", 0), ("month", 1), ("year", 0)])
def test_a_month_before_is_the_same_date(login, ledger, against, days):
    last = LAST.replace(day=15) - timedelta(days=31)
    closed_day.close(ledger, BOX, last.replace(day=10), ("150.00", "1"))
    closed_day.close(ledger, BOX, (last.replace(day=1) - timedelta(days=1)).replace(day=10), ("100.00", "1"))
    page = trends(login, against=against, until=str(last), span=31)
    assert next(iter(rows(page, "by-form").values()))[3] == str(days)
    assert trends(login, against=against, until=str(last))
    assert login().get("/trends", params={"against": "decade"}).status_code == 422


def test_why_days_were_corrected_is_counted_by_what_their_books_were_made_of(login, ledger):
    revision = closed_day.close(ledger, BOX, LAST, ("10.00", "1"))
    closed_day.book(ledger, BOX, LAST, closed_day.stage(ledger, BOX, LAST, ("12.00", "1")))
    entries = [revisions.journal_entry(ledger, entry) for entry in revisions.bookings(ledger, revision)]
    revisions.freeze(
        ledger, box=BOX.id, day=LAST, snapshot_id=revisions.current(ledger, BOX.id, LAST).snapshot_id,
        mapping=BOX.mapping, mapping_digest="1" * 64, tenant=BOX.erp.tenant, lot=BOX.erp.lot, entries=entries,
        documents={},
    )  # fmt: skip
    found = rows(trends(login), "reasons")
    assert found == {
        "el mapeo lo contabiliza de otra manera": ["1", "1"],
        "la fuente lo informa de otra manera": ["1", "1"],
    }


def test_a_chart_has_scale_dates_title_description_and_its_figures_as_a_table(login, ledger):
    closed_day.close(ledger, BOX, LAST, ("1150.00", "1"))
    page = trends(login)
    figure = page.partition('id="by-form"')[2].partition("<figure")[2].partition("</figure>")[0]
    assert [re.findall(r"<span>(.*?)</span>", figure)[place] for place in (0, 1)] == ["2.000,00", "0,00"]
    assert len(re.findall(r"<span>(.*?)</span>", figure)) == 5
    svg = ET.fromstring(re.search(r"<svg.*?</svg>", figure, re.S)[0])
    assert svg.find("title").text
    assert "1.150,00" in svg.find("desc").text
    assert "1.150,00" in figure.partition("<table")[2]


def test_no_chart_needs_what_the_boards_policy_forbids(login, ledger):
    closed_day.close(ledger, BOX, LAST, (str(Decimal("1150.00")), "1"))
    page = trends(login)
    assert not re.search(r"<style|<script(?![^>]* src=)|\sstyle=|\son\w+=", page)
