"""Arrivals: statements that were left in a folder are taken, what arrived is matched, and booked."""

import time
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator, Param
from airflow.sdk.exceptions import AirflowException, AirflowFailException

from cierre.accounting_files.companies import language_of
from cierre.accounting_files.findings import MappingError
from cierre.bookkeeping.sentence import Sentence
from cierre.closing.names import NO_COMPANY
from cierre.language.say import in_language, listed, say
from cierre.ledger.connection import open_ledger
from operators.outage import may_be_tried_again
from operators.parameters import asked

if TYPE_CHECKING:
    import psycopg

    from cierre.bookkeeping.matching.company import CompanyArrivals
    from cierre.closing.arrival_approval import ApprovedDay
    from cierre.closing.arrival_books import BooksOfArrivals


COMPANY, APPROVED_DAY = "company", "approved_day"

UNREAD = "What could not be read is tried again each hour, and told again once a day:\n{what}"


def params() -> dict[str, Param]:
    """What a person may say when triggering it: the day of a company's books that they approve."""
    text: dict[str, Any] = {"type": ["null", "string"]}
    return {
        COMPANY: Param(None, **text, title="Company (empresa)", description="Whose books of what arrived wait."),
        APPROVED_DAY: Param(
            None,
            **text,
            format="date",
            title="Approved day (día aprobado)",
            description="The day that waits for a person, as the log of the step book says: whoever triggers this run"
            " has looked at what is asked there, and approves it.",
        ),
    }


