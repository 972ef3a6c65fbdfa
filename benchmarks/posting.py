"""P4: posting the journals of 40 boxes, four at a time, to an ERP that takes 300 ms for each call."""

import json
import os
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import requests

from benchmarks.documents import DAY, MAPPING, payments
from benchmarks.harness import Bench, Contender
from benchmarks.measure import Watch, begin_as_a_task, cents_of
from benchmarks.results import Case
from benchmarks.site import figures, running
from cierre.accounting_files.account_mappings import account_mapping
from cierre.accounting_files.loader import cash_box
from cierre.bookkeeping.derive import derive
from cierre.bookkeeping.personal import NOTHING_OPEN
from cierre.ledger import landing, revisions, session
from cierre.posting.protocol import Poster
from hooks.protheus.hook import ProtheusHook

NUMBER, TITLE = "P4", "posting the journals of 40 boxes"
INTRO = """
One journal of some fifty lines for each of 40 boxes, four boxes at a time, to a stand-in of the ERP that takes 300 ms
for every call. Cierre's posting protocol writes what it is about to do into PostgreSQL first. Both are one process with
four workers; each of Cierre's has one session of PostgreSQL. Its tasks in Airflow are processes of their own: what each
pays besides for a session that nothing was asked in yet, is the row below. The script posts the same lines with
`requests` and tries again up to five times, after half a second, where no good answer came. The ledger's clock stands
at the day after the one that is posted, as it does when a day is closed.

With faults every tenth insert goes wrong, by turns: it is booked and the connection breaks before the answer, or the
connection breaks and nothing is booked. What is doubled and missing is counted in the ERP's own ledger.
"""
AT_ONCE = 4
TENANT = "T1,D MG 01 "
DAY_AFTER = f"?options=-c%20cierre.now%3D{DAY + timedelta(days=1)}"


def run(bench: Bench) -> None:
    """Without faults, then with."""
    boxes = bench.size(40, 8)
    delay = bench.size(0.3, 0.02)
    contenders = [
        Contender("Cierre", "benchmarks.posting:product"),
        Contender("Cierre, a session for each box", "benchmarks.posting:product", settings={"anew": True}),
        Contender("a script that retries", "benchmarks.posting:script"),
    ]
    for fault_every, title in ((0, "no faults"), (bench.size(10, 4), "10 % faults")):
        case = bench.case(title)
        times = bench.size(3, 1)
        with bench.bar(f"P4 {title}", times * len(contenders)) as advance:
            for _ in range(times):
                for contender in contenders:
                    with running("benchmarks.erp_site", delay=delay, fault_every=fault_every) as site:
                        task = {"site": site, "boxes": boxes, "dsn": bench.database("benchmark_posting"), "anew": False}
                        result = bench.round(contender, task)
                        case.add(contender.name, result | outcome(figures(site), result.pop("keys")))
                    advance()
        ours, theirs = case.last("Cierre"), case.last("a script that retries")
        if not fault_every:
            bench.check_cents(case)
            bench.at_most(
                "× the script without faults",
                case,
                "Cierre",
                "a script that retries",
                1.08,
                f"A box takes {_more(case, boxes):.0f} ms more: the lock and what is read under it, and claim and"
                " confirmation on disk, with the board's summary and the seals; a script that writes nothing down"
                " beforehand needs none of it.",
            )
        else:
            said = f"{ours['doubled']} doubled, {ours['missing']} missing (the script: {_told(theirs)})"
            exactly_once = not ours["doubled"] and not ours["missing"]
            bench.holds("with 10 % faults", said, "0 and 0", exactly_once, "The protocol failed: this is a bug.")


def _more(case: Case, boxes: int) -> float:
    """Milliseconds that a box takes longer than the script's, each thread one box after the other."""
    ours, theirs = case.median("Cierre") or 0, case.median("a script that retries") or 0
    return 1000 * (ours - theirs) / (boxes / AT_ONCE)


def _told(result: dict[str, Any]) -> str:
    return f"{result['doubled']} and {result['missing']}"


