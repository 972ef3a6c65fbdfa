"""What Airflow must know of the project beyond its DAGs and connection types."""

from airflow.plugins_manager import AirflowPlugin

from cash_close import run_notes
from cash_close.priority import BackfillsGiveWay
from timetables.business_day import BusinessDayTimetable


class CierrePlugin(AirflowPlugin):
    """Registers the business-day timetable, without which no DAG of a cash box can be stored or scheduled, the order
    in which tasks go, and what happens as a run begins and ends."""

    name = "cierre"
    timetables = [BusinessDayTimetable]  # noqa: RUF012 (Airflow's own attribute)
    priority_weight_strategies = [BackfillsGiveWay]  # noqa: RUF012
    listeners = [run_notes]  # noqa: RUF012
