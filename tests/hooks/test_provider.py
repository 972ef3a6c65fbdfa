"""Airflow offers the project's connection types, each with a form, a hook and a Test button."""

import json
import subprocess
import sys
from pathlib import Path

import airflow
import jsonschema
import pytest
from airflow.models.connection import Connection
from airflow.providers_manager import ProvidersManager
from airflow.sdk.providers_manager_runtime import ProvidersManagerTaskRuntime

from hooks.bsale.hook import BsaleHook
from hooks.protheus.hook import ProtheusHook
from hooks.provider import get_provider_info
from hooks.sga.hook import SgaHook
from hooks.sge.hook import SgeHook

HOOKS = {"sga": SgaHook, "protheus": ProtheusHook, "sge": SgeHook, "bsale": BsaleHook}


def test_the_provider_info_is_as_airflow_wants_it():
    schemas = Path(airflow.__file__).parent
    info = get_provider_info()
    jsonschema.validate(info, json.loads((schemas / "provider_info.schema.json").read_text()))
    # The stricter schema, for whole provider files, is the one that describes forms.
    strict = json.loads((schemas / "provider.yaml.schema.json").read_text())
    jsonschema.validate(info["connection-types"], {**strict, **strict["properties"]["connection-types"]})


def test_airflow_finds_the_package_and_loads_its_hooks():
    assert "cierre" in ProvidersManager().providers
    for conn_type, hook in HOOKS.items():
        found = ProvidersManagerTaskRuntime().hooks[conn_type]
        assert found.hook_class_name == f"{hook.__module__}.{hook.__name__}"
        assert found.hook_name == hook.hook_name
        assert found.connection_testable


@pytest.mark.parametrize(("conn_type", "hook"), HOOKS.items())
def test_the_form_offers_every_setting_of_its_hook_with_its_default(conn_type, hook):
    (declared,) = [found for found in get_provider_info()["connection-types"] if found["connection-type"] == conn_type]
    defaults = {name: field.default for name, field in hook.settings_model.model_fields.items()}
    assert set(declared["conn-fields"]) == set(defaults)
    for name, field in declared["conn-fields"].items():
        default = field["schema"].get("default")
        # Left blank in the form, a setting takes the hook's default.
        assert default is None or default == defaults[name]


@pytest.mark.parametrize(("conn_type", "hook"), HOOKS.items())
def test_airflow_shows_the_form(conn_type, hook):
    manager = ProvidersManager()
    fields = {name for name in manager.connection_form_widgets if name.startswith(f"extra__{conn_type}__")}
    assert fields == {f"extra__{conn_type}__{name}" for name in hook.settings_model.model_fields}
    assert manager.field_behaviours[conn_type]["relabeling"] == {"host": "Base address"}


def test_a_school_is_not_asked_for_a_password_that_it_has_not():
    hidden = {conn_type: ProvidersManager().field_behaviours[conn_type]["hidden_fields"] for conn_type in HOOKS}
    assert {"login", "password"} <= set(hidden["sga"])
    assert not {"login", "password"} & set(hidden["protheus"])


@pytest.mark.parametrize(("conn_type", "hook"), HOOKS.items())
def test_a_connection_that_went_through_a_uri_still_reaches_its_base_address(conn_type, hook, vendor, monkeypatch):
    """The Test button hands the form's values to the hook as a URI."""
    vendor.answers({"count": 0} if conn_type == "bsale" else [])
    form = Connection(
        conn_id="tested",
        conn_type=conn_type,
        host=f"{vendor.url}/base/path",
        password="a key, where one is needed",
        extra='{"trust_env": false, "retries": 0}',
    )
    monkeypatch.setenv("AIRFLOW_CONN_TESTED", form.get_uri())
    works, sentence = form.test_connection()
    assert works, sentence
    assert vendor.asked[0].path.startswith("/base/path/")


def test_reading_the_provider_info_imports_no_hook():
    code = (
        "import sys, hooks.provider; print({'airflow', 'requests', 'pydantic', 'hooks.http.hook'} & set(sys.modules))"
    )
    seen = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert seen.stdout.strip() == "set()"
