"""P2: staging 200,000 documents in place of those staged before."""

import hashlib
import json
from dataclasses import replace
from typing import Any

from benchmarks.documents import BOX, DAY, payments
from benchmarks.harness import Bench, Contender
from benchmarks.measure import Watch, cents_of
from cierre.bookkeeping.documents import Reading
from cierre.bookkeeping.personal import NOTHING_OPEN
from cierre.ledger import landing, session, staging

NUMBER, TITLE = "P2", "staging 200,000 documents"
INTRO = """
A day's documents, with the SHA-256 of the answer they were read from, replace those of the same day, in one
transaction. Each contender has them in memory in the form it likes best: Cierre as its documents, pandas as a data
frame, dlt as dicts, COPY as the very bytes that it sends. All write the same eleven columns with the same primary key
(pandas, dlt and COPY the hash besides); Cierre's table also refuses documents without their day, and its transaction
ends with the close board's summary of the day. Each has staged the same day once before the first round.

pandas: `DELETE`, then `to_sql` with `method="multi"`, 1,000 rows a statement. dlt: `merge` by delete-insert on the
day, schema given, CSV by COPY, no telemetry. COPY: `DELETE`, then one COPY. The two slow ones take part in two rounds
of four.
"""


def run(bench: Bench) -> None:
    """One case."""
    count = bench.size(200_000, 500)
    contenders = [
        Contender("Cierre", "benchmarks.staging:product"),
        Contender("bare COPY", "benchmarks.staging:bare_copy"),
        Contender("pandas to_sql", "benchmarks.peers.pandas_staging:stage", peer=True, times=2),
        Contender("dlt merge", "benchmarks.peers.dlt_staging:stage", peer=True, times=2),
    ]
    file = bench.folder / "records.jsonl"
    with open(file, "w", encoding="utf-8") as lines:
        lines.writelines(json.dumps(record) + "\n" for record in records(count))
    databases = {one.name: bench.database(f"benchmark_staging_{number}") for number, one in enumerate(contenders)}

    def task(contender: Contender) -> dict[str, Any]:
        bench.settle(databases[contender.name])
        folder = str(bench.folder)
        return {"dsn": databases[contender.name], "count": count, "records": str(file), "folder": folder}

    with bench.bar("P2 the staging before", len(contenders)) as advance:
        for contender in contenders:
            if contender.is_there:
                # pandas need not take its time for what only lies there before: its table is the one that COPY fills.
                quick = replace(contenders[1], name=contender.name) if "pandas" in contender.name else contender
                bench.round(quick, task(contender))
            advance()

    case = bench.rounds(TITLE, contenders, task, times=4)
    bench.at_least(
        "as fast as to_sql",
        case,
        "Cierre",
        "pandas to_sql",
        5,
        "pandas sends the rows as text in INSERTs of a thousand.",
    )
    copy, dlt = case.median("bare COPY"), case.median("dlt merge")
    floor = f" bare COPY of ready bytes is {dlt / copy:.1f} × as fast in this run." if copy and dlt else ""
    bench.at_least("as fast as dlt merge", case, "Cierre", "dlt merge", 12, f"dlt writes CSV by COPY too:{floor}")
    bench.at_most(
        "× bare COPY",
        case,
        "Cierre",
        "bare COPY",
        1.3,
        "Python must first make the bytes of documents; that their day is there, and the board's summary, come on top.",
    )


def product(task: dict[str, Any]) -> dict[str, Any]:
    """cierre.ledger.staging.replace."""
    reading, body = Reading(list(payments(task["count"]))), answer(task["count"])
    with session.connect(task["dsn"]) as connection:
        snapshot = landing.land(
            connection,
            landing.Place("sga", "sga_itb", "164", DAY),
            asked={},
            received_at=connection.execute("SELECT now()").fetchone()[0],
            body="{}",
            open_fields=NOTHING_OPEN,
        )
        with Watch() as watch:
            hashlib.sha256(body).hexdigest()
            staging.replace(connection, BOX, DAY, snapshot.snapshot_id, reading)
        rows, total = connection.execute("SELECT count(*), sum(net) FROM staging.document").fetchone()
    return watch.result(rows=rows, cents=cents_of(total))


def bare_copy(task: dict[str, Any]) -> dict[str, Any]:
    """Ready bytes into a table alike."""
    lines = ["\t".join([*record.values(), "0" * 64]) for record in records(task["count"])]
    sent, body = ("\n".join(lines) + "\n").encode(), answer(task["count"])
    with session.connect(task["dsn"]) as connection:
        prepare(connection)
        with Watch() as watch, connection.transaction(), connection.cursor() as cursor:
            hashlib.sha256(body).hexdigest()
            cursor.execute("DELETE FROM bare_document WHERE box = %s AND business_date = %s", (BOX, DAY))
            with cursor.copy("COPY bare_document FROM STDIN") as stream:
                stream.write(sent)
        rows, total = connection.execute("SELECT count(*), sum(net) FROM bare_document").fetchone()
    return watch.result(rows=rows, cents=cents_of(total))


def prepare(connection: Any) -> None:
    """A table like the product's, but that it refuses no document without its day."""
    connection.execute(
        "CREATE TABLE IF NOT EXISTS bare_document (LIKE staging.document INCLUDING ALL, sha256 text NOT NULL)"
    )


def records(count: int) -> list[dict[str, str]]:
    """The documents as the product stages them, each column as text."""
    return [
        {
            "box": BOX,
            "business_date": str(DAY),
            "document_key": document.key,
            "kind": str(document.kind),
            "form": document.form,
            "currency": document.currency,
            "net": str(document.net),
            "amounts": json.dumps({name: str(amount) for name, amount in document.amounts.items()}),
            "attributes": json.dumps(document.attributes),
            "place": document.place,
            "reference": document.reference,
        }
        for document in payments(count)
    ]


def answer(count: int) -> bytes:
    """As many bytes as a source's answer has for so many documents."""
    return b"x" * 300 * count
