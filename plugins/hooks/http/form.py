"""Pieces of which vendors' connection forms are made, as Airflow 3.3 wants them. Imported by every Airflow process."""

from typing import Any


def behaviour(base_url: str, hidden: list[str]) -> dict[str, Any]:
    """The standard fields of a vendor's form: the base address goes to Host, so port and schema are not asked."""
    return {
        "hidden-fields": ["schema", "port", *hidden],
        "relabeling": {"host": "Base address"},
        "placeholders": {"host": base_url},
    }


def every_vendor(*, read_timeout: int) -> dict[str, Any]:
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
        "sandbox": text(
            "Sandbox",
            "The address at which this is the sandbox's connection: what is posted there is marked as such. Blank for a"
            " real system; another base address makes it one, too.",
        ),
    }


def text(label: str, description: str, default: str | None = None) -> dict[str, Any]:
    """An optional text field."""
    return {"label": label, "description": description, "schema": {"type": ["string", "null"], "default": default}}


def an_object(label: str, description: str, default: dict[str, Any]) -> dict[str, Any]:
    """An optional object."""
    return {"label": label, "description": description, "schema": {"type": ["object", "null"], "default": default}}
