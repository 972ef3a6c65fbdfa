"""The Airflow connections that lead to the sandbox: each is made once, where nobody made one of that id.

``python -m sandbox.connections http://sandbox:8800`` makes them in Airflow's own database. Being there, and not in the
environment, they yield to whatever a person says in a way that Airflow documents: a variable of the environment, a
secrets back-end, or another connection of that id on the page Connections. What a person changed stays, and what a
person deleted is not made again: ``MADE`` is a variable of Airflow's that lists what was made once.
"""

import json
import os
import sys
from collections.abc import Iterable
from typing import Any

from sandbox.packages import parts, vendors

LOGIN, PASSWORD = "cierre", "sandbox"
"""The sandbox's login; it opens nothing but the sandbox."""

MADE = "cierre_sandbox_connections"
"""The Airflow variable with the ids of the connections that were made; delete it to have missing ones made again."""

DESCRIPTION = "The sandbox that comes with Cierre. Change it, or delete it, for a real system."


def connections(url: str, password: str = PASSWORD) -> dict[str, dict[str, Any]]:
    """The sandbox's connections by id, in Airflow's own field names, where the sandbox answers at ``url``.

    Each says in its extra at which address it is the sandbox's: one whose host is changed is not any more.
    """
    found: dict[str, dict[str, Any]] = {}
    for vendor, made in zip(vendors(), parts("connections", "connections"), strict=True):
        found |= made(f"{url}/{vendor}", LOGIN, password)
    for fields in found.values():
        fields["extra"] = fields.get("extra", {}) | {"sandbox": fields["host"]}
    return found


def as_variables(found: dict[str, dict[str, Any]]) -> dict[str, str]:
    """Connections as ``AIRFLOW_CONN_…``, for what runs outside Airflow."""
    return {variable_of(name): json.dumps(fields) for name, fields in found.items()}


def variable_of(name: str) -> str:
    """The variable of the environment that wins over a connection in Airflow's database."""
    return f"AIRFLOW_CONN_{name.upper()}"


def as_bodies(found: dict[str, dict[str, Any]], wanted: Iterable[str]) -> list[dict[str, Any]]:
    """Those of these ids as Airflow's REST API takes them."""
    return [
        {"connection_id": name, "description": DESCRIPTION, **found[name], "extra": json.dumps(found[name]["extra"])}
        for name in wanted
    ]


def make_missing(url: str, password: str) -> list[str]:
    """Makes what was never made and nobody else made, in Airflow's database; returns the ids. Safe to repeat."""
    from airflow.models.connection import Connection
    from airflow.models.variable import Variable
    from airflow.utils.session import create_session
    from sqlalchemy import select

    found = connections(url, password)
    with create_session() as session:
        note = session.scalar(select(Variable).where(Variable.key == MADE))
        made = set(json.loads(note.get_val())) if note else set()
        there = set(session.scalars(select(Connection.conn_id).where(Connection.conn_id.in_(found))))
        new = {name for name in found if name not in made and variable_of(name) not in os.environ}
        wanted = sorted(new - there)
        for body in as_bodies(found, wanted):
            session.add(Connection(conn_id=body.pop("connection_id"), **body))
        if note is None:
            note = Variable(key=MADE, description=DESCRIPTION)
            session.add(note)
        note.set_val(json.dumps(sorted(made | new)))
    return wanted


def main() -> None:
    """Makes them for the sandbox at the address that is given, with ``CIERRE_SANDBOX_PASSWORD``."""
    made = make_missing(sys.argv[1], os.environ.get("CIERRE_SANDBOX_PASSWORD", PASSWORD))
    print(f"Made: {', '.join(made) or 'nothing, all were made before'}")


if __name__ == "__main__":
    main()
