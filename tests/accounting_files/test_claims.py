"""What `make check-mappings` says of a box that claims what another has booked, where the ledger can be reached."""

from datetime import date

import pytest

from cierre.accounting_files.check import sound
from cierre.accounting_files.loader import cash_box
from cierre.bookkeeping.identity import Identity
from cierre.ledger import identity
from cierre.reports.claims import claimed
from support import closed_day

BOX, DAY = "itb_caja_164", date(2024, 9, 6)


def said(ledger) -> list[str]:
    return [str(finding) for finding in claimed(ledger, sound()[0])]


@pytest.fixture
def booked(ledger, folder):
    """Caja 164 has closed a day, as what its file says; whose file is called otherwise now."""
    box = cash_box(BOX)
    identity.note(ledger, Identity.of(box, source_site=closed_day.SITE, erp_site="http://erp"))
    closed_day.close(ledger, box, DAY, ("10.00", "1"))
    return (folder / "cash_boxes" / f"{BOX}.yaml").rename(folder / "cash_boxes" / "itb_centro.yaml")


def test_boxes_that_were_never_closed_or_are_as_they_were_claim_nothing(ledger, folder):
    assert said(ledger) == []
    box = cash_box(BOX)
    identity.note(ledger, Identity.of(box, source_site="", erp_site=""))
    closed_day.close(ledger, box, DAY, ("10.00", "1"))
    assert said(ledger) == []


def test_a_renamed_file_is_told_both_ways_out_at_its_lot(booked, ledger):
    (finding,) = said(ledger)
    line = booked.read_text().splitlines().index("  lot: 008964") + 1
    assert finding.startswith(
        f"cash_boxes/itb_centro.yaml:{line}: erp.lot: lot 008964 of T1,D MG 01 in the ERP is booked"
    )
    assert "write the line formerly: itb_caja_164 in itb_centro.yaml" in finding
    assert "give it a lot of its own and a start_date of 2024-09-07 or later" in finding
    booked.write_text(f"{booked.read_text()}\nformerly: itb_caja_164\n")
    assert said(ledger) == []


def test_a_till_that_another_box_read_is_told_at_the_key(booked, ledger):
    booked.write_text(booked.read_text().replace("008964", "008999"))
    (finding,) = said(ledger)
    assert "key: 164 of sga at" in finding
    booked.write_text(booked.read_text().replace("start_date: 2024-01-01", "start_date: 2024-09-07"))
    assert said(ledger) == []


def test_a_second_renaming_is_told_the_line_to_write(booked, ledger, folder):
    booked.write_text(f"{booked.read_text()}\nformerly: itb_caja_164\n")
    identity.note(ledger, Identity.of(cash_box("itb_centro"), source_site=closed_day.SITE, erp_site="http://erp"))
    again = booked.rename(folder / "cash_boxes" / "itb_sur.yaml")
    again.write_text(again.read_text().replace("formerly: itb_caja_164", "formerly: itb_centro"))
    (finding,) = said(ledger)
    assert finding.endswith("formerly: itb_centro went on with the books of itb_caja_164: write formerly: itb_caja_164")
