"""What a person may say when triggering a close: the fields of the form, all of them optional."""

from airflow.sdk import Param

from cierre.bookkeeping.cash_box import CashBox
from cierre.closing.business_date import PARAMETER as BUSINESS_DATE
from hooks.registry import SOURCES

DRY_RUN = "dry_run"
IN_BUSINESS_HOURS = "query_in_business_hours"


def params(box: CashBox) -> dict[str, Param]:
    """The parameters of the box's DAG."""
    fields = {
        BUSINESS_DATE: Param(
            None,
            type=["null", "string"],
            format="date",
            title="Business date (fecha de caja)",
            description="The day to close. Leave it empty when a partition key says so, and in a backfill.",
        ),
        DRY_RUN: Param(
            False,
            type="boolean",
            title="Dry run (ensayo)",
            description="Read the day and show its journal in the log of the step derive; book and post nothing.",
        ),
    }
    if override := SOURCES[box.source].override:
        fields[IN_BUSINESS_HOURS] = Param(False, type="boolean", title=override.title, description=override.description)
    return fields
