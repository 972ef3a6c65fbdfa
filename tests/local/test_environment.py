"""The environment of a stack's processes."""

import json

import pytest
from psycopg.conninfo import conninfo_to_dict

from local.environment import ANSWER_KEY, LEDGER, LEDGER_READER, LEDGER_SIGNER, environment, libpq_dsn
from local.postgres import Cluster
from local.settings import Ports

PORTS = Ports(api=18080, postgres=15442, sandbox=18800)


@pytest.fixture
def surroundings(tmp_path):
    def of(**given):
        return environment(tmp_path, PORTS, Cluster(tmp_path / "postgres", PORTS.postgres), given)

    return of


def test_what_a_person_sets_wins_over_every_default(surroundings):
    default = surroundings()
    chosen = [name for name in default if name.startswith("AIRFLOW_")] + ["CIERRE_SANDBOX_PASSWORD"]
    chosen.remove("AIRFLOW_HOME")
    assert len(chosen) > 20
    given = surroundings(**{name: "mine" for name in chosen})
    assert {given[name] for name in chosen} == {"mine"}


def test_the_run_folder_is_nobody_elses_to_choose(surroundings, tmp_path):
    given = surroundings(AIRFLOW_HOME="/elsewhere", TMPDIR="/elsewhere", CIERRE_STACK="/elsewhere")
    assert given["AIRFLOW_HOME"] == str(tmp_path / "airflow")
    assert given["TMPDIR"] == str(tmp_path / "tmp")
    assert given["CIERRE_STACK"] == str(tmp_path)


def test_tasks_call_the_api_on_the_port_it_has(surroundings):
    given = surroundings()
    assert given["AIRFLOW__API__PORT"] == "18080"
    assert given["AIRFLOW__API__BASE_URL"] == "http://127.0.0.1:18080"
    assert given["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"] == "http://127.0.0.1:18080/execution/"


def test_the_secrets_of_a_stack_are_long_stay_the_same_and_are_its_own(surroundings, tmp_path):
    secrets = [f"AIRFLOW__{name}" for name in ("API_AUTH__JWT_SECRET", "CORE__FERNET_KEY", "API__SECRET_KEY")]
    first, again = surroundings(), surroundings()
    assert [first[name] for name in secrets] == [again[name] for name in secrets]
    other = environment(tmp_path / "other", PORTS, Cluster(tmp_path / "other" / "postgres", 1), {})
    assert not {first[name] for name in secrets} & {other[name] for name in secrets}
    assert len(first["AIRFLOW__API_AUTH__JWT_SECRET"].encode()) >= 64
    assert (tmp_path / "secrets.json").stat().st_mode & 0o077 == 0


def test_loopback_is_never_asked_through_a_companys_proxy(surroundings):
    assert surroundings(NO_PROXY="intranet.example")["no_proxy"] == "intranet.example,127.0.0.1,localhost"


def test_the_ledger_and_its_keys_alone_have_connections_in_the_environment_which_win_over_airflows_page(surroundings):
    assert [name for name in surroundings() if name.startswith("AIRFLOW_CONN_")] == [
        ANSWER_KEY,
        LEDGER,
        LEDGER_READER,
        LEDGER_SIGNER,
    ]
    assert json.loads(surroundings()[LEDGER])["port"] == PORTS.postgres
    real = {"AIRFLOW_CONN_PROTHEUS": '{"conn_type": "protheus", "host": "https://erp.example"}'}
    assert surroundings(**real)["AIRFLOW_CONN_PROTHEUS"] == real["AIRFLOW_CONN_PROTHEUS"]


def test_who_closes_days_who_looks_at_them_and_airflow_log_in_each_for_itself(surroundings):
    here = surroundings()
    logins = [json.loads(here[name])["login"] for name in (LEDGER, LEDGER_READER)]
    airflow = conninfo_to_dict(here["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"].replace("+psycopg2", ""))
    assert [*logins, airflow["user"]] == ["cierre_application", "cierre_reader", "cierre_airflow"]
    passwords = {json.loads(here[name])["password"] for name in (LEDGER, LEDGER_READER)} | {airflow["password"]}
    assert len(passwords) == 3


def test_a_ledger_of_ones_own_is_looked_at_with_its_own_login_where_it_has_no_other(surroundings):
    assert LEDGER_READER not in surroundings(**{LEDGER: "postgres://closer:x@db.example/ledger"})


def test_a_connection_in_json_becomes_a_dsn_whatever_its_password_holds():
    connection = {
        "conn_type": "postgres",
        "host": "db.example",
        "login": "closer",
        "password": "p@ss/w:rd?#%",
        "schema": "ledger",
        "extra": {"sslmode": "require"},
    }
    assert conninfo_to_dict(libpq_dsn(json.dumps(connection))) == {
        "host": "db.example",
        "port": "5432",
        "user": "closer",
        "password": "p@ss/w:rd?#%",
        "dbname": "ledger",
        "sslmode": "require",
    }


def test_a_connection_as_a_uri_is_a_dsn_already():
    assert libpq_dsn("postgres://closer:x@db.example:5433/ledger") == "postgresql://closer:x@db.example:5433/ledger"
