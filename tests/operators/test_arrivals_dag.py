"""Files in a folder are taken once, put away, and what they say is matched and booked."""

import os
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace

import pytest
from airflow.sdk.exceptions import AirflowException, AirflowFailException
from psycopg import OperationalError

from cierre.accounting_files.arrivals import arrivals_of
from cierre.alerts.new_finding import NewFinding
from cierre.alerts.watch import WatchAlert
from cierre.bookkeeping.sentence import Sentence
from cierre.closing.arrival_books import BooksOfArrivals
from cierre.closing.arrival_troubles import Trouble
from cierre.closing.arrivals import take_statement
from cierre.ledger import arrivals
from operators.arrivals import BookArrivalsOperator, TakeStatementsOperator

COMPANY = "educacion_continua"
DAY = date(2026, 3, 4)
HEAD = "BANCO;;;;;;;\nEstado;;;;;;;\nFecha;Fecha valor;Concepto;Documento;Terminal;Debito;Credito;Saldo\n"
ROW = "04/03/2026;04/03/2026;DEPOSITO EFECTIVO;1;;;50,00;50,00\n"


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / COMPANY / "banco_sandbox"
    made.mkdir(parents=True)
    return made


def leave(folder, name, text, age=120):
    file = folder / name
    file.write_text(text, encoding="utf-8")
    written = datetime.now(UTC).timestamp() - age
    os.utime(file, (written, written))


def take(folder):
    return TakeStatementsOperator(task_id="take", folder=str(folder.parents[1])).execute(run_of("ana"))


def run_of(by, try_number=1, **given):
    """The context of a run of the DAG that somebody triggered with its form."""
    run = SimpleNamespace(conf=given, run_id="manual__1", triggering_user_name=by)
    return {"params": given, "dag_run": run, "ti": SimpleNamespace(max_tries=6, try_number=try_number)}


def booked(by="ana", try_number=1, **given):
    """What such a run books."""
    return BookArrivalsOperator(task_id="book").execute(run_of(by, try_number, **given))


@contextmanager
def told(match):
    """What fails within it with a finding, of which people are told."""
    with pytest.raises(NewFinding, match=match) as found:
        yield found
    found.value.settle()


@pytest.mark.parametrize(
    "given",
    [
        {"company": COMPANY},
        {"approved_day": "2026-03-04"},
        {"company": COMPANY, "approved_day": "2026-03-04", "by": None},
        {"company": COMPANY, "aproved_day": "2026-03-04"},
    ],
)
def test_an_approval_that_is_not_whole_or_nobodys_stops_the_run(close, given):
    with pytest.raises(AirflowFailException, match=r"a person triggers the DAG with a company|do not exist here"):
        booked(**given)


def test_an_approval_of_a_day_that_does_not_wait_says_so(close):
    with pytest.raises(AirflowFailException, match=f"{COMPANY}, 2026-03-04: no books of what arrived waited"):
        booked(company=COMPANY, approved_day="2026-03-04")


def test_a_file_is_taken_and_put_away(close, ledger, folder):
    leave(folder, "marzo.csv", HEAD + ROW)
    assert take(folder) == {"taken": 1, "matched": 0}
    assert [one.name for one in (folder / "taken").iterdir()] == ["marzo.csv"]
    (landed,) = arrivals.statements(ledger, COMPANY)
    assert landed.taken_by == "folder"
    assert take(folder) == {"taken": 0, "matched": 0}
    assert booked() == {"booked": 0, "left": 0}


def test_a_file_that_is_wrong_is_put_away_with_the_reason_and_the_others_are_taken(close, ledger, folder):
    leave(folder, "a.csv", HEAD + ROW.replace("50,00;50,00", "50,00;51,00x"))
    leave(folder, "b.csv", HEAD + ROW)
    with pytest.raises(AirflowException, match=r"educacion_continua/banco_sandbox/a\.csv"):
        take(folder)
    assert "row 4" in (folder / "refused" / "a.csv.txt").read_text()
    assert len(arrivals.statements(ledger, COMPANY)) == 1


