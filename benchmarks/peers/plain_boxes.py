"""The same close as it is first written in Airflow: five short tasks a box, by the hooks of the http and postgres
providers, which note what they got and prove nothing."""

import json
import os
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

from airflow.providers.http.hooks.http import HttpHook
from airflow.providers.postgres.hooks.postgres import PostgresHook
from airflow.sdk import DAG, BaseOperator, chain, get_parsing_context

from cierre.orchestration.business_day import BusinessDayTimetable

PREFIX = "plain__"
BOOKS = "plain_books"
"""The Airflow connection of their database; it and those of the vendors are benchmarks.closing's."""

FIRST_KEY = 5000  # as benchmarks.boxes has it
FIRST_LOT = 800_000
TENANT = "T1,D MG 01 "
CASH, REVENUE = "1.1.01.001", "2.1.01.002"


def land(books: PostgresHook, box: int, day: date) -> None:
    """The source's answer, kept."""
    asked = {"a": "facturacionNewProcess", "fecha": f"{day:%d-%m-%Y}", "caja": str(FIRST_KEY + box)}
    answer = HttpHook(method="GET", http_conn_id="plain_school").run("api", data=asked)
    books.run("DELETE FROM answer WHERE box = %s AND day = %s", parameters=(box, day))
    books.insert_rows("answer", [(box, day, answer.text)])


def stage(books: PostgresHook, box: int, day: date) -> None:
    """Its payments, a row each."""
    (body,) = books.get_first("SELECT body FROM answer WHERE box = %s AND day = %s", parameters=(box, day))
    rows = [row for session in json.loads(body) for row in session["PAGOS"]]
    books.run("DELETE FROM payment WHERE box = %s AND day = %s", parameters=(box, day))
    paid = [(box, day, row["formaPagoNombre"] or "", round(float(row["pagoValor"]), 2)) for row in rows]
    books.insert_rows("payment", paid, executemany=True)


def derive(books: PostgresHook, box: int, day: date) -> None:
    """A line for each form of payment."""
    books.run(
        "INSERT INTO journal SELECT box, day, form, sum(amount) FROM payment WHERE box = %s AND day = %s"
        " GROUP BY box, day, form",
        parameters=(box, day),
    )


def post(books: PostgresHook, box: int, day: date) -> None:
    """The journal to the ERP, its number noted."""
    lines = books.get_records(
        "SELECT form, amount FROM journal WHERE box = %s AND day = %s AND amount > 0", parameters=(box, day)
    )
    items = [line for form, amount in lines for line in _both_sides(form, float(amount))]
    body = {"CT2_DATA": f"{day:%d/%m/%Y}", "CT2_LOTE": str(FIRST_LOT + box), "CT2_SBLOTE": "001", "ITENS": items}
    answer = HttpHook(http_conn_id="plain_erp").run(
        "api/ctb/accountingentry/insert",
        json.dumps(body),
        headers={"tenantId": TENANT, "Content-Type": "application/json"},
    )
    document = answer.json()["CT2_DOC"]
    if not document:
        raise ValueError(answer.text)
    books.run("UPDATE journal SET document = %s WHERE box = %s AND day = %s", parameters=(document, box, day))


def reconcile(books: PostgresHook, box: int, day: date) -> None:
    """Raises ValueError where the journal is not what was paid."""
    paid, booked = (
        books.get_first(f"SELECT sum(amount) FROM {table} WHERE box = %s AND day = %s", parameters=(box, day))
        for table in ("payment", "journal")
    )
    if paid != booked:
        raise ValueError(f"paid {paid}, booked {booked}")


def _both_sides(form: str, amount: float) -> list[dict[str, object]]:
    common = {"CT2_MOEDLC": "01", "CT2_VALOR": amount, "CT2_HIST": form[:40]}
    return [common | {"CT2_DC": "1", "CT2_DEBITO": CASH}, common | {"CT2_DC": "2", "CT2_CREDIT": REVENUE}]


class Step(BaseOperator):
    """Does one of these for the run's day."""

    def __init__(self, *, box: int, **kwargs) -> None:
        super().__init__(**kwargs)
        self.box = box

    def execute(self, context):
        """By the name of the task."""
        day = datetime.strptime(context["dag_run"].partition_key, "%Y-%m-%d").date()
        STEPS[self.task_id](PostgresHook(BOOKS), self.box, day)


STEPS = {"land": land, "stage": stage, "derive": derive, "post": post, "reconcile": reconcile}


def plain(box: str) -> DAG:
    """The graph of a box."""
    with DAG(
        dag_id=PREFIX + box,
        schedule=BusinessDayTimetable(),
        start_date=datetime(2000, 1, 1),
        catchup=False,
        default_args={"retries": 3, "retry_delay": timedelta(seconds=5)},
    ) as dag:
        chain(*map(partial(_step, int(box.removeprefix("box_"))), STEPS))
    return dag


def _step(box: int, name: str) -> Step:
    return Step(task_id=name, box=box)


asked = get_parsing_context().dag_id
boxes = sorted(file.stem for file in (Path(os.environ["CIERRE_MAPPINGS_DIR"]) / "cash_boxes").glob("*.yaml"))
for box_id in [asked.removeprefix(PREFIX)] if asked else boxes:
    globals()[PREFIX + box_id] = plain(box_id)
