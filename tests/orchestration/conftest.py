"""What the timetable's tests share: a clock to set, and a cash box's DAG as the scheduler holds it."""

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pendulum
import pytest
from airflow.sdk import DAG
from airflow.serialization.definitions.dag import SerializedDAG
from airflow.serialization.serialized_objects import DagSerialization

from cierre.orchestration.business_day import BusinessDayTimetable

Clock = Callable[[str, str], None]
Stored = Callable[..., SerializedDAG]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Sets Airflow's and the timetable's clock: ``clock("2024-11-20 10:00", "America/Guayaquil")``."""

    def set_to(wall: str, zone: str) -> None:
        now = pendulum.parse(wall, tz=zone).in_timezone("UTC")
        monkeypatch.setattr("cierre.orchestration.business_day.pendulum.now", lambda _zone: now)
        monkeypatch.setattr("airflow.timetables.trigger.utcnow", lambda: now)

    return set_to


@pytest.fixture
def stored() -> Stored:
    """A DAG after Airflow stored it as JSON and read it back: ``stored("Europe/Madrid", catchup=True)``."""

    def store(zone: str | None = None, **settings: object) -> SerializedDAG:
        timetable = BusinessDayTimetable(zone) if zone else BusinessDayTimetable()
        dag = DAG("cash_close__box", schedule=timetable, **{"start_date": datetime(2015, 1, 1, tzinfo=UTC)} | settings)
        return DagSerialization.from_dict(json.loads(json.dumps(DagSerialization.to_dict(dag))))

    return store