def test_a_file_on_which_cierre_breaks_off_stays_and_keeps_no_other_waiting(close, ledger, folder, monkeypatch, caplog):
    leave(folder, "a.csv", HEAD + ROW)
    leave(folder, "b.csv", HEAD + ROW.replace("50,00", "60,00"))
    with monkeypatch.context() as broken:
        broken.setattr("cierre.closing.statement_drop.take_statement", breaks_off_on("50,00"))
        with told(match=r"a\.csv: Cierre broke off on .*: RuntimeError, ") as failed:
            take(folder)
        assert take(folder) == {"taken": 0, "matched": 0}  # told once a day
    assert "MARIA" not in f"{failed.value}{caplog.text}"
    assert (folder / "a.csv").exists()
    assert [one.name for one in (folder / "taken").iterdir()] == ["b.csv"]


def breaks_off_on(words):
    """What takes a statement, but breaks off on one in which there are some words."""

    def take_or_break(db, company, rules, format, content, by):
        if words in content.decode():
            raise RuntimeError("TRANSF DE MARIA PEREZ")
        return take_statement(db, company, rules, format, content, by)

    return take_or_break


def test_a_refused_file_is_told_though_the_first_try_broke_off_after_it_was_put_away(close, folder, monkeypatch):
    leave(folder, "a.csv", HEAD + ROW.replace("50,00;50,00", "50,00;51,00x"))
    with monkeypatch.context() as broken, pytest.raises(OperationalError):
        broken.setattr("cierre.closing.arrivals.keep_new_matches", breaks_off)
        take(folder)
    assert not (folder / "a.csv").exists()
    with told(match=r"educacion_continua/banco_sandbox/a\.csv: .*row 4"):
        take(folder)
    assert take(folder) == {"taken": 0, "matched": 0}


@pytest.fixture
def failing():
    """``failing(task)``: what Airflow does where a task of the DAG fails, and tells those whom it tells."""

    def fail(task):
        with pytest.raises(AirflowFailException) as failed:
            task()
        own = SimpleNamespace(dag_id="arrivals", task_id="x", log_url="http://log", try_number=1, max_tries=6)
        run = SimpleNamespace(partition_key=None)
        WatchAlert("cierre", "arrivals").notify({**run_of("ana"), "ti": own, "dag_run": run, "exception": failed.value})

    return fail


def test_a_refused_file_is_told_each_time_though_the_dag_was_told_of_that_day(close, folder, mailbox, failing):
    failing(lambda: booked(company=COMPANY, approved_day="2026-03-04"))
    for _again in range(2):
        leave(folder, "marzo.csv", HEAD + ROW.replace("50,00;50,00", "50,00;51,00x"))
        failing(lambda: take(folder))
        assert take(folder) == {"taken": 0, "matched": 0}
    bodies = [mail.get_body(("plain",)).get_content() for mail in mailbox]
    assert ["marzo.csv" in body for body in bodies] == [False, True, True]


def test_a_refused_file_and_a_day_that_waits_are_told_until_a_mail_went_out(
    close, folder, mailbox, failing, monkeypatch, unused_port
):
    done = BooksOfArrivals("arrivals_of_" + COMPANY, troubles=[Trouble(DAY, Sentence("somebody must look"))])
    monkeypatch.setattr("cierre.closing.arrival_books.book_arrivals", lambda *_: done)
    leave(folder, "marzo.csv", HEAD + ROW.replace("50,00;50,00", "50,00;51,00x"))
    for task in (lambda: take(folder), booked):
        with monkeypatch.context() as down:
            down.setenv("AIRFLOW_CONN_ALERTS_SMTP", f"smtp://127.0.0.1:{unused_port}")
            failing(task)
            failing(task)
        failing(task)
        assert task()["taken" if task is not booked else "booked"] == 0
    assert len(mailbox) == 2


def breaks_off(*_):
    raise OperationalError("the ledger is gone")


def test_a_file_that_is_still_being_written_is_left_for_the_next_time(close, folder):
    leave(folder, "a.csv", HEAD, age=0)
    assert take(folder)["taken"] == 0
    assert (folder / "a.csv").exists()


def test_a_format_of_nobody_is_not_looked_for(close, folder):
    assert "otro" not in arrivals_of(COMPANY).formats
    other = folder.parent / "otro"
    other.mkdir()
    leave(other, "a.csv", HEAD + ROW)
    assert take(folder)["taken"] == 0


