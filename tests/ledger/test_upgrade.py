"""A ledger that has books, made by the state before sites, keys and identities were kept, is brought to this one."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from cierre.accounting_files.loader import cash_boxes
from cierre.bookkeeping.approvals import Reason
from cierre.bookkeeping.documents import Document, Kind
from cierre.bookkeeping.identity import Identity, Origin, Unique
from cierre.bookkeeping.journal import JournalEntry, Line, LineSource, Side
from cierre.bookkeeping.personal import NOTHING_OPEN
from cierre.bookkeeping.sentence import Sentence
from cierre.language.say import in_language, say
from cierre.ledger import approvals, board, identity, landing, revisions, session
from cierre.ledger.migrate import MIGRATIONS, upgrade
from cierre.reports.audit import audit
from local.postgres import Cluster

DAY, LAST = date(2026, 11, 20), date(2026, 11, 21)
OLD = """
INSERT INTO landing.body (sha256, body) VALUES (repeat('a', 64), '[]');
INSERT INTO landing.snapshot (source, connection, source_key, business_date, asked, received_at, sha256)
SELECT source, connection, key, day, '{}', '2026-11-22', repeat('a', 64)
  FROM (VALUES ('sga', 'sga_t', '164', DATE '2026-11-20'), ('sga', 'sga_t', '164', '2026-11-21'),
               ('bsale', 'bsale_t', '*', '2026-11-20'), ('sga', 'sga_t', '165', '2026-11-20'))
       AS landed (source, connection, key, day);
INSERT INTO landing.taken (box, business_date, snapshot_id)
VALUES ('t_e', '2026-11-20', 1), ('t_e', '2026-11-21', 2), ('t_bsale', '2026-11-20', 3), ('t_other', '2026-11-20', 4);
INSERT INTO landing.control_total (snapshot_id, box, kind, form, rows, net)
VALUES (1, 't_e', 'payment', '1', 2, 12746.83), (2, 't_e', 'payment', '1', 1, 5),
       (3, 't_bsale', 'payment', '1', 1, 8000), (4, 't_other', 'payment', '1', 1, 7);
INSERT INTO staging.day (box, business_date, snapshot_id) SELECT box, business_date, snapshot_id FROM landing.taken;
INSERT INTO staging.document (box, business_date, document_key, kind, form, currency, net, amounts, attributes, place,
                              reference)
SELECT box, day, key, 'payment', '1', currency, net, jsonb_build_object('net', net::text), '{}', '0/PAGOS/0', key
  FROM (VALUES ('t_e', DATE '2026-11-20', 'sga:payment:0-a', 'USD', 12000.00),
               ('t_e', '2026-11-20', 'sga:payment:0-b', 'USD', 746.83),
               ('t_e', '2026-11-21', 'sga:payment:0-c', 'USD', 5),
               ('t_bsale', '2026-11-20', 'bsale:payment:9', 'CLP', 8000),
               ('t_other', '2026-11-20', 'sga:payment:0-a', 'USD', 7)) AS staged (box, day, key, currency, net);
DO $$
DECLARE
    booked record;
    the_revision bigint;
    the_entry bigint;
BEGIN
    FOR booked IN SELECT taken.*, document.currency, sum(net) AS total, array_agg(net ORDER BY document_key) AS nets,
                         array_agg(document_key ORDER BY document_key) AS keys
                    FROM landing.taken JOIN staging.document USING (box, business_date)
                   GROUP BY taken.box, taken.business_date, taken.snapshot_id, document.currency
                   ORDER BY taken.snapshot_id LOOP
        INSERT INTO ledger.revision (box, business_date, revision, snapshot_id, mapping, mapping_digest, digest)
        VALUES (booked.box, booked.business_date, 1, booked.snapshot_id, 'sga_ecuador', 'm',
                booked.box || booked.business_date)
        RETURNING revision_id INTO the_revision;
        INSERT INTO ledger.entry (entry_key, revision_id, box, business_date, part, tenant, lot, entry_date, currency,
                                  total, digest)
        VALUES (booked.box || booked.business_date, the_revision, booked.box, booked.business_date, 1, 'T1,D MG 01 ',
                CASE booked.box WHEN 't_e' THEN '300004' WHEN 't_other' THEN '300005' ELSE '300006' END,
                booked.business_date, booked.currency, booked.total, 'd')
        RETURNING entry_id INTO the_entry;
        INSERT INTO ledger.line (entry_id, line, side, account, cost_centre, item, value_class, entities, amount,
                                 history)
        SELECT the_entry, line, side, account, '', '', '', '{}', booked.total, 'Caja'
          FROM (VALUES (1, 'D', '1.1'), (2, 'C', '4.1')) AS lines (line, side, account);
        INSERT INTO ledger.line_source (entry_id, line, document_key, kind, form, component, amount, place)
        SELECT the_entry, line, key, 'payment', '1', 'net', net, '0/PAGOS/0'
          FROM generate_series(1, 2) AS line, unnest(booked.keys, booked.nets) AS source (key, net);
        INSERT INTO erp.attempt (entry_id, tenant, entry_date, lot, sublot, worker, claimed_at, lease_until)
        SELECT entry_id, tenant, entry_date, lot, '001', 'w', now(), now() FROM ledger.entry WHERE entry_id = the_entry;
        UPDATE erp.attempt SET state = 'confirmed', document = '000001', decided_at = now() WHERE entry_id = the_entry;
        INSERT INTO reconciliation.run (box, business_date, revision_id, state)
        VALUES (booked.box, booked.business_date, the_revision, 'reconciled');
    END LOOP;
