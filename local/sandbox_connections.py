"""The stack's default connections, which lead to its sandbox: in Airflow's own database, so that others win."""

import json
from collections.abc import Container
from typing import Any

from local.airflow_api import AirflowApi
from sandbox.connections import DESCRIPTION, MADE, as_bodies, connections, variable_of


def keep_connections(api: AirflowApi, url: str, password: str, given: Container[str]) -> bool:
    """Makes the sandbox's connections that were never made and nobody else made, on the page or as a variable that is
    ``given``; those that still lead to a sandbox follow it to another port. Returns whether the ERP's does.

    What ``python -m sandbox.connections`` does beside Airflow, without the seconds that importing it takes.
    """
    wanted = connections(url, password)
    made = set(json.loads(api.variable(MADE) or "[]"))
    if new := [name for name in wanted if name not in made and variable_of(name) not in given]:
        create = {"action": "create", "action_on_existence": "skip", "entities": as_bodies(wanted, new)}
        api.call("PATCH", "/connections", json={"actions": [create]})
        api.set_variable(MADE, json.dumps(sorted({*made, *new})), DESCRIPTION)
    there = {one["connection_id"]: one for one in api.connections() if one["connection_id"] in wanted}
    for name, one in there.items():
        if _is_sandbox(one) and one["host"] != wanted[name]["host"]:
            moved = json.loads(one["extra"]) | {"sandbox": wanted[name]["host"]}
            body = {
                "connection_id": name,
                "conn_type": one["conn_type"],
                "host": wanted[name]["host"],
                "extra": json.dumps(moved),
            }
            api.call("PATCH", f"/connections/{name}", params={"update_mask": ["host", "extra"]}, json=body)
    erp = there.get("protheus")
    return variable_of("protheus") not in given and erp is not None and _is_sandbox(erp)


def _is_sandbox(connection: dict[str, Any]) -> bool:
    """Whether it still leads to a sandbox: nobody changed its address."""
    extra = json.loads(connection["extra"] or "{}")
    return bool(extra.get("sandbox") == connection["host"])
