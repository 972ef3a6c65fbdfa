"""Days of the SGE, landed in any order: money is booked on the day that the SGE names for it, or that day is told.

CIERRE_HISTORIES says how many random histories are landed in two orders.
"""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path

import psycopg
import pytest
from airflow.sdk.exceptions import AirflowException, AirflowFailException
from hypothesis import HealthCheck, given, settings, strategies as st

from cierre.accounting_files.findings import Finding, MappingError
from cierre.alerts.people import Delivery
from cierre.closing import second_look
from cierre.ledger import invoices, looks, session
from cierre.ledger.board import Day
from hooks.http.hook import Answer
from hooks.sge import snapshot as sge_landing
from hooks.sge.hook import SgeHook
from hooks.sge.snapshot import Landing
from local.postgres import Cluster
from operators.land import LandOperator
from support.sge_site import SgeSite

BOX, PROJECT, KEY = "universidad_contratos", "123456", "123456,123457,123458"
CASES = Path(__file__).parents[1] / "cases" / "sge"
BANK, CUSTOMERS, ADVANCES, WITHHELD = "1.1.02.001", "1.1.03.005", "2.1.01.002", "1.1.04.001"
VAT_21, VAT_10, RESEARCH = "2.1.02.004", "2.1.02.005", "4.1.03.001"
ISSUED = date(2024, 8, 1)
MONDAY = date(2024, 9, 2)
TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = (MONDAY + timedelta(days=n) for n in range(1, 5))
WEEK = [MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY]


@pytest.fixture
def site(monkeypatch) -> SgeSite:
    """The SGE, in memory."""
    site = SgeSite()
    site.answer_for(monkeypatch)
    return site


@pytest.fixture
def told(monkeypatch) -> list:
    """The alerts that people are sent."""
    sent = []

    def deliver(alert):
        sent.append(alert)
        return Delivery(told=True, failed=False)

    monkeypatch.setattr("cierre.alerts.news.deliver", deliver)
    return sent


@pytest.fixture
def no_mail(monkeypatch) -> Callable:
    """``with no_mail():`` within it no alert can be sent."""

    @contextmanager
    def no_mail() -> Iterator[None]:
        with monkeypatch.context() as down:
            down.setattr("cierre.alerts.news.deliver", lambda alert: Delivery(told=False, failed=True))
            yield

    return no_mail


@pytest.fixture
def read_days(close, site) -> Callable:
    """``read_days(day, …)``: lands and stages days, one after the other."""

    def read_days(*days: date) -> None:
        for day in days:
            run = close(BOX, day)
            run.step("land")
            run.step("stage")

    return read_days


def collected(ledger: psycopg.Connection) -> dict[date, Decimal]:
    """What each staged day's collections come to; below zero where money went back."""
    rows = ledger.execute(
        "SELECT business_date, sum(CASE WHEN attributes ->> 'returned' = 'true' THEN -net ELSE net END) AS amount"
        "  FROM staging.document WHERE kind = 'collection' GROUP BY 1"
    )
    return {row.business_date: row.amount for row in rows if row.amount}


def changed(ledger: psycopg.Connection) -> set[date]:
    """The days that are to be closed again: something was noted since what is staged of them was landed."""
    days = {row.business_date for row in ledger.execute("SELECT DISTINCT business_date FROM ledger.late_change")}
    return {day for day in days if invoices.late_changes(ledger, BOX, day)}


def test_an_invoice_that_is_dated_anew_is_found_by_the_second_look_at_its_former_day(close, site, ledger):
    site.shows("1", MONDAY)
    close(BOX, MONDAY).all()
    site.shows("1", TUESDAY)
    run = close(BOX, TUESDAY)
    run.step("land")
    run.step("stage")
    with pytest.raises(AirflowException, match="documents of this day stand in the books of others of its days"):
        run.step("derive")
    assert second_look.look(ledger, [(BOX, MONDAY)]).left == {}
    (found,) = looks.newest(ledger, BOX, MONDAY).found
    assert (found.change.code, found.change.kind, found.change.before) == ("went", "sale", 100)


