"""A plan as a file: one line an offer, as CSV or Parquet."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
from pyarrow import csv, parquet

from rapport.core.errors import InvalidInput


def write(to: str, customers: Sequence[str], actions: Sequence[str], values: Sequence[float]) -> None:
    """Columns ``customer_id``, ``action``, ``expected_value``; raises ``InvalidInput`` for a file that cannot be."""
    table = pa.table(
        {
            "customer_id": pa.array(customers, pa.string()),
            "action": pa.array(actions, pa.string()),
            "expected_value": pa.array(values, pa.float64()),
        }
    )
    path = Path(to)
    if path.suffix not in {".csv", ".parquet"}:
        raise InvalidInput(f"'{path.suffix}' is no kind of plan file", where=to, hint="write .csv or .parquet")
    try:
        if path.suffix == ".csv":
            csv.write_csv(table, path)
        else:
            parquet.write_table(table, path, compression="zstd")
    except OSError as error:
        raise InvalidInput(
            f"cannot be written: {error}", where=to, hint="name a file in a folder that exists"
        ) from None
