"""A Bsale day by dlt's rest_api source: payments, and what proves that they are all."""

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
                        "params": {"recorddate": 1725580800, "expand": "[payment_type,document]"},
                        "data_selector": "items",
                        "paginator": {"type": "offset", "limit": 50, "total_path": "count"},
                    },
                    "write_disposition": "replace",
                    "max_table_nesting": 0,
                },
                _list("document_types", "v1/document_types.json", {}, "items", "count"),
                _list("totals", "v1/payments/group_payment_types.json", {"recorddate": 1725580800}, "$", None),
                *(
                    _one(f"state_{state}", "v1/payments.json", {"recorddate": 1725580800, "limit": 1, "state": state})
                    for state in (0, 1)
                ),
                _one("count", "v1/payments/count.json", {}),
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


def _list(name: str, path: str, params: dict, selector: str, total: str | None) -> dict[str, Any]:
    paginator = {"type": "offset", "limit": 50, "total_path": total}
    if total is None:
        paginator |= {"stop_after_empty_page": True}
    endpoint = {"path": path, "params": params, "data_selector": selector, "paginator": paginator}
    return {"name": name, "endpoint": endpoint, "write_disposition": "replace", "max_table_nesting": 0}


def _one(name: str, path: str, params: dict) -> dict[str, Any]:
    endpoint = {"path": path, "params": params, "data_selector": "$", "paginator": "single_page"}
    return {"name": name, "endpoint": endpoint, "write_disposition": "replace", "max_table_nesting": 0}