def balance(sandbox, account: str) -> Decimal:
    return sum((one.balance(account) for one in sandbox.protheus_ledger(live=True)), Decimal(0))


class TestALateCollection:
    def test_makes_its_own_closed_day_changed_and_is_no_other_days_money(self, read_days, site, ledger, told):
        site.shows("1", ISSUED)
        read_days(MONDAY, TUESDAY)
        site.shows("1", ISSUED, 121, MONDAY)
        read_days(WEDNESDAY)
        assert collected(ledger) == {}
        assert changed(ledger) == {MONDAY}
        (alert,) = told
        assert "1 day changed since it was closed" in alert.subject
        assert "2024-09-02:\n- invoice J2024/1: 121.00 was collected on this day, where 0 was known" in alert.happened
        assert "Close each of these days again" in alert.to_do

    def test_is_told_once(self, read_days, site, told):
        site.shows("1", ISSUED)
        read_days(MONDAY)
        site.shows("1", ISSUED, 121, MONDAY)
        read_days(TUESDAY, TUESDAY, WEDNESDAY)
        assert len(told) == 1

    def test_that_a_dry_run_shows_of_its_own_day_makes_that_changed(self, close, site, ledger, told):
        site.shows("1", MONDAY)
        close(BOX, MONDAY).all()
        site.shows("1", MONDAY, 121, MONDAY)
        LandOperator(task_id="land", box=BOX).execute({"dag_run": close(BOX, MONDAY).run, "params": {"dry_run": True}})
        assert (changed(ledger), len(told)) == ({MONDAY}, 1)
        close(BOX, MONDAY).all()
        assert (changed(ledger), collected(ledger)) == (set(), {MONDAY: 121})

    def test_is_booked_by_a_correction_once_its_day_is_closed_again(self, close, site, ledger, sandbox):
        site.shows("1", MONDAY)
        assert close(BOX, MONDAY).all()["state"] == "reconciled"
        site.shows("1", MONDAY, 121, MONDAY)
        close(BOX, TUESDAY).all()
        states = "SELECT business_date, state FROM board.box_day ORDER BY business_date"
        assert [row.state for row in ledger.execute(states)] == ["changed", "no activity"]
        assert balance(sandbox, BANK) == 0
        assert close(BOX, MONDAY).all()["state"] == "reconciled"
        assert [row.state for row in ledger.execute(states)] == ["closed", "no activity"]
        assert (balance(sandbox, BANK), balance(sandbox, CUSTOMERS)) == (121, 0)

    def test_of_a_day_that_nobody_closed_yet_waits_for_it(self, read_days, site, ledger, told):
        site.shows("1", ISSUED, 121, MONDAY)
        read_days(TUESDAY)
        assert (collected(ledger), changed(ledger), told) == ({}, set(), [])
        read_days(MONDAY)
        assert collected(ledger) == {MONDAY: 121}

    def test_of_a_day_before_the_box_began_is_told(self, read_days, site, ledger, told):
        site.shows("1", date(2023, 12, 1))
        read_days(date(2024, 1, 2))
        site.shows("1", date(2023, 12, 1), 121, date(2023, 12, 30))
        read_days(date(2024, 1, 3))
        (alert,) = told
        assert "money of 1 day that is not closed here" in alert.subject
        assert "2023-12-30" in alert.happened
        assert changed(ledger) == set()
        assert date(2023, 12, 30) not in {row.business_date for row in ledger.execute("TABLE board.box_day")}

    @pytest.mark.parametrize("day", [date(2024, 1, 2), date(2023, 12, 30)], ids=["closed", "before the box began"])
    def test_is_told_until_a_mail_went_out(self, read_days, site, told, no_mail, day):
        site.shows("1", date(2023, 12, 1))
        read_days(date(2024, 1, 2))
        site.shows("1", date(2023, 12, 1), 121, day)
        with no_mail():
            read_days(date(2024, 1, 3), date(2024, 1, 4))
        assert told == []
        read_days(date(2024, 1, 4), date(2024, 1, 5))
        (alert,) = told
        assert f"{day}:\n- invoice J2024/1: 121.00 was collected on this day" in alert.happened

    def test_stops_no_landing_where_the_file_of_a_box_is_wrong_and_is_told_later(
        self, read_days, site, told, monkeypatch, caplog
    ):
        def wrong(*_) -> None:
            raise MappingError(Path("mappings"), [Finding("x.yaml", 1, "", "it is wrong")])

        site.shows("1", ISSUED)
        read_days(MONDAY)
        site.shows("1", ISSUED, 121, MONDAY)
        with monkeypatch.context() as broken:
            broken.setattr("cierre.closing.late_changes.boxes_for", wrong)
            read_days(TUESDAY)
        assert "is told once its files are set right" in caplog.text
        read_days(WEDNESDAY)
        assert len(told) == 1

    def test_whose_day_is_closed_again_before_a_mail_could_go_out_is_not_told(
        self, read_days, site, ledger, told, no_mail
    ):
        site.shows("1", ISSUED)
        read_days(MONDAY)
        site.shows("1", ISSUED, 121, MONDAY)
        with no_mail():
            read_days(TUESDAY)
            assert [row.settled_at for row in ledger.execute("TABLE ledger.news")] == [None]
            read_days(MONDAY)
        read_days(WEDNESDAY)
        assert told == []


