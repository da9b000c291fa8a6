# ruff: noqa: S608 - conditions and column names come from the stage that wrote the plan, never from a request.
"""Probable links on DuckDB: counts agreements among records, and lets Splink score the pairs.

One run has a database of its own in memory, gone when it ends: nothing is fetched, nothing is left on disk.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

from rapport.core.linkage import Holders, Pair, Patterns, Sampled

RECORD: Final = "record_id"
"""Its values are numbers; Splink's settings name it as the unique id."""
SOURCE: Final = "source"
_CHANCE_PAIRS: Final = 200_000
"""So many pairs show how often people agree by chance; of few records, all pairs."""
_KEY_PAIRS: Final = 10_000
"""So many pairs show how often people who share a key agree."""
_MARGIN_BITS: Final = 1e-6
_STEP: Final = 2_654_435_761
"""Knuth's multiplier (TAOCP 3, 6.4): spreads partners over all records, the same in every run."""


class DuckDBLinking:
    """Implements ``ports.warehouse.Linking`` over records in memory.

    ``ids`` name the records; ``columns`` are the prepared columns, one value a record. With ``sources`` only records
    of different sources are compared.
    """

    def __init__(
        self,
        ids: Sequence[str],
        columns: Mapping[str, Sequence[str | None]],
        sources: Sequence[str] = (),
        *,
        threads: int = 0,
        memory: str = "2GB",
    ) -> None:
        import duckdb  # noqa: PLC0415 - it takes a third of a second, and most commands link nothing

        self._ids = ids
        self._columns = tuple(columns)
        self._sourced = bool(sources)
        config: dict[str, Any] = {"memory_limit": memory, "preserve_insertion_order": "false"}
        self._database = duckdb.connect(config=config | ({"threads": threads} if threads else {}))
        self._load(columns, sources)

    def count_pairs(self, blocks: Sequence[Sequence[str]]) -> list[int]:
        """How many pairs each block would compare; with several sources, those within one count too."""
        return [self._count_pairs(block) for block in blocks]

    def compare(self, blocks: Sequence[Sequence[str]], comparisons: Sequence[Mapping[str, Any]]) -> Patterns:
        """Agreement patterns of the pairs that share a block; the pairs are kept for ``score``."""
        self._run(f"CREATE OR REPLACE TABLE blocked AS {self._blocked(blocks)}")
        self._run(f"CREATE OR REPLACE TABLE agreed AS {_agreements('blocked', self._columns, comparisons)}")
        return self._counted("agreed", len(comparisons))

    def sample(self, comparisons: Sequence[Mapping[str, Any]], keys: Sequence[Sequence[str]]) -> Sampled:
        """Agreement patterns of pairs met by chance, and of pairs that agree on each key."""
        chance, *beside = (
            self._met(drawn, comparisons) for drawn in (self._chance(), *(self._beside(key) for key in keys))
        )
        return Sampled(chance=chance, beside=beside, pairs=self._pairs(), records=len(self._ids))

    def holders(self, column: str, least: int) -> Holders:
        """How many records have a value in a column, and the values that at least so many share."""
        present = self._rows(f"SELECT COUNT({column}) FROM records")[0][0]
        grouped = f"SELECT {column}, COUNT(*) FROM records WHERE {column} IS NOT NULL GROUP BY 1"
        return Holders(present, dict(self._rows(f"{grouped} HAVING COUNT(*) >= {least} ORDER BY 2 DESC, 1")))

    def score(
        self,
        settings: Mapping[str, Any],
        frequencies: Mapping[str, Mapping[str, float]],
        rare: Mapping[str, float],
        least_bits: float,
    ) -> list[Pair]:
        """The compared pairs from a match weight on, as Splink scores them; the order is that of the records."""
        from splink import DuckDBAPI, Linker  # noqa: PLC0415 - it takes half a second

        logging.getLogger("splink").setLevel(logging.CRITICAL)
        comparisons = settings["comparisons"]
        self._run(f"CREATE OR REPLACE TABLE likely AS {_likely(settings, frequencies, rare, least_bits)}")
        involved = f"SELECT join_key_l AS {RECORD} FROM likely UNION SELECT join_key_r FROM likely"
        self._run(f"CREATE OR REPLACE TABLE involved AS SELECT * FROM records SEMI JOIN ({involved}) USING ({RECORD})")
        engine = DuckDBAPI(connection=self._database)
        linker = Linker(engine.register("involved"), dict(settings), log_level=None, validate_settings=False)
        for column, usual in rare.items():
            self._share(column, frequencies.get(column, {}), usual)
            linker.table_management.register_term_frequency_lookup(engine.register(f"tf_{column}_table"), column)
        linker.table_management.register_blocked_pairs_for_predict(engine.register("likely"))
        scored = linker.inference.predict(threshold_match_weight=least_bits, warning_mode="never")
        return self._read(scored.physical_name, [comparison["output_column_name"] for comparison in comparisons])

    def close(self) -> None:
        """Ends the run; its database is gone."""
        self._database.close()

    def __enter__(self) -> DuckDBLinking:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _load(self, columns: Mapping[str, Sequence[str | None]], sources: Sequence[str]) -> None:
        import pyarrow as pa  # noqa: PLC0415 - as above

        arrays: dict[str, Any] = {RECORD: pa.array(range(len(self._ids)), pa.int64())}
        if sources:
            arrays[SOURCE] = pa.array(sources, pa.string())
        arrays.update((name, pa.array(values, pa.string())) for name, values in columns.items())
        self._database.register("given", pa.table(arrays))
        self._run(f"CREATE TABLE records AS SELECT * FROM given ORDER BY {RECORD}")
        self._database.unregister("given")

    def _count_pairs(self, block: Sequence[str]) -> int:
        present = " AND ".join(f"{column} IS NOT NULL" for column in block)
        grouped = f"SELECT COUNT(*) AS n FROM records WHERE {present} GROUP BY {', '.join(block)}"
        return int(self._rows(f"SELECT COALESCE(SUM(n * (n - 1) // 2), 0) FROM ({grouped})")[0][0])

    def _pairs(self) -> int:
        count = len(self._ids)
        every = count * (count - 1) // 2
        if not self._sourced:
            return max(every, 1)
        within = self._rows(f"SELECT SUM(n * (n - 1) // 2) FROM (SELECT COUNT(*) AS n FROM records GROUP BY {SOURCE})")
        return max(every - int(within[0][0]), 1)

    def _apart(self) -> str:
        return f"l.{SOURCE} <> r.{SOURCE}" if self._sourced else "TRUE"

    def _met(self, drawn: str, comparisons: Sequence[Mapping[str, Any]]) -> Patterns:
        self._run(f"CREATE OR REPLACE TABLE drawn AS {drawn}")
        return self._counted(f"({_agreements('drawn', self._columns, comparisons)})", len(comparisons))

    def _counted(self, agreed: str, comparisons: int) -> Patterns:
        levels = ", ".join(f"g{place}" for place in range(comparisons))
        rows = self._rows(f"SELECT {levels}, COUNT(*) FROM {agreed} GROUP BY ALL ORDER BY ALL")
        return Patterns([row[:-1] for row in rows], [row[-1] for row in rows])

    def _chance(self) -> str:
        count = len(self._ids)
        if count * (count - 1) // 2 <= _CHANCE_PAIRS:
            joined = f"l.{RECORD} < r.{RECORD} AND {self._apart()}"
            return f"SELECT l.{RECORD} AS a, r.{RECORD} AS b FROM records AS l JOIN records AS r ON {joined}"
        drawn = f"SELECT i % {count} AS a, (i % {count} + 1 + (i * {_STEP}) % {count - 1}) % {count} AS b"
        drawn = f"{drawn} FROM range({_CHANCE_PAIRS}) AS t(i)"
        return (
            f"SELECT a, b FROM ({drawn}) JOIN records AS l ON l.{RECORD} = a JOIN records AS r ON r.{RECORD} = b"
            f" WHERE {self._apart()}"
        )

    def _beside(self, key: Sequence[str]) -> str:
        """Pairs that agree on a key: each record with the next one that has the same values, in a shuffled order."""
        columns = ", ".join(key)
        shuffled = f"({RECORD} * {_STEP}) % 4294967296"
        following = f"LEAD({RECORD}) OVER (PARTITION BY {columns} ORDER BY {shuffled}, {RECORD}) AS b"
        present = " AND ".join(f"{column} IS NOT NULL" for column in key)
        chosen = f"SELECT {RECORD} AS a, {following} FROM records WHERE {present}"
        return f"SELECT a, b FROM ({chosen}) WHERE b IS NOT NULL ORDER BY (a * {_STEP}) % 4294967296 LIMIT {_KEY_PAIRS}"

    def _blocked(self, blocks: Sequence[Sequence[str]]) -> str:
        """Each pair once: what an earlier block found, a later one leaves out."""
        parts, earlier = [], ""
        for block in blocks:
            rule = " AND ".join(f"l.{column} = r.{column}" for column in block)
            parts.append(
                f"SELECT l.{RECORD} AS a, r.{RECORD} AS b FROM records AS l JOIN records AS r ON {rule}"
                f" WHERE l.{RECORD} < r.{RECORD} AND {self._apart()}{earlier}"
            )
            earlier += f" AND NOT COALESCE({rule}, FALSE)"
        return " UNION ALL ".join(parts) or f"SELECT {RECORD} AS a, {RECORD} AS b FROM records WHERE FALSE"

    def _share(self, column: str, frequencies: Mapping[str, float], rare: float) -> None:
        """The term-frequency table of a column: each value's share, ``rare`` for those not named."""
        import pyarrow as pa  # noqa: PLC0415 - as above

        named = pa.table({"v": pa.array(frequencies, pa.string()), "s": pa.array(frequencies.values(), pa.float64())})
        self._database.register("named", named)
        held = f"SELECT DISTINCT {column} FROM involved WHERE {column} IS NOT NULL"
        share = f"COALESCE(s, CAST({rare!r} AS DOUBLE)) AS tf_{column}"
        self._run(
            f"CREATE OR REPLACE TABLE tf_{column}_table AS "
            f"SELECT held.{column}, {share} FROM ({held}) AS held LEFT JOIN named ON v = held.{column}"
        )
        self._database.unregister("named")

    def _read(self, table: str, names: Sequence[str]) -> list[Pair]:
        described = self._rows(f"DESCRIBE {table}")
        known = {row[0] for row in described}
        sums = [f"mw_{name} + mw_tf_adj_{name}" if f"mw_tf_adj_{name}" in known else f"mw_{name}" for name in names]
        levels = ", ".join([f"gamma_{name}" for name in names] + sums)
        sql = f"SELECT {RECORD}_l, {RECORD}_r, match_probability, match_weight, {levels} FROM {table} ORDER BY ALL"
        return [self._pair(row, names) for row in self._rows(sql)]

    def _pair(self, row: Sequence[Any], names: Sequence[str]) -> Pair:
        left, right, probability, weight, *rest = row
        a, b = sorted((self._ids[left], self._ids[right]))
        count = len(names)
        levels, bits = dict(zip(names, rest, strict=False)), dict(zip(names, rest[count:], strict=True))
        return Pair(a=a, b=b, probability=probability, weight=weight, levels=levels, bits=bits)

    def _run(self, sql: str) -> None:
        self._database.execute(sql).fetchall()

    def _rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self._database.execute(sql).fetchall()


