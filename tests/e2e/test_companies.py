"""People of two companies at docker-compose.yaml's system, here without containers: Airflow's auth manager FAB on a
real database, set up by the file's own command, its roles and permissions made by the DAG processor of the DAGs."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
import requests

from cierre.accounting_files.loader import cash_boxes
from cierre.ledger import served_keys, session
from cierre.served_invoices.keys import hash_of, new_key
from local import processes
from local.environment import MARKER
from local.ports import free_port
from local.postgres import Cluster
from local.settings import RUN, Secrets, surroundings
from support import closed_day, served_invoices
from support.board_routes import addresses, sge_addresses
from support.compose import SECRETS, compose
from support.sge_documents import sale

ROOT = Path(__file__).parents[2]
HOME = RUN / "companies"
BOXES = cash_boxes()
OWN, FOREIGN = BOXES["itb_caja_164"], BOXES["conduce_caja_3"]
DAY = datetime.now(UTC).date() - timedelta(days=4)
PATIENCE = 300
"""Seconds."""
PEOPLE = {
    "itb_reads": "itb reader",
    "itb_closes": "itb operator",
    "itb_approves": "itb approver",
    "conduce_closes": "conduce_ecuador operator",
    "group_reads": "Viewer",
}
"""Each person's role."""


class Site:
    """The running part of the system that people meet: the API server, beside it the DAG processor."""

    def __init__(self, url: str, airflow: psycopg.Connection, mappings: Path) -> None:
        self.url, self.airflow, self.mappings = url, airflow, mappings

    def login(self, name: str, password: str) -> requests.Session:
        """A browser in which somebody has logged in."""
        person = requests.Session()
        person.trust_env = False
        answer = person.post(f"{self.url}/auth/token", json={"username": name, "password": password}, timeout=60)
        answer.raise_for_status()
        person.cookies.set("_token", answer.json()["access_token"])
        return person


@pytest.fixture(scope="module")
def site(cluster: Cluster) -> Iterator[Site]:
    """The site with its administrator, every DAG read, and people of two companies."""
    for process in processes.of(HOME):  # of a test run that was killed
        process.kill()
    shutil.rmtree(HOME, ignore_errors=True)
    mappings, secret, port = HOME / "mappings", Secrets.of(HOME), free_port()
    shutil.copytree(ROOT / "include" / "mappings", mappings)
    for name in ("people", "people_ledger"):
        cluster.create_database(name)
    airflow_dsn, ledger_dsn = cluster.dsn("people"), cluster.dsn("people_ledger")
    given = {
        **dict.fromkeys(SECRETS, "unused"),
        "CIERRE_ADMIN_PASSWORD": secret.password,
        "AIRFLOW__CORE__FERNET_KEY": secret.fernet_key,
        "AIRFLOW__API__SECRET_KEY": secret.api_secret_key,
        "AIRFLOW__API_AUTH__JWT_SECRET": secret.jwt_secret,
    }
    init = compose(given)["services"]["init"]
    here = {
        "AIRFLOW_HOME": str(HOME),
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(ROOT / "plugins"),
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": airflow_dsn.replace("postgresql://", "postgresql+psycopg2://"),
        "AIRFLOW__API__BASE_URL": f"http://127.0.0.1:{port}",
        "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "10",
        "AIRFLOW_CONN_LEDGER_DB": ledger_dsn.replace("postgresql://", "postgres://"),
        "CIERRE_LEDGER_OWNER_DSN": ledger_dsn,
        "CIERRE_MAPPINGS_DIR": str(mappings),
        "PYTHONPATH": str(ROOT / "plugins"),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        MARKER: str(HOME),
        # As in local.environment: Airflow's processes would write their new names over the marker.
        "SPT_NOENV": "1",
    }
    environment = surroundings() | init["environment"] | here
    with running(init["command"], environment) as setting_up:
        assert setting_up.wait(PATIENCE) == 0, (HOME / "bash.log").read_text()[-3000:]
    with (
        running(["airflow", "dag-processor"], environment),
        running(["airflow", "api-server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"], environment),
        psycopg.connect(airflow_dsn, autocommit=True) as airflow,
        session.connect(ledger_dsn) as ledger,
    ):
        made = Site(f"http://127.0.0.1:{port}", airflow, mappings)
        closed_day.close(ledger, OWN, DAY, ("1234.50", "1"))
        closed_day.close(ledger, FOREIGN, DAY, ("99.10", "1"))
        dags = {f"cash_close__{box}" for box in BOXES} | {f"company_day__{box.company}" for box in BOXES.values()}
        wait(lambda: dags <= sound(made), "the DAGs")
        administrator = wait(lambda: greeted(made, secret.password), "the API server")
        for name, role in PEOPLE.items():
            person = {
                "username": name, "first_name": name, "last_name": role, "email": f"{name}@example.com",
                "roles": [{"name": role}], "password": name,
            }  # fmt: skip
            administrator.post(f"{made.url}/auth/fab/v1/users", json=person, timeout=60).raise_for_status()
        yield made
    shutil.rmtree(HOME)


