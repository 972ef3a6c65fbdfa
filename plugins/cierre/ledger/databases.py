"""`python -m cierre.ledger.databases`: makes the databases of the ledger and of Airflow, and a login for each use.

Run by whoever administers the server, before the first migration; and again to change a password, or to hand over a
database that one login made and used. What is in the databases stays as it is.

CIERRE_ADMIN_DSN is the administrator's libpq URI. Each login's password is in a variable of its name:
CIERRE_OWNER_PASSWORD, CIERRE_APPLICATION_PASSWORD, CIERRE_READER_PASSWORD, CIERRE_AIRFLOW_PASSWORD,
CIERRE_CELERY_PASSWORD.
"""

import os
from collections.abc import Iterator, Mapping, Sequence

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from cierre.ledger.roles import INSTALLATION, Roles, airflow_login, celery_login, logins

LEDGER = "ledger"
AIRFLOW = "airflow"

# Everything in a database is handed over, whoever made it; but what extensions brought, and Celery's own schema.
HAND_OVER = sql.SQL("""
DO $$
DECLARE
    statement text;
BEGIN
    FOR statement IN
        WITH ours AS (SELECT oid, nspname, nspowner FROM pg_namespace
                       WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'celery')),
             of_extension AS (SELECT objid FROM pg_depend WHERE deptype = 'e'),
             of_column AS (SELECT objid FROM pg_depend WHERE classid = 'pg_class'::regclass AND deptype IN ('a', 'i')),
             made (what, name, owner, id) AS (
                 SELECT 'SCHEMA', quote_ident(nspname), nspowner, oid FROM ours
                 UNION ALL
                 SELECT CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE'
                                     ELSE 'TABLE' END, oid::regclass::text, relowner, oid
                   FROM pg_class
                  WHERE relnamespace IN (SELECT oid FROM ours) AND relkind IN ('r', 'p', 'v', 'm', 'S')
                    AND NOT (relkind = 'S' AND oid IN (SELECT objid FROM of_column))
                 UNION ALL
                 SELECT 'ROUTINE', oid::regprocedure::text, proowner, oid FROM pg_proc
                  WHERE pronamespace IN (SELECT oid FROM ours)
                 UNION ALL
                 SELECT 'TYPE', oid::regtype::text, typowner, oid FROM pg_type
                  WHERE typnamespace IN (SELECT oid FROM ours) AND typtype IN ('e', 'd'))
        SELECT format('ALTER %s %s OWNER TO %I', what, name, {owner}) FROM made
         WHERE owner <> {owner}::regrole AND id NOT IN (SELECT objid FROM of_extension)
    LOOP
        EXECUTE statement;
    END LOOP;
END $$""")


def hand_over(owner: str) -> sql.Composed:
    """What makes everything in the database that is connected to belong to a role, whoever made it so far."""
    return HAND_OVER.format(owner=sql.Literal(owner))


def make(admin_dsn: str, passwords: Mapping[str, str], installation: str = INSTALLATION) -> None:
    """Makes what is missing of databases and logins, sets the passwords, and hands the databases over to their logins.

    ``admin_dsn`` is the libpq URI of a login that may make roles and databases, ``passwords`` are by login. Raises
    psycopg.Error.
    """
    with psycopg.connect(admin_dsn, autocommit=True) as server:
        make_roles(server, passwords, installation)
        for name, owner, statements in (
            (LEDGER, Roles.of(installation).owner, ledger_database(LEDGER, installation)),
            (AIRFLOW, airflow_login(installation), airflow_database(AIRFLOW, installation)),
        ):
            if not server.execute("SELECT FROM pg_database WHERE datname = %s", (name,)).rowcount:
                server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            with psycopg.connect(make_conninfo(admin_dsn, dbname=name)) as database:
                for statement in (hand_over(owner), *statements):
                    database.execute(statement)


def make_roles(server: psycopg.Connection, passwords: Mapping[str, str], installation: str = INSTALLATION) -> None:
    """Makes an installation's roles where they are missing, and sets the passwords of its logins. People's role is a
    group, without a login."""
    for name in (*logins(installation), Roles.of(installation).person):
        if not server.execute("SELECT FROM pg_roles WHERE rolname = %s", (name,)).rowcount:
            server.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(name)))
    for name in logins(installation):
        # Only its hash leaves this process, so that no log of the server has the password.
        secret = server.pgconn.encrypt_password(passwords[name].encode(), name.encode(), b"scram-sha-256").decode()
        server.execute(sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(name), sql.Literal(secret)))


def ledger_database(database: str, installation: str = INSTALLATION) -> Iterator[sql.Composed]:
    """What is run in the ledger's database: it is the owner's, and the other roles may connect."""
    roles = Roles.of(installation)
    yield from _belongs_to(database, roles.owner, roles[1:])


def airflow_database(database: str, installation: str = INSTALLATION) -> Iterator[sql.Composed]:
    """What is run in Airflow's database: it is Airflow's, and Celery has a schema of its own in it."""
    celery = celery_login(installation)
    yield from _belongs_to(database, airflow_login(installation), [celery])
    names = {"celery": sql.Identifier(celery), "database": sql.Identifier(database)}
    yield sql.SQL("CREATE SCHEMA IF NOT EXISTS celery AUTHORIZATION {celery}").format(**names)
    yield sql.SQL("ALTER ROLE {celery} IN DATABASE {database} SET search_path = celery").format(**names)


def _belongs_to(database: str, owner: str, others: Sequence[str]) -> Iterator[sql.Composed]:
    names = {"database": sql.Identifier(database), "owner": sql.Identifier(owner)}
    yield sql.SQL("ALTER DATABASE {database} OWNER TO {owner}").format(**names)
    yield sql.SQL("REVOKE ALL ON DATABASE {database} FROM PUBLIC").format(**names)
    yield sql.SQL("REVOKE CREATE ON SCHEMA public FROM PUBLIC").format()
    joined = sql.SQL(", ").join(map(sql.Identifier, others))
    yield sql.SQL("GRANT CONNECT ON DATABASE {database} TO {others}").format(others=joined, **names)


def main() -> None:
    """Does it by the environment. Raises KeyError for what is not given."""
    make(os.environ["CIERRE_ADMIN_DSN"], {login: os.environ[f"{login.upper()}_PASSWORD"] for login in logins()})


if __name__ == "__main__":
    main()