END $$;
INSERT INTO landing.claim (snapshot_id, box, claim, what, attested_rows, landed_rows, inner_rule)
VALUES (1, 't_e', 1, 'office 1, form 4', 2, 2, false);
INSERT INTO staging.quarantined (box, business_date, place, kind, form, reason, message, "row", blocking)
VALUES ('t_e', '2026-11-20', '0/PAGOS/9', 'payment', '1', 'bad_amount', 'the amount is {x}', '{}', false);
INSERT INTO staging.problem (box, business_date, problem, mapping, kind, posting, attributes, documents, amount,
                             currency, examples, message, fix, mapping_table)
VALUES ('t_e', '2026-11-20', 1, 'm', 'unmapped', 'payment', '{}', 1, 5, 'USD', '{}', '1 payment of 5 USD', 'add "19"',
        '');
INSERT INTO ledger.approval (box, business_date, revision_id, reason, asked, asked_in)
SELECT box, business_date, revision_id, 'first_day', 'Is it right?', 'a run' FROM ledger.revision WHERE box = 't_e'
 ORDER BY business_date LIMIT 1;
"""
"""Three boxes as the steps left them then: two tills of an SGA, an office of a Bsale; all closed."""

T_E = Identity(
    id="t_e", file="t_e", name="T", company="itb", source="sga", source_site="http://sga", source_key="164",
    erp_connection="protheus", erp_site="http://erp", tenant="T1,D MG 01 ", lot="300004", currency="USD",
    timezone="America/Guayaquil", start_date=date(2026, 1, 1),
)  # fmt: skip

_numbers = count(1)


@pytest.fixture
def old(cluster: Cluster) -> Iterator[tuple[str, dict]]:
    """A ledger with books at migration 0016, and what it said of them."""
    name = f"ledger_before_{next(_numbers)}"
    cluster.create_database(name)
    dsn = cluster.dsn(name)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    engine = create_engine(dsn.replace("postgresql://", "postgresql+psycopg://", 1))
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0016")
        connection.commit()
    engine.dispose()
    with session.connect(dsn) as ledger:
        with ledger.transaction():
            ledger.execute(OLD)
        said = figures(ledger)
    yield dsn, said
    with psycopg.connect(cluster.dsn("postgres"), autocommit=True) as admin:
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def upgraded(old) -> Iterator[psycopg.Connection]:
    """The same ledger in this state."""
    upgrade(old[0])
    with session.connect(old[0]) as ledger:
        yield ledger


def figures(ledger: psycopg.Connection) -> dict[str, list]:
    """What people saw of the books."""
    days = (
        "SELECT box, business_date, state, documents, journal_total::text, money_by_form::text, erp_documents"
        " FROM ledger.box_day"
    )
    return {
        query: [tuple(row) for row in ledger.execute(f"{query} ORDER BY 1, 2, 3")]
        for query in (
            days,
            "SELECT box, month, states, booked::text FROM board.box_month",
            "SELECT box, business_date, state, booked::text FROM board.box_day",
            "SELECT box, kind || form, documents, net::text FROM board.form_day",
            "SELECT box, seal, what, subject, content, hash FROM ledger.seal"
            " WHERE what IN ('snapshot', 'books', 'entry', 'posting')",
            "SELECT entry_id, entry_key, to_jsonb(entry) - 'site' FROM ledger.entry",
            "SELECT box, entry_key, standing FROM ledger.chain",
        )
    }


def test_every_row_every_seal_and_every_figure_stays(old, upgraded):
    assert [chain.broken for chain in audit(upgraded).chains] == [None] * 3
    assert figures(upgraded) == old[1]


def test_finished_texts_of_then_are_shown_as_they_are(upgraded):
    day = board.Day(upgraded, "t_e", DAY)
    (row,), (asked,) = day.quarantined(), day.approvals()
    (problem,) = board.problems(upgraded, ["t_e"], DAY, DAY)
    (claim,) = landing.claims(upgraded, 1, "t_e")
    texts = [row.message, problem.message, problem.fix, claim.what, asked.asked]
    assert texts == ["the amount is {x}", "1 payment of 5 USD", 'add "19"', "office 1, form 4", "Is it right?"]
    with in_language("es"):
        assert [say(text) for text in texts] == texts


def test_each_day_is_known_in_the_currency_in_which_it_was_booked(upgraded):
    assert [(row.box, row.currency) for row in sorted(board.months(upgraded, DAY, LAST))] == [
        ("t_bsale", "CLP"), ("t_e", "USD"), ("t_other", "USD"),
    ]  # fmt: skip
    assert board.Day(upgraded, "t_bsale", DAY).currency() == "CLP"


def test_a_renamed_box_is_refused_by_its_lot_and_by_its_till_also_where_sites_are_not_known(upgraded):
    new = replace(T_E, id="t_e2", file="t_e2")
    claims = identity.claims(upgraded, new, "sga_t", DAY)
    assert [(one.box, one.first, one.last, one.documents) for one in claims] == [("t_e", DAY, LAST, 2)] * 2
    own_lot = replace(new, lot="300009")
    assert [one.box for one in identity.claims(upgraded, own_lot, "sga_t", None)] == ["t_e"]
    assert identity.claims(upgraded, replace(own_lot, start_date=date(2026, 11, 22)), "sga_t", None) == []
    assert identity.claims(upgraded, T_E, "sga_t", None) == []


def test_documents_that_were_booked_then_are_known(upgraded):
    origin = Origin("sga", "http://sga", "sga_t", "164")
    keys = {Unique.KEY_AND_DAY: ["sga:payment:0-a", "sga:payment:0-z"]}
    assert identity.booked_elsewhere(upgraded, "t_e2", DAY, origin, keys) == {("t_e", DAY): ["sga:payment:0-a"]}
    assert identity.booked_elsewhere(upgraded, "t_e2", DAY, replace(origin, connection="sga_u"), keys) == {}
    keys = {Unique.SITE: ["bsale:payment:9"]}
    origin = Origin("bsale", "https://api#bsale_t", "bsale_t", "2")
    assert identity.booked_elsewhere(upgraded, "t_2", LAST, origin, keys) == {("t_bsale", DAY): ["bsale:payment:9"]}


@pytest.mark.parametrize(
    ("lot", "key", "currency", "reasons"),
    [
        ("300004", "164", "USD", set()),
        ("300004", "165", "USD", {Reason.OTHER_ORIGIN}),
        ("300009", "164", "USD", {Reason.OTHER_TARGET}),
        ("300004", "164", "EUR", {Reason.OTHER_CURRENCY}),
    ],
)
def test_a_closed_day_asks_when_its_file_says_another_till_lot_or_currency(upgraded, lot, key, currency, reasons):
    identity.note(upgraded, T_E)
    place = landing.Place("sga", "sga_t", key, DAY)
    landed = landing.land(
        upgraded, place, asked={}, received_at=datetime.now(UTC), body="[1]", open_fields=NOTHING_OPEN, site=None
    )
    landing.take(upgraded, "t_e", DAY, landed.snapshot_id, [], [], key=key)
    document = Document("sga", Kind.PAYMENT, "0-x", DAY, currency, "1", {"net": Decimal(9)}, {}, "0/PAGOS/0")
    sources = (LineSource(document.key, "net", Decimal(9)),)
    lines = tuple(Line(side, "1.1", Decimal(9), "x", sources=sources) for side in Side)
    revision, _ = revisions.freeze(
        upgraded, box="t_e", day=DAY, snapshot_id=landed.snapshot_id, mapping="m", mapping_digest="m",
        tenant="T1,D MG 01 ", lot=lot, entries=[JournalEntry("t_e", DAY, 1, currency, lines)],
        documents={document.key: document},
    )  # fmt: skip
    box = cash_boxes()["itb_caja_164"]
    asked: dict[Reason, Sentence] = approvals.unapproved(upgraded, box, revision)
    assert asked.keys() == reasons


def test_a_box_that_nobody_wrote_down_is_known_by_its_books(upgraded):
    (retired,) = identity.retired(upgraded, ["t_bsale", "t_never"]).values()
    assert (retired.name, retired.company, retired.source, retired.currency) == ("t_bsale", "", "bsale", "CLP")


def test_the_first_row_of_a_box_says_to_which_site_its_old_documents_were_posted(upgraded):
    identity.note(upgraded, T_E)
    sites = upgraded.execute(
        "SELECT box, attempt.site FROM erp.attempt JOIN ledger.entry USING (entry_id) ORDER BY 1, 2"
    )
    assert {(row.box, row.site) for row in sites} >= {("t_e", "http://erp"), ("t_other", None)}
    assert audit(upgraded).sound
