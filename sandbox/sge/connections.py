"""The Airflow connection that leads to the stand-in."""

from typing import Any


def connections(url: str, login: str, password: str) -> dict[str, dict[str, Any]]:
    """By id, where the stand-in answers at ``url``."""
    return {"sge": {"conn_type": "sge", "host": url, "password": password}}
