"""Which strptime format a column of dates has, by its shapes and by what the whole column shows of day and month."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

_DATE = re.compile(
    r"(?P<a>\d{1,4})(?P<s1>[-/.年])(?P<b>\d{1,2})(?P<s2>[-/.月])(?P<c>\d{1,4})(?P<s3>日?)"
    r"(?:(?P<gap>T| +)(?P<hour>\d{1,2}):\d{2}(?P<second>:\d{2})?(?P<fraction>[.,]\d+)?"
    r"(?P<half> ?[AaPp][Mm])?(?P<zone> ?(?:Z|[+-]\d\d:?\d\d))?)?"
)
_COMPACT = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
UNREADABLE_MAX = 0.05
"""Share of a sample that may be no date in a column of dates; one value may in any case."""
FIRST = r"^\s*(\d{1,2})[-/.]\d"
"""Regular expressions of the two numbers whose order is in question, for DuckDB."""
SECOND = r"^\s*\d{1,2}[-/.](\d{1,2})[-/.]"


class Shape(NamedTuple):
    """A format as far as one value shows it; ``{d}`` and ``{m}`` stand where day and month are in question."""

    pattern: str
    has_time: bool
    zoned: bool

    @property
    def ambiguous(self) -> bool:
        """Whether the order of day and month is not in the value's shape."""
        return "{x}" in self.pattern


class Order(NamedTuple):
    """Whether the day comes first, whether that was an assumption, and why."""

    day_first: bool
    assumed: bool
    why: str


def shape(text: str) -> Shape | None:
    """The shape of one value; None for what is no date.

    >>> shape("1.12.2010 8:26").pattern, shape("2024年5月1日").pattern, shape("hello")
    ('{x}.{y}.%Y %H:%M', '%Y年%m月%d日', None)
    """
    if _COMPACT.fullmatch(text):
        return Shape("%Y%m%d", False, False)
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    part = found.groupdict(default="")
    first, second, third = len(part["a"]), len(part["b"]), len(part["c"])
    iso = first == 4 and part["s1"] == "-"
    if part["zone"] and not iso:
        return None
    if first == 4 and third <= 2:
        day = f"%Y{part['s1']}%m{part['s2']}%d{part['s3']}"
    elif first <= 2 and second <= 2 and third in (2, 4) and part["s1"] == part["s2"]:
        day = "{x}" + part["s1"] + "{y}" + part["s2"] + ("%Y" if third == 4 else "%y")
    else:
        return None
    return Shape(day + _clock(part), bool(part["hour"]), bool(part["zone"]))


def _clock(part: dict[str, str]) -> str:
    if not part["hour"]:
        return ""
    gap = "T" if part["gap"] == "T" else " "
    hour = "%I:%M" if part["half"] else "%H:%M"
    second = "%S.%f" if part["fraction"] else "%S"
    half = part["half"].replace(part["half"].strip(), "%p") if part["half"] else ""
    return gap + hour + (":" + second if part["second"] else "") + half


def shapes(values: Sequence[str]) -> list[tuple[Shape, float]]:
    """The shapes in a sample with their shares, the most frequent first."""
    counts = Counter(found for value in values if (found := shape(value.strip())) is not None)
    return [(found, count / len(values)) for found, count in counts.most_common()]


def are_dates(found: Sequence[tuple[Shape, float]], sampled: int) -> bool:
    """Whether a sample is one of dates, but for a few slips.

    >>> slip = [(Shape("%Y%m%d", False, False), 0.75)]
    >>> are_dates(slip, 4), are_dates(slip, 40)
    (True, False)
    """
    good = sum(share for _, share in found) * sampled
    wrong = sampled - round(good)
    return wrong <= max(UNREADABLE_MAX * sampled, 1) and good >= 3 * wrong and good > 0


def day_order(first_max: int, second_max: int, separator: str, half_days: bool) -> Order:
    """Whether the first number is the day, from the largest first and second numbers of the whole column.

    Numbers of values that are a date in neither order do not count.

    >>> day_order(31, 12, "/", False)
    Order(day_first=True, assumed=False, why='the first number reaches 31, so it is the day')
    >>> day_order(12, 11, "/", False).assumed
    True
    """
    if first_max > 12 and second_max <= 12:
        return Order(True, False, f"the first number reaches {first_max}, so it is the day")
    if second_max > 12 and first_max <= 12:
        return Order(False, False, f"the second number reaches {second_max}, so it is the day")
    if first_max > 12:
        return Order(True, True, "both numbers pass 12 somewhere: the column mixes two orders")
    if separator == ".":
        return Order(True, False, "dates with points are written day first")
    if half_days:
        return Order(False, True, "no number passes 12; month first, as usual beside AM and PM")
    return Order(True, True, "no number passes 12 in the whole column; day first is assumed")


def formats(found: Sequence[tuple[Shape, float]], order: Order) -> str:
    """The strptime formats of the shapes, alternatives apart by ``|``; empty for plain ISO 8601.

    >>> formats([(Shape("{x}/{y}/%Y", False, False), 1.0)], Order(False, True, ""))
    '%m/%d/%Y'
    """
    day, month = "%d", "%m"
    first, second = (day, month) if order.day_first else (month, day)
    if all(one.pattern.startswith("%Y-%m-%d") for one, _ in found):
        return ""
    patterns = [one.pattern.replace("{x}", first).replace("{y}", second) for one, share in found if share >= 0.001]
    return "|".join(dict.fromkeys(patterns[:4]))
