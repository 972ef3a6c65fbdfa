"""Days that tests close which need one of just now."""

from datetime import UTC, date, datetime, timedelta

from sandbox.sga.catalogue import SUNDAY, is_closed


def working_day(days_ago: int) -> date:
    """The last day, up to so many days ago, on which the sandbox's schools did not rest."""
    return last_working_day(datetime.now(UTC).date() - timedelta(days=days_ago))


def last_working_day(until: date) -> date:
    """The last day, up to one, on which the sandbox's schools did not rest: no Sunday, and no holiday."""
    while is_closed(until, SUNDAY):
        until -= timedelta(days=1)
    return until
