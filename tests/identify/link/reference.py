"""Splink itself, trained on prepared records: what the hint is held to."""

from __future__ import annotations

import csv
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pyarrow as pa
from splink import DuckDBAPI, Linker

from rapport.identify.link import Field, LinkModel
from rapport.identify.link.prepare import columns, prepare
from rapport.identify.link.settings import plan

Records = dict[str, dict[str, str | None]]


class Reference(NamedTuple):
    """A trained model, the records it was trained on, and what Splink says of pairs of them."""

    model: LinkModel
    records: Records
    linker: Linker

    def predicted(self) -> list[dict[str, Any]]:
        """Every pair that shares a block, as Splink scores it."""
        return self.linker.inference.predict(threshold_match_weight=-40).as_record_list()


def read(path: Path, key: str, fields: Sequence[Field]) -> Records:
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, skipinitialspace=True))
    return {row[key]: prepare(fields, row) for row in rows}


def train(records: Records, fields: Sequence[Field], blocks: Sequence[tuple[str, ...]]) -> Reference:
    """Splink's own training, without labels: u by sampling, m by expectation maximisation over two blocks."""
    logging.getLogger("splink").setLevel(logging.ERROR)
    names = [name for field in fields for name in columns(field)]
    table = pa.table(
        {"record_id": pa.array(list(records), pa.string())}
        | {name: pa.array([record[name] for record in records.values()], pa.string()) for name in names}
    )
    settings = {
        "link_type": "dedupe_only",
        "unique_id_column_name": "record_id",
        "probability_two_random_records_match": 1 / 5_000,
        "comparisons": list(plan(fields).comparisons),
        "blocking_rules_to_generate_predictions": [_rule(block) for block in blocks],
        "retain_intermediate_calculation_columns": True,
    }
    db = DuckDBAPI(duckdb.connect())
    linker = Linker(db.register(table), settings, log_level=None)
    linker.training.estimate_u_using_random_sampling(max_pairs=300_000, seed=1)
    for block in blocks[:2]:
        linker.training.estimate_parameters_using_expectation_maximisation(_rule(block))
    saved = _complete(linker.misc.save_model_to_json())
    linker = Linker(db.register(table), saved, log_level=None)
    adjusted = [c["output_column_name"] for c in saved["comparisons"] if "tf_adjustment_column" in str(c)]
    frequencies = {name: _frequencies(linker, name) for name in adjusted}
    model = LinkModel(fields=tuple(fields), blocks=tuple(blocks), settings=saved, frequencies=frequencies)
    return Reference(model, records, linker)


def _complete(saved: dict[str, Any]) -> dict[str, Any]:
    """Weights for the levels that no pair of the training blocks reached; any will do here."""
    for comparison in saved["comparisons"]:
        for level in comparison["comparison_levels"]:
            if not level.get("is_null_level"):
                level.setdefault("m_probability", 0.01)
                level.setdefault("u_probability", 0.002)
    return saved


def _frequencies(linker: Linker, column: str) -> dict[str, float]:
    table = linker.table_management.compute_tf_table(column)
    return {row[column]: row[f"tf_{column}"] for row in table.as_record_list()}


def _rule(block: tuple[str, ...]) -> str:
    return " AND ".join(f'l."{name}" = r."{name}"' for name in block)