class TestInvoicesThatChange:
    def test_one_that_is_new_gone_or_other_marks_its_day_and_the_new_day_closes(self, read_days, site, ledger, told):
        for id in ("1", "2"):
            site.shows(id, MONDAY)
        read_days(MONDAY)
        site.removes("1")
        site.shows("2", MONDAY, base=200, total=242)
        site.shows("3", MONDAY)
        read_days(TUESDAY)
        assert changed(ledger) == {MONDAY}
        whats = {row.what for row in ledger.execute("SELECT ledger.in_english(what) AS what FROM ledger.late_change")}
        assert whats == {
            "invoice J2024/1 is no longer there",
            "invoice J2024/2 was 100.00 (121.00 with VAT) and is now 200.00 (242.00 with VAT)",
            "invoice J2024/3 was not there when this day was read",
        }
        read_days(MONDAY)
        assert changed(ledger) == set()
        sold = "SELECT sum(net) AS net FROM staging.document WHERE kind = 'sale' AND business_date = %s"
        assert ledger.execute(sold, (MONDAY,)).fetchone().net == 300

    def test_the_collections_of_one_that_is_gone_go_with_it(self, read_days, site, ledger):
        site.shows("1", ISSUED, 121, MONDAY)
        read_days(MONDAY)
        site.removes("1")
        read_days(TUESDAY)
        assert changed(ledger) == {MONDAY}
        read_days(MONDAY)
        assert collected(ledger) == {}

    @pytest.mark.parametrize("issued_on", [ISSUED, date(2024, 3, 1)])
    def test_one_that_is_given_another_year_keeps_its_money_once_its_days_are_closed_again(
        self, read_days, site, ledger, issued_on
    ):
        """Also of one that is older than the list of the day: 50.00 of Monday, then 121.00 by Tuesday."""
        site.shows("1", issued_on, 50, MONDAY)
        read_days(issued_on, MONDAY)
        site.shows("1", issued_on, 121, TUESDAY, anualidad="2025")
        read_days(TUESDAY)
        assert changed(ledger) == {issued_on, MONDAY}
        read_days(issued_on, MONDAY)
        assert collected(ledger) == {TUESDAY: 121}
        sold = ledger.execute("SELECT document_key, net FROM staging.document WHERE kind = 'sale'").fetchall()
        assert [(row.document_key, row.net) for row in sold] == [("sge:sale:2025/1", 100)]


