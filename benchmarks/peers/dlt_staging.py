"""Staging by a dlt merge."""

import hashlib
import os
from decimal import Decimal
from pathlib import Path
from typing import Any

os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"

import dlt
import psycopg2

from benchmarks.measure import Watch, cents_of
from benchmarks.peers.records import answer, records

KEY = {"nullable": False}
COLUMNS = {
    name: {"data_type": "text", **KEY}
    for name in ("box", "document_key", "kind", "form", "currency", "place", "reference", "sha256")
} | {
    "business_date": {"data_type": "date", **KEY},
    "net": {"data_type": "decimal", "precision": 18, "scale": 2, **KEY},
    "amounts": {"data_type": "json", **KEY},
    "attributes": {"data_type": "json", **KEY},
}


def stage(task: dict[str, Any]) -> dict[str, Any]:
    """Merges the documents, replacing those of their day."""
    rows, body = records(task, parsed=True), answer(task)
    folder = Path(task["folder"]) / "dlt"
    pipeline = dlt.pipeline(
        "staging",
        destination=dlt.destinations.postgres(task["dsn"]),
        dataset_name="dlt_staging",
        pipelines_dir=str(folder),
    )
    with Watch() as watch:
        sha256 = hashlib.sha256(body).hexdigest()
        documents = dlt.resource(
            [row | {"sha256": sha256, "net": Decimal(row["net"])} for row in rows],
            name="document",
            columns=COLUMNS,
            primary_key=("box", "business_date", "document_key"),
            merge_key=("box", "business_date"),
            write_disposition={"disposition": "merge", "strategy": "delete-insert"},
            max_table_nesting=0,
        )
        pipeline.run(documents, loader_file_format="csv")
    with psycopg2.connect(task["dsn"]) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*), sum(net) FROM dlt_staging.document")
        count, total = cursor.fetchone()
    return watch.result(rows=count, cents=cents_of(total))
