"""Bsale's payments by a plain loop of requests: page after page, waiting as a 429 asks, then one insert."""

import time
from typing import Any

import psycopg2
import requests
from psycopg2.extras import Json, execute_values

from benchmarks.measure import Watch


def land(task: dict[str, Any]) -> dict[str, Any]:
    """All pages into a table."""
    with psycopg2.connect(task["dsn"]) as connection, connection.cursor() as cursor, Watch() as watch:
        rows = payments(task["site"])
        cursor.execute("CREATE TABLE payment (id bigint PRIMARY KEY, amount numeric, row jsonb)")
        values = [(row["id"], row["amount"], Json(row)) for row in rows]
        execute_values(cursor, "INSERT INTO payment VALUES %s", values, page_size=1000)
        connection.commit()
    return watch.result(rows=len(rows), cents=sum(row["amount"] for row in rows))


def payments(site: str) -> list[dict[str, Any]]:
    """The rows of all pages."""
    rows: list[dict[str, Any]] = []
    with requests.Session() as session:
        while True:
            asked = {"limit": 50, "offset": len(rows), "recorddate": 1725580800, "expand": "[payment_type]"}
            answer = session.get(f"{site}/v1/payments.json", params=asked, timeout=60)
            if answer.status_code == 429:
                time.sleep(float(answer.headers.get("Retry-After") or answer.json()["retry_after"]))
                continue
            answer.raise_for_status()
            page = answer.json()
            rows += page["items"]
            if not page["items"] or len(rows) >= page["count"]:
                return rows
