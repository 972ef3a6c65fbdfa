from types import SimpleNamespace

import pytest
from airflow.utils.types import DagRunType

from cierre.orchestration.business_day import BusinessDayTimetable
from cierre.orchestration.priority import BackfillsGiveWay


def weight(run_type: DagRunType) -> int:
    run_id = BusinessDayTimetable().generate_run_id(
        run_type=run_type, run_after=None, data_interval=None, partition_key="2024-09-06"
    )
    return BackfillsGiveWay().get_weight(SimpleNamespace(run_id=run_id))


@pytest.mark.parametrize("run_type", [DagRunType.SCHEDULED, DagRunType.MANUAL])
def test_todays_closes_and_those_a_person_triggers_go_before_a_backfill(run_type):
    assert weight(run_type) > weight(DagRunType.BACKFILL_JOB)
