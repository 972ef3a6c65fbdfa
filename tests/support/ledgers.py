"""Ledgers for tests: an empty one each, whose database the next test gets emptied, which takes less
time than making another."""

from collections import deque
from dataclasses import dataclass, field
from itertools import count

import psycopg
from psycopg import sql

from cierre.ledger.roles import Roles
from local.postgres import Cluster

MOST_ROWS = 5_000
"""Of more rows, what deleting them leaves behind would slow the next tests."""

TABLES = """
    SELECT oid::regclass::text FROM pg_class
     WHERE relkind = 'r' AND relnamespace::regnamespace::text !~ '^(pg_|information_schema)' ORDER BY 1
"""

COUNTED = """
    SELECT oid::regclass::text, relnamespace = 'pg_catalog'::regnamespace, inserted + updated + deleted
      FROM pg_class,
           LATERAL (SELECT pg_stat_get_tuples_inserted(oid) AS inserted, pg_stat_get_tuples_updated(oid) AS updated,
                           pg_stat_get_tuples_deleted(oid) AS deleted) AS noted
     WHERE relkind = 'r' AND inserted + updated + deleted > 0
       AND relname <> 'pg_statistic' AND (NOT relisshared OR relname = 'pg_db_role_setting')
"""
"""How many rows of each table were changed since the database was made, as PostgreSQL counts them; and whether it is of
the catalogue, where that tells that more was changed than rows: definitions, owners, rights. Left out is what ANALYZE
notes, and what the server's other databases change, too."""

COUNTS_AT_ONCE = 150_000
"""The first version of PostgreSQL that does; of older ones each test gets a database of its own."""

RESTART = """
    SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
      FROM pg_sequences WHERE last_value IS NOT NULL
"""


@dataclass
class Ledgers:
    """Databases with the schema of a template, taken by a test and given back by it."""

    cluster: Cluster
    template: str
    prefix: str
    _free: deque[str] = field(default_factory=deque)
    _numbers: count = field(default_factory=lambda: count(1))
    _rows: dict[str, bytes] = field(default_factory=dict)
    _counted: dict[str, dict[str, tuple[bool, int]]] = field(default_factory=dict)

    def take(self) -> str:
        """The name of a database whose rows are those of the template."""
        return self._free.pop() if self._free else self._make()

    def give_back(self, name: str) -> None:
        """Ends whoever is connected, and empties the database; or drops it, where more than its rows was changed."""
        with psycopg.connect(self.cluster.dsn(name), autocommit=True) as admin:
            admin.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            emptied = self._emptied(admin, name)
        if emptied:
            self._free.append(name)
        else:
            self._drop(name)

    def drop_all(self) -> None:
        """Drops those that nobody has taken."""
        while self._free:
            self._drop(self._free.pop())

    def _make(self) -> str:
        name = f"{self.prefix}_{next(self._numbers)}"
        statement = "CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY OWNER {}"
        names = map(sql.Identifier, (name, self.template, Roles.of().owner))
        with psycopg.connect(self.cluster.dsn("postgres"), autocommit=True) as admin:
            admin.execute(sql.SQL(statement).format(*names))
        with psycopg.connect(self.cluster.dsn(name), autocommit=True) as admin:
            if not self._rows:
                self._rows = {table: _copied(admin, table) for table in filled(admin)}
            self._counted[name] = _counted(admin)
        return name

    def _drop(self, name: str) -> None:
        with psycopg.connect(self.cluster.dsn("postgres"), autocommit=True) as admin:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def _emptied(self, admin: psycopg.Connection, name: str) -> bool:
        counted = _counted(admin)
        changed = {table for table in counted if counted[table] != self._counted[name].get(table)}
        if admin.info.server_version < COUNTS_AT_ONCE or any(counted[table][0] for table in changed):
            return False
        admin.execute("SET session_replication_role = replica")  # neither seals nor guards
        with admin.transaction():
            deleted = sum(admin.execute(f"DELETE FROM {table}").rowcount for table in sorted(changed))
            for table in changed & self._rows.keys():
                with admin.cursor().copy(f"COPY {table} FROM STDIN") as copy:
                    copy.write(self._rows[table])
            admin.execute(RESTART)
        admin.execute("SELECT pg_stat_force_next_flush()")
        self._counted[name] = _counted(admin)
        return deleted < MOST_ROWS


def filled(admin: psycopg.Connection) -> list[str]:
    """The tables of a ledger that have rows."""
    tables = [table for (table,) in admin.execute(TABLES)]
    having = " UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT FROM {table})" for table in tables)
    return [table for (table,) in admin.execute(having)]


def _copied(admin: psycopg.Connection, table: str) -> bytes:
    with admin.cursor().copy(f"COPY {table} TO STDOUT") as copy:
        return b"".join(bytes(part) for part in copy)


def _counted(admin: psycopg.Connection) -> dict[str, tuple[bool, int]]:
    return {table: (is_catalogue, rows) for table, is_catalogue, rows in admin.execute(COUNTED)}
