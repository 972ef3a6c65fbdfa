"""A pool for each vendor connection: how many tasks may call it at once."""

from collections.abc import Iterable

SLOTS = 4
"""Of a pool that is made; afterwards the Pools page of the web UI is where it is changed."""


def make_missing(names: Iterable[str]) -> list[str]:
    """Makes the pools that Airflow does not have yet, and returns their names; those it has stay as they are.

    For the scheduler's own process: works on Airflow's database, in a transaction of its own.
    """
    from airflow.models.pool import Pool
    from airflow.utils.session import create_session
    from sqlalchemy import select
    from sqlalchemy.dialects.postgresql import insert

    # Not the scheduler's own session: a commit of that one in the middle of its loop ends the scheduler.
    with create_session(scoped=False) as session:
        known = set(session.scalars(select(Pool.pool)))
        missing = sorted(set(names) - known)
        for name in missing:
            # Another scheduler may make it at the same time.
            session.execute(
                insert(Pool)
                .values(pool=name, slots=SLOTS, include_deferred=False, description=f"Tasks that call {name} at once.")
                .on_conflict_do_nothing()
            )
    return missing
