"""How long a feature looks back: whole local days or whole UTC hours, the current one counting as the first."""

from __future__ import annotations

import re
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from rapport.core.errors import InvalidDefinition
from rapport.core.time import DAY_US, HOUR_US, SECOND_US, local_day

_WINDOW = re.compile(r"([1-9][0-9]{0,5})([dh])")
_QUARTER_US = 900 * SECOND_US
_CACHED_QUARTERS_MAX = 200_000


class Window(msgspec.Struct, frozen=True):
    """A number of local calendar days (``d``) or UTC hours (``h``).

    >>> Window.parse("90d")
    Window(length=90, unit='d')
    """

    length: int
    unit: Literal["d", "h"]

    @classmethod
    def parse(cls, text: str, *, where: str = "") -> Window | None:
        """The window of its text; None for the empty text, the whole history."""
        if not text:
            return None
        match = _WINDOW.fullmatch(text)
        if match is None:
            raise InvalidDefinition(f"'{text}' is no window", where=where, hint="write days or hours, as 90d or 36h")
        return cls(int(match[1]), "d" if match[2] == "d" else "h")

    def opens_us(self, as_of_us: int, days: LocalDays) -> int:
        """The first moment inside the window as of a moment (µs): later events count, up to ``as_of_us``.

        >>> Window(1, "h").opens_us(3 * HOUR_US + 5, LocalDays(ZoneInfo("UTC"))) == 3 * HOUR_US
        True
        """
        if self.unit == "h":
            return (as_of_us // HOUR_US - self.length + 1) * HOUR_US
        return days.starts_us(days.of(as_of_us) - self.length + 1)


class LocalDays:
    """Local calendar days of one zone; remembers quarter hours that lie within one day.

    >>> LocalDays(ZoneInfo("Asia/Shanghai")).of(16 * HOUR_US)
    1
    """

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone
        self._cached: dict[int, int] = {}

    def of(self, time_us: int) -> int:
        """The number of the local day (0 = 1970-01-01) in which a moment falls."""
        quarter = time_us // _QUARTER_US
        day = self._cached.get(quarter)
        return self._look_up(time_us, quarter) if day is None else day

    def starts_us(self, day: int) -> int:
        """The first moment (µs) of a local day; of the next one where the calendar skipped the day."""
        low, high = day * DAY_US - 36 * HOUR_US, day * DAY_US + 36 * HOUR_US
        while high - low > 1:
            middle = (low + high) // 2
            if local_day(middle, self.zone) >= day:
                high = middle
            else:
                low = middle
        return high

    def _look_up(self, time_us: int, quarter: int) -> int:
        first = local_day(quarter * _QUARTER_US, self.zone)
        last = local_day((quarter + 1) * _QUARTER_US - 1, self.zone)
        if first != last:
            return local_day(time_us, self.zone)
        if len(self._cached) >= _CACHED_QUARTERS_MAX:
            self._cached.clear()
        self._cached[quarter] = first
        return first
