"""What Airflow reads, through the package's entry point, to offer the project's connection types."""

from typing import Any


def get_provider_info() -> dict[str, Any]:
    """The provider as Airflow 3.3 wants it: name, version, and for each connection type its hook and its form.

    Field names in ``conn-fields`` are the keys that the form writes to the connection's extra; each hook's
    ``Settings`` reads them. Imported by every Airflow process: it must not import the hooks.
    """
    return {
        "package-name": "cierre",
        "name": "Cierre",
        "description": "Closes cash boxes: reads their source, posts the journal to the ERP, reconciles to the cent.",
        "connection-types": [
            {
                "connection-type": "sga",
                "hook-class-name": "hooks.sga.hook.SgaHook",
                "hook-name": "SGA (school cash system)",
                "ui-field-behaviour": _form("https://sga.example.edu", hidden=["login", "password"]),
                "conn-fields": {
                    "passing_errors": _text(
                        "Words of passing errors",
                        "Regular expression for what SGA says in an ERROR of a trouble that passes (connection, time, "
                        "lock), where this tenant words it unlike the usual English and Spanish: it is asked again.",
                    ),
                    **_every_vendor(read_timeout=120),
                },
            },
            {
                "connection-type": "protheus",
                "hook-class-name": "hooks.protheus.hook.ProtheusHook",
                "hook-name": "Protheus (ERP)",
                "ui-field-behaviour": _form("https://erp.example.com/rest", hidden=[]),
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
                    "balance_type": _text("Balance type", "CT2_TPSALD; the ERP's own default is 1."),
                    "conversion": _text("Conversion", "CT2_CONVER; the ERP's own default is 1."),
                    "origin": _text("Origin", "CT2_ORIGEM, where entries say they come from.", default="CIERRE"),
                    "not_found": _text(
                        "Text of “not found”",
                        "Regular expression for the answer of a delete that found no document, where this site words "
                        "it unlike the usual Spanish, Portuguese and English.",
                    ),
                    "closed_period": _text(
                        "Text of “closed period”",
                        "Regular expression for a refusal because the date's period is closed, where this site words "
                        "it unlike the usual Spanish, Portuguese and English.",
                    ),
                    **_every_vendor(read_timeout=180),
                },
            },
            {
                "connection-type": "bsale",
                "hook-class-name": "hooks.bsale.hook.BsaleHook",
                "hook-name": "Bsale (payments)",
                "ui-field-behaviour": _form("https://api.bsale.cl", hidden=["login"]),
                "conn-fields": {
                    "requests_per_second": {
                        "label": "Requests a second",
                        "description": "What the site allows one access_token (the password), all processes together.",
                        "schema": {"type": ["integer", "null"], "default": 8, "minimum": 1},
                    },
                    "timezone": _text(
                        "Time zone",
                        "Of the company: a payment without a date belongs to the local day on which it was made.",
                        default="America/Santiago",
                    ),
                    "rut": _text("RUT", "Of the company: a token of another one is refused."),
                    "credential_address": _text(
                        "Credential service",
                        "Where whose token it is can be asked; blank: Bsale's own, https://credential.bsale.io.",
                    ),
                    "ledger_connection": _text(
                        "Ledger's connection", "Where the limit is kept for all processes.", default="ledger_db"
                    ),
                    **_every_vendor(read_timeout=120),
                },
            },
            {
                "connection-type": "sge",
                "hook-class-name": "hooks.sge.hook.SgeHook",
                "hook-name": "SGE (Hércules: issued invoices)",
                "ui-field-behaviour": _form("https://sge.example.es/api", hidden=["login"]),
                "conn-fields": {
                    "auth": {
                        "label": "Key goes as",
                        "description": "The password is the key: api_key sends it as X-API-Key, bearer as a token.",
                        "schema": {"type": "string", "enum": ["api_key", "bearer"], "default": "api_key"},
                    },
                    "lookback_days": {
                        "label": "Days to read again",
                        "description": "Days before the business date that are read too, to see late collections.",
                        "schema": {"type": ["integer", "null"], "default": 120, "minimum": 1},
                    },
                    "page_size": {
                        "label": "Rows a page",
                        "description": "Leave blank where lists come whole.",
                        "schema": {"type": ["integer", "null"], "default": None, "minimum": 1},
                    },
                    "details_at_once": {
                        "label": "Details at once",
                        "description": "How many invoices are asked for by their id at the same time.",
                        "schema": {"type": ["integer", "null"], "default": 4, "minimum": 1},
                    },
                    **_every_vendor(read_timeout=120),
                },
            },
            {
                "connection-type": "zeta",
                "hook-class-name": "hooks.zeta.hook.ZetaHook",
                "hook-name": "Zeta (customers' invoices)",
                "ui-field-behaviour": {
                    **_form("https://api.zetasoftware.com", hidden=[]),
                    "relabeling": {"host": "Base address", "login": "Company code", "password": "Company key"},
                },
                "conn-fields": {
                    "developer_code": _text("Developer code", "DesarrolladorCodigo."),
                    "developer_password": {
                        "label": "Developer key",
                        "description": "DesarrolladorClave.",
                        "schema": {"type": ["string", "null"], "format": "password", "default": None},
                    },
                    "role": _text("Role", "RolCodigo.", default="1"),
                    "timezone": _text("Time zone", "Zeta's own: its days and hours count.", "America/Montevideo"),
                    "business_hours": _text(
                        "Business hours", "No queries are made in them. Two equal times: there are none.", "09:00-19:00"
                    ),
                    "business_days": _text("Business days", "First and last, such as mon-sat.", "mon-sat"),
                    "single_details": {
                        "label": "Sales asked one by one",
                        "description": "How many sales of a day may have their lines asked for one by one.",
                        "schema": {"type": ["integer", "null"], "default": 200, "minimum": 0},
                    },
                    "details_at_once": {
                        "label": "Sales asked at once",
                        "description": "How many of those at a time.",
                        "schema": {"type": ["integer", "null"], "default": 4, "minimum": 1},
                    },
                    "voucher_types": _object(
                        "Types of voucher",
                        "What each ComprobanteTipo is here: credit_sale, credit_note, cash_sale or cash_return.",
                        {"1": "credit_sale", "2": "credit_note", "3": "cash_sale", "4": "cash_return"},
                    ),
                    "vouchers": _object(
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
                    "receipt_rates": _object(
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
                    "currencies": _object("Currencies", "ISO code by MonedaCodigo.", {"1": "UYU", "2": "USD"}),
                    "currency_decimals": _object("Rounding", "Decimals by MonedaCodigo.", {"1": 2, "2": 2}),
                    "vat_rates": _object("VAT", "Percent by CodigoIVA.", {"0": 0, "1": 10, "2": 22}),
                    "identify_above": {
                        "label": "Identify above",
                        "description": "Pesos without VAT above which a new voucher needs the customer's document.",
                        "schema": {"type": ["number", "null"], "default": None, "minimum": 0},
                    },
                    "ledger_connection": _text("Ledger", "Connection where calls are recorded.", "ledger_db"),
                    **_every_vendor(read_timeout=300),
                },
            },
        ],
    }


def _form(base_url: str, hidden: list[str]) -> dict[str, Any]:
    """The standard fields of a vendor's form: the base address goes to Host, so port and schema are not asked."""
    return {
        "hidden-fields": ["schema", "port", *hidden],
        "relabeling": {"host": "Base address"},
        "placeholders": {"host": base_url},
    }


def _every_vendor(*, read_timeout: int) -> dict[str, Any]:
    """The fields that every vendor's connection has; see hooks.http.hook.Settings."""
    return {
        "connect_timeout": {
            "label": "Connect timeout",
            "description": "Seconds to wait for the connection to open.",
            "schema": {"type": ["number", "null"], "default": 10, "minimum": 0},
        },
        "read_timeout": {
            "label": "Read timeout",
            "description": "Seconds to wait for the answer.",
            "schema": {"type": ["number", "null"], "default": read_timeout, "minimum": 0},
        },
        "retries": {
            "label": "Retries of a read",
            "description": "How often a read is tried again at once. Writes never are.",
            "schema": {"type": ["integer", "null"], "default": 3, "minimum": 0},
        },
        "sandbox": _text(
            "Sandbox",
            "The address at which this is the sandbox's connection: what is posted there is marked as such. Blank for a"
            " real system; another base address makes it one, too.",
        ),
    }


def _text(label: str, description: str, default: str | None = None) -> dict[str, Any]:
    """An optional text field."""
    return {"label": label, "description": description, "schema": {"type": ["string", "null"], "default": default}}


def _object(label: str, description: str, default: dict[str, Any]) -> dict[str, Any]:
    """An optional object."""
    return {"label": label, "description": description, "schema": {"type": ["object", "null"], "default": default}}
