"""Makes a steel maker's customers up: companies with their orders, payments, claims, visits, plans and enquiries.

Everything is drawn from one seed, so that two runs for one day give the same files. Nobody is real.

    python examples/steelworks/make.py files --until 2026-11-20
"""

from __future__ import annotations

import argparse
import csv
import random  # noqa: TID251 - a script of its own; the program gets chance and time through ports
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

SEED = 11
YEARS = 1.5
SECTORS = {
    "automotive": (1.5, 6.0), "appliances": (0.8, 4.0), "shipbuilding": (1.6, -2.0), "construction": (1.1, -4.0),
    "machinery": (0.7, 3.0), "pipelines": (1.0, 1.0), "wind power": (1.0, 9.0),
}  # fmt: skip
"""Sector → its size beside others, and its growth in percent a year."""
GRADES = ("hot rolled", "cold rolled", "galvanised", "plate", "electrical", "ultra high strength")
SPECIAL = frozenset({"electrical", "ultra high strength", "galvanised"})
PRICES = dict(zip(GRADES, (3_900, 4_600, 5_200, 4_300, 8_400, 9_100), strict=True))
"""Yuan a ton."""

Row = tuple[object, ...]


@dataclass(frozen=True)
class Company:
    """One customer and what nobody sees of it: how large, how loyal, how careful, how ambitious."""

    name: str
    sector: str
    need: float
    """Tons of steel a year, from all makers."""
    share: float
    """Which part of it is bought from us."""
    reliable: float
    ambitious: float
    refined: float
    """How much of it is special grades."""


def companies(chance: random.Random, count: int) -> Iterator[Company]:
    """Companies of all sectors; few are large, and the large ones buy from several makers."""
    for number in range(1, count + 1):
        sector = chance.choice(list(SECTORS))
        need = SECTORS[sector][0] * chance.lognormvariate(7.6, 1.0)
        share = min(0.95, chance.betavariate(1.6, 2.2) * (1.15 if need < 3_000 else 0.85))
        reliable, ambitious = chance.betavariate(4, 1.6), chance.betavariate(2, 2)
        yield Company(f"S{number:04d}", sector, need, share, reliable, ambitious, chance.betavariate(1.5, 3))


def write(folder: Path, until: date, count: int) -> None:
    """Writes one CSV file a kind of record."""
    folder.mkdir(parents=True, exist_ok=True)
    chance = random.Random(SEED)  # noqa: S311 - nothing here is secret
    all_of_them = list(companies(chance, count))
    start = until - timedelta(days=round(365 * YEARS))
    _table(folder, "companies", _COMPANY, (_company(chance, one, start) for one in all_of_them))
    orders = [row for one in all_of_them for row in _orders(chance, one, start, until)]
    _table(folder, "orders", _ORDER, (row[:-1] for row in orders))
    _table(folder, "payments", ("order", "company", "day", "days_late"), _payments(chance, orders, until))
    _table(folder, "claims", ("claim", "company", "day", "cost"), _claims(chance, orders, until))
    for name, (columns, rate) in _CONTACTS.items():
        rows = (row for one in all_of_them for row in _contacts(chance, name, one, rate, (start, until)))
        _table(folder, name, columns, rows)


_COMPANY = ("company", "day", "sector", "sector_growth", "steel_need", "our_share", "credit_grade", "equity_ratio",
            "employees", "partner_years", "forecast_shared")  # fmt: skip
_ORDER = ("order", "company", "day", "grade", "special", "tons", "revenue", "margin", "rush")
_CONTACTS = {
    "visits": (("visit", "company", "day", "with_director"), lambda one: 1 + 5 * one.ambitious * one.share**0.5),
    "enquiries": (
        ("enquiry", "company", "day", "grade", "special", "tons"),
        lambda one: 1 + 7 * one.ambitious * (1 - one.share),
    ),
    "plans": (("plan", "company", "day", "tons_more"), lambda one: 0.9 * one.ambitious),
    "certificates": (("certificate", "company", "day"), lambda one: 1.2 * one.reliable),
    "referrals": (("referral", "company", "day"), lambda one: 0.7 * one.reliable * one.share),
}
"""File → its columns, and how many a year are expected of a company."""


