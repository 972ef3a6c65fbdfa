"""Problems: what derive found of a day is kept, until it finds otherwise."""

from decimal import Decimal

import pytest

from cierre.bookkeeping.problems import Problem, ProblemKind
from cierre.ledger import problems, revisions, staging

BOX = "itb_caja_164"
UNMAPPED = Problem(
    ProblemKind.UNMAPPED, "payment: debit net", (("form", "19"),), 5, Decimal("341.51"), "USD", ("sga:payment:0-1",),
    "5 payments of 341.51 USD with form 19", 'add "19"', "account_of_form",
)  # fmt: skip


@pytest.fixture
def staged(ledger, day, snapshot_id, reading):
    staging.replace(ledger, BOX, day, snapshot_id, reading)


@pytest.mark.usefixtures("staged")
def test_a_problem_comes_back_as_it_was_found(ledger, day):
    problems.replace(ledger, BOX, day, "sga_ecuador", [UNMAPPED])
    (stopped,) = problems.stopped(ledger)
    assert (stopped.box, stopped.business_date, stopped.mapping) == (BOX, day, "sga_ecuador")
    assert stopped.problem == UNMAPPED


@pytest.mark.usefixtures("staged")
def test_what_is_found_next_replaces_all_that_was_found_before(ledger, day):
    problems.replace(ledger, BOX, day, "sga_ecuador", [UNMAPPED, UNMAPPED])
    problems.replace(ledger, BOX, day, "sga_ecuador", [])
    assert problems.stopped(ledger) == []


@pytest.mark.usefixtures("staged")
def test_a_staged_day_is_unbooked_until_it_has_books_and_again_when_they_stop(ledger, day, snapshot_id):
    (unbooked,) = problems.unbooked(ledger)
    assert (unbooked.box, unbooked.business_date, unbooked.quarantined) == (BOX, day, False)
    revisions.freeze(
        ledger, box=BOX, day=day, snapshot_id=snapshot_id, mapping="m", mapping_digest="m", tenant="T1,D MG 01 ",
        lot="008964", entries=[], documents={},
    )  # fmt: skip
    assert problems.unbooked(ledger) == []
    problems.replace(ledger, BOX, day, "sga_ecuador", [UNMAPPED])
    assert len(problems.unbooked(ledger)) == 1
