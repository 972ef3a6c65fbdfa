"""Brings the ledger's database to the schema of this version, step by step (alembic)."""

import os
from pathlib import Path
from typing import cast

import psycopg
from alembic import command, op
from alembic.config import Config
from sqlalchemy import create_engine, text

MIGRATIONS = Path(__file__).parents[3] / "include" / "migrations"
_MIGRATING = 0x43494552  # one key for all that migrate: two at once wait for each other


def upgrade(dsn: str) -> None:
    """Applies the steps that the database at ``dsn`` (a libpq URI) does not have yet; safe to call at once from many.

    Raises sqlalchemy.exc.SQLAlchemyError where the database cannot be reached or a step fails (it is then undone).
    """
    engine = create_engine(dsn.replace("postgresql://", "postgresql+psycopg://", 1))
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _MIGRATING})
        connection.commit()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()
        connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _MIGRATING})
        connection.commit()
    engine.dispose()


def run_sql_beside(step: str) -> None:
    """For a step in ``include/migrations/versions``: runs the SQL file beside it, many statements at once."""
    sql = Path(step).with_suffix(".sql").read_text(encoding="utf-8")
    cast(psycopg.Connection, op.get_bind().connection.driver_connection).execute(sql)


if __name__ == "__main__":
    upgrade(os.environ["CIERRE_LEDGER_DSN"])
