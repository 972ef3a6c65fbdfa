"""What-if: a changed mapping over the stored days, against what was booked."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest

from cierre.accounting_files import mappings_folder
from cierre.accounting_files.charts import read_chart
from cierre.bookkeeping.mapping import AccountMapping
from cierre.reports.preview import as_text
from cierre.reports.what_if import BoxWhatIf, mappings_for, what_if
from cierre.reports.what_if_table import what_if_table

BOX = "itb_caja_164"
SIXTH = date(2024, 9, 6)
SEVENTH = SIXTH + timedelta(1)


@pytest.fixture(autouse=True)
def ledger_of_processes(ledger_dsn, monkeypatch):
    monkeypatch.setenv("CIERRE_LEDGER_DSN", ledger_dsn)


@pytest.fixture
def changed(mapping) -> Callable[..., AccountMapping]:
    """The mapping with another value in a table, or (None) without it."""

    def change(table: str, key: str, value: str | None) -> AccountMapping:
        said = mapping.model_dump(mode="json")
        values = said["tables"][table]["values"]
        del values[key]
        if value is not None:
            values[key] = value
        return AccountMapping.model_validate(said)

    return change


def asked(box, mapping, since=SIXTH) -> BoxWhatIf:
    (found,) = what_if([(box, mapping)], since)
    return found


def text(found: BoxWhatIf) -> str:
    return as_text(what_if_table([found], read_chart(mappings_folder())[0]))


def test_the_mapping_that_booked_the_days_changes_nothing(book, box, mapping, payment):
    book(SIXTH, payment(1), payment(2, form="6"))
    found = asked(box, mapping)
    assert (found.days, found.documents, found.changes, found.worded_otherwise) == (1, 2, [], [])


def test_another_account_takes_the_money_from_the_one_that_has_it(book, box, changed, payment):
    book(SIXTH, payment(1), payment(2, form="6"))
    book(SEVENTH, payment(3, on=SEVENTH, net="64.70"))
    found = asked(box, changed("account_of_form", "1", "1.1.01.002"))
    figures = [(change.day, change.place.account, change.booked, change.would_be) for change in found.changes]
    assert figures == [
        (SIXTH, "1.1.01.001", Decimal("35.30"), 0),
        (SIXTH, "1.1.01.002", 0, Decimal("35.30")),
        (SEVENTH, "1.1.01.001", Decimal("64.70"), 0),
        (SEVENTH, "1.1.01.002", 0, Decimal("64.70")),
    ]
    assert "-100.00" in text(found)
    assert "+100.00" in text(found)


def test_another_cost_centre_is_a_change_too(book, box, changed, payment):
    book(SIXTH, payment(1))
    found = asked(box, changed("cost_centre_of_programme", "1", "0105"))
    assert [change.place.cost_centre for change in found.changes] == ["0101", "0105"]


def test_days_before_the_date_are_left_alone(book, box, changed, payment):
    book(SIXTH, payment(1))
    assert asked(box, changed("account_of_form", "1", "1.1.01.002"), since=SEVENTH).days == 0


def test_other_texts_with_the_same_money_are_told_apart(book, box, mapping, payment):
    book(SIXTH, payment(1))
    said = mapping.model_dump(mode="json")
    said["postings"]["payment"][0]["history"] = "Otro texto {date}"
    found = asked(box, AccountMapping.model_validate(said))
    assert (found.changes, found.worded_otherwise) == ([], [SIXTH])


def test_a_day_that_could_not_be_booked_any_more_shows_what_is_missing(book, box, changed, payment):
    book(SIXTH, payment(1))
    found = asked(box, changed("account_of_form", "1", None))
    assert found.changes == []
    assert "1 day could not be booked" in text(found)
    assert '"1": <account>  # 1 document, 35.30 USD' in text(found)


def test_a_day_that_is_not_booked_is_left_out_and_counted(book, stage, box, mapping, payment):
    book(SIXTH, payment(1))
    stage(SEVENTH, payment(2, on=SEVENTH))
    found = asked(box, mapping)
    assert (found.days, found.left_out) == (1, 1)


def test_a_draft_stands_for_the_mapping_of_its_name(tmp_path):
    draft = tmp_path / "sga_ecuador.yaml"
    draft.write_text((mappings_folder() / "accounts" / "sga_ecuador.yaml").read_text())
    boxes = {box.id for box, _ in mappings_for(str(draft))}
    assert BOX in boxes
    assert boxes == {box.id for box, _ in mappings_for("sga_ecuador")}


def test_a_draft_by_a_name_that_no_box_uses_is_refused(tmp_path):
    draft = tmp_path / "other.yaml"
    draft.write_text((mappings_folder() / "accounts" / "sga_ecuador.yaml").read_text())
    with pytest.raises(ValueError, match=r"named like the one it changes: .*sga_ecuador"):
        mappings_for(str(draft))
