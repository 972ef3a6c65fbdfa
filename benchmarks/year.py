"""`make bench-year`: how long a what-if over a year of forty boxes takes, and the audit of it.

A week of one box is booked by the product; the other days are copies of it, made inside PostgreSQL. Beside the clock,
the processor's seconds of all processes are told: on a machine that does other work, they are the figure to compare.
"""

import os
import resource
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import psutil
import psycopg

from benchmarks.documents import payments
from cierre.accounting_files import cash_box, mappings_folder
from cierre.accounting_files.account_mappings import account_mapping
from cierre.bookkeeping.derive import derive
from cierre.bookkeeping.documents import Reading
from cierre.bookkeeping.personal import NOTHING_OPEN
from cierre.ledger import landing, revisions, session, staging
from cierre.ledger.migrate import upgrade
from cierre.reports.audit import audit
from cierre.reports.connection import DSN
from cierre.reports.what_if import mappings_for, what_if
from local.postgres import Cluster
from local.settings import Ports

BOXES, DAYS, DOCUMENTS = 40, 365, 100
FIRST = date(2024, 1, 1)
WEEK = 7

COPIES = f"""
CREATE TEMP TABLE copied AS
SELECT 'box_' || box AS box, DATE '{FIRST}' + day AS day, DATE '{FIRST}' + day % {WEEK} AS of
  FROM generate_series(0, {BOXES - 1}) AS box, generate_series(0, {DAYS - 1}) AS day
 WHERE NOT (box = 0 AND day < {WEEK});

INSERT INTO staging.day (box, business_date, snapshot_id)
SELECT copied.box, day, snapshot_id FROM copied JOIN staging.day AS one ON one.business_date = of;

INSERT INTO staging.document (box, business_date, document_key, kind, form, currency, net, amounts, attributes, place,
                              reference)
SELECT copied.box, day, document_key, kind, form, currency, net, amounts, attributes, place, reference
  FROM copied JOIN staging.document AS one ON one.business_date = of;

INSERT INTO ledger.revision (box, business_date, revision, snapshot_id, mapping, mapping_digest, digest)
SELECT copied.box, day, 1, snapshot_id, mapping, mapping_digest, digest
  FROM copied JOIN ledger.revision AS one ON one.business_date = of;

INSERT INTO ledger.entry (entry_key, revision_id, box, business_date, part, tenant, lot, entry_date, currency, total,
                          digest)
SELECT copied.box || day, books.revision_id, copied.box, day, part, tenant, lot, day, currency, total, one.digest
  FROM copied JOIN ledger.entry AS one ON one.business_date = of AND one.box = 'box_0'
  JOIN ledger.revision AS books ON books.box = copied.box AND books.business_date = day;

INSERT INTO ledger.line (entry_id, line, side, account, cost_centre, item, value_class, entities, amount, history)
SELECT new.entry_id, line, side, account, cost_centre, item, value_class, entities, amount, history
  FROM copied JOIN ledger.entry AS one ON one.business_date = of AND one.box = 'box_0'
  JOIN ledger.entry AS new ON new.box = copied.box AND new.business_date = day
  JOIN ledger.line ON line.entry_id = one.entry_id;

INSERT INTO ledger.line_documents (entry_id, line, part, kind, form, component, document_keys, amounts, places)
SELECT new.entry_id, line, source.part, kind, form, component, document_keys, amounts, places
  FROM copied JOIN ledger.entry AS one ON one.business_date = of AND one.box = 'box_0'
  JOIN ledger.entry AS new ON new.box = copied.box AND new.business_date = day
  JOIN ledger.line_documents AS source ON source.entry_id = one.entry_id
 WHERE copied.box = 'box_0';
"""

LINKS = """
SELECT ledger.add_seal(what, subject, box)
  FROM (SELECT DISTINCT 'snapshot' AS what, snapshot_id AS subject, box FROM ledger.revision
         UNION ALL SELECT 'quarantine', to_char(business_date, 'YYYYMMDD')::bigint, box FROM staging.day
         UNION ALL SELECT 'books', revision_id, box FROM ledger.revision
         UNION ALL SELECT 'entry', entry_id, box FROM ledger.entry) AS copied
 WHERE NOT EXISTS (SELECT FROM ledger.seal
                    WHERE (seal.what, seal.subject, seal.box) = (copied.what, copied.subject, copied.box))"""


