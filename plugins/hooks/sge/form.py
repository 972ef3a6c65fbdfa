"""The form of an SGE connection in Airflow. Field names are the keys of its extra, which ``settings`` reads."""

from collections.abc import Mapping
from typing import Any

from hooks.http.form import behaviour, every_vendor, integer

FORM: Mapping[str, Any] = {
    "ui-field-behaviour": behaviour("https://sge.example.es/api", hidden=["login"]),
    "conn-fields": {
        "auth": {
            "label": "Key goes as",
            "description": "The password is the key: api_key sends it as X-API-Key, bearer as a token.",
            "schema": {"type": "string", "enum": ["api_key", "bearer"], "default": "api_key"},
        },
        "lookback_days": integer(
            "Days to read again",
            "Days before the business date that are read too, to see late collections.",
            120,
            minimum=1,
        ),
        "page_size": integer("Rows a page", "Leave blank where lists come whole.", None, minimum=1),
        "details_at_once": integer(
            "Details at once", "How many invoices are asked for by their id at the same time.", 4, minimum=1
        ),
        **every_vendor(read_timeout=120),
    },
}
"""As an entry of Airflow's provider information has it."""
