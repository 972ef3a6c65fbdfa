"""Twenty-eight ways to tamper with closed books, each done to a real ledger: refused, or found.

Who does it has the application's login and not the worker's key, or owns the database and may do everything there. The
audit looks with the reader's login. What it cannot see alone it sees by the heads that were noted the day before.
"""

import base64
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Literal

import psycopg
import pytest

from cierre.bookkeeping.answers import Answer
from cierre.bookkeeping.approvals import Reason
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.documents import Kind
from cierre.bookkeeping.identity import Identity
from cierre.bookkeeping.month_checklist import Item, Line, Mark
from cierre.bookkeeping.second_look import Change, Code, Outcome
from cierre.bookkeeping.sentence import Sentence
from cierre.language.say import say
from cierre.ledger import (
    approvals,
    attempts,
    capabilities,
    identity,
    looks,
    month_facts,
    revisions,
    seals,
    session,
    sign_offs,
    signing,
    takeovers,
)
from cierre.ledger.capabilities import Capability
from cierre.ledger.seals import Head
from cierre.reports import heads
from cierre.reports.audit import Audit, audit
from support import closed_day

DAY, LAST, TODAY = date(2024, 9, 5), date(2024, 9, 6), date(2024, 9, 7)
KEY = base64.urlsafe_b64encode(bytes(range(32))).decode()
PUBLIC_KEY = signing.public_key(KEY)

Do = Callable[[psycopg.Connection], None]


def sql(*statements: str) -> Do:
    """Runs statements in one transaction."""

    def do(connection: psycopg.Connection) -> None:
        with connection.transaction():
            for statement in statements:
                connection.execute(statement)

    return do


def by_force(*statements: str) -> Do:
    """The same past everything that guards the books."""
    return sql("SET LOCAL session_replication_role = replica", *statements)


def invented_approval(ledger: psycopg.Connection) -> None:
    ledger.execute("""INSERT INTO ledger.approval (box, business_date, revision_id, reason, asked, asked_in)
                      SELECT box, business_date, revision_id, 'amount', '"?"', 'run' FROM ledger.revision""")
    ledger.execute("UPDATE ledger.approval SET decision = 'approved', decided_by = 'ana', decided_at = now()"
                   " WHERE decision IS NULL")  # fmt: skip


def invented_acknowledgement(ledger: psycopg.Connection) -> None:
    ledger.execute("UPDATE erp.attempt SET state = 'confirmed', document = '000009',"
                   " outcome = to_jsonb('acknowledged'::text), decided_at = now() WHERE state = 'claimed'")  # fmt: skip


def invented_sign_off(ledger: psycopg.Connection) -> None:
    """A month is said to be signed, as it never was."""
    with ledger.transaction():
        ledger.execute("""INSERT INTO ledger.sign_off (company, month, signed_by, ran_by, checklist)
                          VALUES ('itb', '2024-10-01', 'eva', '{}', '[]')""")
        ledger.execute("""INSERT INTO ledger.signed_day (sign_off_id, box, business_date, state, revision, booked)
                          SELECT (SELECT max(sign_off_id) FROM ledger.sign_off), box, business_date, 'closed',
                                 revision, 1 FROM ledger.revision LIMIT 1""")


def invented_close(ledger: psycopg.Connection) -> None:
    """An uncertain day is said to be settled, and reconciled as another was."""
    ledger.execute("UPDATE erp.attempt SET state = 'doomed', outcome = to_jsonb('no answer'::text), decided_at = now()"
                   " WHERE state = 'claimed'")  # fmt: skip
    ledger.execute("UPDATE erp.attempt SET reaped_at = now() WHERE state = 'doomed'")
    with ledger.transaction():
        ledger.execute("""INSERT INTO reconciliation.run (box, business_date, revision_id, state)
                          SELECT box, business_date, revision_id, 'reconciled' FROM ledger.revision
                           ORDER BY revision_id DESC LIMIT 1""")
        ledger.execute("""INSERT INTO reconciliation.comparison (run_id, comparison, kind, form, "left", "right",
                                                                 left_rows, right_rows, left_net, right_net)
                          SELECT (SELECT max(run_id) FROM reconciliation.run), comparison, kind, form, "left", "right",
                                 left_rows, right_rows, left_net, right_net
                            FROM reconciliation.comparison WHERE run_id = 1""")


INVENTED_RUN = """INSERT INTO reconciliation.run (box, business_date, revision_id, state)
                  SELECT box, business_date, revision_id, 'reconciled' FROM ledger.revision"""

