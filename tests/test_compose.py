"""docker-compose.yaml and the Dockerfile: sound, and the same system as the one that `make up` starts."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest
from airflow.models import Connection
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from cierre.ledger.roles import logins
from local.environment import LEDGER, LEDGER_READER, airflow_settings, ledger_connection
from local.settings import Ports, Secrets
from support.compose import SECRETS, compose

ROOT = Path(__file__).parents[1]
ENDING = {"databases", "init", "sandbox-connections"}
PARTS_OF_AIRFLOW = {"api-server", "scheduler", "dag-processor", "triggerer", "worker", "init", "sandbox-connections"}
# What may differ from the system on one machine, and why.
DIFFERENT = {
    "CORE__EXECUTOR": "Celery's workers",
    "CORE__DEFAULT_TASK_RETRY_DELAY": "nobody is waiting for it",
    "CORE__EXECUTION_API_SERVER_URL": "another network",
    "API__BASE_URL": "another network",
    "DATABASE__SQL_ALCHEMY_CONN": "another network",
    "CORE__FERNET_KEY": "a secret",
    "API__SECRET_KEY": "a secret",
    "API_AUTH__JWT_SECRET": "a secret",
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
}


@pytest.fixture(scope="module")
def composed():
    return compose(dict.fromkeys(SECRETS, "secret"))


@pytest.fixture(scope="module")
def services(composed):
    return composed["services"]


@pytest.fixture(scope="module")
def settings(services):
    return services["scheduler"]["environment"]


def test_the_file_is_sound_by_the_compose_specification():
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    result = subprocess.run([*check, str(ROOT / "docker-compose.yaml")], capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr


def test_it_has_all_parts_of_the_system(services):
    assert set(services) == PARTS_OF_AIRFLOW | {"databases", "postgres", "redis", "sandbox"}
    assert {name for name in services if services[name].get("profiles")} == {"sandbox", "sandbox-connections"}
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
            if text and re.search("PASSWORD$|KEY$|SECRET$|SQL_ALCHEMY_CONN|RESULT_BACKEND|LEDGER|DSN", variable):
                assert others[name]["environment"][variable] != text, variable


def test_the_example_of_settings_names_every_secret_and_sets_nothing():
    lines = (ROOT / ".env.example").read_text().splitlines()
    named = {match[1] for line in lines if (match := re.match(r"#(\w+)=", line))}
    assert named >= SECRETS
    assert not [line for line in lines if line and not line.startswith("#")]


def test_all_parts_of_airflow_have_the_same_settings_and_secrets(services, settings):
    for name in PARTS_OF_AIRFLOW:
        own = services[name]["environment"]
        assert {variable: own[variable] for variable in settings} == settings, name


def test_airflow_is_set_as_on_one_machine(settings, tmp_path):
    secret = Secrets("password", "fernet key", "jwt secret", "api secret key")
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
        if "env_file" in service:
            # What stands in .env reaches every part, unless the file says something else.
            assert {service["environment"][one] for one in ("CIERRE_POSTGRES_PASSWORD", "CIERRE_OWNER_PASSWORD")} == {
                ""
            }


def test_the_databases_are_made_by_what_each_login_is_called(services):
    assert services["databases"]["command"] == ["python", "-m", "cierre.ledger.databases"]
    given = set(services["databases"]["environment"])
    assert given == {"CIERRE_ADMIN_DSN", *(f"{login.upper()}_PASSWORD" for login in logins())}
    assert services["init"]["depends_on"]["databases"] == {"condition": "service_completed_successfully"}


def test_a_real_system_of_the_settings_file_reaches_every_part(services):
    for name in PARTS_OF_AIRFLOW:
        assert services[name]["env_file"] == [{"path": ".env", "required": False}], name


def test_the_sandboxs_connections_are_made_for_the_sandbox_where_it_answers(services):
    *command, address = services["sandbox-connections"]["command"]
    assert command == ["python", "-m", "sandbox.connections"]
    assert address == "http://sandbox:8800"
    assert "--port=8800" in services["sandbox"]["entrypoint"]


def test_the_image_is_the_official_one_of_the_version_that_is_tested():
    locked = re.search(r"^apache-airflow==(\S+)", (ROOT / "requirements.txt").read_text(), re.MULTILINE)[1]
    assert f"\nFROM apache/airflow:{locked}\n" in (ROOT / "Dockerfile").read_text()


def test_the_image_holds_every_folder_it_is_told_of_and_nothing_secret():
    dockerfile = (ROOT / "Dockerfile").read_text()
    copied = re.findall(r"^COPY --chown=airflow:root (.+) \S+$", dockerfile, re.MULTILINE)
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    names = {name for line in copied for name in line.split()}
    assert names == allowed == {"pyproject.toml", "README.md", "LICENSE", "dags", "include", "plugins", "sandbox"}
    assert (ROOT / ".dockerignore").read_text().startswith("*\n")


def test_the_image_brings_the_auth_manager_that_the_parts_are_told_to_ask(settings):
    assert settings["AIRFLOW__CORE__AUTH_MANAGER"].startswith("airflow.providers.fab.")
    assert '--editable ".[fab]"' in (ROOT / "Dockerfile").read_text()
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert any(needed.startswith("apache-airflow-providers-fab") for needed in extras["fab"])


def test_the_image_gets_every_package_that_the_code_imports():
    own = {path.stem for path in (ROOT / "plugins").iterdir()}
    imported = {
        name.partition(".")[0]
        for file in (ROOT / "plugins").rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        for name in _imported(node)
    }
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = [Requirement(text) for text in project["dependencies"]]
    airflow = [Requirement(name) for name in ("apache-airflow-core", "apache-airflow-task-sdk")]
    given = {canonicalize_name(one.name) for one in declared}
    given |= {canonicalize_name(needed.name) for one in [*declared, *airflow] for needed in _needed(one)}
    distributions = metadata.packages_distributions()
    missing = {
        name
        for name in imported - own - sys.stdlib_module_names - {"airflow"}
        if given.isdisjoint(map(canonicalize_name, distributions[name]))
    }
    assert missing == set()


def _needed(by: Requirement) -> Iterator[Requirement]:
    """What comes along with a package and the extras that are asked of it."""
    for needed in map(Requirement, metadata.requires(by.name) or ()):
        if not needed.marker or any(needed.marker.evaluate({"extra": extra}) for extra in ("", *by.extras)):
            yield needed


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module] if isinstance(node, ast.ImportFrom) and node.module and not node.level else []
