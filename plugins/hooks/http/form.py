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
        "connect_timeout": number("Connect timeout", "Seconds to wait for the connection to open.", 10, minimum=0),
        "read_timeout": number(
            "Read timeout",
            "Seconds to wait for the answer; also those in which a write's answer must be whole.",
            read_timeout,
            minimum=0,
        ),
        "total_timeout": number(
            "Time of a whole answer",
            "Seconds until a read's answer must be whole, however steadily it comes.",
            600,
            minimum=0,
        ),
        "retries": integer(
            "Retries of a read", "How often a read is tried again at once. Writes never are.", 3, minimum=0
        ),
        "max_wire_mb": number("Megabytes sent", "What is larger on its way, packed or not, is refused.", 50, minimum=0),
        "max_answer_mb": number("Megabytes of an answer", "What unpacks to more is refused.", 200, minimum=0),
        "max_depth": integer("Levels of an answer", "What is nested deeper is refused.", 40, minimum=1),
        "max_rows": integer(
            "Rows of an answer",
            "What has more rows (objects of JSON), in one answer or in all pages of a list, is refused.",
            500_000,
            minimum=1,
        ),
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


def number(label: str, description: str, default: float | None, *, minimum: int) -> dict[str, Any]:
    """An optional number, of ``minimum`` at least."""
    return _counted("number", label, description, default, minimum)


def integer(label: str, description: str, default: int | None, *, minimum: int) -> dict[str, Any]:
    """An optional whole number, of ``minimum`` at least."""
    return _counted("integer", label, description, default, minimum)


def _counted(kind: str, label: str, description: str, default: float | None, minimum: int) -> dict[str, Any]:
    schema = {"type": [kind, "null"], "default": default, "minimum": minimum}
    return {"label": label, "description": description, "schema": schema}


def an_object(label: str, description: str, default: dict[str, Any]) -> dict[str, Any]:
    """An optional object."""
    return {"label": label, "description": description, "schema": {"type": ["object", "null"], "default": default}}
