"""Bsale's payments by dlt's rest_api source."""

import os
import tempfile
from typing import Any

os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
os.environ["RUNTIME__REQUEST_BACKOFF_FACTOR"] = "0.05"

import dlt
import psycopg2
from dlt.sources.rest_api import rest_api_source

from benchmarks.measure import Watch


def land(task: dict[str, Any]) -> dict[str, Any]:
    """All pages into a table."""
    source = rest_api_source(
        {
            "client": {"base_url": task["site"]},
            "resources": [
                {
                    "name": "payments",
                    "endpoint": {
                        "path": "v1/payments.json",
                        "params": {"recorddate": 1725580800, "expand": "[payment_type]"},
                        "data_selector": "items",
                        "paginator": {"type": "offset", "limit": 50, "total_path": "count"},
                    },
                    "write_disposition": "replace",
                    "max_table_nesting": 0,
                }
            ],
        }
    )
    with tempfile.TemporaryDirectory() as folder:
        pipeline = dlt.pipeline(
            "bsale",
            destination=dlt.destinations.postgres(task["dsn"]),
            dataset_name="dlt_bsale",
            pipelines_dir=folder,
        )
        with Watch() as watch:
            pipeline.run(source, loader_file_format="csv")
    with psycopg2.connect(task["dsn"]) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*), sum(amount) FROM dlt_bsale.payments")
        rows, total = cursor.fetchone()
    return watch.result(rows=rows, cents=int(total))
