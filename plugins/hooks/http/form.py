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
            "description": "Seconds to wait for the answer; also those in which a write's answer must be whole.",
            "schema": {"type": ["number", "null"], "default": read_timeout, "minimum": 0},
        },
        "total_timeout": {
            "label": "Time of a whole answer",
            "description": "Seconds until a read's answer must be whole, however steadily it comes.",
            "schema": {"type": ["number", "null"], "default": 600, "minimum": 0},
        },
        "retries": {
            "label": "Retries of a read",
            "description": "How often a read is tried again at once. Writes never are.",
            "schema": {"type": ["integer", "null"], "default": 3, "minimum": 0},
        },
        "max_wire_mb": {
            "label": "Megabytes sent",
            "description": "What is larger on its way, packed or not, is refused.",
            "schema": {"type": ["number", "null"], "default": 50, "minimum": 0},
        },
        "max_answer_mb": {
            "label": "Megabytes of an answer",
            "description": "What unpacks to more is refused.",
            "schema": {"type": ["number", "null"], "default": 200, "minimum": 0},
        },
        "max_depth": {
            "label": "Levels of an answer",
            "description": "What is nested deeper is refused.",
            "schema": {"type": ["integer", "null"], "default": 40, "minimum": 1},
        },
        "max_rows": {
            "label": "Rows of an answer",
            "description": "What has more rows (objects of JSON), in one answer or in all pages of a list, is refused.",
            "schema": {"type": ["integer", "null"], "default": 500_000, "minimum": 1},
        },
        "plain_http_host": text(
            "Host by http://",
            "Host to which the password may go without encryption. Blank: only https://, this machine, the sandbox.",
        ),
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
