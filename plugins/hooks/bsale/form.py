"""The form of a Bsale connection in Airflow. Field names are the keys of its extra, which ``settings`` reads."""

from collections.abc import Mapping
from typing import Any

from hooks.http.form import behaviour, every_vendor, integer, text

FORM: Mapping[str, Any] = {
    "ui-field-behaviour": behaviour("https://api.bsale.cl", hidden=["login"]),
    "conn-fields": {
        "requests_per_second": integer(
            "Requests a second",
            "What the site allows one access_token (the password), all processes together.",
            8,
            minimum=1,
        ),
        "timezone": text(
            "Time zone",
            "Of the company: a payment without a date belongs to the local day on which it was made.",
            default="America/Santiago",
        ),
        "rut": text("RUT", "Of the company: a token of another one is refused."),
        "credential_address": text(
            "Credential service",
            "Where whose token it is can be asked; blank: Bsale's own, https://credential.bsale.io.",
        ),
        "ledger_connection": text(
            "Ledger's connection", "Where the limit is kept for all processes.", default="ledger_db"
        ),
        **every_vendor(read_timeout=120),
    },
}
"""As an entry of Airflow's provider information has it."""
