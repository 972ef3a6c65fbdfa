from pathlib import Path

import pytest
from airflow import plugins_manager
from airflow._shared.module_loading import find_path_from_directory

import cierre_plugin
from cierre.orchestration.business_day import BusinessDayTimetable
from cierre.orchestration.priority import BackfillsGiveWay

PLUGINS = Path(cierre_plugin.__file__).parent


@pytest.mark.parametrize("syntax", ["glob", "regexp"])
def test_airflows_scan_of_the_plugins_folder_runs_nothing_but_the_plugin(syntax):
    found = {Path(path) for path in find_path_from_directory(str(PLUGINS), ".airflowignore", syntax)}
    assert {path for path in found if path.suffix == ".py"} == {PLUGINS / "cierre_plugin.py"}


def test_the_class_airflow_registers_is_the_one_that_dags_use():
    registered = plugins_manager.get_timetables_plugins()
    assert registered["cierre.orchestration.business_day.BusinessDayTimetable"] is BusinessDayTimetable


def test_runs_that_were_made_before_the_timetable_moved_can_still_be_read():
    registered = plugins_manager.get_timetables_plugins()
    assert issubclass(registered["timetables.business_day.BusinessDayTimetable"], BusinessDayTimetable)
    strategies = plugins_manager.get_priority_weight_strategy_plugins()
    assert issubclass(strategies["cash_close.priority.BackfillsGiveWay"], BackfillsGiveWay)


def test_airflow_finds_no_fault_in_the_plugins_folder():
    _, import_errors = plugins_manager._get_plugins()
    assert import_errors == {}
