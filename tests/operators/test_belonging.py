"""What a box's file says is held against the books: a lot, a till and a document are booked by one box only."""

import os
import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest
from airflow.sdk.exceptions import AirflowException, AirflowFailException

from cierre.accounting_files.loader import cash_box
from cierre.closing.belonging import hold_key_against_answer
from sandbox.server import SandboxServer
from support import closed_day
from support.bsale_landings import landed, payment

BOX, DAY = "itb_caja_164", date(2024, 9, 6)
NEXT = DAY + timedelta(days=3)


@pytest.fixture
def files(mappings) -> Path:
    return mappings / "cash_boxes"


@pytest.fixture
def write(files) -> Callable[..., None]:
    """``write("itb_centro", "lot: 008964", "lot: 008999")``: a box's file as Caja 164's is, with texts replaced."""
    pattern = (files / f"{BOX}.yaml").read_text()

    def write(name: str, *replaced: str, also: str = "") -> None:
        text = pattern
        for old, new in zip(replaced[::2], replaced[1::2], strict=True):
            assert old in text
            text = text.replace(old, new)
        (files / f"{name}.yaml").write_text(f"{text}\n{also}\n")

    return write


@pytest.fixture
def removed(files) -> Callable[[str], None]:
    return lambda name: (files / f"{name}.yaml").unlink()


def live(sandbox: SandboxServer) -> int:
    return len(sandbox.protheus_ledger(live=True))


def refused(run, step: str = "land") -> str:
    with pytest.raises(AirflowFailException) as error:
        run.step(step)
    return str(error.value)


def until(run, last: str) -> None:
    """The steps up to one."""
    for name in ("land", "stage", "derive", "approve", "post", "reconcile"):
        run.step(name)
        if name == last:
            return


class TestRenamedFile:
    @pytest.fixture
    def renamed(self, close, write, removed) -> None:
        close(BOX, DAY).all()
        removed(BOX)
        write("itb_centro")

    def test_a_lot_that_another_name_has_booked_is_refused_before_the_source_is_asked(
        self, close, renamed, sandbox, ledger
    ):
        asked = sandbox.calls("sga")
        for day in (DAY, NEXT):
            said = refused(close("itb_centro", day))
            assert "lot 008964 of T1,D MG 01 in the ERP is booked as itb_caja_164, from 2024-09-06" in said
            assert "write the line formerly: itb_caja_164 in itb_centro.yaml" in said
            assert "a lot of its own and a start_date of 2024-09-07 or later" in said
        assert (sandbox.calls("sga"), live(sandbox)) == (asked, 1)
        assert "of 2024-09-06 it has booked" in refused(close("itb_centro", DAY))
        assert not ledger.execute("SELECT FROM ledger.cash_box WHERE box = 'itb_centro'").fetchall()

    def test_with_the_line_formerly_the_day_is_the_same_and_nothing_is_sent(
        self, close, renamed, write, sandbox, ledger
    ):
        write("itb_centro", also=f"formerly: {BOX}")
        before = sandbox.calls("protheus")
        assert close("itb_centro", DAY).all()["state"] == "reconciled"
        assert (sandbox.calls("protheus"), live(sandbox)) == (before, 1)
        assert close("itb_centro", NEXT).all()["state"] == "reconciled"
        boxes = {row.box for row in ledger.execute("SELECT box FROM ledger.entry")}
        versions = ledger.execute("SELECT version, file FROM ledger.cash_box WHERE box = %s ORDER BY 1", (BOX,))
        assert boxes == {BOX}
        assert [tuple(row) for row in versions] == [(1, BOX), (2, "itb_centro")]

    def test_a_correction_after_the_renaming_reverses_what_was_posted_under_the_first_name(
        self, close, renamed, write, sandbox
    ):
        write("itb_centro", also=f"formerly: {BOX}")
        sandbox.pay_late("itb", 164, DAY, 1, Decimal("12.34"))
        assert close("itb_centro", DAY).all()["state"] == "reconciled"
        assert live(sandbox) == 3

    def test_a_second_renaming_names_the_first_name_and_says_so(self, close, renamed, write, removed):
        write("itb_centro", also=f"formerly: {BOX}")
        close("itb_centro", DAY).all()
        removed("itb_centro")
        write("itb_sur")
        assert f"write the line formerly: {BOX} in itb_sur.yaml" in refused(close("itb_sur", DAY))
        write("itb_sur", also="formerly: itb_centro")
        said = refused(close("itb_sur", DAY))
        assert f"itb_centro is no name in the ledger: that file went on with the books of {BOX}" in said
        assert f"Write the line formerly: {BOX} in itb_sur.yaml" in said
        write("itb_sur", also=f"formerly: {BOX}")
        assert close("itb_sur", DAY).all()["state"] == "reconciled"

    def test_a_lot_of_its_own_and_a_later_start_are_the_other_way_out(self, close, renamed, write, sandbox):
        write("itb_centro", "lot: 008964", "lot: 008999")
        said = refused(close("itb_centro", DAY))
        assert "164 of sga at http" in said
        assert "is booked as itb_caja_164" in said
        write("itb_centro", "lot: 008964", "lot: 008999", "start_date: 2024-01-01", "start_date: 2024-09-07")
        assert close("itb_centro", NEXT).all()["state"] == "reconciled"
        assert live(sandbox) == 2

    def test_a_file_that_changes_its_lot_between_the_steps_books_into_nobody_elses(self, close, write, sandbox):
        close("itb_caja_165", DAY).all()
        run = close(BOX, DAY)
        until(run, "stage")
        write(BOX, "lot: 008964", "lot: 008965")
        assert "lot 008965 of T1,D MG 01 in the ERP is booked as itb_caja_165" in refused(run, "derive")
        assert live(sandbox) == 1

    def test_two_names_that_booked_one_lot_before_this_was_refused_the_first_goes_on(
        self, close, ledger, write, sandbox
    ):
        """As such ledgers stand there already: the second name's books came in past the first step."""
        close(BOX, DAY).all()
        write("itb_centro")
        other = cash_box("itb_centro")
        closed_day.close(ledger, other, NEXT, ("10.00", "1"))
        assert "is booked as itb_caja_164" in refused(close("itb_centro", DAY))
        assert close(BOX, DAY).all()["state"] == "reconciled"


