"""A run of probable links on DuckDB: blocks, chance, and Splink's scores."""

from __future__ import annotations

import logging

import pytest

from rapport.core.linkage import Patterns
from rapport.warehouse.links import DuckDBLinking

NAME = {
    "output_column_name": "name",
    "comparison_levels": [
        {"sql_condition": "name_l IS NULL OR name_r IS NULL", "label_for_charts": "missing", "is_null_level": True},
        {
            "sql_condition": "name_l = name_r",
            "label_for_charts": "the same",
            "tf_adjustment_column": "name",
            "m_probability": 0.9,
            "u_probability": 0.125,
        },
        {
            "sql_condition": "levenshtein(name_l, name_r) <= 1",
            "label_for_charts": "near",
            "m_probability": 0.05,
            "u_probability": 0.05,
        },
        {"sql_condition": "ELSE", "label_for_charts": "different", "m_probability": 0.05, "u_probability": 0.8},
    ],
}
TOWN = {
    "output_column_name": "town",
    "comparison_levels": [
        {"sql_condition": "town_l IS NULL OR town_r IS NULL", "label_for_charts": "missing", "is_null_level": True},
        {"sql_condition": "town_l = town_r", "label_for_charts": "same", "m_probability": 0.5, "u_probability": 0.25},
        {"sql_condition": "ELSE", "label_for_charts": "different", "m_probability": 0.5, "u_probability": 0.75},
    ],
}  # fmt: skip
COLUMNS = {
    "name": ["ann", "ann", "anne", "bob", None, "bob"],
    "town": ["kiel", "kiel", "kiel", "bonn", "bonn", None],
}
IDS = ["f", "e", "d", "c", "b", "a"]
SETTINGS = {
    "link_type": "dedupe_only",
    "unique_id_column_name": "record_id",
    "probability_two_random_records_match": 0.2,
    "comparisons": [NAME, TOWN],
    "blocking_rules_to_generate_predictions": [],
    "retain_matching_columns": True,
    "retain_intermediate_calculation_columns": True,
}


def test_pairs_that_share_a_block_are_compared_once() -> None:
    with DuckDBLinking(IDS, COLUMNS) as linking:
        assert linking.count_pairs([("name",), ("town",), ("name", "town")]) == [2, 4, 1]
        found = linking.compare([("name",), ("town",)], [NAME, TOWN])
    assert found == Patterns([(-1, 1), (1, 1), (2, -1), (2, 1)], [1, 2, 1, 1])


def test_across_sources_only() -> None:
    with DuckDBLinking(IDS, COLUMNS, ["x", "x", "y", "x", "y", "y"]) as linking:
        found = linking.compare([("name",), ("town",)], [NAME, TOWN])
        sampled = linking.sample([NAME, TOWN], [])
    assert sum(found.counts) == 4
    assert sampled.pairs == sum(sampled.chance.counts) == 9


def test_of_few_records_chance_means_every_pair() -> None:
    with DuckDBLinking(IDS, COLUMNS) as linking:
        sampled = linking.sample([NAME, TOWN], [("town",)])
    assert sum(sampled.chance.counts) == sampled.pairs == 15
    assert [sum(patterns.counts) for patterns in sampled.beside] == [3]
    assert all(levels[1] == 1 for levels in sampled.beside[0].levels)


def test_splink_scores_them_and_says_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    with DuckDBLinking(IDS, COLUMNS) as linking:
        linking.compare([("name",), ("town",)], [NAME, TOWN])
        pairs = linking.score(SETTINGS, {"name": {"ann": 0.5}}, {"name": 0.0625}, -20.0)
    ann = next(pair for pair in pairs if (pair.a, pair.b) == ("e", "f"))
    bob = next(pair for pair in pairs if (pair.a, pair.b) == ("a", "c"))
    prior = -2.0
    assert ann.bits == pytest.approx({"name": 2.847996906554950 - 2.0, "town": 1.0})
    assert ann.weight == pytest.approx(prior + sum(ann.bits.values()))
    assert bob.bits == pytest.approx({"name": 2.847996906554950 + 1.0, "town": 0.0})
    assert bob.levels == {"name": 2, "town": -1}
    assert ann.probability == pytest.approx(1 / (1 + 2**-ann.weight))
    assert capfd.readouterr() == ("", "")
    assert logging.getLogger("splink").level == logging.CRITICAL


def test_only_pairs_from_a_weight_on_are_scored() -> None:
    with DuckDBLinking(IDS, COLUMNS) as linking:
        linking.compare([("name",), ("town",)], [NAME, TOWN])
        everything = linking.score(SETTINGS, {}, {"name": 0.0625}, -20.0)
        best = linking.score(SETTINGS, {}, {"name": 0.0625}, 1.0)
    assert best == [pair for pair in everything if pair.weight >= 1.0]
    assert 0 < len(best) < len(everything)


def test_values_that_many_share_are_counted() -> None:
    with DuckDBLinking(IDS, COLUMNS) as linking:
        held = linking.holders("town", 2)
    assert (held.records, held.common) == (5, {"kiel": 3, "bonn": 2})