BORN_ANSWERED = """INSERT INTO ledger.approval (box, business_date, revision_id, reason, asked, asked_in, decision,
                                                decided_at, decided_by)
                   SELECT box, business_date, revision_id, 'amount', '"?"', 'run', 'approved', now(), 'ana'
                     FROM ledger.revision"""

BORN_CONFIRMED = """INSERT INTO erp.attempt (entry_id, tenant, entry_date, lot, sublot, worker, claimed_at, lease_until,
                                             state, document, decided_at)
                    SELECT entry_id, tenant, entry_date, lot, '777', 'w', now(), now(), 'confirmed', '000001', now()
                      FROM ledger.entry"""

CHAIN_WRITTEN_ANEW = """DO $$
DECLARE
    kept ledger.seal[] := ARRAY(SELECT own FROM ledger.seal AS own ORDER BY box, seal);
    one  ledger.seal;
BEGIN
    DELETE FROM ledger.seal;
    FOREACH one IN ARRAY kept LOOP
        PERFORM ledger.add_seal(one.what, one.subject, one.box, one.late);
    END LOOP;
END $$"""

ALWAYS_AS_SEALED = """CREATE OR REPLACE FUNCTION ledger.content_of(what text, subject bigint, chain text) RETURNS text
    LANGUAGE sql AS $$ SELECT content FROM ledger.seal
                        WHERE (seal.what, seal.subject, seal.box) = ($1, $2, $3) ORDER BY seal DESC LIMIT 1 $$"""


def without(where: str) -> tuple[str, ...]:
    """Removes all that the ledger knows of what a condition on box and business_date names, but the chain."""
    entries = f"entry_id IN (SELECT entry_id FROM ledger.entry WHERE {where})"
    runs = f"run_id IN (SELECT run_id FROM reconciliation.run WHERE {where})"
    taken = f"(snapshot_id, box) IN (SELECT snapshot_id, box FROM landing.taken WHERE {where})"
    return (
        *(f"DELETE FROM {table} WHERE {entries}" for table in ("ledger.line_documents", "ledger.line", "erp.attempt")),
        *(f"DELETE FROM {table} WHERE {taken}" for table in ("landing.claim", "landing.control_total")),
        *(f"DELETE FROM reconciliation.{table} WHERE {runs}" for table in ("comparison", "line_difference")),
        f"DELETE FROM ledger.look_change WHERE look_id IN (SELECT look_id FROM ledger.look WHERE {where})",
        *(f"DELETE FROM {table} WHERE {where}" for table in (
            "ledger.look", "reconciliation.run", "ledger.approval", "ledger.late_change", "ledger.entry",
            "ledger.revision", "landing.taken", "staging.document", "staging.quarantined", "staging.day",
            "board.box_day",
        )),
    )  # fmt: skip


@dataclass(frozen=True)
class Way:
    """Who does what; and whether the database refuses it, the audit finds it alone, or only with noted heads."""

    name: str
    who: Literal["application", "owner"]
    do: Do
    outcome: Literal["refused", "found", "found with heads"]
    of_signed: bool = False
    """Whether the month was signed before."""