class TestOtherSpelling:
    """A till that was booked as 0164, which SGA takes for 164, before keys were held to one spelling."""

    @pytest.fixture
    def booked(self, close, write, monkeypatch) -> None:
        write(BOX, "key: 164", "key: 0164")
        with monkeypatch.context() as before:
            before.setattr("cierre.ports.source.KeyFormat.objection", lambda self, key: None)
            close(BOX, DAY).all()

    def test_another_box_for_it_is_refused(self, close, booked, write, sandbox):
        write("itb_copia", "lot: 008964", "lot: 008999")
        said = refused(close("itb_copia", DAY))
        assert f"is booked as {BOX}, from 2024-09-06 to 2024-09-06" in said
        assert live(sandbox) == 1

    def test_so_are_its_documents_where_the_first_step_erred(self, close, booked, write, sandbox, monkeypatch):
        monkeypatch.setattr("cierre.closing.land.hold_against_ledger", lambda *_: SimpleNamespace(source_key="164"))
        write("itb_copia", "lot: 008964", "lot: 008999")
        run = close("itb_copia", DAY)
        until(run, "stage")
        assert f"in those of {BOX} of 2024-09-06" in refused(run, "derive")
        assert live(sandbox) == 1

    def test_the_box_itself_goes_on_as_164_says_so_and_asks_about_closed_days(
        self, close, booked, write, sandbox, caplog
    ):
        """The histories of a closed day name the key, so its books would change: a person is asked first."""
        write(BOX)
        assert close(BOX, NEXT).all()["state"] == "reconciled"
        assert "its key has changed: 164; it was 0164" in caplog.text
        again = close(BOX, DAY)
        until(again, "derive")
        assert "The day was booked from 0164, http" in refused(again, "post")
        assert live(sandbox) == 2


