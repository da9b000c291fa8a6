"""Columns as arrays, in and out of the engine: numbers as float64 with NaN for NULL, text as objects with None."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from rapport.core.columns import ColumnType

Array = NDArray[Any]
_ARROW: Final[dict[ColumnType, pa.DataType]] = {
    "boolean": pa.bool_(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "text": pa.string(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
}


def to_table(columns: Mapping[str, Array], types: Mapping[str, ColumnType]) -> pa.Table:
    """Arrays as a table of the columns' types; a name without a type is text."""
    return pa.table({name: to_arrow(values, types.get(name, "text")) for name, values in columns.items()})


def to_arrow(values: Array, kind: ColumnType) -> pa.Array:
    """One column.

    >>> to_arrow(np.array([1.0, np.nan]), "integer").to_pylist()
    [1, None]
    """
    if values.dtype.kind == "f":
        if np.isnan(values).all():
            return pa.nulls(len(values), _ARROW[kind])
        numbers = pa.array(values, from_pandas=True)
        return numbers.cast(_ARROW[kind]) if kind != "boolean" else numbers.cast(pa.int8()).cast(pa.bool_())
    return pa.array(values, type=_ARROW[kind])


def from_engine(found: Mapping[str, Any]) -> dict[str, Array]:
    """What DuckDB fetched as arrays, perhaps masked: where anything is NULL numbers become float64."""
    return {name: _unmasked(values) for name, values in found.items()}


def _unmasked(values: Any) -> Array:
    held = isinstance(values, np.ma.MaskedArray)
    data: Array = values.data if held else np.asarray(values)
    mask = np.ma.getmaskarray(values) if held else np.zeros(len(data), dtype=np.bool_)
    if data.dtype.kind in "OU":
        texts = data.astype(object)
        texts[mask] = None
        return texts
    if data.dtype.kind in "Mm":
        return np.where(mask, np.datetime64("NaT"), data)
    if not mask.any():
        return data
    return np.where(mask, np.nan, data.astype(np.float64))
