"""docker-compose.yaml: sound, and the same system as the one that `make up` starts."""

import re
import subprocess
import sys
from argparse import ArgumentParser
from importlib import import_module
from pathlib import Path

import pytest
import yaml
from airflow.api_fastapi.auth.tokens import JWTGenerator, JWTValidator, get_sig_validation_args, get_signing_args
from airflow.models import Connection
from airflow.providers.fab.cli.definition import USERS_COMMANDS
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from jwt import InvalidTokenError

from cierre.ledger.roles import logins
from local.environment import ANSWER_KEY, LEDGER, LEDGER_READER, airflow_settings, ledger_connection
from local.settings import Ports, Secrets
from support.compose import SECRETS, compose

ROOT = Path(__file__).parents[1]
STARTING = {"init", "sandbox-connections"}
ENDING = STARTING | {"databases"}
PARTS_OF_AIRFLOW = {"api-server", "scheduler", "dag-processor", "triggerer", "worker"} | STARTING
# What may differ from the system on one machine, and why.
DIFFERENT = {
    "CORE__EXECUTOR": "Celery's workers",
    "CORE__DEFAULT_TASK_RETRY_DELAY": "nobody is waiting for it",
    "CORE__EXECUTION_API_SERVER_URL": "another network",
    "API__BASE_URL": "another network",
    "CORE__TEST_CONNECTION": "on while connections are set up, by a variable",
    "DATABASE__SQL_ALCHEMY_CONN": "another network",
    "CORE__FERNET_KEY": "a secret",
    "API__SECRET_KEY": "a secret",
}
# What only one machine needs to be told; its one user is of the simple auth manager.
ONLY_LOCAL = {
    "CORE__SIMPLE_AUTH_MANAGER_USERS",
    "CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE",
    "CORE__PARALLELISM",
    "CORE__DAGS_FOLDER",
    "CORE__PLUGINS_FOLDER",
    "CORE__HOSTNAME_CALLABLE",
    "API__HOST",
    "API__PORT",
    "API__WORKERS",
    "LOGGING__COLORED_CONSOLE_LOG",
    "API_AUTH__JWT_SECRET",  # in containers a private key, which parts that only check nothing do not have
}
HELD_BY = {
    "AIRFLOW__CORE__FERNET_KEY": {"api-server", "scheduler", "dag-processor", "triggerer", *STARTING},
    "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": {"api-server", "scheduler", "dag-processor", "triggerer", *STARTING},
    "AIRFLOW__API__SECRET_KEY": {"api-server", "triggerer", "worker"},
    "AIRFLOW__API_AUTH__JWT_PRIVATE_KEY_PATH": {"api-server", "scheduler"},
    "AIRFLOW__CELERY__BROKER_URL": {"scheduler", "worker"},
    "AIRFLOW__CELERY__RESULT_BACKEND": {"scheduler", "worker"},
    "AIRFLOW_CONN_LEDGER_DB": {"api-server", "dag-processor", "worker"},
    "AIRFLOW_CONN_LEDGER_READER": {"api-server"},
    "AIRFLOW_CONN_ANSWER_KEY": {"worker"},
    "CIERRE_LEDGER_OWNER_DSN": {"init"},
    "CIERRE_ADMIN_DSN": {"databases"},
    "CIERRE_OWNER_PASSWORD": {"databases"},
    "CIERRE_APPLICATION_PASSWORD": {"databases"},
    "CIERRE_READER_PASSWORD": {"databases"},
    "CIERRE_AIRFLOW_PASSWORD": {"databases"},
    "CIERRE_CELERY_PASSWORD": {"databases"},
    "CIERRE_ADMIN_PASSWORD": {"init"},
    "POSTGRES_PASSWORD": {"postgres"},
    "REDISCLI_AUTH": {"redis"},
}
"""Each secret, and the parts that use it."""


@pytest.fixture(scope="module")
def composed():
    return compose(dict.fromkeys(SECRETS, "secret"))


@pytest.fixture(scope="module")
def services(composed):
    return composed["services"]


