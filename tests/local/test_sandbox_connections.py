"""The sandbox's connections: made once, never over a person's choice."""

import json

import pytest

from local.sandbox_connections import keep_connections
from sandbox.connections import MADE, connections

URL = "http://127.0.0.1:8800"


class Page:
    """Airflow's page Connections and its variables, as far as they are asked for."""

    def __init__(self):
        self.rows, self.variables, self.writes = {}, {}, 0

    def variable(self, key):
        return self.variables.get(key)

    def set_variable(self, key, value, description):
        self.variables[key] = value

    def connections(self):
        return list(self.rows.values())

    def call(self, method, path, *, json, params=None):
        self.writes += 1
        if path == "/connections":
            (action,) = json["actions"]
            assert action["action_on_existence"] == "skip"
            for entity in action["entities"]:
                self.rows.setdefault(entity["connection_id"], entity)
        else:
            fields = {name: json[name] for name in params["update_mask"]}
            self.rows[path.removeprefix("/connections/")].update(fields)


@pytest.fixture
def page():
    return Page()


def keep(page, url=URL, given=()):
    return keep_connections(page, url, "sandbox", given)


def test_each_is_made_once_and_leads_to_the_sandbox(page):
    assert keep(page)
    assert page.rows.keys() == connections(URL).keys()
    assert {row["host"].startswith(URL) for row in page.rows.values()} == {True}
    assert {json.loads(row["extra"])["sandbox"] == row["host"] for row in page.rows.values()} == {True}
    writes = page.writes
    assert keep(page)
    assert page.writes == writes


def test_one_that_a_person_made_before_stays_and_is_no_sandbox(page):
    own = {"connection_id": "protheus", "conn_type": "protheus", "host": "https://erp.example", "extra": None}
    page.rows["protheus"] = dict(own)
    assert not keep(page)
    assert page.rows["protheus"] == own


def test_one_that_a_person_changed_stays(page):
    keep(page)
    page.rows["protheus"]["host"] = "https://erp.example"
    assert not keep(page, "http://127.0.0.1:9900")
    assert page.rows["protheus"]["host"] == "https://erp.example"


def test_one_that_a_person_deleted_is_not_made_again_unless_the_note_is_deleted_too(page):
    keep(page)
    del page.rows["bsale"]
    keep(page)
    assert "bsale" not in page.rows
    del page.variables[MADE]
    keep(page)
    assert "bsale" in page.rows


def test_one_that_the_environment_names_is_not_made(page):
    assert not keep(page, given={"AIRFLOW_CONN_PROTHEUS": "x"})
    assert "protheus" not in page.rows
    assert keep(page)
    assert "protheus" in page.rows


def test_those_that_lead_to_the_sandbox_follow_it_to_another_port(page):
    keep(page)
    assert keep(page, "http://127.0.0.1:9900")
    assert {row["host"].startswith("http://127.0.0.1:9900/") for row in page.rows.values()} == {True}
    assert {json.loads(row["extra"])["sandbox"] == row["host"] for row in page.rows.values()} == {True}
