"""Days that tests close which need one of just now."""

from datetime import UTC, date, datetime, timedelta


def working_day(days_ago: int) -> date:
    """A day so many days ago, or the one before where that is a Sunday, on which the sandbox's schools rest."""
    day = datetime.now(UTC).date() - timedelta(days=days_ago)
    return day - timedelta(days=1) if day.weekday() == 6 else day