WAYS = (
    Way("an approval made answered", "application", sql(BORN_ANSWERED), "refused"),
    Way("an answer changed", "application", sql("UPDATE ledger.approval SET decided_by = 'luis'"), "refused"),
    Way("an approval asked for and given by nobody", "application", invented_approval, "found"),
    Way("a posting made confirmed", "application", sql(BORN_CONFIRMED), "refused"),
    Way("a posting confirmed without an acknowledgement", "application",
        sql("UPDATE erp.attempt SET state = 'confirmed', document = '000009', decided_at = now()"
            " WHERE state = 'claimed'"), "refused"),
    Way("an acknowledgement that no ERP gave", "application", invented_acknowledgement, "found"),
    Way("a document with another number", "application", sql("UPDATE erp.attempt SET document = '000009'"), "refused"),
    Way("an address that was empty and is said not to be", "application",
        sql("UPDATE erp.attempt SET reaped_at = NULL WHERE state = 'doomed'"), "refused"),
    Way("a reconciliation that nobody made", "application", sql(INVENTED_RUN), "found"),
    Way("an uncertain day said to be settled and reconciled", "application", invented_close, "found"),
    Way("a line removed", "application", sql("DELETE FROM ledger.line"), "refused"),
    Way("a row of the quarantine removed", "application", sql("DELETE FROM staging.quarantined"), "found"),
    Way("an amount changed, the entry still balanced", "owner",
        by_force("UPDATE ledger.line SET amount = amount + 1", "UPDATE ledger.entry SET total = total + 1"), "found"),
    Way("an account changed, and the chain written anew", "owner",
        by_force("UPDATE ledger.line SET account = '1.9' WHERE side = 'D'", CHAIN_WRITTEN_ANEW), "found with heads"),
    Way("an account changed, and the database's own hash replaced", "owner",
        by_force("UPDATE ledger.line SET account = '1.9' WHERE side = 'D'", ALWAYS_AS_SEALED), "found"),
    Way("an entry slipped in while the triggers were off", "owner",
        by_force("""INSERT INTO ledger.entry (entry_key, revision_id, box, business_date, part, tenant, lot, entry_date,
                                              currency, total, digest)
                    SELECT 'slipped in', revision_id, box, business_date, 9, tenant, lot, entry_date, currency, total,
                           digest FROM ledger.entry LIMIT 1"""), "found"),
    Way("the last days cut off", "owner",
        by_force("""DELETE FROM ledger.seal WHERE box = 'itb_caja_164' AND seal >= (
                        SELECT min(seal) FROM ledger.seal JOIN landing.snapshot ON snapshot_id = subject
                         WHERE what = 'snapshot' AND box = 'itb_caja_164' AND business_date >= '2024-09-06')""",
                 *without("box = 'itb_caja_164' AND business_date >= '2024-09-06'")), "found with heads"),
    Way("a box cut off", "owner",
        by_force("DELETE FROM ledger.seal WHERE box = 'itb_caja_164'", "DELETE FROM ledger.cash_box",
                 *without("box = 'itb_caja_164'")), "found with heads"),
    Way("a certificate changed", "owner",
        by_force("UPDATE landing.claim SET attested_rows = 9, landed_rows = 9"), "found"),
    Way("a comparison changed", "owner",
        by_force("UPDATE reconciliation.comparison SET left_net = 1, right_net = 1 WHERE run_id = 1"), "found"),
    Way("the mapping's version and the open periods changed", "owner",
        by_force("UPDATE ledger.revision SET mapping_digest = 'other', open_from = '2024-01-01'"), "found"),
    Way("an approval removed", "owner", by_force("DELETE FROM ledger.approval"), "found"),
    Way("a landed text changed", "owner",
        by_force("UPDATE landing.body SET body = replace(body, 'PAGOS', 'PAGO5')"), "found"),
    Way("a month signed that never was so", "application", invented_sign_off, "found", of_signed=True),
    Way("a sign-off changed", "application", sql("UPDATE ledger.sign_off SET signed_by = 'luis'"), "refused",
        of_signed=True),
    Way("a sign-off removed", "owner",
        by_force("DELETE FROM ledger.revocation", "DELETE FROM ledger.signed_day", "DELETE FROM ledger.signed_head",
                 "DELETE FROM ledger.sign_off"), "found", of_signed=True),
    Way("the revocation of a sign-off removed", "owner", by_force("DELETE FROM ledger.revocation"), "found",
        of_signed=True),
    Way("a snapshot put in the place of another", "owner",
        by_force("UPDATE landing.snapshot SET sha256 = (SELECT sha256 FROM landing.snapshot WHERE snapshot_id = 2)"
                 " WHERE snapshot_id = 1"), "found"),
)  # fmt: skip


def as_identity(box: CashBox) -> Identity:
    return Identity(
        id=box.id, file=box.id, name=box.name, company=box.company, source=box.source, source_site="http://sga",
        source_key=box.key, erp_connection="protheus", erp_site="http://erp", tenant=box.erp.tenant, lot=box.erp.lot,
        currency=box.currency, timezone=box.timezone, start_date=box.start_date,
    )  # fmt: skip


@pytest.fixture
def noted(ledger, box) -> list[Head]:
    """The heads of two closed days, the first of which was approved of, and of one that is being posted."""
    signing.sign_with(ledger, KEY)
    identity.note(ledger, as_identity(box))
    first = closed_day.book(ledger, box, DAY, closed_day.stage(ledger, box, DAY, ("35.30", "1"), ("64.70", "6")))
    approvals.ask(ledger, first, {Reason.FIRST_DAY: "Is it right?"}, "run")
    answer = Answer("ana", True, datetime.now(UTC), frozenset({"luis"}), "Looks right to me")
    approvals.decide(ledger, first, "run", answer)
    closed_day.post(ledger, first)
    assert closed_day.reconcile(ledger, first) == "reconciled"
    late = Change(Code.CAME, "sga:payment:0-9", Kind.PAYMENT, "1", "r", "USD", None, Decimal(5), Decimal(5), ("net",))
    looks.keep(ledger, box.id, DAY, compared_to=1, snapshot_id=None, found=[late], outcome=Outcome.TOLD, tell=["itb"])
    identity.note_late_change(ledger, box.id, DAY, 1, "something came late")
    closed_day.close(ledger, box, LAST, ("12.00", "1"))
    takeovers.take_over(ledger, None, "T1", "008964", by="ana", why="it is ours")
    capabilities.save(ledger, "protheus", "T1", [Capability("read_back", True, "seen")])

    today = closed_day.book(ledger, box, TODAY, closed_day.stage(ledger, box, TODAY, ("7.00", "1")))
    (entry,) = revisions.bookings(ledger, today)
    lost = attempts.claim(ledger, entry, worker="w", lease_seconds=60)
    attempts.doom(ledger, lost, "no answer")
    attempts.note_reaped(ledger, lost)
    takeovers.note_doubt(ledger, lost, "000003")
    attempts.claim(ledger, entry, worker="w", lease_seconds=60)
    text = heads.written(seals.heads(ledger), revisions.ledger_id(ledger), datetime.now(UTC))
    return heads.read(f"What a mail says above them.\n{text}")


