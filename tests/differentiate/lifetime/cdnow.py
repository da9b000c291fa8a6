"""CDNOW's customers as purchases by day: a tenth of those who first bought there in the first quarter of 1997."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from rapport.differentiate.frame import Frame
from tests.differentiate.frames import frame


def day_of(text: str) -> int:
    return date.fromisoformat(text).toordinal() - 719_163


SPLIT, END = day_of("1997-09-30"), day_of("1998-06-30")
"""39 weeks, and 39 more."""


def cdnow(folder: Path, day: int = END) -> Frame:
    bought: dict[str, list[tuple[int, float]]] = {}
    for line in (folder / "cdnow" / "CDNOW_sample.txt").read_text().splitlines():
        _master, customer, on, _count, dollars = line.split()
        bought.setdefault(customer, []).append((day_of(f"{on[:4]}-{on[4:6]}-{on[6:]}"), float(dollars)))
    return frame(
        {who: [one for one in days if one[0] <= day] for who, days in bought.items() if min(days)[0] <= day}, day=day
    )