@contextmanager
def running(command: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen]:
    """A process of the site; it ends with all that run beside it, by force where it does not listen."""
    with (HOME / f"{Path(command[0]).name}.log").open("ab") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
    try:
        yield process
    finally:
        processes.end(processes.of(HOME), patience=10)
        process.wait()


def wait(ready: Callable[[], Any], what: str) -> Any:
    """Whatever ``ready`` returns once it is true of something."""
    patience = time.monotonic() + PATIENCE
    while not (found := ready()):
        assert time.monotonic() < patience, f"waited {PATIENCE} s for {what}"
        time.sleep(0.3)
    return found


def sound(site: Site) -> set[str]:
    """The DAGs that Airflow has read and set nothing against."""
    rows = site.airflow.execute("SELECT dag_id FROM dag WHERE NOT is_stale AND NOT has_import_errors")
    return {dag_id for (dag_id,) in rows}


def greeted(site: Site, password: str) -> requests.Session | None:
    """The administrator, logged in, once the API server listens."""
    try:
        return site.login("admin", password)
    except requests.ConnectionError:
        return None


@pytest.fixture(scope="module")
def people(site: Site) -> dict[str, requests.Session]:
    """Everybody of PEOPLE, logged in."""
    return {name: site.login(name, name) for name in PEOPLE}


@pytest.mark.parametrize(("person", "seen", "hidden"), [("itb_reads", OWN, FOREIGN), ("conduce_closes", FOREIGN, OWN)])
def test_people_see_their_own_companys_boxes_and_no_others(site, people, person, seen, hidden):
    month = people[person].get(f"{site.url}/cierre/", params={"month": f"{DAY:%Y-%m}"}).text
    mine = {box.name for box in BOXES.values() if box.company == seen.company}
    assert {box.name for box in BOXES.values() if f'{box.name}">' in month} == mine
    assert people[person].get(day_of(site, seen)).status_code == 200
    assert people[person].get(day_of(site, hidden)).status_code == 404
    assert people[person].get(f"{day_of(site, hidden)}/close.csv").status_code == 404
    dags = people[person].get(f"{site.url}/api/v2/dags").json()["dags"]
    of_company = {f"cash_close__{box.id}" for box in BOXES.values() if box.company == seen.company}
    assert {dag["dag_id"] for dag in dags} == of_company | {f"company_day__{seen.company}"}


def test_the_groups_people_see_every_company(site, people):
    month = people["group_reads"].get(f"{site.url}/cierre/", params={"month": f"{DAY:%Y-%m}"}).text
    assert all(f'{box.name}">' in month for box in BOXES.values())


def test_personal_data_is_shown_to_those_alone_who_close_the_box(site, people):
    def row(person: str) -> str:
        return people[person].get(f"{day_of(site, OWN)}/rows/1/0/PAGOS/0").text

    for person in ("itb_reads", "group_reads"):
        assert "001-002-000000000" in row(person)
        assert closed_day.PERSON not in row(person)
    assert closed_day.PERSON in row("itb_closes")


def test_who_may_not_close_a_box_is_offered_no_button_and_refused_by_airflow(site, people):
    dag = f"{site.url}/api/v2/dags/cash_close__{OWN.id}"
    run = {"logical_date": None, "partition_key": str(DAY)}
    clear = {"dry_run": True, "task_ids": ["land"]}
    for person, offered, answers in [
        ("itb_reads", False, (403, 403)),
        ("group_reads", False, (403, 403)),
        ("conduce_closes", False, (403, 403)),
        ("itb_approves", False, (403, 403)),
        ("itb_closes", True, (200, 200)),
    ]:
        assert ("/dagRuns" in people[person].get(day_of(site, OWN)).text) == offered, person
        asked = (
            people[person].post(f"{dag}/dagRuns", json=run),
            people[person].post(f"{dag}/clearTaskInstances", json=clear),
        )
        assert tuple(answer.status_code for answer in asked) == answers, person