@pytest.fixture(scope="module")
def settings(services):
    """What the API server and the scheduler are told, which together is all that any part is."""
    return services["scheduler"]["environment"] | services["api-server"]["environment"]


def test_the_file_is_sound_by_the_compose_specification():
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    result = subprocess.run([*check, str(ROOT / "docker-compose.yaml")], capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr


def test_it_has_all_parts_of_the_system(services):
    assert set(services) == PARTS_OF_AIRFLOW | {"databases", "postgres", "redis", "sandbox", "https"}
    assert {name for name in services if services[name].get("profiles")} == {"sandbox", "sandbox-connections", "https"}
    assert services["sandbox"]["profiles"] == services["sandbox-connections"]["profiles"] == ["sandbox"]


def test_every_part_that_stays_is_watched_and_the_rest_ends_before_them(services):
    staying = set(services) - ENDING
    assert not [name for name in staying if "test" not in services[name]["healthcheck"]]
    assert {services[name]["restart"] for name in ENDING} == {"no"}
    # `up --wait` takes the end of a part for a failure, unless another waits for that.
    assert services["sandbox"]["depends_on"] == {"sandbox-connections": {"condition": "service_completed_successfully"}}
    for name in PARTS_OF_AIRFLOW - {"init"}:
        assert services[name]["depends_on"]["init"] == {"condition": "service_completed_successfully"}


@pytest.mark.parametrize("secret", sorted(SECRETS))
def test_without_a_secret_nothing_starts(secret):
    with pytest.raises(AssertionError, match=f"{secret} is needed: see .env.example"):
        compose(dict.fromkeys(SECRETS - {secret}, "secret"))


def test_no_secret_is_written_into_the_file(composed):
    others = compose(dict.fromkeys(SECRETS, "another"))["services"]
    for name, service in composed["services"].items():
        for variable, text in service.get("environment", {}).items():
            if variable in HELD_BY and not variable.endswith("_PATH"):
                assert others[name]["environment"][variable] != text, variable


def test_the_example_of_settings_names_every_secret_and_sets_nothing():
    lines = (ROOT / ".env.example").read_text().splitlines()
    named = {match[1] for line in lines if (match := re.match(r"#(\w+)=", line))}
    assert named >= SECRETS
    assert not [line for line in lines if line and not line.startswith("#")]


def test_each_secret_is_held_by_the_parts_that_use_it_and_by_no_other(composed):
    given = {name: f"the-secret-{name}" for name in SECRETS}
    holders = {name: set() for name in HELD_BY}
    for part, service in compose(given)["services"].items():
        for variable, text in service.get("environment", {}).items():
            if "the-secret-" in text or variable in HELD_BY:
                holders[variable].add(part)
        assert "the-secret-" not in str(service | {"environment": {}}), part
    assert holders == HELD_BY
    tokens = HELD_BY["AIRFLOW__API_AUTH__JWT_PRIVATE_KEY_PATH"]
    assert {name for name, one in composed["services"].items() if one.get("secrets") == ["jwt_private_key"]} == tokens
    assert composed["secrets"] == {"jwt_private_key": {"file": "secret"}}


def test_vendors_passwords_reach_the_worker_alone_and_the_mail_server_who_tells_people(services):
    files = {name: [file["path"] for file in one["env_file"]] for name, one in services.items() if "env_file" in one}
    assert files == {"worker": ["alerts.env", "connections.env"], "dag-processor": ["alerts.env"]}


def test_a_setting_that_several_parts_have_is_the_same_in_all(services, settings):
    for name in PARTS_OF_AIRFLOW:
        own = {variable: text for variable, text in services[name]["environment"].items() if variable in settings}
        assert own.items() <= settings.items(), name


def test_no_part_can_gain_rights_or_write_to_its_own_files_and_each_has_a_bound_on_memory(services):
    for name, service in services.items():
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["cap_drop"] == ["ALL"], name
        assert service["read_only"] is True, name
        assert "/tmp" in service["tmpfs"], name
        assert re.fullmatch(r"\d+[mg]", service["mem_limit"]), name
        assert not service.get("privileged"), name
    assert {name for name in services if "cap_add" in services[name]} == {"postgres", "https"}


def test_the_queue_takes_nobody_without_its_password(services):
    assert "requirepass" in services["redis"]["command"][-1]
    assert services["worker"]["environment"]["AIRFLOW__CELERY__BROKER_URL"] == "redis://:secret@redis:6379/0"


def test_only_the_proxy_is_reached_from_other_machines(services):
    ports = {name: one["ports"] for name, one in services.items() if "ports" in one}
    assert ports == {"api-server": ["127.0.0.1:8080:8080"], "https": ["80:80", "443:443"]}


def test_by_https_cookies_are_for_https_and_airflow_knows_its_address(composed):
    given = {"AIRFLOW__API__BASE_URL": "https://cierre.example.com", "CIERRE_COOKIE_SECURE": "True"}
    environment = compose(dict.fromkeys(SECRETS, "secret") | given)["services"]["api-server"]["environment"]
    assert environment["AIRFLOW__API__BASE_URL"] == "https://cierre.example.com"
    assert environment["AIRFLOW__FAB__COOKIE_SECURE"] == "True"
    assert "--proxy-headers" in composed["services"]["api-server"]["command"]
    here = compose(dict.fromkeys(SECRETS, "secret") | {"CIERRE_API_PORT": "9090"})["services"]["api-server"]
    assert here["environment"]["AIRFLOW__API__BASE_URL"] == "http://localhost:9090"


def test_the_proxy_speaks_https_alone_and_slows_down_who_tries_passwords(services):
    (mounted,) = [volume for volume in services["https"]["volumes"] if volume.endswith(":ro")]
    source, inside, _ = mounted.split(":")
    assert f"--providers.file.filename={inside}" in services["https"]["command"]
    assert "--entrypoints.http.http.redirections.entrypoint.to=https" in services["https"]["command"]
    routes = yaml.safe_load((ROOT / source).read_text())
    routers, middlewares = routes["http"]["routers"], routes["http"]["middlewares"]
    assert all(router["entryPoints"] == ["https"] and "tls" in router for router in routers.values())
    assert all("remembered" in router["middlewares"] for router in routers.values())
    assert middlewares["remembered"]["headers"]["stsSeconds"] >= 31_536_000
    assert "PathPrefix(`/auth/`)" in routers["log-in"]["rule"]
    assert middlewares[routers["log-in"]["middlewares"][1]]["rateLimit"]["average"] <= 10
    assert routes["http"]["services"]["airflow"]["loadBalancer"]["servers"] == [{"url": "http://api-server:8080"}]


def test_a_token_that_the_key_of_the_example_signs_is_taken_and_one_of_another_is_not(tmp_path, monkeypatch):
    def key(name):
        content = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (tmp_path / name).write_bytes(content)
        return str(tmp_path / name)

    def signed_by(path):
        monkeypatch.setenv(variable, path)
        return JWTGenerator(valid_for=60, audience="tasks", **get_signing_args()).generate({"sub": "a task"})

    variable, own, other = "AIRFLOW__API_AUTH__JWT_PRIVATE_KEY_PATH", key("own.pem"), key("other.pem")
    monkeypatch.setenv(variable, own)
    validator = JWTValidator(audience="tasks", **get_sig_validation_args())
    assert validator.validated_claims(signed_by(own))["sub"] == "a task"
    with pytest.raises((InvalidTokenError, KeyError)):
        validator.validated_claims(signed_by(other))


def test_the_executor_that_the_parts_are_told_to_use_can_be_loaded_with_the_packages_that_are_locked():
    assert import_module("airflow.providers.celery.executors.celery_executor").CeleryExecutor


def test_airflow_is_set_as_on_one_machine(settings, tmp_path):
    secret = Secrets("password", "fernet key", "jwt secret", "api secret key", "signing key", "answer key")
    local = airflow_settings(tmp_path, Ports(), secret, "postgresql://cierre:x@127.0.0.1:5442/airflow")
    here = {name.removeprefix("AIRFLOW__"): text for name, text in settings.items() if name.startswith("AIRFLOW__")}
    assert set(local) - set(here) == ONLY_LOCAL
    assert {name for name in local.keys() & here.keys() if local[name] != here[name]} == set(DIFFERENT)


def test_the_ledger_alone_is_a_connection_of_the_environment_so_that_the_page_may_name_the_others(settings):
    assert {name for name in settings if name.startswith("AIRFLOW_CONN_")} == {LEDGER, LEDGER_READER}
    for name, login in ((LEDGER, "cierre_application"), (LEDGER_READER, "cierre_reader")):
        own, here = ledger_connection(5432, login, "secret"), Connection(uri=settings[name])
        assert here.host == "postgres"
        for field in ("conn_type", "login", "password", "port", "schema"):
            assert getattr(here, field) == own[field], field


def test_who_lands_answers_has_the_key_of_their_hashes(services):
    assert Connection(uri=services["worker"]["environment"][ANSWER_KEY]).password


def test_airflow_celery_and_each_use_of_the_ledger_have_a_login_and_a_password_of_their_own():
    distinct = {name: f"of{name.lower()}" for name in SECRETS}
    services = compose(distinct)["services"]
    used = {
        (user, password)
        for service in services.values()
        for text in service.get("environment", {}).values()
        for user, password in re.findall(r"postgres\S*://(\w+):(\w+)@", text)
    }
    known = {name: distinct[f"{name.upper()}_PASSWORD"] for name in logins()}
    assert used == {*known.items(), ("cierre", distinct["CIERRE_POSTGRES_PASSWORD"])}
    assert len(set(known.values())) == len(known)


def test_no_part_of_airflow_knows_the_administrators_password_and_only_init_the_owners():
    distinct = {name: f"of{name.lower()}" for name in SECRETS}
    for name, service in compose(distinct)["services"].items():
        said = " ".join(service.get("environment", {}).values())
        assert (distinct["CIERRE_POSTGRES_PASSWORD"] in said) == (name in ("postgres", "databases")), name
        assert (distinct["CIERRE_OWNER_PASSWORD"] in said) == (name in ("init", "databases")), name


def test_the_databases_are_made_by_what_each_login_is_called(services):
    assert services["databases"]["command"] == ["python", "-m", "cierre.ledger.databases"]
    given = set(services["databases"]["environment"])
    assert given - {"AIRFLOW_CONFIG"} == {"CIERRE_ADMIN_DSN", *(f"{login.upper()}_PASSWORD" for login in logins())}
    assert services["init"]["depends_on"]["databases"] == {"condition": "service_completed_successfully"}


def test_the_sandboxs_connections_are_made_for_the_sandbox_where_it_answers(services):
    *command, address = services["sandbox-connections"]["command"]
    assert command == ["python", "-m", "sandbox.connections"]
    assert address == "http://sandbox:8800"
    assert "--port=8800" in services["sandbox"]["entrypoint"]


@pytest.mark.parametrize("password", ["-begins_with_a_dash", "--password", "two words", "a'quote", 'b"quote', "$HOME"])
def test_airflow_makes_the_administrator_with_the_password_of_the_settings_whatever_its_letters(password, tmp_path):
    told = tmp_path / "told"
    (tmp_path / "airflow").write_text(f'#!/bin/sh\nprintf "%s\\0" "$@" > {told}\n')
    (tmp_path / "python").write_text("#!/bin/sh\n")
    for command in ("airflow", "python"):
        (tmp_path / command).chmod(0o755)
    command = compose(dict.fromkeys(SECRETS, "unused"))["services"]["init"]["command"]
    path = f"{tmp_path}:/usr/bin:/bin"
    subprocess.run(command, check=True, env={"PATH": path, "CIERRE_ADMIN_PASSWORD": password})
    users, create, *arguments = told.read_text().split("\0")[:-1]
    assert (users, create) == ("users", "create")
    parser = ArgumentParser(exit_on_error=False)
    for argument in next(command.args for command in USERS_COMMANDS if command.name == "create"):
        argument.add_to_parser(parser)
    assert parser.parse_args(arguments).password == password
