"""A change of a mapping has one proposal, one decision by a person who may, and what was written; all of it stays."""

from datetime import date

import psycopg
import pytest

from cierre.ledger import mapping_proposals
from cierre.ledger.mapping_proposals import add, decide, note_write, proposal, proposals_of, proposals_of_other_files

A, B, DIGEST = "a" * 64, "b" * 64, "d" * 64
CHANGES = [{"code": "form_name", "form": "19", "name": "De Una"}]


def proposed(ledger: psycopg.Connection, by: str = "ana") -> int:
    return add(ledger, "sga_ecuador", A, CHANGES, {"days": 3}, by, {"table": "account_of_form"})


def test_a_proposal_is_decided_by_another_and_written(ledger):
    number = proposed(ledger)
    assert proposal(ledger, number).decision is None
    assert decide(ledger, number, "accepted", "berta", four_eyes=True)
    note_write(ledger, number, "committed", B, DIGEST, "c0ffee")
    row = proposal(ledger, number)
    assert (row.changes, row.what_if, row.question) == (CHANGES, {"days": 3}, {"table": "account_of_form"})
    assert (row.proposed_by, row.decided_by, row.four_eyes, row.how) == ("ana", "berta", True, "committed")
    assert (row.written_sha256, row.mapping_digest, row.commit) == (B, DIGEST, "c0ffee")
    assert [one.proposal_id for one in proposals_of(ledger, ["sga_ecuador"])] == [number]
    assert proposals_of(ledger, ["bsale_chile"]) == []


def test_nobody_accepts_her_own_change_where_four_eyes_are_asked_for(ledger):
    number = proposed(ledger)
    with pytest.raises(psycopg.errors.CheckViolation, match="another person than ana"):
        decide(ledger, number, "accepted", "ana", four_eyes=True)
    assert decide(ledger, number, "accepted", "ana", four_eyes=False)


@pytest.mark.parametrize(("change", "of_two"), [
    ({"code": "box_setting", "box": "x", "field": "amount_over", "to": "5"}, True),
    ({"code": "company_setting", "company": "x", "field": "four_eyes_on_mappings", "to": "false"}, True),
    ({"code": "box_setting", "box": "x", "field": "closing_hour", "to": "05:00"}, False),
])  # fmt: skip
def test_what_says_who_must_agree_takes_two_whatever_the_board_says(ledger, change, of_two):
    number = add(ledger, "cash_boxes/x", A, [change], {}, "ana")
    if of_two:
        with pytest.raises(psycopg.errors.CheckViolation, match="another person than ana"):
            decide(ledger, number, "accepted", "ana", four_eyes=False)
    assert decide(ledger, number, "accepted", "berta" if of_two else "ana", four_eyes=of_two)
    note_write(ledger, number, "written", B, None)
    assert [one.proposal_id for one in proposals_of_other_files(ledger)] == [number]


def test_nobody_is_made_the_only_one_to_approve_by_her_own_word(ledger):
    def approvers(*names: str) -> list[dict]:
        return [{"code": "box_setting", "box": "x", "field": "by", "to": names}]

    with pytest.raises(psycopg.errors.CheckViolation, match="ana would be the only one"):
        add(ledger, "cash_boxes/x", A, approvers("ana"), {}, "ana")
    number = add(ledger, "cash_boxes/x", A, approvers("berta", "berta"), {}, "ana")
    with pytest.raises(psycopg.errors.CheckViolation, match="berta would be the only one"):
        decide(ledger, number, "accepted", "berta", four_eyes=True)
    assert decide(ledger, number, "accepted", "carla", four_eyes=True)
    assert add(ledger, "cash_boxes/x", A, approvers("ana", "berta"), {}, "ana")


def test_only_who_proposed_it_takes_a_change_back(ledger):
    number = proposed(ledger)
    with pytest.raises(psycopg.errors.CheckViolation):
        decide(ledger, number, "withdrawn", "berta", four_eyes=True)
    assert decide(ledger, number, "withdrawn", "ana", four_eyes=True)


def test_the_second_decision_finds_the_first(ledger):
    number = proposed(ledger)
    assert decide(ledger, number, "refused", "berta", four_eyes=True, comment="no")
    assert not decide(ledger, number, "accepted", "carla", four_eyes=True)
    assert proposal(ledger, number).decided_by == "berta"


def test_a_refusal_says_why(ledger):
    with pytest.raises(psycopg.errors.CheckViolation):
        decide(ledger, proposed(ledger), "refused", "berta", four_eyes=True)


@pytest.mark.parametrize("decision", [None, "refused"])
def test_nothing_is_written_that_nobody_accepted(ledger, decision):
    number = proposed(ledger)
    if decision:
        decide(ledger, number, decision, "berta", four_eyes=True, comment="no")
    with pytest.raises((psycopg.errors.CheckViolation, psycopg.errors.ForeignKeyViolation)):
        note_write(ledger, number, "written", B, DIGEST)


@pytest.mark.parametrize("sql", [
    "UPDATE ledger.mapping_proposal SET proposed_by = 'x'", "DELETE FROM ledger.mapping_decision",
    "UPDATE ledger.mapping_write SET how = 'patch'", "INSERT INTO ledger.mapping_proposal (proposed_at) VALUES (now())",
])  # fmt: skip
def test_the_application_may_only_add(ledger, sql):
    number = proposed(ledger)
    decide(ledger, number, "accepted", "berta", four_eyes=True)
    note_write(ledger, number, "written", B, DIGEST)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        ledger.execute(sql)


def test_all_three_are_sealed_in_the_chain_of_what_belongs_to_no_box(ledger):
    number = proposed(ledger)
    decide(ledger, number, "accepted", "berta", four_eyes=True)
    note_write(ledger, number, "written", B, DIGEST)
    rows = ledger.execute(
        "SELECT what FROM ledger.seal WHERE box = '*' AND what LIKE 'mapping %%' ORDER BY seal", ()
    ).fetchall()
    assert [what for (what,) in rows] == ["mapping proposal", "mapping decision", "mapping write"]


def test_use_and_versions_of_what_was_never_booked_are_none(ledger):

    assert mapping_proposals.used(ledger, ["itb_caja_164"], "form", date(2020, 1, 1)) == []
    assert mapping_proposals.versions(ledger, "sga_ecuador", ["itb_caja_164"]) == []
