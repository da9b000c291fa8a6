"""Time as Rapport counts it: whole microseconds since 1970-01-01 UTC (``_us``), and local calendar days.

Stages never ask for the time; the edges pass it in.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

SECOND_US = 1_000_000
HOUR_US = 3_600 * SECOND_US
DAY_US = 24 * HOUR_US
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_us(moment: datetime) -> int:
    """Microseconds since the epoch; a moment without a zone is taken as UTC.

    >>> to_us(datetime(1970, 1, 2, tzinfo=UTC)) == DAY_US
    True
    """
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return (aware - _EPOCH) // _MICROSECOND


def from_us(time_us: int) -> datetime:
    """The aware UTC datetime of a count of microseconds."""
    return _EPOCH + timedelta(microseconds=time_us)


def iso(time_us: int) -> str:
    """ISO 8601 in UTC, as the HTTP answers print it.

    >>> iso(0)
    '1970-01-01T00:00:00Z'
    """
    return from_us(time_us).isoformat().replace("+00:00", "Z")


def local_day(time_us: int, zone: ZoneInfo) -> int:
    """The number of the local calendar day (0 = 1970-01-01) in which a moment falls.

    >>> local_day(23 * HOUR_US, ZoneInfo("Asia/Shanghai"))
    1
    """
    local = from_us(time_us).astimezone(zone)
    return local.toordinal() - 719_163


def day_date(day: int) -> date:
    """The calendar date of a day number."""
    return date.fromordinal(day + 719_163)
