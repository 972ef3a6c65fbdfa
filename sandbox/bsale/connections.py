"""The Airflow connection that leads to the stand-in."""

from typing import Any


def connections(url: str, login: str, password: str) -> dict[str, dict[str, Any]]:
    """By id, where the stand-in answers at ``url``: it also answers Bsale's service that tells whose a token is."""
    return {"bsale": {"conn_type": "bsale", "host": url, "password": password, "extra": {"credential_address": "/"}}}
