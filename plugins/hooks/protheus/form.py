"""The form of a Protheus connection in Airflow. Field names are the keys of its extra, which ``settings`` reads."""

from collections.abc import Mapping
from typing import Any

from hooks.http.form import behaviour, every_vendor, text

FORM: Mapping[str, Any] = {
    "ui-field-behaviour": behaviour("https://erp.example.com/rest", hidden=[]),
    "conn-fields": {
        "auth": {
            "label": "Login by",
            "description": "basic sends user and password with each call; oauth2 trades them for a token.",
            "schema": {"type": "string", "enum": ["basic", "oauth2"], "default": "basic"},
        },
        "currencies": {
            "label": "Currencies",
            "description": 'Number of each currency in the ERP (CT2_MOEDLC), such as {"USD": "01"}.',
            "schema": {"type": ["object", "null"], "default": {"USD": "01"}},
        },
        "balance_type": text("Balance type", "CT2_TPSALD; the ERP's own default is 1."),
        "conversion": text("Conversion", "CT2_CONVER; the ERP's own default is 1."),
        "origin": text("Origin", "CT2_ORIGEM, where entries say they come from.", default="CIERRE"),
        "not_found": text(
            "Text of “not found”",
            "Regular expression for the answer of a delete that found no document, where this site words "
            "it unlike the usual Spanish, Portuguese and English.",
        ),
        "closed_period": text(
            "Text of “closed period”",
            "Regular expression for a refusal because the date's period is closed, where this site words "
            "it unlike the usual Spanish, Portuguese and English.",
        ),
        **every_vendor(read_timeout=180),
    },
}
"""As an entry of Airflow's provider information has it."""