def _agreements(pairs: str, columns: Sequence[str], comparisons: Sequence[Mapping[str, Any]]) -> str:
    """A query: each pair of a table with the level that every comparison reached (``g0``, ``g1``, …)."""
    both = ", ".join(f"l.{column} AS {column}_l, r.{column} AS {column}_r" for column in columns)
    joined = f"{pairs} JOIN records AS l ON l.{RECORD} = a JOIN records AS r ON r.{RECORD} = b"
    levels = ", ".join(f"CAST({_level(one)} AS TINYINT) AS g{place}" for place, one in enumerate(comparisons))
    return f"SELECT a, b, {levels} FROM (SELECT a, b, {both} FROM {joined})"


def _level(comparison: Mapping[str, Any]) -> str:
    """Splink's gamma as a CASE: the strongest level first, 0 for nothing, -1 where a value is missing."""
    whens, place = [], sum(not level.get("is_null_level", False) for level in comparison["comparison_levels"])
    for level in comparison["comparison_levels"]:
        if level.get("is_null_level", False):
            whens.append(f"WHEN {level['sql_condition']} THEN -1")
            continue
        place -= 1
        condition = level["sql_condition"]
        whens.append(f"ELSE {place}" if condition == "ELSE" else f"WHEN {condition} THEN {place}")
    return f"CASE {' '.join(whens)} END"