class TestKeyOfNobody:
    """An answer for the whole company that has rows of keys which no box's file has, and none of the box's own."""

    @pytest.fixture(autouse=True)
    def quiet_days(self, monkeypatch) -> Callable[[int], None]:
        """How many days a till may begin with that have no row: none, unless a test says otherwise."""

        def quiet_days(number: int) -> None:
            monkeypatch.setattr("cierre.closing.belonging.QUIET_DAYS", number)

        quiet_days(0)
        return quiet_days

    @pytest.fixture
    def with_key(self, files) -> Callable[[str, str], None]:
        def with_key(name: str, key: str) -> None:
            text = (files / f"{name}.yaml").read_text()
            (files / f"{name}.yaml").write_text(re.sub(r"^key: .*$", f"key: {key}", text, flags=re.MULTILINE))

        return with_key

    @pytest.mark.parametrize(
        ("box", "wrong", "theirs"),
        [("austral_oficina_1", "99", r"1 \(\d+ rows\)"), ("itb_uruguay_1_2", "12-1", r"1-2 \(\d+ rows\)")],
    )
    def test_a_mistyped_key_is_no_day_without_activity(self, close, with_key, box, wrong, theirs, ledger, sandbox):
        with_key(box, wrong)
        said = refused(close(box, DAY))
        assert f"no row of key {wrong} came, today or before" in said
        assert re.search(rf"keys that no cash box's file has: {theirs}", said)
        assert "correct it in its file" in said
        assert not ledger.execute("SELECT FROM landing.taken").fetchall()
        assert live(sandbox) == 0

    def test_a_till_may_begin_with_days_of_rest_and_not_with_many(self, close, with_key, quiet_days):
        quiet_days(2)
        with_key("austral_oficina_1", "99")
        for day in (DAY, DAY, DAY + timedelta(days=1)):
            assert close("austral_oficina_1", day).step("land")["rows"] == 0
        assert "close again the days before" in refused(close("austral_oficina_1", NEXT))

    def test_mended_it_takes_the_answer_that_came(self, close, with_key, sandbox):
        with_key("austral_oficina_1", "99")
        refused(close("austral_oficina_1", DAY))
        asked = sandbox.calls("bsale")
        with_key("austral_oficina_1", "1")
        assert close("austral_oficina_1", DAY).step("land")["rows"] > 0
        assert sandbox.calls("bsale") == asked

    def test_an_office_without_activity_beside_those_that_have_boxes_is_one(self, close, with_key, files):
        """The sandbox's company has offices 1, 2 and 3."""
        pattern = (files / "austral_oficina_1.yaml").read_text()
        for key in ("3", "4"):
            (files / f"austral_oficina_{key}.yaml").write_text(pattern.replace("lot: 008801", f"lot: 00880{key}"))
            with_key(f"austral_oficina_{key}", key)
        assert close("austral_oficina_4", DAY).step("land")["rows"] == 0

    def test_a_till_that_had_rows_once_may_rest_whatever_nobody_closes(self, close, with_key, files, ledger):
        close("austral_oficina_1", DAY).step("land")
        (files / "austral_oficina_2.yaml").unlink()
        others = landed([payment(1, office="2")])
        hold_key_against_answer(cash_box("austral_oficina_1"), NEXT, ledger, others)


class TestMoneyOfNoBox:
    """Office 3 and the caja 2-1 of the sandbox's companies have no box; those of the others do."""

    @pytest.mark.parametrize(
        ("boxes", "theirs"),
        [
            (("austral_oficina_1", "austral_oficina_2"), r"3 \(\d+ rows?\)"),
            (("itb_uruguay_1_1", "itb_uruguay_1_2"), r"2-1 \(\d+ rows?\)"),
        ],
    )
    def test_a_till_of_no_box_is_told_once_and_keeps_no_other_from_closing(self, close, mailbox, boxes, theirs):
        for day in (DAY, NEXT):
            for box in boxes:
                assert close(box, day).all()["state"] == "reconciled"
        (mail,) = mailbox
        assert "money of a till that is no cash box here" in mail["Subject"]
        said = " ".join(mail.get_body(("plain",)).get_content().split())
        assert re.search(rf"for 2024-09-06 has rows of keys that no cash box's file has: {theirs}\. No box", said)

    def test_it_is_told_by_the_next_landing_where_the_mail_did_not_go(self, close, mailbox, monkeypatch, files):
        def refuses(_alert) -> bool:
            raise OSError("the mail server is down")

        with monkeypatch.context() as now:
            now.setattr("cierre.alerts.mail.send", refuses)
            close("austral_oficina_1", DAY).step("land")
        close("austral_oficina_1", NEXT).step("land")
        assert len(mailbox) == 1

    def test_while_a_file_of_the_company_is_wrong_its_key_is_told_to_nobody(self, close, mailbox, files):
        other = files / "austral_oficina_2.yaml"
        other.write_text(other.read_text().replace("currency: CLP", "currency: peso"))
        close("austral_oficina_1", DAY).step("land")
        assert mailbox == []


