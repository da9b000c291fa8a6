"""The report on one product as tables for a spreadsheet: what is taken, wanted in vain, by segment, and to be built."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rapport.loop.privacy.export import packed

Rows = list[dict[str, Any]]


def archive(report: Mapping[str, Any]) -> bytes:
    """The tables of a report (``report.of_product``) as a zip with one CSV file a table."""
    return packed(tables(report))


def tables(report: Mapping[str, Any]) -> dict[str, Rows]:
    """Name → lines; of nested figures each has a column of its own, and weeks have lines of their own."""
    rates = report["take_rates"]
    weeks = [
        {"group": one["group"], "option": one["option"], **week} for one in rates for week in one["trend"]["weeks"]
    ]
    segments = [
        {"segment": segment["segment"], "customers": segment["customers"], **flat(rate)}
        for segment in report["segments"] for rate in segment["rates"]
    ]  # fmt: skip
    return {
        "take_rates": _lines(rates),
        "weeks": weeks,
        "segments": segments,
        "unmet": _lines(report["unmet"]["wishes"]),
        "rules": _lines(report["unmet"]["rules"]),
        "wanted": _lines(report["wanted"]),
        "steps": _lines(report["plan"]["steps"]),
        "parts": _lines(report["plan"]["parts"]),
    }


def flat(record: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """A record with the figures of its shares and trends beside it; lists, and rules by name, stay as they are.

    >>> flat({"option": "oak", "taken": {"count": 3, "share": None}, "rules": {"heavy": 2}})
    {'option': 'oak', 'taken_count': 3, 'taken_share': None, 'rules': {'heavy': 2}}
    """
    told: dict[str, Any] = {}
    for name, value in record.items():
        if isinstance(value, dict) and name != "rules":
            told |= flat(value, f"{before}{name}_")
        elif name != "weeks":
            told[before + name] = value
    return told


def _lines(records: Iterable[Mapping[str, Any]]) -> Rows:
    return [flat(one) for one in records]
