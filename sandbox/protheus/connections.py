"""The Airflow connection that leads to the stand-in."""

from typing import Any

CURRENCIES = {"USD": "01", "CLP": "02", "UYU": "03", "EUR": "04"}
"""The number that this site gives each currency that boxes keep."""


def connections(url: str, login: str, password: str) -> dict[str, dict[str, Any]]:
    """By id, where the stand-in answers at ``url``."""
    extra = {"currencies": CURRENCIES}
    return {"protheus": {"conn_type": "protheus", "host": url, "login": login, "password": password, "extra": extra}}