class TakeStatementsOperator(BaseOperator):
    """Fetches files from the places that ``arrivals.yaml`` names, takes those of the folder, and keeps the matches that
    the rules leave no other answer to; for each company whose arrivals are looked at.

    Fails, after all was tried, where a file was refused, or a place or file could not be read: it says which and why.
    One that stays unread fails it once a day; in between the log says so."""

    template_fields = ()

    def __init__(self, *, ledger_connection: str = "ledger_db", folder: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.ledger_connection = ledger_connection
        self.folder = folder

    def execute(self, context: Any) -> dict[str, int]:
        """Returns how many files were taken and how many matches are new."""
        from cierre.accounting_files.arrivals import arrivals
        from cierre.closing.arrivals import keep_new_matches
        from cierre.closing.boxes_for import boxes_for
        from cierre.closing.statement_drop import drop_folder, take_dropped

        _asked(context)
        folder = Path(self.folder) if self.folder else drop_folder()
        taken, matched, left, unread = 0, 0, list[Sentence](), dict[str, Sentence]()
        with open_ledger(self.ledger_connection) as ledger:
            for company, rules in arrivals().items():
                with in_language(language_of(company)):
                    if rules.fetch and folder:
                        # Only here: a deployment that fetches nothing does not pay for what that imports.
                        from cierre.closing.statement_fetch import fetch_files
                        from operators.statement_places import place

                        fetched = fetch_files(ledger, folder, company, rules, place)
                        for place_key, why in fetched.unread.items():
                            unread[f"{company}|{place_key}"] = Sentence("{company}: {why}", company=company, why=why)
                    elif rules.fetch:
                        why = Sentence("files are to be fetched, and CIERRE_STATEMENTS_DIR names no folder for them")
                        left.append(Sentence("{company}: {why}", company=company, why=why))
                    if folder:
                        dropped = take_dropped(ledger, folder, company, rules)
                        taken += len(dropped.taken)
                        for name, why in dropped.left.items():
                            key = f"{company}/{name}"
                            unread[key] = Sentence("{file}: {why}", file=key, why=why)
                    try:
                        own = [box.id for box in boxes_for(ledger, company).values() if box.company == company]
                        matched += keep_new_matches(ledger, company, own, rules)
                    except MappingError as wrong:
                        unread[company] = Sentence("{company}: {why}", company=company, why=wrong)
        if folder:
            _tell(folder, arrivals(), unread)
        elif left := [*left, *unread.values()]:
            raise AirflowFailException(say(UNREAD, what=listed(left)))
        return {"taken": taken, "matched": matched}


def _tell(folder: Path, companies: "Mapping[str, CompanyArrivals]", unread: "Mapping[str, Sentence]") -> None:
    """Fails at once where people are to be told of files that were refused, also by a try that broke off, or of what
    could not be read: a further try of the task would find none of it again."""
    from cierre.alerts.new_finding import NewFinding
    from cierre.closing import refused_files
    from cierre.closing.unread_places import note_told, to_tell

    now = datetime.now(UTC)
    due = to_tell(folder, unread, now)
    places = [folder / company / format for company, rules in companies.items() for format in rules.formats]
    refused = [
        Sentence("{file}: {why}", file=f"{place.relative_to(folder)}/{name}", why=why)
        for place in places
        for name, why in refused_files.untold(place).items()
    ]

    def settle() -> None:
        note_told(folder, due, now)
        for place in places:
            refused_files.settle(place)

    if due:
        what = listed(why for place, why in unread.items() if place in due)
        raise NewFinding("\n".join([say(UNREAD, what=what), *map(say, refused)]), settle)
    if refused:
        text = "These files were refused, and stand in the folder refused beside a text that says why:\n{files}"
        raise NewFinding(say(text, files=listed(refused)), settle)


class BookArrivalsOperator(BaseOperator):
    """Brings the books of what arrived to what the matches say, for each company that has such books.

    Fails, after all was tried, where a day could not be booked, a match has no account, or a person has to approve a
    day: at once, and then once a day for as long as that lasts; in between the log says so. Whoever triggers the run
    with a day approves it, and is told of that day whatever was told before."""

    template_fields = ()

    def __init__(self, *, ledger_connection: str = "ledger_db", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.ledger_connection = ledger_connection

    def execute(self, context: Any) -> dict[str, int]:
        """Returns how many days were booked anew, and how many days and matches are left."""
        from cierre.accounting_files.arrivals import arrivals
        from cierre.closing.arrival_books import book_arrivals

        approved = _approved(context)
        done: dict[str, BooksOfArrivals] = {}
        with open_ledger(self.ledger_connection) as ledger:
            for company, rules in arrivals().items():
                with in_language(language_of(company)):
                    done[company] = book_arrivals(ledger, company, rules, time.sleep, approved)
            self._tell(ledger, context, done, approved)
        if approved and approved.day not in _taken(done.get(approved.company)):
            told = "{company}, {day}: no books of what arrived waited for an approval; nothing was approved."
            with in_language(language_of(NO_COMPANY)):
                raise AirflowFailException(say(told, company=approved.company, day=approved.day))
        return {
            "booked": sum(len(one.booked) for one in done.values()),
            "left": sum(len(one.troubles) for one in done.values()),
        }

    def _tell(
        self,
        ledger: "psycopg.Connection",
        context: Any,
        done: "dict[str, BooksOfArrivals]",
        approved: "ApprovedDay | None",
    ) -> None:
        """Fails with all that is left, where there is anything to tell of it now, or a further try may book it."""
        from cierre.alerts.new_finding import NewFinding
        from cierre.closing.arrival_troubles import note_told, untold

        left = [
            Sentence("{company}, {day}: {why}", company=company, day=one.day, why=one.why)
            for company, books in done.items()
            for one in books.troubles
        ]
        if not left:
            return
        text = say(
            "Not all of what arrived could be booked; each hour tries again, and once a day it is told again:\n{what}",
            what=listed(left),
        )
        if any(one.passes for books in done.values() for one in books.troubles) and may_be_tried_again(context):
            raise AirflowException(text)
        today = datetime.now(UTC).date()
        new = {books.box: untold(ledger, books.box, books.troubles, today) for books in done.values()}
        of_approved = done[approved.company].troubles if approved and approved.company in done else []
        asked_for = approved is not None and any(one.day == approved.day for one in of_approved)
        if not any(new.values()) and not asked_for:
            self.log.warning(text)
            return

        def settle() -> None:
            with open_ledger(self.ledger_connection) as ledger:
                for box, troubles in new.items():
                    note_told(ledger, box, troubles, today)

        raise NewFinding(text, settle)


def _taken(books: "BooksOfArrivals | None") -> list[date]:
    """The days that an approval may have been for: also those that a further try booked, of a run whose first had put
    the approval on record when the ERP did not answer it."""
    return [*books.approved, *books.booked] if books else []


def _approved(context: Any) -> "ApprovedDay | None":
    """The day that whoever triggered the run approves; None where none was named. Raises AirflowFailException for half
    of it, and where nobody is known to have triggered the run."""
    from cierre.bookkeeping.answers import Answer
    from cierre.closing.arrival_approval import ApprovedDay

    given = _asked(context)
    if not given:
        return None
    by, run = context["dag_run"].triggering_user_name, context["dag_run"].run_id
    if not by or given.keys() != {COMPANY, APPROVED_DAY}:
        told = "To approve a day of what arrived, a person triggers the DAG with a company and an approved day, both."
        with in_language(language_of(NO_COMPANY)):
            raise AirflowFailException(say(told))
    answer = Answer(by, True, datetime.now(UTC), frozenset({by}))
    return ApprovedDay(given[COMPANY], date.fromisoformat(given[APPROVED_DAY]), run, answer)


def _asked(context: Any) -> dict[str, Any]:
    with in_language(language_of(NO_COMPANY)):
        return asked("arrivals", context, params())