class TestOldTill:
    """A box's key changed, and a new box was made for the till that it read before."""

    OWN = ("name: Caja 164", "name: Caja vieja", "lot: 008964", "lot: 008990")

    @pytest.fixture
    def moved(self, close, write) -> None:
        close(BOX, DAY).all()
        write(BOX, "key: 164", "key: 169")

    def test_the_new_box_is_refused_for_days_that_the_other_booked_and_closes_later_ones(
        self, close, moved, write, sandbox
    ):
        write("itb_vieja", *self.OWN)
        said = refused(close("itb_vieja", DAY))
        assert f"is booked as {BOX}, from 2024-09-06 to 2024-09-06; of 2024-09-06 it has booked " in said
        assert f"give itb_vieja.yaml a key of its own, since {BOX} has a file too" in said
        write("itb_vieja", *self.OWN, "start_date: 2024-01-01", "start_date: 2024-09-07")
        assert close("itb_vieja", NEXT).all()["state"] == "reconciled"
        assert live(sandbox) == 2

    def test_a_day_whose_documents_another_box_has_booked_is_refused_with_number_money_box_and_day(
        self, close, moved, write, ledger, sandbox, monkeypatch
    ):
        # As if the first step had erred.
        seen = SimpleNamespace(source_key="164")
        monkeypatch.setattr("cierre.closing.land.hold_against_ledger", lambda *_: seen)
        write("itb_vieja", *self.OWN)
        run = close("itb_vieja", DAY)
        until(run, "stage")
        documents = ledger.execute("SELECT count(*) FROM staging.document WHERE box = 'itb_vieja'").fetchone()[0]
        said = refused(run, "derive")
        assert f"{documents} documents of " in said
        assert f"in those of {BOX} of 2024-09-06" in said
        assert f"close 2024-09-06 of {BOX} again first" in said
        assert live(sandbox) == 1

    def test_with_the_key_alone_changed_the_closed_day_asks_a_person(self, close, moved, sandbox, admin):
        run = close(BOX, DAY)
        until(run, "derive")
        said = refused(run, "post")
        assert "The day was booked from 164, http" in said
        assert "would now be booked from 169, http" in said
        assert live(sandbox) == 1
        admin.execute(
            "INSERT INTO ledger.approval (box, business_date, revision_id, reason, asked, asked_in, decision,"
            " decided_at, decided_by) SELECT box, business_date, revision_id, 'other_origin', '\"\"', 'r', 'approved',"
            " now(), 'Ana' FROM ledger.revision WHERE revision = 2"
        )
        run.step("post")
        assert live(sandbox) == 3
        assert run.step("reconcile")["state"] == "reconciled"

    def test_a_new_day_of_the_new_key_asks_nobody(self, close, moved):
        assert close(BOX, NEXT).all()["state"] == "reconciled"


class TestOtherLotOrCurrency:
    def test_a_day_that_would_move_to_another_lot_asks_a_person_and_says_both(self, close, write, sandbox):
        close(BOX, DAY).all()
        write(BOX, "lot: 008964", "lot: 008990")
        run = close(BOX, DAY)
        until(run, "derive")
        said = refused(run, "post")
        assert "stands in the ERP in lot 008964, T1,D MG 01 and would now be posted to lot 008990, T1,D MG 01" in said
        assert live(sandbox) == 1
        assert close(BOX, NEXT).all()["state"] == "reconciled"

    @pytest.mark.parametrize("currency", ["EUR", "UYU"])
    def test_another_currency_asks_about_the_closed_day_and_about_the_next(self, close, write, sandbox, currency):
        close(BOX, DAY).all()
        write(BOX, "currency: USD", f"currency: {currency}")
        for day, said in (
            (DAY, f"The day was booked in USD and would now be booked in {currency}, figure for figure"),
            (NEXT, f"What the box posted last is in USD, and this day would be booked in {currency}"),
        ):
            run = close(BOX, day)
            until(run, "derive")
            assert said in refused(run, "post")
        assert live(sandbox) == 1

    @pytest.mark.parametrize("closed_before", [False, True])
    def test_cents_that_the_currency_cannot_have_are_refused_row_by_row(self, close, write, sandbox, closed_before):
        if closed_before:
            close(BOX, DAY).all()
        write(BOX, "currency: USD", "currency: CLP")
        run = close(BOX, DAY)
        until(run, "land")
        said = refused(run, "stage")
        assert "rows that cannot be booked stop the day, so nothing is posted" in said
        assert "0/PAGOS/0 (bad amount): pagoValor is 204.18, which has more decimals than CLP has (0)" in said
        assert live(sandbox) == closed_before

    def test_a_name_a_time_zone_a_company_and_another_connection_to_the_same_site_change_nothing_that_is_closed(
        self, close, write, sandbox, monkeypatch
    ):
        close(BOX, DAY).all()
        before = sandbox.calls("protheus")
        monkeypatch.setenv("AIRFLOW_CONN_SGA_SAME", os.environ["AIRFLOW_CONN_SGA_ITB"])
        write(BOX, "name: Caja 164", "name: Caja uno", "timezone: America/Guayaquil", "timezone: America/Santiago",
              "company: itb\n", "company: itb_online\n", "connection: sga_itb", "connection: sga_same")  # fmt: skip
        assert close(BOX, DAY).all()["state"] == "reconciled"
        assert sandbox.calls("protheus") == before
        sandbox.pay_late("itb", 164, DAY, 1, Decimal("12.34"))
        assert close(BOX, DAY).all()["state"] == "reconciled"  # and a correction asks nobody
        assert live(sandbox) == 3

    def test_a_later_start_leaves_what_is_closed_and_closes_nothing_before_it(self, close, write, sandbox, ledger):
        close(BOX, DAY).all()
        write(BOX, "start_date: 2024-01-01", "start_date: 2024-09-07")
        assert "the day is before the box's start date, 2024-09-07" in refused(close(BOX, DAY))
        state = ledger.execute("SELECT state FROM board.box_day WHERE business_date = %s", (DAY,)).fetchone()[0]
        assert (state, live(sandbox)) == ("closed", 1)

    def test_the_log_tells_each_change_of_the_file_once(self, close, write, caplog):
        close(BOX, DAY).step("land")
        write(BOX, "timezone: America/Guayaquil", "timezone: America/Montevideo", "start_date: 2024-01-01",
              "start_date: 2024-02-01")  # fmt: skip
        for times in (1, 0):
            caplog.clear()
            close(BOX, DAY).step("land")
            assert caplog.text.count("its time zone has changed: America/Montevideo; it was America/Guayaquil") == times
            assert caplog.text.count("its start date has changed: 2024-02-01; it was 2024-01-01") == times


