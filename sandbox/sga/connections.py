"""The Airflow connections that lead to the stand-in: one a tenant."""

from typing import Any

from sandbox.sga.catalogue import TENANTS


def connections(url: str, login: str, password: str) -> dict[str, dict[str, Any]]:
    """By id, where the stand-in answers at ``url``; SGA has no login."""
    return {f"sga_{tenant}": {"conn_type": "sga", "host": f"{url}/{tenant}"} for tenant in TENANTS}
