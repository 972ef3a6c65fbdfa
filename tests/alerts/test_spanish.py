"""Mails of what is wrong are Spanish to a Spanish company: subject, both parts, and the figures."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from airflow.sdk.exceptions import AirflowFailException

from cierre.accounting_files.loader import cash_boxes
from cierre.alerts import second_look
from cierre.alerts.digest import digest
from cierre.alerts.erp_changes import tell_what_changed, tell_what_was_swept
from cierre.alerts.failure import FailureAlert
from cierre.alerts.not_approved import NotApproved
from cierre.alerts.unclosed import tell_unclosed
from cierre.alerts.watch import WatchAlert
from cierre.bookkeeping.second_look import Outcome, changes
from cierre.bookkeeping.sentence import Sentence
from cierre.closing.company_day import company_day
from cierre.closing.second_look import News
from cierre.language.language import language
from cierre.language.say import in_language
from cierre.ledger import attempts, landing, revisions, seals
from cierre.ports.errors import FatalError, RetriableError, UncertainError
from cierre.posting.look_again import Looked
from cierre.posting.sweep import Swept
from support import closed_day
from support.spanish import not_spanish, shown

BOX = cash_boxes()["itb_caja_164"]
DAY = datetime.now(UTC).date() - timedelta(days=4)
LINK = "http://127.0.0.1:8080/dags/cash_close__itb_caja_164/runs/x/tasks/post?try_number=4"
LOST = Sentence("{about}: the connection broke before the answer was whole", about="asiento")
STEPS = {
    "erp_reaper",
    "look",
    "land",
    "stage",
    "derive",
    "approve",
    "post",
    "reconcile",
    BOX.mapping,
    "companies",
    "boxes",
}


@pytest.fixture(autouse=True)
def spanish(tmp_path, monkeypatch) -> Iterator[None]:
    """The companies as they are shipped, with somebody who is told; they speak Spanish."""
    shutil.copytree(Path(__file__).parents[2] / "include" / "mappings", tmp_path / "mappings")
    companies = tmp_path / "mappings" / "companies.yaml"
    companies.write_text(companies.read_text().replace("    language: en\n", ""))
    monkeypatch.setenv("CIERRE_MAPPINGS_DIR", str(tmp_path / "mappings"))
    with in_language("es"):
        yield


def wrong(*alerts) -> dict[str, list[str]]:
    """What of alerts is not Spanish, by subject."""
    texts = {one.subject: "\n".join([one.subject, one.text(), shown(one.html())]) for one in alerts}
    return {subject: found for subject, text in texts.items() if (found := not_spanish(text, allowed=STEPS))}


def context(error: BaseException | None, task: str = "post") -> dict:
    return {
        "exception": error,
        "ti": SimpleNamespace(task_id=task, log_url=LINK, dag_id=f"cash_close__{BOX.id}"),
        "dag_run": SimpleNamespace(partition_key=str(DAY), conf={}),
        "params": {},
    }


REFUSED = language("es")(Sentence("The day was posted before and its books changed"))
"""As a task has said it."""

FAILURES = [
    UncertainError(LOST, vendor="Protheus"),
    RetriableError(LOST, vendor="SGA"),
    FatalError(LOST, vendor="SGA"),
    ValueError("whatever"),
    None,
    *(
        NotApproved(REFUSED, decision=decision, who=who, in_the_erp=["008964/001/000001"], comment=who and "falta una")
        for decision, who in (("rejected", "ana"), ("timed out", None), ("not taken", None), ("approved", "ana"))
    ),
]  # fmt: skip


@pytest.mark.parametrize("error", FAILURES, ids=lambda error: type(error).__name__)
def test_the_mail_of_a_step_that_failed_is_spanish(error, ledger):
    alert = FailureAlert(BOX.company, BOX.name).alert(context(error))
    assert wrong(alert) == {}


def test_the_mail_of_days_that_are_not_closed_is_spanish_and_says_what_stopped_them(ledger, mailbox):
    revision = closed_day.book(ledger, BOX, DAY, closed_day.stage(ledger, BOX, DAY, ("77.70", "1")))
    (entry,) = revisions.bookings(ledger, revision)
    attempts.doom(ledger, attempts.claim(ledger, entry, worker="w", lease_seconds=60), LOST)
    before = DAY - timedelta(days=1)
    documents = closed_day.stage(ledger, BOX, before, ("10.00", "1"), ("5.55", "6"))
    revision = closed_day.book(ledger, BOX, before, documents[:1])
    closed_day.post(ledger, revision)
    assert closed_day.reconcile(ledger, revision) == "discrepancy"
    why = RetriableError(Sentence("the landed answer was being read and staged"), vendor="SGA")
    landing.note_stopped(ledger, BOX.id, before - timedelta(days=1), "land", str(why))
    tell_unclosed(ledger, datetime.now(UTC), LINK)
    mails = [mail.get_body(("plain",)).get_content() for mail in mailbox]
    assert {found for mail in mails for found in not_spanish(mail, allowed=STEPS)} == set()
    (own,) = [mail for mail in mails if BOX.name in mail]
    for said in ("no se conoce su resultado", "5,55", "SGA: "):
        assert said in own


def test_the_mails_of_what_the_erp_and_the_sources_say_since_are_spanish(mailbox):
    sentences = {
        BOX.id: [Sentence("{address}: {n} documents of a request that was carried out late", address=DAY, n=2)]
    }
    again = {BOX.id: [Sentence("{day}: what the ERP holds is what was posted again", day=DAY)]}
    tell_what_was_swept(Swept(given_up=again, removed=sentences), LINK)
    tell_what_changed(Looked(differing=again, put_right=again, removed=sentences), LINK)
    assert len(mailbox) == 5
    for mail in mailbox:
        assert not_spanish(mail["Subject"] + "\n" + mail.get_body(("plain",)).get_content(), allowed=STEPS) == []


def test_the_mail_of_what_a_second_look_found_is_spanish():
    before = [closed_day.document(BOX, DAY, number, net) for number, net in enumerate(("20.00", "30.00"))]
    after = [closed_day.document(BOX, DAY, number, net) for number, net in enumerate(("25.50",))]
    found = tuple(changes(before, after, own_ids=lambda kind: True))
    of_box = [News(BOX, DAY, 1, found, outcome) for outcome in Outcome]
    assert wrong(second_look.message(of_box, LINK)) == {}


def test_the_digest_of_a_day_and_of_a_range_is_spanish_and_has_its_money_in_the_subject(ledger):
    for ago in (0, 1):
        for box in cash_boxes().values():
            if box.company == BOX.company:
                closed_day.close(ledger, box, DAY - timedelta(days=ago), ("1200.25", "1"), ("34.25", "6"))
    days = [company_day(ledger, BOX.company, DAY - timedelta(days=ago)) for ago in (1, 0)]
    heads = list(seals.heads(ledger, [BOX.id]))
    for some in (days[:1], days):
        alert = digest(BOX.company, some, LINK, heads, repeated=True)
        assert wrong(alert) == {}
        assert "USD" in alert.subject
        assert "234,50" in alert.subject or "469,00" in alert.subject or "938,00" in alert.subject


@pytest.mark.parametrize("error", [AirflowFailException(LOST), ValueError("x"), None])
def test_the_mail_of_a_watch_that_failed_is_spanish(error, ledger):
    assert wrong(WatchAlert("itb", "Cierre").alert(context(error, "look") | {"logical_date": None})) == {}