def main() -> None:
    """Generates, measures and prints."""
    with tempfile.TemporaryDirectory() as folder, _ledger(Path(folder)) as (dsn, cluster):
        draft = _mappings(Path(folder))
        os.environ[DSN] = dsn
        with session.connect(dsn) as connection:
            _a_week(connection)
            _copies(connection)
            found, said = _timed(cluster, lambda: list(what_if(mappings_for(str(draft)), FIRST)))
            days, documents = sum(box.days for box in found), sum(box.documents for box in found)
            print(f"what-if: {documents:,} documents of {days:,} days of {len(found)} boxes {said}")
            verified, said = _timed(cluster, lambda: audit(connection))
            links = sum(chain.links for chain in verified.chains)
            print(f"audit:   a year of {len(verified.chains)} boxes, one with its documents, {links:,} links {said}")


@contextmanager
def _ledger(folder: Path) -> Iterator[tuple[str, Cluster]]:
    cluster = Cluster(folder / "postgres", Ports.free().postgres, fast=True)
    cluster.start()
    try:
        cluster.create_database("year")
        upgrade(cluster.dsn("year"))
        yield cluster.dsn("year"), cluster
    finally:
        cluster.stop()


def _mappings(folder: Path) -> Path:
    """Forty boxes in use, and a draft of their mapping that books cash elsewhere."""
    copy = shutil.copytree(mappings_folder(), folder / "mappings")
    box = (copy / "cash_boxes" / "itb_caja_164.yaml").read_text(encoding="utf-8")
    for other in (copy / "cash_boxes").iterdir():
        other.unlink()
    for number in range(BOXES):
        own = box.replace("008964", f"{number:06d}").replace("key: 164", f"key: {number + 1}")
        (copy / "cash_boxes" / f"box_{number}.yaml").write_text(own, encoding="utf-8")
    os.environ["CIERRE_MAPPINGS_DIR"] = str(copy)
    mapping = (copy / "accounts" / "sga_ecuador.yaml").read_text(encoding="utf-8")
    draft = folder / "sga_ecuador.yaml"
    draft.write_text(mapping.replace("      1: 1.1.01.001", "      1: 1.1.01.002", 1), encoding="utf-8")
    return draft


def _a_week(connection: psycopg.Connection) -> None:
    box, mapping = cash_box("box_0"), account_mapping("sga_ecuador")
    for number in range(WEEK):
        day = FIRST + timedelta(number)
        documents = [payment._replace(business_date=day) for payment in payments(DOCUMENTS, seed=number)]
        place = landing.Place(box.source, box.connection, box.key, day)
        snapshot = landing.land(
            connection, place, asked={}, received_at=datetime.now(UTC), body="[]", open_fields=NOTHING_OPEN
        )
        staging.replace(connection, box.id, day, snapshot.snapshot_id, Reading(documents))
        revisions.freeze(
            connection, box=box.id, day=day, snapshot_id=snapshot.snapshot_id, mapping=mapping.name,
            mapping_digest=mapping.digest, tenant=box.erp.tenant, lot=box.erp.lot,
            entries=derive(documents, mapping, box, day).entries,
            documents={document.key: document for document in documents},
        )  # fmt: skip


def _copies(connection: psycopg.Connection) -> None:
    """The rest of the year, past the triggers, and sealed as it would have been."""
    with connection.transaction():
        connection.execute("SET LOCAL session_replication_role = 'replica'")
        connection.execute(COPIES)
    connection.execute(LINKS)
    connection.execute("ANALYZE")


def _timed(cluster: Cluster, work: Callable) -> tuple:
    """What the work gives, and how long it took as a sentence's end."""
    began, before = time.perf_counter(), _processor_seconds(cluster)
    done = work()
    seconds, busy = time.perf_counter() - began, _processor_seconds(cluster) - before
    return (
        done,
        f"in {seconds:.0f} s; {busy:.0f} s of processors ({os.cpu_count()} there, load {os.getloadavg()[0]:.0f})",
    )


def _processor_seconds(cluster: Cluster) -> float:
    """Of this process, those it has ended, and PostgreSQL's."""
    server = psutil.Process(cluster.pid)
    times = [process.cpu_times() for process in (server, *server.children())]
    own = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in own) + sum(
        one.user + one.system + one.children_user + one.children_system for one in times
    )


if __name__ == "__main__":
    main()
