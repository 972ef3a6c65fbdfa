"""Ports, and what is wrong with them."""

import pytest

from local.settings import Ports, SettingsError, surroundings


def test_ports_come_from_the_environment_one_by_one():
    assert Ports.configured({}) == Ports(8080, 5442, 8800)
    assert Ports.configured({"CIERRE_POSTGRES_PORT": "6000", "CIERRE_API_PORT": ""}) == Ports(8080, 6000, 8800)


@pytest.mark.parametrize("text", ["http", "0", "65536", "-1", "80 80"])
def test_a_text_that_is_no_port_is_refused_by_its_variables_name(text):
    with pytest.raises(SettingsError, match="CIERRE_SANDBOX_PORT"):
        Ports.configured({"CIERRE_SANDBOX_PORT": text})


def test_one_port_for_two_servers_is_refused():
    free = Ports.free()
    with pytest.raises(SettingsError, match="must differ"):
        Ports(free.api, free.api, free.sandbox).check_free()


def test_the_surroundings_hold_no_settings_of_ours(monkeypatch):
    for name in ("AIRFLOW_HOME", "AIRFLOW__CORE__EXECUTOR", "AIRFLOW_CONN_PROTHEUS", "CIERRE_MAPPINGS_DIR"):
        monkeypatch.setenv(name, "anything")
    monkeypatch.setenv("LANG", "es_EC.UTF-8")
    left = surroundings()
    assert left["LANG"] == "es_EC.UTF-8"
    assert not [name for name in left if name.startswith(("AIRFLOW", "CIERRE_"))]
