"""The Airflow connection that leads to the stand-in."""

from typing import Any


def connections(url: str, login: str, password: str) -> dict[str, dict[str, Any]]:
    """By id, where the stand-in answers at ``url``: it is tried out at noon, too, and so has no business hours."""
    settings = {"developer_code": login, "developer_password": password, "business_hours": "00:00-00:00"}
    return {"zeta": {"conn_type": "zeta", "host": url, "login": "ITBUY", "password": password, "extra": settings}}
