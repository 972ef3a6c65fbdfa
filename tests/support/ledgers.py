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
    SELECT format('%I.%I', nspname, relname) FROM pg_class JOIN pg_namespace AS schema ON schema.oid = relnamespace
     WHERE relkind = 'r' AND nspname !~ '^(pg_|information_schema)' ORDER BY 1
"""
SCHEMA = """
    WITH own AS (SELECT oid, nspname, nspacl FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema)')
    SELECT concat_ws('|',
        (SELECT md5(string_agg(concat_ws(' ', nspname, nspacl), '|' ORDER BY oid)) FROM own),
        (SELECT md5(string_agg(concat_ws(' ', c.oid, relname, relkind, relowner, relacl, relhastriggers, relrowsecurity,
                                         reloptions), '|' ORDER BY c.oid))
           FROM pg_class AS c JOIN own ON own.oid = relnamespace),
        (SELECT md5(string_agg(concat_ws(' ', attrelid, attnum, attname, atttypid, attnotnull, attacl), '|'
                               ORDER BY attrelid, attnum))
           FROM pg_attribute JOIN pg_class AS c ON c.oid = attrelid JOIN own ON own.oid = relnamespace),
        (SELECT md5(string_agg(concat_ws(' ', p.oid, proname, prosrc, proacl, proconfig), '|' ORDER BY p.oid))
           FROM pg_proc AS p JOIN own ON own.oid = pronamespace),
        (SELECT md5(string_agg(concat_ws(' ', oid, tgname, tgenabled), '|' ORDER BY oid)) FROM pg_trigger),
        (SELECT md5(string_agg(concat_ws(' ', oid, conname, convalidated), '|' ORDER BY oid)) FROM pg_constraint),
        (SELECT md5(string_agg(concat_ws(' ', oid, polname, polroles), '|' ORDER BY oid)) FROM pg_policy),
        (SELECT md5(string_agg(concat_ws(' ', setrole, setconfig), '|' ORDER BY setrole)) FROM pg_db_role_setting
          WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())))
"""
"""What a test might change of a database besides its rows: definitions, owners and rights."""

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
    _tables: list[str] = field(default_factory=list)
    _schema: str = ""
    _rows: dict[str, bytes] = field(default_factory=dict)

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
            emptied = self._emptied(admin)
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
        if not self._tables:
            with psycopg.connect(self.cluster.dsn(name), autocommit=True) as admin:
                self._tables = [table for (table,) in admin.execute(TABLES)]
                self._rows = {table: _copied(admin, table) for table in self._filled(admin)}
                self._schema = _schema(admin)
        return name

    def _drop(self, name: str) -> None:
        with psycopg.connect(self.cluster.dsn("postgres"), autocommit=True) as admin:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def _filled(self, admin: psycopg.Connection) -> list[str]:
        having = " UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT FROM {table})" for table in self._tables)
        return [table for (table,) in admin.execute(having)]

    def _emptied(self, admin: psycopg.Connection) -> bool:
        if _schema(admin) != self._schema:
            return False
        admin.execute("SET session_replication_role = replica")  # neither seals nor guards
        with admin.transaction():
            deleted = sum(admin.execute(f"DELETE FROM {table}").rowcount for table in self._filled(admin))
            for table, rows in self._rows.items():
                with admin.cursor().copy(f"COPY {table} FROM STDIN") as copy:
                    copy.write(rows)
            admin.execute(RESTART)
        return deleted < MOST_ROWS


def _copied(admin: psycopg.Connection, table: str) -> bytes:
    with admin.cursor().copy(f"COPY {table} TO STDOUT") as copy:
        return b"".join(bytes(part) for part in copy)


def _schema(admin: psycopg.Connection) -> str:
    ((schema,),) = admin.execute(SCHEMA)
    return schema
