"""A Bsale day by a plain loop of requests: page after page, waiting as a 429 asks, then one insert a table."""

import time
from typing import Any

import psycopg2
import requests
from psycopg2.extras import Json, execute_values

from benchmarks.measure import Watch

DAY = {"recorddate": 1725580800}


def land(task: dict[str, Any]) -> dict[str, Any]:
    """All pages into a table, and what proves that they are all."""
    with psycopg2.connect(task["dsn"]) as connection, connection.cursor() as cursor, Watch() as watch:
        with requests.Session() as session:
            rows = listed(session, f"{task['site']}/v1/payments.json", **DAY, expand="[payment_type,document]")
            kinds = listed(session, f"{task['site']}/v1/document_types.json")
            groups = totals(session, f"{task['site']}/v1/payments/group_payment_types.json")
            payments = f"{task['site']}/v1/payments"
            active, voided = (
                ask(session, f"{payments}.json", **DAY, limit=1, state=state)["count"] for state in (0, 1)
            )
            everything = ask(session, f"{payments}/count.json")["count"]
        if active + voided != len(rows) or everything < len(rows):
            raise ValueError("payments are missing")
        if sum(group["paymentTypeTotalAmount"] for group in groups) != sum(row["amount"] for row in rows):
            raise ValueError("the totals are not what the payments come to")
        cursor.execute("CREATE TABLE payment (id bigint PRIMARY KEY, amount numeric, row jsonb)")
        values = [(row["id"], row["amount"], Json(row)) for row in rows]
        execute_values(cursor, "INSERT INTO payment VALUES %s", values, page_size=1000)
        cursor.execute("CREATE TABLE beside (kind text, row jsonb)")
        beside = [("document_type", Json(row)) for row in kinds] + [("total", Json(row)) for row in groups]
        execute_values(cursor, "INSERT INTO beside VALUES %s", beside)
        connection.commit()
    return watch.result(rows=len(rows), cents=sum(row["amount"] for row in rows))


def listed(session: requests.Session, address: str, **asked: Any) -> list[dict[str, Any]]:
    """The rows of all pages of a list."""
    rows: list[dict[str, Any]] = []
    while True:
        page = ask(session, address, limit=50, offset=len(rows), **asked)
        rows += page["items"]
        if not page["items"] or len(rows) >= page["count"]:
            return rows


def totals(session: requests.Session, address: str) -> list[dict[str, Any]]:
    """The totals of all pages, to the empty one."""
    groups: list[dict[str, Any]] = []
    while page := ask(session, address, limit=50, offset=len(groups), **DAY):
        groups += page
    return groups


def ask(session: requests.Session, address: str, **asked: Any) -> Any:
    """One answer, waited for as a 429 asks."""
    while (answer := session.get(address, params=asked, timeout=60)).status_code == 429:
        time.sleep(float(answer.headers.get("Retry-After") or answer.json()["retry_after"]))
    answer.raise_for_status()
    return answer.json()