class TestInvoicesOlderThanTheWindow:
    ISSUED, PAID = date(2024, 3, 1), date(2024, 6, 30)

    def test_one_that_is_not_collected_is_asked_for_until_it_is(self, read_days, site, ledger, told):
        """G01: an invoice of 1 March is collected on 30 June, and read on 1 July."""
        site.shows("1", self.ISSUED)
        read_days(self.ISSUED, self.PAID)
        site.shows("1", self.ISSUED, 121, self.PAID)
        read_days(date(2024, 7, 1))
        assert changed(ledger) == {self.PAID}
        assert len(told) == 1
        read_days(self.PAID)
        assert collected(ledger) == {self.PAID: 121}

    def test_its_row_is_shown_where_the_day_leads_back_to_what_the_source_sent(self, read_days, site, ledger):
        site.shows("1", self.ISSUED)
        read_days(self.ISSUED)
        site.shows("1", self.ISSUED, 121, self.PAID)
        read_days(self.PAID)
        snapshot, place = ledger.execute(
            "SELECT snapshot_id, place FROM staging.day JOIN staging.document USING (box, business_date)"
            " WHERE business_date = %s",
            (self.PAID,),
        ).fetchone()
        assert place == "123456/followed/0/collected"
        assert Day(ledger, BOX, self.PAID).source_row(snapshot, place).row["numeroFactura"] == "J2024/1"

    def test_one_that_is_settled_is_asked_for_no_more_than_its_own_days_need(self, read_days, site):
        site.shows("1", self.ISSUED)
        site.shows("2", self.ISSUED)
        read_days(self.ISSUED)
        site.shows("1", self.ISSUED, 121, self.PAID)
        read_days(date(2024, 7, 1))
        site.asked.clear()
        read_days(date(2024, 7, 2))
        assert "1" not in site.asked
        assert site.asked.count("2") == 1

    def test_one_that_somebody_wrote_off_is_not_asked_for(self, read_days, site, mappings):
        site.shows("1", self.ISSUED)
        read_days(self.ISSUED)
        file = mappings / "cash_boxes" / f"{BOX}.yaml"
        file.write_text(
            f"{file.read_text()}\nwritten_off:\n  - {{invoice: J2024/1, reason: the customer is bankrupt}}\n"
        )
        site.asked.clear()
        read_days(date(2024, 7, 1))
        assert "1" not in site.asked

    def test_a_closed_day_that_is_read_again_later_keeps_their_money(self, read_days, site, ledger):
        site.shows("1", self.ISSUED)
        read_days(self.ISSUED)
        site.shows("1", self.ISSUED, 50, self.PAID)
        read_days(self.PAID)
        site.shows("1", self.ISSUED, 121, date(2024, 7, 10))
        read_days(date(2024, 7, 10), self.PAID)
        assert collected(ledger) == {self.PAID: 50, date(2024, 7, 10): 71}


class TestTheCases:
    @pytest.fixture
    def landed(self, monkeypatch) -> dict[str, str]:
        """Bodies by day; the SGE's hook answers these."""
        bodies: dict[str, str] = {}
        monkeypatch.setattr(SgeHook, "fetch", lambda hook, key, day: Answer({}, datetime.now(UTC), bodies[str(day)]))
        return bodies

    def days(self, case: str, landed: dict[str, str]) -> list[date]:
        for file in sorted(CASES.glob(f"{case}-*.json")):
            landed[file.stem[-10:]] = file.read_text()
        return [date.fromisoformat(day) for day in landed]

    def test_g01_each_of_its_days_closes(self, close, landed):
        """Landed by a state that did not ask for old invoices: its third body cannot tell of the collection."""
        days = self.days("G01", landed)
        assert [close(BOX, day).all()["state"] for day in days] == ["reconciled", "no activity", "no activity"]

    def test_g03_what_is_more_than_the_invoice_is_an_advance(self, close, landed, sandbox):
        for day in self.days("G03", landed):
            assert close(BOX, day).all()["state"] == "reconciled"
        assert {name: balance(sandbox, name) for name in (BANK, CUSTOMERS, ADVANCES)} == {
            BANK: 200,
            CUSTOMERS: 0,
            ADVANCES: -79,
        }