class TestWhatIsLeft:
    """What could not be booked is told at once, and then once a day."""

    @pytest.fixture
    def done(self, close, monkeypatch):
        """What the books of the company come to in each hour; the test says it."""
        done = BooksOfArrivals("arrivals_of_" + COMPANY)

        def book(ledger, company, *_):
            return done if company == COMPANY else BooksOfArrivals("arrivals_of_" + company)

        monkeypatch.setattr("cierre.closing.arrival_books.book_arrivals", book)
        return done

    @pytest.fixture
    def left(self, done):
        """Of that, what is left."""
        return done.troubles

    @pytest.fixture
    def today(self, monkeypatch):
        """Has it be a day."""

        def be(day):
            now = datetime.combine(day, time(9, 5), UTC)
            monkeypatch.setattr("operators.arrivals.datetime", SimpleNamespace(now=lambda zone: now))

        be(DAY)
        return be

    def test_a_day_that_waits_for_a_person_is_told_at_once_and_then_once_a_day(self, left, today):
        left.append(Trouble(DAY, Sentence("somebody must look")))
        with told(match=f"{COMPANY}, {DAY}: somebody must look"):
            booked()
        assert booked() == booked(try_number=7) == {"booked": 0, "left": 1}
        today(DAY + timedelta(days=1))
        with told(match="somebody must look"):
            booked()
        assert booked() == {"booked": 0, "left": 1}

    def test_what_comes_up_besides_is_told_at_once_with_all_that_is_left(self, left, today):
        left.append(Trouble(DAY, Sentence("match {n} has no account", n=1)))
        with told(match="match 1"):
            booked()
        for new in (Trouble(DAY, Sentence("match {n} has no account", n=2)), left[0]._replace(day=DAY - timedelta(1))):
            left.append(new)
            with told(match=f"match 1 has no account(.|\\n)*{new.day}: {new.why}"):
                booked()
        assert booked() == {"booked": 0, "left": 3}

    def test_an_erp_that_does_not_answer_is_tried_again_before_anybody_is_told(self, left, today):
        left.append(Trouble(DAY, Sentence("{why}", why="no answer after 10.1 s"), passes=True))
        for try_number in range(1, 7):
            with pytest.raises(AirflowException) as tried:
                booked(try_number=try_number)
            assert not isinstance(tried.value, AirflowFailException)
        with told(match="no answer"):
            booked(try_number=7)
        left[0] = Trouble(DAY, Sentence("{why}", why="no answer after 10.2 s"), passes=True)
        assert booked(try_number=7) == {"booked": 0, "left": 1}

    def test_who_approves_a_day_is_told_of_it_whatever_was_told_before(self, left, today):
        left.append(Trouble(DAY, Sentence("the books do not reconcile")))
        for given in ({}, {"company": COMPANY, "approved_day": str(DAY)}):
            with told(match="the books do not reconcile"):
                booked(**given)
        with pytest.raises(AirflowFailException, match="no books of what arrived waited"):
            booked(company=COMPANY, approved_day=str(DAY + timedelta(1)))

    def test_a_further_try_that_books_the_approved_day_ends_well(self, done, left, today):
        given = {"company": COMPANY, "approved_day": str(DAY)}
        done.approved.append(DAY)
        left.append(Trouble(DAY, Sentence("{why}", why="no answer"), passes=True))
        with pytest.raises(AirflowException, match="no answer"):
            booked(**given)
        done.approved.clear()
        left.clear()
        done.booked.append(DAY)
        assert booked(try_number=2, **given) == {"booked": 1, "left": 0}


def test_a_wrong_file_of_a_box_stops_the_matching_of_its_own_company_alone(close, folder, mappings, ledger):
    leave(folder, "extracto.csv", HEAD + ROW)
    other = mappings / "cash_boxes" / "austral_oficina_1.yaml"
    other.write_text(other.read_text().replace("currency: CLP", "currency: CLPP"))
    assert take(folder)["taken"] == 1
    own = mappings / "cash_boxes" / "educacion_continua_caja_7.yaml"
    own.write_text(own.read_text().replace("currency: USD", "currency: USDD"))
    with pytest.raises(AirflowFailException, match=r"educacion_continua_caja_7\.yaml"):
        take(folder)