def _likely(
    settings: Mapping[str, Any],
    frequencies: Mapping[str, Mapping[str, float]],
    rare: Mapping[str, float],
    least_bits: float,
) -> str:
    """The compared pairs that can reach a weight, whatever their values' frequencies add; as Splink wants them."""
    prior = settings["probability_two_random_records_match"]
    terms = [repr(math.log2(prior / (1.0 - prior)))]
    for place, comparison in enumerate(settings["comparisons"]):
        name = comparison["output_column_name"]
        scored = [level for level in comparison["comparison_levels"] if not level.get("is_null_level", False)]
        whens = []
        for number, level in enumerate(reversed(scored)):
            bits = math.log2(level["m_probability"] / level["u_probability"])
            if "tf_adjustment_column" in level and name in rare:
                least = min(rare[name], *frequencies.get(name, {}).values(), 1.0)
                bits += max(0.0, math.log2(level["u_probability"] / least))
            whens.append(f"WHEN {number} THEN {bits!r}")
        terms.append(f"CASE g{place} {' '.join(whens)} ELSE 0 END")
    weight = " + ".join(terms)
    return (
        "SELECT '0' AS match_key, a AS join_key_l, b AS join_key_r FROM agreed"
        f" WHERE CAST({weight} AS DOUBLE) >= {least_bits - _MARGIN_BITS!r}"
    )