def test_an_advance_that_goes_back_or_is_used_for_another_invoice_leaves_nothing(close, site, sandbox):
    site.shows("1", MONDAY)
    site.shows("2", MONDAY)
    close(BOX, MONDAY).all()
    site.shows("1", MONDAY, 200, TUESDAY)
    close(BOX, TUESDAY).all()
    assert balance(sandbox, ADVANCES) == -79
    site.shows("1", MONDAY, 121, WEDNESDAY)
    site.shows("2", MONDAY, 79, WEDNESDAY)
    close(BOX, WEDNESDAY).all()
    assert (balance(sandbox, ADVANCES), balance(sandbox, CUSTOMERS), balance(sandbox, BANK)) == (0, 42, 200)


class TestCalls:
    def test_sixty_invoices_that_the_list_tells_of_are_not_asked_for_one_by_one(self, read_days, site, ledger):
        for number in range(60):
            site.shows(str(number), MONDAY - timedelta(days=2 * number))
        site.asked.clear()
        read_days(MONDAY, TUESDAY)
        assert [one for one in site.asked if one.isdecimal()] == []
        assert len(site.asked) <= 2 * (3 * 3 + 2)

    def test_a_day_reads_no_landing_but_its_own(self, read_days, site, monkeypatch):
        site.shows("1", MONDAY)
        read_days(MONDAY, TUESDAY)
        bodies = set()

        def landing(body: str) -> Landing:
            bodies.add(body)
            return sge_landing.landing(body)

        monkeypatch.setattr("hooks.sge.hook.landing", landing)
        read_days(WEDNESDAY)
        assert len(bodies) == 1


SIX_DAYS = [date(2024, 9, 8) + timedelta(days=n) for n in range(6)]


class TestASixDayBackfill:
    @pytest.fixture
    def shown(self, sandbox) -> dict[date, Decimal]:
        """What the SGE's own books say of each day, long after."""
        sandbox.sge.set(today=date(2024, 12, 2))
        books = {day: sandbox.sge.books(KEY.split(","), day).shown.amount for day in SIX_DAYS}
        return {day: amount for day, amount in books.items() if amount}

    @pytest.mark.parametrize("order", [slice(None), slice(None, None, -1)], ids=["oldest first", "newest first"])
    def test_books_each_day_what_the_sge_dates_on_it(self, close, ledger, shown, order):
        for day in SIX_DAYS[order]:
            for step in ("land", "stage"):
                close(BOX, day).step(step)
        assert len(shown) > 3
        assert collected(ledger) == shown
        assert changed(ledger) == set()

    def test_also_where_two_run_at_once_and_days_are_landed_again(self, close, ledger, shown):
        def work(days: list[date]) -> None:
            for day in days:
                close(BOX, day).step("land")

        with ThreadPoolExecutor(3) as pool:
            list(pool.map(work, [SIX_DAYS[::2], SIX_DAYS[::-2], SIX_DAYS[1:3] * 2]))
        for day in SIX_DAYS:
            close(BOX, day).step("stage")
        assert collected(ledger) == shown
        assert changed(ledger) == set()


