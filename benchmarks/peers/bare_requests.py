"""The pages of a Bsale day by eight threads of requests, kept as they came, not looked at: less than a landing is."""

import io
import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg2
import requests
from requests.adapters import HTTPAdapter

from benchmarks.measure import Watch

AT_ONCE, LIMIT = 8, 50
ASKED = {"limit": LIMIT, "expand": "[payment_type,document]"}


def keep(task: dict[str, Any]) -> dict[str, Any]:
    """All pages, whose number is known beforehand, into a table. They are read only once the clock has stopped."""
    address = f"{task['site']}/v1/payments.json"
    with (
        psycopg2.connect(task["dsn"]) as connection,
        connection.cursor() as cursor,
        requests.Session() as session,
        Watch() as watch,
    ):
        session.mount("http://", HTTPAdapter(pool_maxsize=AT_ONCE))
        with ThreadPoolExecutor(AT_ONCE) as pool:
            pages = list(pool.map(lambda offset: ask(session, address, offset), range(0, task["payments"], LIMIT)))
        cursor.execute("CREATE TABLE page (body text)")
        cursor.copy_expert("COPY page FROM STDIN", io.BytesIO(b"".join(map(as_line, pages))))
        connection.commit()
    rows = [row for page in pages for row in json.loads(page)["items"]]
    return watch.result(rows=len(rows), cents=sum(row["amount"] for row in rows))


def as_line(page: bytes) -> bytes:
    """A page as COPY takes it: JSON has no tabs or lines within its texts."""
    return page.replace(b"\\", b"\\\\").replace(b"\n", b" ") + b"\n"


def ask(session: requests.Session, address: str, offset: int) -> bytes:
    """One page, waited for as a 429 asks."""
    while (answer := session.get(address, params=ASKED | {"offset": offset}, timeout=60)).status_code == 429:
        time.sleep(answer.json()["retry_after"])
    answer.raise_for_status()
    return answer.content
