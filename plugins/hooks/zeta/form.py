"""The form of a Zeta connection in Airflow. Field names are the keys of its extra, which ``settings`` reads."""

from collections.abc import Mapping
from typing import Any

from hooks.http.form import an_object, behaviour, every_vendor, integer, number, text

FORM: Mapping[str, Any] = {
    "ui-field-behaviour": {
        **behaviour("https://api.zetasoftware.com", hidden=[]),
        "relabeling": {"host": "Base address", "login": "Company code", "password": "Company key"},
    },
    "conn-fields": {
        "developer_code": text("Developer code", "DesarrolladorCodigo."),
        "developer_password": {
            "label": "Developer key",
            "description": "DesarrolladorClave.",
            "schema": {"type": ["string", "null"], "format": "password", "default": None},
        },
        "role": text("Role", "RolCodigo.", default="1"),
        "timezone": text("Time zone", "Zeta's own: its days and hours count.", "America/Montevideo"),
        "business_hours": text(
            "Business hours", "No queries are made in them. Two equal times: there are none.", "09:00-19:00"
        ),
        "business_days": text("Business days", "First and last, such as mon-sat.", "mon-sat"),
        "single_details": integer(
            "Sales asked one by one",
            "How many sales of a day may have their lines asked for one by one.",
            200,
            minimum=0,
        ),
        "details_at_once": integer("Sales asked at once", "How many of those at a time.", 4, minimum=1),
        "voucher_types": an_object(
            "Types of voucher",
            "What each ComprobanteTipo is here: credit_sale, credit_note, cash_sale or cash_return.",
            {"1": "credit_sale", "2": "credit_note", "3": "cash_sale", "4": "cash_return"},
        ),
        "vouchers": an_object(
            "Vouchers whose names mislead",
            "The same by ComprobanteCodigo, whatever number and words of the voucher say.",
            {},
        ),
        "receipts": {
            "label": "Receipts",
            "description": "Whether Recibos de Cobranza are read: off, issued (others stop a day), all.",
            "schema": {"type": "string", "enum": ["off", "issued", "all"], "default": "off"},
        },
        "receipt_sign": {
            "label": "Sign of a receipt",
            "description": "Of TotalSigno where money came in: 1, -1. Blank: one below zero stops a day.",
            "schema": {"type": "string", "enum": ["", "1", "-1"], "default": ""},
        },
        "receipt_rates": an_object(
            "Rates of receipts", 'Pesos for one, such as {"2024-09-06 USD": 40.21}: receipts name none.', {}
        ),
        "month_padded": {
            "label": "Months with two digits",
            "description": "Whether Mes goes as 09 or as 9.",
            "schema": {"type": "boolean", "default": True},
        },
        "year_field": {
            "label": "Year in queries",
            "description": "What QueryVentas calls the year.",
            "schema": {"type": "string", "enum": ["Año", "Anio"], "default": "Año"},
        },
        "currencies": an_object("Currencies", "ISO code by MonedaCodigo.", {"1": "UYU", "2": "USD"}),
        "currency_decimals": an_object("Rounding", "Decimals by MonedaCodigo.", {"1": 2, "2": 2}),
        "vat_rates": an_object("VAT", "Percent by CodigoIVA.", {"0": 0, "1": 10, "2": 22}),
        "identify_above": number(
            "Identify above",
            "Pesos without VAT above which a new voucher needs the customer's document.",
            None,
            minimum=0,
        ),
        "ledger_connection": text("Ledger", "Connection where calls are recorded.", "ledger_db"),
        **every_vendor(read_timeout=300),
    },
}
"""As an entry of Airflow's provider information has it."""