class TestABookOfTheOldRule:
    """Days that were landed and booked before invoices were kept: collections on the day on which they were found."""

    @pytest.fixture
    def upgraded(self, ledger, by_force, read_days, site) -> None:
        """MONDAY's money was found, and so booked, on WEDNESDAY; TUESDAY's on TUESDAY."""
        for id in ("1", "2"):
            site.shows(id, ISSUED)
        read_days(MONDAY)
        site.shows("2", ISSUED, 121, TUESDAY)
        read_days(TUESDAY)
        site.shows("1", ISSUED, 121, MONDAY)
        read_days(WEDNESDAY)
        self.forget(by_force)
        ledger.execute(
            "INSERT INTO staging.document (box, business_date, document_key, kind, form, currency, net, amounts,"
            " attributes, place, reference) SELECT box, %s, 'sge:collection:2024/1/1', kind, form, currency, net,"
            " amounts, attributes, place, 'J2024/1' FROM staging.document"
            " WHERE business_date = %s AND kind = 'collection'",
            (WEDNESDAY, TUESDAY),
        )

    def forget(self, by_force) -> None:
        """All landings so far were made before invoices were kept."""
        for table in ("ledger.late_change", "landing.invoice_seen", "landing.invoices_read"):
            by_force(f"DELETE FROM {table}")
        by_force("UPDATE landing.invoices_kept_since SET snapshot_id = (SELECT max(snapshot_id) FROM landing.snapshot)")

    def test_is_not_corrected_by_itself_but_what_was_booked_on_a_wrong_day_is_told_once(
        self, upgraded, read_days, ledger, told
    ):
        before = collected(ledger)
        assert before == {TUESDAY: 121, WEDNESDAY: 121}
        read_days(THURSDAY)
        assert collected(ledger) == before
        assert changed(ledger) == {MONDAY, WEDNESDAY}
        (alert,) = told
        assert "invoice J2024/1: 0 was collected on this day, where 121.00 was booked" in alert.happened
        read_days(FRIDAY)
        assert len(told) == 1

    def test_what_it_left_open_is_asked_for_from_the_first_landing_on(self, by_force, read_days, site):
        site.shows("3", date(2024, 3, 1))
        read_days(date(2024, 3, 1))
        self.forget(by_force)
        site.asked.clear()
        read_days(MONDAY)
        assert site.asked.count("3") == 1

    def test_heals_once_both_days_are_closed_again(self, upgraded, read_days, ledger):
        read_days(THURSDAY, WEDNESDAY, MONDAY)
        assert collected(ledger) == {MONDAY: 121, TUESDAY: 121}
        assert changed(ledger) == set()


class TestVat:
    @pytest.fixture
    def booked(self, close, site, sandbox) -> Callable:
        """``booked(account, …, vat_rate=…)``: what an invoice of 1,000.00 leaves in the ERP's accounts."""

        def booked(*accounts: str, **changes: object) -> dict[str, Decimal]:
            site.shows("1", MONDAY, **({"base": 1000, "total": 1210} | changes))
            close(BOX, MONDAY).all()
            return {name: balance(sandbox, name) for name in accounts}

        return booked

    def test_a_word_that_is_known_stands_for_its_rate(self, booked):
        found = booked(CUSTOMERS, RESEARCH, VAT_21, vat_rate="EXENTO", total=1000)
        assert found == {CUSTOMERS: 1000, RESEARCH: -1000, VAT_21: 0}

    def test_one_that_is_not_stops_the_day_and_says_where_to_write_it(self, booked, mappings):
        with pytest.raises(AirflowFailException) as stopped:
            booked(vat_rate="Régimen REBU", total=1000)
        said = str(stopped.value)
        assert "the VAT rate is 'Régimen REBU'" in said
        assert "Say in sge_columns.yaml under vat_words what it means" in said
        assert "orrect them in the source" not in said
        file = mappings / "sge_columns.yaml"
        file.write_text(file.read_text().replace("vat_words:\n", "vat_words:\n  Régimen REBU: 0\n"))
        assert booked(RESEARCH, vat_rate="Régimen REBU", total=1000) == {RESEARCH: -1000}

    def test_an_invoice_with_two_rates_is_parted_between_them(self, booked):
        found = booked(CUSTOMERS, RESEARCH, VAT_21, VAT_10, vat_rate="21 % y 10 %", total=1166)
        assert found == {CUSTOMERS: 1166, RESEARCH: -1000, VAT_21: -126, VAT_10: -40}  # of 600 and 400

    def test_a_withholding_that_is_known_is_owed_by_the_tax_office(self, booked):
        found = booked(CUSTOMERS, WITHHELD, RESEARCH, VAT_21, total=1060)
        assert found == {CUSTOMERS: 1060, WITHHELD: 150, RESEARCH: -1000, VAT_21: -210}

    def test_of_a_credit_note_the_sides_change_places(self, booked):
        found = booked(CUSTOMERS, WITHHELD, VAT_21, base=-1000, total=-1060)
        assert found == {CUSTOMERS: -1060, WITHHELD: -150, VAT_21: 210}

    def test_a_total_that_is_not_understood_is_left_to_a_person(self, booked, close, mappings):
        with pytest.raises(AirflowFailException, match=r"22\.35 less.*list its percentage.*let a person release"):
            booked(total=1187.65)
        file = mappings / "cash_boxes" / f"{BOX}.yaml"
        file.write_text(f"{file.read_text()}\napprovals: {{unusual_vat: true}}\n")
        run = close(BOX, MONDAY)
        for step in ("land", "stage", "derive"):
            run.step(step)
        with pytest.raises(
            AirflowFailException, match="before a person approves: 1 invoices are booked as they are told"
        ):
            run.step("post")