def outcome(site: dict[str, Any], keys: list[str]) -> dict[str, Any]:
    """What the ERP's ledger really holds of these entries."""
    times = Counter(key for key, _ in site["documents"])
    total = sum(Decimal(total) for _, total in site["documents"])
    return {
        "calls": site["calls"],
        "doubled": sum(times[key] - 1 for key in keys if times[key]),
        "missing": sum(not times[key] for key in keys),
        "cents": cents_of(total),
    }


def journals(boxes: int) -> list[Any]:
    """A cash box and its day's entries, for each."""
    mapping, pattern = account_mapping(MAPPING), cash_box("itb_caja_164")
    documents = list(payments(100))
    for number in range(boxes):
        erp = pattern.erp.model_copy(update={"lot": f"{number:06}", "tenant": TENANT})
        box = pattern.model_copy(update={"id": f"box_{number:02}", "key": str(number), "erp": erp})
        yield box, documents[: 60 + number], derive(documents[: 60 + number], mapping, box, DAY).entries


def product(task: dict[str, Any]) -> dict[str, Any]:
    """cierre.posting.protocol, box by box."""
    connection = {"conn_type": "protheus", "host": task["site"], "login": "cierre", "password": "secret"}
    os.environ["AIRFLOW_CONN_PROTHEUS"] = json.dumps(connection)
    revisions, keys = freeze(task)
    begin_as_a_task()

    own = threading.local()

    def post(revision: Any) -> None:
        if task["anew"] or not hasattr(own, "ledger"):
            own.ledger = session.connect(task["dsn"] + DAY_AFTER)
        with session.box_day(own.ledger, revision.box, DAY):
            Poster(own.ledger, ProtheusHook("protheus"), "benchmark").converge(revision)
        if task["anew"]:
            own.ledger.close()

    with Watch() as watch, ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(post, revisions))
    return watch.result(rows=len(keys), cents=0, keys=keys)


def freeze(task: dict[str, Any]) -> tuple[list[Any], list[str]]:
    """The day of every box in the ledger: revisions, and the keys of their entries."""
    with session.connect(task["dsn"]) as connection:
        place = landing.Place("sga", "sga_itb", "*", DAY)
        snapshot = landing.land(
            connection, place, asked={}, received_at=datetime.now(UTC), body="{}", open_fields=NOTHING_OPEN
        )
        frozen = [
            revisions.freeze(
                connection,
                box=box.id,
                day=DAY,
                snapshot_id=snapshot.snapshot_id,
                mapping=MAPPING,
                mapping_digest="0" * 64,
                tenant=box.erp.tenant,
                lot=box.erp.lot,
                entries=entries,
                documents={document.key: document for document in documents},
            )[0]
            for box, documents, entries in journals(task["boxes"])
        ]
        keys = [entry.entry_key for revision in frozen for entry in revisions.bookings(connection, revision)]
    return frozen, keys


def script(task: dict[str, Any]) -> dict[str, Any]:
    """What one writes in an afternoon: post, and post again where no good answer came."""
    address = f"{task['site']}/api/ctb/accountingentry/insert"
    entries = [(f"{box.id}|{entry.part}", box, entry) for box, _, part in journals(task["boxes"]) for entry in part]

    def post(job: Any) -> None:
        key, box, entry = job
        body = {
            "CT2_DATA": f"{DAY:%d/%m/%Y}",
            "CT2_LOTE": box.erp.lot,
            "CT2_SBLOTE": f"{entry.part:03}",
            "ITENS": [
                {
                    "CT2_MOEDLC": "01",
                    "CT2_DC": "1" if line.side == "D" else "2",
                    "CT2_DEBITO" if line.side == "D" else "CT2_CREDIT": line.account,
                    "CT2_VALOR": float(line.amount),
                    "CT2_HIST": line.history,
                    "CT2_KEY": key,
                }
                for line in entry.lines
            ],
        }
        for _ in range(5):
            try:
                answer = requests.post(address, json=body, headers={"tenantId": TENANT}, timeout=180)
                if answer.ok and not answer.json()["error"]:
                    return
            except (requests.RequestException, ValueError):
                pass
            time.sleep(0.5)

    with Watch() as watch, ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(post, entries))
    return watch.result(rows=len(entries), cents=0, keys=[key for key, _, _ in entries])