def sign(ledger: psycopg.Connection, box: CashBox) -> None:
    """The two closed days are audited and signed, and the signature is taken back."""
    month_facts.keep_audit(ledger, datetime.now(UTC), 7, [], 0)
    facts = month_facts.MonthFacts(ledger, [box.id], DAY, LAST)
    signed = sign_offs.sign(
        ledger, box.company, DAY.replace(day=1), by="eva", ran_by={"luis"}, comment="As the bank has it",
        lines=[Line(Item.CLOSED, Mark.DONE, Sentence("all"))], days=facts.days(), heads=seals.heads(ledger, [box.id]),
    )  # fmt: skip
    assert sign_offs.revoke(ledger, signed, by="ana", reason="The bank had it otherwise")


@pytest.fixture
def look(reader_dsn) -> Callable[..., Audit]:
    """Audits with the reader's login."""

    def at(*of: Head) -> Audit:
        with session.connect(reader_dsn) as reader:
            return audit(reader, of, PUBLIC_KEY)

    return at


def test_of_twenty_eight_ways_some_are_refused_and_all_others_found():
    # As docs/accountants/reports.md says.
    assert len({way.name for way in WAYS}) == 28
    assert Counter(way.outcome for way in WAYS) == {"refused": 8, "found": 17, "found with heads": 3}


def test_books_that_nobody_touched_are_sound_and_signed(noted, look):
    found = look(*noted)
    assert (found.sound, found.wrong) == (True, [])
    assert (found.signed, found.unsigned) == (5, 0)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_no_way_stays_unseen_where_the_heads_of_the_day_before_are_known(
    noted, look, way, ledger, ledger_dsn, admin_dsn, box
):
    if way.of_signed:
        sign(ledger, box)
    with session.connect(ledger_dsn if way.who == "application" else admin_dsn) as who:
        if way.outcome == "refused":
            with pytest.raises(psycopg.errors.Error):
                way.do(who)
        else:
            way.do(who)
    assert look().sound == (way.outcome != "found")
    assert look(*noted).sound == (way.outcome == "refused")


@pytest.mark.usefixtures("noted")
def test_a_signature_by_another_key_is_found(ledger, look, box):
    signing.sign_with(ledger, base64.urlsafe_b64encode(bytes(32)).decode())
    closed_day.close(ledger, box, date(2024, 9, 4), ("1.00", "1"))
    assert len([sentence for sentence in look().wrong if "by another key" in sentence]) == 2


def test_a_signature_is_not_taken_away_or_used_twice(noted, ledger):
    for change in ("signature = NULL", "signature = 'x'"):
        with pytest.raises(psycopg.errors.IntegrityConstraintViolation):
            ledger.execute(f"UPDATE erp.attempt SET {change} WHERE signature IS NOT NULL")
    with pytest.raises(psycopg.errors.UniqueViolation):
        ledger.execute("""INSERT INTO reconciliation.run (box, business_date, revision_id, state, signature)
                          SELECT box, business_date, revision_id, state, signature FROM reconciliation.run LIMIT 1""")


def test_days_of_before_there_was_a_key_need_no_signature(ledger, look, box):
    closed_day.close(ledger, box, DAY, ("35.30", "1"))
    assert (look().sound, look().signed, look().unsigned) == (True, 0, 2)
    signing.sign_with(ledger, KEY)
    closed_day.close(ledger, box, LAST, ("12.00", "1"))
    assert (look().sound, look().signed, look().unsigned) == (True, 2, 2)


