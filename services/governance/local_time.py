"""The day that a moment falls on. Pure."""

from datetime import date, datetime, timedelta, timezone

# China has one zone and has kept no summer time since 1992.
SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")


def local_day(at: datetime) -> date:
    """Return the day in the district."""
    return at.astimezone(SHANGHAI).date()
