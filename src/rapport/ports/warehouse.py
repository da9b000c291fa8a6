"""What the loop needs from the offline plane. One contract suite holds DuckDB and Spark to it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

import msgspec
from numpy.typing import NDArray

from rapport.core.columns import ColumnType
from rapport.core.linkage import Holders, Pair, Patterns, Sampled

Array = NDArray[Any]
Progress = Callable[[str, float], None]
"""Called with what is being done and the share done, 0–1."""


class ExportReceipt(msgspec.Struct, frozen=True):
    """What one hand-over of the log added."""

    events: int
    last_seq: int
    files: int


class SegmentPreview(msgspec.Struct, frozen=True):
    """How many customers a rule selects, some of them, and as of when (µs)."""

    count: int
    sample: list[str]
    as_of: int


class Linking(Protocol):
    """One run over records in search of those that are probably one person."""

    def count_pairs(self, blocks: Sequence[Sequence[str]]) -> list[int]:
        """How many pairs each block (columns whose values agree) would compare."""

    def compare(self, blocks: Sequence[Sequence[str]], comparisons: Sequence[Mapping[str, Any]]) -> Patterns:
        """Compares every pair that shares a block, and keeps the result for ``score``."""

    def sample(self, comparisons: Sequence[Mapping[str, Any]], keys: Sequence[Sequence[str]]) -> Sampled:
        """Compares pairs met by chance, and pairs that agree on each key."""

    def holders(self, column: str, least: int) -> Holders:
        """How many records have a value in a column, and the values that at least so many share."""

    def score(
        self,
        settings: Mapping[str, Any],
        frequencies: Mapping[str, Mapping[str, float]],
        rare: Mapping[str, float],
        least_bits: float,
    ) -> list[Pair]:
        """The compared pairs from a match weight on, under Splink settings and shares of values, in a fixed order."""


class Warehouse(Protocol):
    """The offline plane: all customers at once, over the log's Parquet."""

    def export(self, progress: Progress, columns: Sequence[str] = ()) -> ExportReceipt:
        """Hands the log's new events, and who owns which identifier, over as Parquet (in a process of its own).

        ``columns`` (``core.path.EventColumn``) are those that queries over ``events`` may use beside the fixed ones.
        """

    def leave_out(self, parts: Mapping[int, Collection[str]]) -> None:
        """From now on queries over ``events`` see these events, by ``seq``, without what no longer counts.

        The parts are names of traits; an empty name stands for all that the event says: its name, properties, traits.
        """

    def build_customers(self, query: str, as_of: int, progress: Progress) -> int:
        """Stores a query (one row a customer, ``customer_id`` first) as the customer table as of a moment (µs)."""

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Rows of a query over the views ``events``, ``identifiers``, ``customers``, ``scores``."""

    def customer_rows(self, columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
        """``(customer_id, *columns)`` of the customer table, streamed."""

    def save_table(self, name: str, sql: str) -> int:
        """Stores a query's result as a table of the warehouse; returns its rows."""

    def arrays(
        self, sql: str, given: Mapping[str, Array] | None = None, types: Mapping[str, ColumnType] | None = None
    ) -> dict[str, Array]:
        """A query's columns as arrays; it may read the arrays ``given``, of ``types``, as the table ``given``.

        Numbers with a NULL are float64 with NaN, text is objects with None.
        """

    def save_arrays(self, name: str, chunks: Iterator[Mapping[str, Array]], types: Mapping[str, ColumnType]) -> int:
        """Stores arrays, chunk after chunk, as a table (columns without a type are text); returns its rows."""

    def save_parts(self, name: str, queries: Sequence[str]) -> int:
        """Stores the results of several queries (at least one, all alike), one after the other, as one table."""

    def tables(self) -> Collection[str]:
        """Names of the stored tables."""

    def location(self, name: str) -> str:
        """Where a stored table lies, for who reads it with another tool."""

    def copy_out(self, name: str, path: str) -> int:
        """Writes a stored table to a file, in the format that its name ends with; returns its rows.

        ``.parquet``, ``.csv`` or ``.jsonl``; raises ``InvalidInput`` for another ending, ``Conflict`` before there is
        such a table.
        """

    def preview(self, condition: str, sample: int = 10) -> SegmentPreview | None:
        """Counts the customers for whom a DuckDB condition holds; None before the first refresh."""

    def linking(
        self, ids: Sequence[str], columns: Mapping[str, Sequence[str | None]], sources: Sequence[str] = ()
    ) -> AbstractContextManager[Linking]:
        """A run over records: their ids, and their prepared columns; with ``sources`` only pairs across them count."""

    def erase(self, subjects: Collection[str], customer_ids: Collection[str]) -> int:
        """Removes one person's rows from every Parquet file; returns how many files were written anew."""

    def restart(self) -> None:
        """Drops the handed-over events, so that the next export hands the whole log over anew."""

    def clear(self) -> None:
        """Drops all events and tables, so that the next refresh makes them anew."""

    def close(self) -> None:
        """Releases the connection."""
