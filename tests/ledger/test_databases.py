"""The two databases and their logins, as `make up` and the containers make them, and as an upgrade hands them over."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

from cierre.ledger import session
from cierre.ledger.databases import AIRFLOW, LEDGER, make
from cierre.ledger.migrate import upgrade
from cierre.ledger.roles import Roles, airflow_login, celery_login, logins
from local.postgres import Cluster

ROLES = Roles.of()


@pytest.fixture(scope="module")
def used_by_one_login(cluster: Cluster) -> Iterator[Cluster]:
    """A server on which the administrator made everything, as it was before there were roles."""
    for name in (LEDGER, AIRFLOW):
        cluster.create_database(name)
    upgrade(cluster.dsn(LEDGER))
    with psycopg.connect(cluster.dsn(LEDGER), autocommit=True) as one:
        one.execute("INSERT INTO ledger.told (box, business_date, what) VALUES ('a', '2024-09-06', 'x')")
    with psycopg.connect(cluster.dsn(AIRFLOW), autocommit=True) as one:
        one.execute("CREATE TABLE dag (dag_id serial PRIMARY KEY); CREATE TYPE mood AS ENUM ('good')")
    yield cluster
    with psycopg.connect(cluster.dsn("postgres"), autocommit=True) as admin:
        for name in (LEDGER, AIRFLOW):
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def handed_over(used_by_one_login: Cluster) -> Cluster:
    """The same after the one command, given twice, and the ledger's migration."""
    passwords = {login: used_by_one_login.password(login) for login in logins()}
    for _ in range(2):
        make(used_by_one_login.dsn("postgres"), passwords)
    upgrade(used_by_one_login.dsn(LEDGER, ROLES.owner))
    return used_by_one_login


def owners(dsn: str) -> set[str]:
    """Who owns anything in a database."""
    asked = """
        SELECT pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
        UNION SELECT pg_get_userbyid(relowner) FROM pg_class WHERE relnamespace::regnamespace::text !~ '^pg_|^inf'
        UNION SELECT pg_get_userbyid(proowner) FROM pg_proc WHERE pronamespace::regnamespace::text !~ '^pg_|^inf'
        UNION SELECT pg_get_userbyid(typowner) FROM pg_type WHERE typnamespace::regnamespace::text !~ '^pg_|^inf'
        UNION SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"""
    with psycopg.connect(dsn) as connection:
        return {name for (name,) in connection.execute(asked)}


def test_what_one_login_made_is_handed_over_and_nothing_is_lost(handed_over):
    assert owners(handed_over.dsn(LEDGER)) == {ROLES.owner}
    assert owners(handed_over.dsn(AIRFLOW)) == {airflow_login(), celery_login()}
    with session.connect(handed_over.dsn(LEDGER, ROLES.application)) as ledger:
        assert [row.what for row in ledger.execute("SELECT what FROM ledger.told")] == ["x"]
    with psycopg.connect(handed_over.dsn(AIRFLOW, airflow_login())) as airflow:
        airflow.execute("ALTER TABLE dag ADD COLUMN feels mood; INSERT INTO dag (feels) VALUES ('good')")


@pytest.mark.parametrize(
    ("database", "login"),
    [
        (LEDGER, airflow_login()),
        (LEDGER, celery_login()),
        (AIRFLOW, ROLES.owner),
        (AIRFLOW, ROLES.application),
        (AIRFLOW, ROLES.reader),
    ],
)
def test_a_login_reaches_no_other_database_than_its_own(handed_over, database, login):
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(handed_over.dsn(database, login))


def test_celery_keeps_its_results_in_a_schema_of_its_own_and_sees_nothing_of_airflows(handed_over):
    with psycopg.connect(handed_over.dsn(AIRFLOW, celery_login()), autocommit=True) as celery:
        celery.execute("CREATE TABLE celery_taskmeta (id int)")
        assert celery.execute("SELECT 'celery_taskmeta'::regclass::oid = 'celery.celery_taskmeta'::regclass").fetchone()
        for statement in (
            "SELECT * FROM public.dag",
            "CREATE TABLE public.more (n int)",
            "CREATE TEMP TABLE m (n int)",
        ):
            with pytest.raises(InsufficientPrivilege):
                celery.execute(statement)
    # Given again, the command leaves Celery's tables Celery's.
    make(handed_over.dsn("postgres"), {login: handed_over.password(login) for login in logins()})
    assert celery_login() in owners(handed_over.dsn(AIRFLOW))


def test_the_application_makes_not_even_a_table_that_is_gone_with_its_session(handed_over):
    with session.connect(handed_over.dsn(LEDGER, ROLES.application)) as ledger, pytest.raises(InsufficientPrivilege):
        ledger.execute("CREATE TEMP TABLE more (n int)")


def test_passwords_are_set_anew_and_never_sent_as_they_are(handed_over, monkeypatch):
    sent: list[str] = []
    execute = psycopg.Connection.execute

    def heard(self, query, *args, **options):
        sent.append(query if isinstance(query, str) else query.as_string(self))
        return execute(self, query, *args, **options)

    monkeypatch.setattr(psycopg.Connection, "execute", heard)
    passwords = {login: handed_over.password(login) for login in logins()}
    make(handed_over.dsn("postgres"), passwords)
    assert not [text for text in sent if any(password in text for password in passwords.values())]
    with psycopg.connect(handed_over.dsn(LEDGER, ROLES.reader)) as reader:
        assert reader.execute("SELECT current_user").fetchone() == (ROLES.reader,)
