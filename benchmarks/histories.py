"""Purchases of the real data sets as frames, read straight from their files: for the benchmarks of what comes next."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq

from rapport.differentiate.frame import Frame, Purchases, Recent, Tallies
from rapport.differentiate.past import until

DATA = Path(os.environ.get("RAPPORT_TEST_DATA", "."))
SCALE = 10_000


def online_retail() -> tuple[Purchases, int]:
    """Purchase days of 4,371 customers; invoices that begin with C are refunds. As ``examples/online_retail`` reads."""
    lines = retail_lines()
    invoice, first, place = np.unique(lines["InvoiceNo"], return_index=True, return_inverse=True)
    amount = np.bincount(place, weights=lines["units"])
    refund = np.char.startswith(invoice, "C")
    return _packed(lines["CustomerID"][first], lines["day"][first], ~refund, np.where(refund, 0, amount),
                   np.where(refund, np.abs(amount), 0))  # fmt: skip


def retail_lines() -> dict[str, Any]:
    """The lines with a customer and a price: invoice, customer, day, ten-thousandths, description."""
    table = pq.read_table(DATA / "online_retail" / "onlineretail.parquet")
    table = table.filter(pc.and_(pc.is_valid(table["CustomerID"]), pc.greater(table["UnitPrice"], 0)))
    found = {name: table[name].to_numpy(zero_copy_only=False) for name in ("InvoiceNo", "CustomerID", "Description")}
    found["InvoiceNo"] = found["InvoiceNo"].astype(str)
    found["CustomerID"] = found["CustomerID"].astype(np.int64)
    found["day"] = table["InvoiceDate"].to_numpy().astype("datetime64[D]").astype(np.int64)
    found["units"] = np.round(table["Quantity"].to_numpy() * table["UnitPrice"].to_numpy() * SCALE)
    return found


def cdnow() -> tuple[Purchases, int]:
    """Purchase days of all 23,570 customers."""
    rows = np.loadtxt(DATA / "cdnow" / "CDNOW_master.txt", skiprows=1)
    days = [f"{text[:4]}-{text[4:6]}-{text[6:]}" for text in rows[:, 1].astype(int).astype(str)]
    day = np.array(days, dtype="datetime64[D]").astype(np.int64)
    return _packed(rows[:, 0].astype(np.int64), day, np.ones(len(day)), rows[:, 3] * SCALE, np.zeros(len(day)))


def frame_of(rows: Purchases, size: int, day: int, tallies: Tallies | None = None) -> Frame:
    """The customers as of the end of a day."""
    none, counts = np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int64)
    return Frame([str(n) for n in range(size)], 0, day, np.ones(size, dtype=np.bool_), until(rows, day),
                 tallies or Tallies(none, none, none, none, counts, []), Recent(none, none, counts),
                 {}.__getitem__, lambda _asked, _scores: [])  # fmt: skip


def _packed(who: Any, day: Any, orders: Any, revenue: Any, refunds: Any) -> tuple[Purchases, int]:
    names, customer = np.unique(who, return_inverse=True)
    key, place = np.unique(customer * 100_000 + day, return_inverse=True)
    sums = [np.bincount(place, weights=each).round().astype(np.int64) for each in (orders, revenue, refunds)]
    return Purchases((key // 100_000).astype(np.int32), (key % 100_000).astype(np.int32), *sums,
                     np.zeros(len(key), dtype=np.int64)), len(names)  # fmt: skip