class TestTenant:
    WRITTEN = ('tenant: "T1,D MG 01 "', "tenant: T1,D MG 01")

    def test_one_that_is_written_with_other_blanks_is_refused_where_books_were_sent_to_it(self, close, write, sandbox):
        write(BOX, *self.WRITTEN)
        close(BOX, DAY).all()
        write(BOX)
        for day in (DAY, NEXT):
            assert 'Write tenant: "T1,D MG 01" in itb_caja_164.yaml' in refused(close(BOX, day))
        write(BOX, *self.WRITTEN)
        run = close(BOX, NEXT)
        until(run, "stage")
        write(BOX)
        assert "to the ERP it is the same" in refused(run, "derive")
        assert live(sandbox) == 1

    def test_one_that_nothing_was_sent_to_is_taken_as_it_is_written_now(self, close, write, sandbox):
        write(BOX, *self.WRITTEN)
        close(BOX, DAY).step("land")
        write(BOX)
        close(BOX, DAY).all()
        assert live(sandbox) == 1


class TestDocumentsOfTheWholeSite:
    """At Bsale and Zeta a document has one id in the company, through whichever box and on whatever day it is read."""

    OFFICE, OTHER = "austral_oficina_1", "austral_oficina_2"

    def test_a_payment_that_another_office_has_booked_on_whatever_day_is_refused(self, close, admin, sandbox):
        close(self.OFFICE, DAY).all()
        run = close(self.OTHER, NEXT)
        until(run, "stage")
        admin.execute(
            "UPDATE staging.document SET document_key = (SELECT min(document_key) FROM staging.document WHERE box = %s)"
            " WHERE box = %s AND document_key = (SELECT min(document_key) FROM staging.document WHERE box = %s)",
            (self.OFFICE, self.OTHER, self.OTHER),
        )
        before = live(sandbox)
        assert f"in those of {self.OFFICE} of 2024-09-06" in refused(run, "derive")
        assert live(sandbox) == before

    def test_a_payment_that_stands_on_another_day_of_the_box_stops_it_until_that_day_is_closed_again(
        self, close, ledger, admin, sandbox
    ):
        close(self.OFFICE, DAY).all()
        run = close(self.OFFICE, NEXT)
        until(run, "stage")
        admin.execute(
            "UPDATE staging.document SET document_key = (SELECT min(document_key) FROM staging.document"
            " WHERE business_date = %s) WHERE business_date = %s AND document_key = (SELECT min(document_key)"
            " FROM staging.document WHERE business_date = %s)",
            (DAY, NEXT, NEXT),
        )
        with pytest.raises(AirflowException, match=r"1 document of .* in those of .* of 2024-09-06"):
            run.step("derive")
        state = ledger.execute("SELECT state FROM board.box_day WHERE business_date = %s", (DAY,)).fetchone()[0]
        assert state == "changed"
        ledger.execute(  # that day was read again, without the payment
            "DELETE FROM staging.document WHERE business_date = %s AND document_key ="
            " (SELECT min(document_key) FROM staging.document WHERE business_date = %s)",
            (DAY, NEXT),
        )
        run.step("derive")
