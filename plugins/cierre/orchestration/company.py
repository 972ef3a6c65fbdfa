"""One company, one DAG: its day, once all its cash boxes have closed it."""

from collections import defaultdict
from datetime import timedelta

from airflow.sdk import DAG, AssetAll, PartitionedAssetTimetable

from cierre.accounting_files.findings import MappingError
from cierre.accounting_files.loader import cash_box, cash_box_ids
from cierre.alerts.watch import WatchAlert
from cierre.bookkeeping.cash_box import CashBox
from cierre.orchestration.builder import START, closed_days
from cierre.orchestration.owner import write_to
from cierre.orchestration.retries import PATIENT, RetryByKind
from cierre.orchestration.roles import access_control
from operators.company_day import CompanyDayOperator

PREFIX = "company_day__"


def boxes_by_company() -> dict[str, list[CashBox]]:
    """The cash boxes of each company. One whose file is wrong is left out here; the company's day then fails by it."""
    companies: dict[str, list[CashBox]] = defaultdict(list)
    for box_id in cash_box_ids():
        try:
            box = cash_box(box_id)
        except MappingError:
            continue  # dags/check_cash_boxes.py tells people what is wrong with it
        companies[box.company].append(box)
    return dict(companies)


def company_day(company: str, boxes: list[CashBox], runbook: str) -> DAG:
    """The DAG that waits for one business date of all of a company's ``boxes``; ``runbook`` is shown in the UI."""
    with DAG(
        dag_id=PREFIX + company,
        dag_display_name=f"{company}: día de la empresa",
        description=f"Once all {len(boxes)} cash boxes of {company} have closed a date: the sums, and one digest.",
        doc_md=runbook,
        schedule=PartitionedAssetTimetable(assets=AssetAll(*(closed_days(box) for box in boxes))),
        start_date=START,
        catchup=False,
        # Its runs mostly wait, so that a whole backfill is told in one digest.
        max_active_runs=1000,
        is_paused_upon_creation=False,
        tags=["company day", company],
        owner_links=write_to(company),
        access_control=access_control(company),
        default_args=PATIENT
        | {
            "owner": company,
            "retry_policy": RetryByKind(),
            "execution_timeout": timedelta(minutes=10),
            "on_failure_callback": WatchAlert(company, f"company_day {company}"),
        },
    ) as dag:
        CompanyDayOperator(task_id="consolidate", company=company)
    return dag
