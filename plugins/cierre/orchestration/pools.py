"""A pool for each vendor connection: how many tasks may call it at once."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

if TYPE_CHECKING:
    from sqlalchemy import Connection

SLOTS = 4
"""Of a pool that is made; afterwards the Pools page of the web UI is where it is changed."""


def make_missing(names: Iterable[str], connection: "Connection") -> None:
    """Makes the pools that Airflow does not have yet; those it has stay as they are.

    Works in the caller's transaction on Airflow's database and leaves it open: within its scheduler nobody else may
    commit.
    """
    from airflow.models.pool import Pool

    for name in sorted(set(names) - set(connection.scalars(select(Pool.pool)))):
        made = insert(Pool).values(
            pool=name, slots=SLOTS, include_deferred=False, description=f"Tasks that call {name} at once."
        )
        # Another scheduler may make it at the same time.
        connection.execute(made.on_conflict_do_nothing())
