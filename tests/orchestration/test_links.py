from datetime import date

from operators.land import LandOperator
from operators.links import DayLink, SourceLink


def test_a_step_leads_to_its_day_on_the_board(monkeypatch):
    monkeypatch.setenv("AIRFLOW__API__BASE_URL", "https://airflow.example.com/closes/")
    step = LandOperator(task_id="land", box="itb_caja_164")
    assert DayLink().get_link(step, ti_key=None) == ""
    step.day = date(2024, 9, 6)
    link = DayLink().get_link(step, ti_key=None)
    assert link == "https://airflow.example.com/closes/cierre/boxes/itb_caja_164/2024-09-06"


def test_land_leads_to_the_sources_own_site_without_its_login(monkeypatch):
    monkeypatch.setenv(
        "AIRFLOW_CONN_SGA_ITB", '{"conn_type": "sga", "host": "https://sga.example.edu", "password": "x"}'
    )
    assert (
        SourceLink().get_link(LandOperator(task_id="land", box="itb_caja_164"), ti_key=None)
        == "https://sga.example.edu"
    )
