"""P1: the whole landing of a day of Bsale's payments, with its limit of requests and without."""

import json
import os
from functools import partial
from math import ceil
from threading import Event
from typing import Any

from psycopg.conninfo import conninfo_to_dict

from benchmarks.documents import DAY
from benchmarks.harness import Bench, Contender
from benchmarks.measure import Watch, begin_as_a_task
from benchmarks.site import figures, running
from cierre.bookkeeping.certificate import contradictions
from cierre.ledger import landing, session
from cierre.ports.allowance import NEVER
from hooks.bsale.hook import BsaleHook, certify
from hooks.bsale.limits import Pace
from hooks.registry import SOURCES

NUMBER, TITLE = "P1", "landing 10,000 payments of Bsale"
INTRO = """
200 pages of 50 payments from a stand-in that answers a call after 50 ms, and every fiftieth call with a 429 that asks
for 50 ms of patience. With the limit, a call that would be the ninth of any second gets a 429 and `Retry-After: 1`:
those are self-inflicted. Each contender ends with all payments in PostgreSQL, and with what proves that they are all:
the totals by form and kind of document, the kinds of documents, the numbers of active, voided and all payments. The
product also proves that no payment without a date was passed over, which the others do not.

The floor with the limit is calls ÷ 8 seconds, without it ⌈calls ÷ 8 at once⌉ × 50 ms, counting the calls that the
product made, refused ones included. The product without the limit is its landing with the limiter taken out, eight
calls at once. The loop is `requests` with one session, which waits as a 429 asks, and one `execute_values`. dlt is
its `rest_api` source, which pages one call after the other, with a first pause of 50 ms where it retries and its
fastest way into PostgreSQL (CSV by COPY). Without the limit, eight threads of `requests` also fetch the 200 pages,
whose number they are told, and keep them as they came by one COPY: less than a landing is, since nothing is counted,
proven or kept apart.
"""
AT_ONCE = 8
ONLY_KEPT = "eight threads that only fetch and keep"
MOST_A_PAGE = 1.06
"""Calls, without those that were refused, for each page that the payments fill."""


def run(bench: Bench) -> None:
    """Both cases."""
    payments = bench.size(10_000, 300)
    contenders = [
        Contender("Cierre", "benchmarks.bsale:product"),
        Contender("requests loop", "benchmarks.peers.requests_loop:land", peer=True),
        Contender("dlt rest_api", "benchmarks.peers.dlt_bsale:land", peer=True),
    ]
    keeping = Contender(ONLY_KEPT, "benchmarks.peers.bare_requests:keep", peer=True, settings={"payments": payments})
    cases = ((AT_ONCE, "with 8 requests a second", contenders), (0, "without a limit", [*contenders, keeping]))
    for limit, title, who in cases:
        with running("benchmarks.bsale_site", payments=payments, limit=limit) as site:

            def task(contender: Contender, limit: int = limit, site: str = site) -> dict[str, Any]:
                figures(site)  # which also begins a new count
                return {"site": site, "dsn": bench.database("benchmark_bsale"), "limit": limit}

            case = bench.rounds(title, who, task, times=2 if limit else 3, after=partial(with_calls, site))
        product = case.last("Cierre")
        calls = product.get("calls", 0)
        pages = ceil(payments / 50)
        asked = (calls - product.get("refused", 0)) / pages
        bench.holds(
            f"{title}: calls a page",
            f"{asked:.3f}",
            "≤ 1.06" if bench.full else "any",
            asked <= MOST_A_PAGE or not bench.full,
            "So many calls are asked beside the pages that hold the payments.",
        )
        if limit:
            bench.at_most(
                "with the limit, × its floor",
                case,
                "Cierre",
                calls / limit,
                1.05,
                "Each 429, deserved or not, holds all calls for as long as it asks, and slots rest a little longer than"
                " they must, since nobody knows when the vendor counted.",
            )
            over = product.get("over_the_limit")
            bench.holds("self-inflicted 429s", str(over), "0", over == 0, "The limiter let more than 8 into a second.")
        else:
            latencies, worked = ceil(calls / AT_ONCE) * 0.05, product.get("cpu_seconds", 0)
            bench.at_most(
                "without it, × the latency floor",
                case,
                "Cierre",
                latencies,
                1.15,
                "Twice the product must wait for answers before it can ask on: for how many payments the day and the"
                f" company have, and for where the day lies. One interpreter works {worked:.1f} s beside the answers:"
                " it holds totals against payments, numbers personal values and writes only once the last one is"
                " there, and PostgreSQL compresses and checks what it is given.",
                less=ONLY_KEPT,
            )
            bench.at_least(
                "without it, as fast as the loop",
                case,
                "Cierre",
                "requests loop",
                6,
                "As above: the floor itself is 8.",
            )


class NoLimit:
    """The slots of a connection that may be asked at any time (cierre.ports.allowance.RequestSlots)."""

    def take(self, given_up: Event = NEVER) -> None:
        """Waits for nothing."""

    def give_back(self, slot: None, *, rest: float) -> None:
        """Nothing rests."""

    def pause(self, seconds: float) -> None:
        """Nobody waits."""


def with_calls(site: str, result: dict[str, Any]) -> dict[str, Any]:
    """A result with what the site counted."""
    return result | figures(site)


def product(task: dict[str, Any]) -> dict[str, Any]:
    """The landing of a day, as the task does it."""
    ledger = {"conn_type": "postgres"} | _parts(task["dsn"])
    os.environ["AIRFLOW_CONN_LEDGER_DB"] = json.dumps(ledger)
    os.environ["AIRFLOW_CONN_BSALE"] = json.dumps({"conn_type": "bsale", "host": task["site"], "password": "token"})

    class Unlimited(BsaleHook):
        def _find_pace(self) -> Pace:
            return Pace(NoLimit(), AT_ONCE)

    begin_as_a_task()
    hook = (BsaleHook if task["limit"] else Unlimited)("bsale")
    place = landing.Place("bsale", "bsale", "*", DAY)
    with session.connect(task["dsn"]) as connection, Watch() as watch:
        answer = hook.fetch("1", DAY)
        landing.land(
            connection,
            place,
            asked=answer.asked,
            received_at=answer.received_at,
            body=answer.body,
            open_fields=SOURCES["bsale"].open_fields_of(answer.body),
            ahead=answer.ahead,
        )
    if broken := contradictions(certify(answer.body, currency="CLP", key="1")):
        raise ValueError(f"the certificate does not hold: {broken[0]}")
    rows = json.loads(answer.body)["payments"]
    return watch.result(rows=len(rows), cents=sum(row["amount"] for row in rows))


def _parts(dsn: str) -> dict[str, Any]:
    parts = conninfo_to_dict(dsn)
    return {
        "host": parts["host"],
        "port": int(parts["port"]),
        "login": parts["user"],
        "password": parts.get("password"),
        "schema": parts["dbname"],
    }
