"""Brings the ledger's database to the schema of this version, step by step (alembic), and gives the roles their
rights."""

import os
from pathlib import Path
from typing import cast

import psycopg
from alembic import command, op
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, text

from cierre.ledger.privileges import become_owner, grant, roles_of, step
from cierre.ledger.roles import Roles

MIGRATIONS = Path(__file__).parents[3] / "include" / "migrations"
_MIGRATING = 0x43494552  # one key for all that migrate: two at once wait for each other


class NotTheOwner(RuntimeError):
    """The ledger lacks steps of this version, and the login may not make them; the sentence says who may."""


def upgrade(dsn: str) -> None:
    """Applies the steps that the database at ``dsn`` (a libpq URI) does not have yet, then the rights of the ledger's
    roles, where it has roles; safe to call at once from many. A login that is not the owner finds all done.

    Raises sqlalchemy.exc.SQLAlchemyError where the database cannot be reached or a step fails (it is then undone),
    NotTheOwner where there is something to do and the login may not.
    """
    engine = create_engine(dsn.replace("postgresql://", "postgresql+psycopg://", 1))
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _MIGRATING})
            connection.commit()
            _upgrade(connection)
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _MIGRATING})
            connection.commit()
    finally:
        engine.dispose()


def _upgrade(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    ledger = _driver(connection)
    roles = roles_of(ledger)
    if roles and not become_owner(ledger, roles):
        _refuse_if_behind(ledger, config, roles)
    else:
        ledger.commit()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()
        if roles:
            grant(ledger, roles)
    ledger.commit()


def _refuse_if_behind(ledger: psycopg.Connection, config: Config, roles: Roles) -> None:
    if step(ledger) != ScriptDirectory.from_config(config).get_current_head():
        raise NotTheOwner(
            f"The ledger's schema is not of this version, and only {roles.owner} may bring it up to date: run"
            " `python -m cierre.ledger.migrate` with that login in CIERRE_LEDGER_OWNER_DSN. Nothing was changed."
        )


def _driver(connection: Connection) -> psycopg.Connection:
    """The connection of psycopg behind one of SQLAlchemy."""
    return cast(psycopg.Connection, connection.connection.driver_connection)


def run_sql_beside(step: str) -> None:
    """For a step in ``include/migrations/versions``: runs the SQL file beside it, many statements at once."""
    sql = Path(step).with_suffix(".sql").read_text(encoding="utf-8")
    _driver(op.get_bind()).execute(sql)


if __name__ == "__main__":
    # An installation with one login names it as every other command does.
    upgrade(os.environ.get("CIERRE_LEDGER_OWNER_DSN") or os.environ["CIERRE_LEDGER_DSN"])
