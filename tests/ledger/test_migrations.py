"""Migrations on books: a folder a step that moves data (before.sql, after.sql), and books of every version."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from cierre.ledger import session
from cierre.ledger.migrate import MIGRATIONS
from cierre.reports.audit import audit
from local.postgres import Cluster

HERE = Path(__file__).parent / "migrations"
CLOSED_DAY = (HERE / "closed_day.sql").read_text(encoding="utf-8")
ON_DATA = sorted(folder for folder in HERE.iterdir() if folder.is_dir())

CONFIG = Config()
CONFIG.set_main_option("script_location", str(MIGRATIONS))
STEPS = [step.revision for step in ScriptDirectory.from_config(CONFIG).walk_revisions()][::-1]

KEPT = ("landing", "staging", "ledger", "erp", "reconciliation")
"""The schemas whose rows nothing changes; the board's are summaries of them."""

FIGURES = "SELECT box, business_date, state, documents, journal_total, money_by_form, erp_documents FROM ledger.box_day"
"""What people see of a day, since version 0002."""

_numbers = count(1)

Upgrade = Callable[[str], None]


@pytest.fixture
def dsn(cluster: Cluster) -> Iterator[str]:
    """An empty database."""
    name = f"ledger_of_steps_{next(_numbers)}"
    cluster.create_database(name)
    yield cluster.dsn(name)
    with psycopg.connect(cluster.dsn("postgres"), autocommit=True) as admin:
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def upgrade(dsn: str) -> Iterator[Upgrade]:
    """``upgrade("0007")``: brings the database to the schema of that version."""
    engine = create_engine(dsn.replace("postgresql://", "postgresql+psycopg://", 1))

    def to(step: str) -> None:
        with engine.connect() as connection:
            CONFIG.attributes["connection"] = connection
            command.upgrade(CONFIG, step)
            connection.commit()

    yield to
    engine.dispose()


@pytest.fixture
def db(dsn: str) -> Iterator[psycopg.Connection]:
    with session.connect(dsn) as connection:
        yield connection


def close_day(db: psycopg.Connection, box: str) -> None:
    with db.transaction():
        psycopg.ClientCursor(db).execute(CLOSED_DAY, {"box": box})


def rows(db: psycopg.Connection) -> dict[str, list[str]]:
    """Every row of the kept tables, and every day's figures, as JSON, by the query that gives them."""
    tables = db.execute(
        "SELECT format('%%I.%%I', schemaname, tablename) FROM pg_tables WHERE schemaname = ANY(%s)"
        " AND tablename NOT IN ('original', 'look_news') ORDER BY 1",
        [list(KEPT)],
    )
    # The text of an answer is parted by 0033, which has a test of its own, and a link of what it did; news of looks
    # move by 0040, which has one, too.
    queries = [f"SELECT {'sha256' if table == 'landing.body' else '*'} FROM {table}" for (table,) in tables]
    if db.execute("SELECT to_regclass('ledger.box_day')").fetchone()[0]:
        queries.append(FIGURES)
    return {
        query: [row for (row,) in db.execute(f"SELECT to_jsonb(kept)::text FROM ({query}) AS kept")]
        for query in queries
    }


def lost(db: psycopg.Connection, earlier: dict[str, list[str]]) -> dict[str, list[str]]:
    """The rows that are not there any more with all that they said; what columns were added to them does not matter."""
    gone = {
        query: [
            row
            for (row,) in db.execute(
                f"SELECT earlier::text FROM unnest(%s::jsonb[]) AS earlier"
                f" WHERE NOT EXISTS (SELECT FROM ({query}) AS kept WHERE to_jsonb(kept) @> earlier)",
                [said],
            )
        ]
        for query, said in earlier.items()
    }
    return {query: said for query, said in gone.items() if said}


def test_books_of_every_version_stay_as_they_were_made(upgrade: Upgrade, db: psycopg.Connection):
    made: dict[str, list[str]] = {}
    for step in STEPS:
        upgrade(step)
        assert lost(db, made) == {}, step
        close_day(db, f"t_{step}")
        made = rows(db)
    assert [chain.broken for chain in audit(db).chains if chain.broken] == []
    assert len(made[FIGURES]) == len(STEPS)


@pytest.mark.parametrize("folder", ON_DATA, ids=[folder.name for folder in ON_DATA])
def test_a_step_leaves_data_as_it_says(folder: Path, upgrade: Upgrade, db: psycopg.Connection):
    step = folder.name[:4]
    upgrade(STEPS[STEPS.index(step) - 1])
    for box in ("t_a", "t_b"):
        close_day(db, box)
    before = folder / "before.sql"
    if before.exists():
        with db.transaction():
            db.execute(before.read_text(encoding="utf-8"))

    upgrade(step)

    claims = psycopg.ClientCursor(db).execute((folder / "after.sql").read_text(encoding="utf-8"))
    said = [(claims.description[0].name, *claims.fetchone())]
    while claims.nextset():
        said.append((claims.description[0].name, *claims.fetchone()))
    assert [claim for claim, holds in said if not holds] == []


@pytest.mark.parametrize(
    ("before", "folder"),
    [("0041", "0042_outcomes"), ("0050", "0053_adopted_documents")],
    ids=["when their outcomes become sentences", "when some were found in the ERP"],
)
def test_what_was_sealed_of_attempts_holds(upgrade, db, before, folder):
    upgrade(before)
    for box in ("t_a", "t_b"):
        close_day(db, box)
    with db.transaction():
        db.execute((HERE / folder / "before.sql").read_text(encoding="utf-8"))
    upgrade("head")
    chains = audit(db).chains
    assert [chain.broken for chain in chains if chain.broken] == []
    assert {"attempt", "withdrawal"} <= {what for (what,) in db.execute("SELECT what FROM ledger.seal")}