@pytest.mark.parametrize("person", ["itb_reads", "itb_closes"])
def test_airflows_own_pages_tell_a_companys_people_nothing_of_others(site, people, person):
    def answer(path: str) -> int:
        return people[person].get(f"{site.url}{path}").status_code

    for page in ("api/v2/dags/{}/details", "api/v2/dags/{}/dagRuns", "ui/structure/structure_data?dag_id={}"):
        assert answer(f"/{page.format(f'cash_close__{OWN.id}')}") == 200, page
        assert answer(f"/{page.format(f'cash_close__{FOREIGN.id}')}") == 403, page
    for page in ("assets", "pools", "connections", "variables", "eventLogs", "importErrors"):
        assert answer(f"/api/v2/{page}") == 403, page


def test_the_board_stands_in_everybodys_menu(site, people):
    for person in people.values():
        plugins = person.get(f"{site.url}/api/v2/plugins").json()["plugins"]
        assert "Cierre" in {view["name"] for plugin in plugins for view in plugin["external_views"]}


def test_nothing_of_the_board_answers_without_login(site):
    for method, address in addresses(OWN, DAY):
        asked = {"method": method, "url": f"{site.url}/cierre{address}", "allow_redirects": False}
        assert requests.request(**asked).status_code == 401, address
        assert requests.request(**asked, cookies={"_token": "made.up.one"}).status_code in (401, 403), address


def test_nothing_of_the_sges_interface_answers_without_a_key_whoever_has_logged_in(site, people):
    for address in sge_addresses():
        for person in (requests, people["itb_closes"]):
            answer = person.get(f"{site.url}/cierre/sge{address}", allow_redirects=False)
            assert (answer.status_code, answer.headers["Content-Type"]) == (401, "application/problem+json"), address


def test_an_sgi_reads_the_invoices_of_its_keys_company_and_a_key_opens_nothing_else(site, cluster):
    box = BOXES["universidad_contratos"]
    with session.connect(cluster.dsn("people_ledger")) as ledger:
        served_invoices.book(ledger, box, [sale("J2024/01", date(2024, 2, 5), "100.00")])
        keys = {company: new_key() for company in ("universidad", "itb_uruguay")}
        for company, key in keys.items():
            served_keys.add(ledger, company, "SGI", hash_of(key), "test")
    asked = f"{site.url}/cierre/sge/facturas-emitidas?q=proyectoId==123456;fechaFactura=ge=2024-02-05&s=id,desc"
    (row,) = requests.get(asked, headers={"X-API-Key": keys["universidad"]}, timeout=60).json()
    assert (row["numeroFactura"], row["columnas"]["6"]) == ("J2024/01", 121)
    of_another = requests.get(asked, headers={"Authorization": f"Bearer {keys['itb_uruguay']}"}, timeout=60)
    assert of_another.status_code == 204
    for other in ("/cierre/", "/api/v2/dags"):
        answer = requests.get(site.url + other, headers={"X-API-Key": keys["universidad"]}, allow_redirects=False)
        assert answer.status_code == 401


def test_a_new_companys_roles_come_by_themselves_and_its_boxes_with_them(site):
    text = (site.mappings / "cash_boxes" / f"{OWN.id}.yaml").read_text()
    for known, own in {"company: itb\n": "company: new_one\n", "key: 164": "key: 9", "008964": "008999"}.items():
        text = text.replace(known, own)
    (site.mappings / "cash_boxes" / "new_box.yaml").write_text(text)
    wait(
        lambda: (
            granted(site, "cash_close__new_box")
            == {
                ("new_one reader", "can_read"),
                *((f"new_one {role}", f"can_{what}") for role in ("approver", "operator") for what in ("read", "edit")),
            }
        ),
        "what the roles may do",
    )
    wait(lambda: {"cash_close__new_box", f"cash_close__{OWN.id}"} <= sound(site), "the new box, and the others")


def granted(site: Site, dag_id: str) -> set[tuple[str, str]]:
    """The roles that may do something with a DAG by itself, and what."""
    return set(
        site.airflow.execute(
            """SELECT role.name, action.name
                 FROM ab_view_menu AS resource
                 JOIN ab_permission_view AS permission ON permission.view_menu_id = resource.id
                 JOIN ab_permission AS action ON action.id = permission.permission_id
                 JOIN ab_permission_view_role AS given ON given.permission_view_id = permission.id
                 JOIN ab_role AS role ON role.id = given.role_id
                WHERE resource.name = %s AND role.name <> 'Admin'""",
            (f"DAG:{dag_id}",),
        )
    )


def day_of(site: Site, box) -> str:
    """The address of the box's day."""
    return f"{site.url}/cierre/boxes/{box.id}/{DAY}"