def test_planned_items_that_cannot_be_had_stop_no_close(close, sandbox, ledger):
    sandbox.sge.set(today=MONDAY, planned_fails=True)
    assert close(BOX, MONDAY).all()["state"] == "reconciled"
    assert ledger.execute("SELECT count(*) AS lines FROM reconciliation.plan_line").fetchone().lines == 0


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("collect"), st.integers(0, 2), st.integers(0, 4), st.integers(1, 150)),
        st.tuples(st.just("return"), st.integers(0, 2), st.integers(0, 4), st.integers(1, 150)),
        st.tuples(st.just("correct"), st.integers(0, 2), st.integers(0, 4), st.integers(0, 150)),
        st.tuples(st.just("land"), st.integers(0, 4), st.just(0), st.just(0)),
    ),
    min_size=4,
    max_size=10,
)
"""What happens at the SGE, and that a day is landed: which invoice or day, dated when, how much."""

EXAMPLES = int(os.environ.get("CIERRE_HISTORIES", "4"))

_ledgers = count(1)


@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, data=st.data())
def test_whatever_days_are_landed_in_which_order_the_books_are_the_same(
    steps, data, close, site, cluster: Cluster, template: str, monkeypatch
):
    """A history of three invoices, with days landed in between; told twice, with other days at the same moments."""
    first = _closed_again(steps, close, site, cluster, template, monkeypatch)
    others = [
        (what, data.draw(st.integers(0, 4)), on, amount) if what == "land" else (what, which, on, amount)
        for what, which, on, amount in steps
    ]
    second = _closed_again(others, close, site, cluster, template, monkeypatch)
    shown = sum(row["columnas"]["9"] for row in site.rows.values())
    assert first == second
    assert sum(first.values(), Decimal(0)) == shown


def _closed_again(steps, close, site, cluster, template, monkeypatch) -> dict[date, Decimal]:
    """What each day of the week comes to once all were read, and those that were told were read again."""

    def read(day: date) -> None:
        run = close(BOX, day)
        run.step("land")
        run.step("stage")

    name = f"history_{next(_ledgers)}"
    with psycopg.connect(cluster.dsn("postgres"), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        dsn = cluster.dsn(name)
        monkeypatch.setenv("AIRFLOW_CONN_LEDGER_DB", dsn.replace("postgresql://", "postgres://"))
        state = {id: (0, None) for id in range(3)}
        for id in state:
            site.shows(str(id), ISSUED)
        landed = []
        for what, which, on, amount in steps:
            if what == "land":
                read(WEEK[which])
                landed.append(WEEK[which])
                continue
            was, _ = state[which]
            so_far = {"collect": was + amount, "return": max(was - amount, 0), "correct": amount}[what]
            state[which] = (so_far, WEEK[on] if so_far else None)
            site.shows(str(which), ISSUED, *state[which])
        for day in WEEK:
            if day not in landed:
                read(day)
        with session.connect(dsn) as ledger:
            while days := changed(ledger):
                read(min(days))
            found = collected(ledger)
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    return found
