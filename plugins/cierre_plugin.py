"""What Airflow must know of the project beyond its DAGs and connection types."""

from airflow.plugins_manager import AirflowPlugin

from timetables.business_day import BusinessDayTimetable


class CierrePlugin(AirflowPlugin):
    """Registers the business-day timetable, without which no DAG of a cash box can be stored or scheduled."""

    name = "cierre"
    timetables = [BusinessDayTimetable]  # noqa: RUF012 (Airflow's own attribute)