def test_heads_that_a_chain_does_not_go_on_from_are_named(noted, look, ledger, box):
    closed_day.close(ledger, box, date(2024, 9, 4), ("1.00", "1"))
    assert look(*noted).sound  # it went on
    (other,) = look(Head(box.id, 2, "0" * 64)).wrong
    assert "written anew" in other
    (longer,) = look(Head(box.id, 10_000, "0" * 64)).wrong
    assert "10,000 links were noted" in say(longer)


@pytest.mark.parametrize("way", [way for way in WAYS if way.outcome == "found with heads"], ids=lambda way: way.name)
@pytest.mark.usefixtures("noted")
def test_what_a_signature_names_is_found_without_noted_heads(ledger, look, way, box, admin_dsn):
    sign(ledger, box)
    assert look().sound
    with session.connect(admin_dsn) as owner:
        way.do(owner)
    assert any("sign-off 1" in sentence for sentence in look().wrong)


# --- any column of any row

SEALED = (
    "landing.body", "landing.snapshot", "landing.taken", "landing.control_total", "landing.claim", "staging.day",
    "staging.quarantined", "ledger.revision", "ledger.entry", "ledger.line", "ledger.line_documents", "ledger.approval",
    "ledger.audit", "ledger.cash_box", "ledger.late_change", "ledger.look", "ledger.look_change", "ledger.revocation",
    "ledger.seal", "ledger.sign_off", "ledger.signed_day", "ledger.signed_head", "erp.attempt",
    "erp.capability", "erp.doubt", "erp.takeover", "reconciliation.run", "reconciliation.comparison",
)  # fmt: skip

NOT_SEALED = {("erp.attempt", "verified_at"), ("staging.quarantined", "row")}
"""When it was last read back, which every reading sets; a source's row, which stands in the landed text."""

COLUMNS = """
SELECT format('%%I.%%I', nspname, relname) AS relation, attname AS column, atttypid::regtype::text AS type
  FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid JOIN pg_namespace ON pg_namespace.oid = relnamespace
 WHERE attnum > 0 AND NOT attisdropped AND attgenerated = '' AND attidentity = ''
   AND format('%%I.%%I', nspname, relname) = ANY(%s)
 ORDER BY 1, attnum"""

CHECKS = """
SELECT conrelid::regclass::text AS relation, conname FROM pg_constraint
 WHERE contype = 'c' AND conrelid::regclass::text = ANY(%s)"""

OTHER = {
    "text": "concat({0}, 'x')", "character": "CASE {0} WHEN 'C' THEN 'D' ELSE 'C' END", "boolean": "{0} IS NOT TRUE",
    "date": "coalesce({0}, '2024-01-01') + 1000", "jsonb": """jsonb_build_array({0})""",
    "timestamp with time zone": "coalesce({0}, '2024-01-01') + interval '1 second'", "text[]": "array_append({0}, 'x')",
    "xid8": "'12345'::xid8", "numeric[]": "array_append({0}, 1)",
}  # fmt: skip
"""Another value of a column, by its type."""


def changes(admin: psycopg.Connection) -> Iterator[tuple[str, str]]:
    """Changes one column of one row after another, by force, and takes each back."""
    for check in admin.execute(CHECKS, (list(SEALED),)).fetchall():
        admin.execute(f'ALTER TABLE {check.relation} DROP CONSTRAINT "{check.conname}"')
    for table, column, type in admin.execute(COLUMNS, (list(SEALED),)).fetchall():
        if (table, column) in NOT_SEALED:
            continue
        sealed = "state <> 'claimed'" if table == "erp.attempt" else "true"  # what is on its way is not sealed yet
        other = OTHER.get(type, "coalesce({0}, 0) + 1000").format(f'one."{column}"')
        with admin.transaction():
            admin.execute("SET LOCAL session_replication_role = replica")
            (row,) = admin.execute(
                f'WITH one AS (SELECT ctid, "{column}" FROM {table} WHERE {sealed} ORDER BY ctid LIMIT 1)'
                f' UPDATE {table} AS own SET "{column}" = {other} FROM one WHERE own.ctid = one.ctid'
                f' RETURNING own.ctid::text AS place, one."{column}"::text AS before'
            ).fetchall()
        yield table, column
        restored = "bpchar" if type == "character" else type  # of any length
        with admin.transaction():
            admin.execute("SET LOCAL session_replication_role = replica")
            admin.execute(
                f'UPDATE {table} SET "{column}" = %s::text::{restored} WHERE ctid = %s::tid', (row.before, row.place)
            )


@pytest.mark.usefixtures("noted")
def test_any_one_column_of_any_sealed_row_that_is_changed_is_found(ledger, admin, look, box):
    sign(ledger, box)
    unseen = [change for change in changes(admin) if look().sound]
    assert unseen == []
    assert look().sound