def _company(chance: random.Random, one: Company, start: date) -> Row:
    grade = max(1, min(9, round(9 * one.reliable + chance.gauss(0, 1))))
    equity = round(min(0.8, max(0.02, 0.15 + 0.35 * one.reliable + chance.gauss(0, 0.08))), 3)
    guessed = round(min(1.0, max(0.02, one.share + chance.gauss(0, 0.05))), 2)
    years = chance.randrange(1, 25)
    shared = chance.random() < 0.15 + 0.6 * one.ambitious
    return (one.name, start, one.sector, SECTORS[one.sector][1], round(one.need * chance.uniform(0.9, 1.1)), guessed,
            grade, equity, round(one.need / 12 * chance.uniform(0.5, 2)), years, str(shared).lower())  # fmt: skip


def _orders(chance: random.Random, one: Company, start: date, until: date) -> Iterator[Row]:
    tons = one.need * one.share
    a_year = min(24.0, max(0.6, tons / 90))
    for number, day in enumerate(_days(chance, a_year, start, until), 1):
        grade = chance.choices(GRADES, [3, 3, 3 * one.refined, 2, 3 * one.refined, 3 * one.refined])[0]
        ordered = round(tons / a_year * chance.lognormvariate(0, 0.4), 1)
        revenue = round(ordered * PRICES[grade] * chance.uniform(0.94, 1.04))
        rate = (0.16 if grade in SPECIAL else 0.07) + chance.gauss(0, 0.015) - 0.01 * (one.need > 5_000)
        rush = str(chance.random() < 0.3 * (1 - one.reliable)).lower()
        special = str(grade in SPECIAL).lower()
        margin = round(revenue * rate)
        yield f"{one.name}-{number}", one.name, day, grade, special, ordered, revenue, margin, rush, one


def _payments(chance: random.Random, orders: list[Row], until: date) -> Iterator[Row]:
    for order, company, day, *_, one in orders:
        late = max(0, round(chance.gauss(40 * (1 - one.reliable) - 4, 8)))  # type: ignore[attr-defined]
        if (paid := day + timedelta(days=30 + late)) <= until:  # type: ignore[operator]
            yield order, company, paid, late


def _claims(chance: random.Random, orders: list[Row], until: date) -> Iterator[Row]:
    for order, company, day, _, _, _, revenue, *_, one in orders:
        claimed = day + timedelta(days=chance.randrange(5, 40))  # type: ignore[operator]
        if chance.random() < 0.10 * (1.4 - one.reliable) and claimed <= until:  # type: ignore[attr-defined]
            yield f"C-{order}", company, claimed, round(revenue * chance.uniform(0.005, 0.06))  # type: ignore[operator]


def _contacts(chance: random.Random, name: str, one: Company, rate, span: tuple[date, date]) -> Iterator[Row]:  # type: ignore[no-untyped-def]
    for number, day in enumerate(_days(chance, rate(one), *span), 1):
        key = f"{one.name}-{number}"
        if name == "visits":
            yield key, one.name, day, str(chance.random() < 0.5 * one.ambitious).lower()
        elif name == "enquiries":
            grade = chance.choices(GRADES, [3, 3, 3 * one.refined, 2, 3 * one.refined, 3 * one.refined])[0]
            tons = round(one.need / 40 * chance.lognormvariate(0, 0.5), 1)
            yield key, one.name, day, grade, str(grade in SPECIAL).lower(), tons
        elif name == "plans":
            yield key, one.name, day, round(one.need * chance.uniform(0.05, 0.4))
        else:
            yield key, one.name, day


def _days(chance: random.Random, a_year: float, start: date, until: date) -> Iterator[date]:
    """Days of a Poisson process."""
    day = 0.0
    while (day := day + chance.expovariate(a_year / 365)) < (until - start).days:
        yield start + timedelta(days=int(day))


def _table(folder: Path, name: str, columns: tuple[str, ...], rows: Iterator[Row]) -> None:
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(rows)


def _today() -> date:
    return date.today()  # noqa: TID251 - as above


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description="Make a steel maker's customers up.")
    asked.add_argument("folder", type=Path)
    asked.add_argument("--until", type=date.fromisoformat, default=_today(), help="the last day, YYYY-MM-DD")
    asked.add_argument("--companies", type=int, default=400)
    given = asked.parse_args()
    write(given.folder, given.until, given.companies)
