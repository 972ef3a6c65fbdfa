"""The form of an SGA connection in Airflow. Field names are the keys of its extra, which ``settings`` reads."""

from collections.abc import Mapping
from typing import Any

from hooks.http.form import behaviour, every_vendor, text

FORM: Mapping[str, Any] = {
    "ui-field-behaviour": behaviour("https://sga.example.edu", hidden=["login", "password"]),
    "conn-fields": {
        "passing_errors": text(
            "Words of passing errors",
            "Regular expression for what SGA says in an ERROR of a trouble that passes (connection, time, "
            "lock), where this tenant words it unlike the usual English and Spanish: it is asked again.",
        ),
        **every_vendor(read_timeout=120),
    },
}
"""As an entry of Airflow's provider information has it."""
