"""Learning without labels, on pairs of which we know how they were made."""

from __future__ import annotations

import numpy as np
import pytest

from rapport.core.linkage import Holders, Patterns, Sampled
from rapport.identify.link import Field, LinkModel
from rapport.identify.link.settings import choose_blocks, in_dialect, plan
from rapport.identify.link.train import fit, with_frequencies

FIELDS = (
    Field("given", "given_name", "given_name"),
    Field("dob", "date_of_birth", "date_of_birth"),
    Field("phone", "phone", "phone"),
)
PLAN = plan(FIELDS)
LEVELS = [sum(not level.get("is_null_level") for level in one["comparison_levels"]) for one in PLAN.comparisons]


def drawn(rng: np.random.Generator, shares: list[list[float]], count: int) -> list[tuple[int, ...]]:
    columns = [rng.choice(len(share), count, p=share) for share in shares]
    return [tuple(int(level) for level in row) for row in zip(*columns, strict=True)]


def counted(rows: list[tuple[int, ...]]) -> Patterns:
    kinds = sorted(set(rows))
    return Patterns(kinds, [rows.count(kind) for kind in kinds])


def spread(size: int, top: float, bottom: float) -> list[float]:
    return [bottom, *[(1 - top - bottom) / (size - 2)] * (size - 2), top]


@pytest.fixture(scope="module")
def learnt() -> LinkModel:
    """1,000 true pairs among two million, of whom 40,000 share a block."""
    rng = np.random.default_rng(7)
    true = drawn(rng, [spread(size, 0.9, 0.02) for size in LEVELS], 1_000)
    strangers = [spread(size, 0.004, 0.95) for size in LEVELS]
    blocked = counted([*true, *drawn(rng, strangers, 3_000)])
    sampled = Sampled(chance=counted(drawn(rng, strangers, 3_000)), pairs=2_000_000, records=2_000)
    return fit(PLAN, blocked, sampled)


def test_it_finds_how_many_are_true_and_how_often_they_agree(learnt: LinkModel) -> None:
    assert learnt.settings["probability_two_random_records_match"] * 2_000_000 == pytest.approx(1_000, rel=0.1)
    for comparison in learnt.settings["comparisons"]:
        same = next(one for one in comparison["comparison_levels"] if one["label_for_charts"] == "the same")
        assert same["m_probability"] == pytest.approx(0.9, abs=0.05)
        assert same["u_probability"] == pytest.approx(0.004, abs=0.004)


def test_the_same_pairs_teach_the_same(learnt: LinkModel) -> None:
    rng = np.random.default_rng(3)
    chance = counted(drawn(rng, [spread(size, 0.01, 0.95) for size in LEVELS], 500))
    sampled = Sampled(chance=chance, pairs=1_000, records=50)
    assert fit(PLAN, chance, sampled) == fit(PLAN, chance, sampled)


def test_where_nobody_is_double_nobody_is_found() -> None:
    rng = np.random.default_rng(5)
    strangers = [spread(size, 0.01, 0.9) for size in LEVELS]
    sampled = Sampled(chance=counted(drawn(rng, strangers, 3_000)), pairs=500_000, records=1_000)
    model = fit(PLAN, counted(drawn(rng, strangers, 3_000)), sampled)
    assert model.settings["probability_two_random_records_match"] * 500_000 < 5


def test_families_do_not_teach_that_a_person_has_many_given_names() -> None:
    """500 people twice, and 3,000 pairs of one household: same street, number and phone, different people."""
    fields = (*FIELDS, Field("street", "street", "street"), Field("no", "house_number", "house_number"))
    planned = plan(fields)
    rng = np.random.default_rng(11)
    sizes = [sum(not level.get("is_null_level") for level in one["comparison_levels"]) for one in planned.comparisons]
    in_context = {context.comparison for context in planned.contexts}
    plain = [size // 2 if field.name in in_context else size for size, field in zip(sizes, fields, strict=True)]
    same = [spread(size, 0.92, 0.02) if size > 2 else [0.05, 0.95] for size in plain]
    other = [spread(size, 0.004, 0.95) if size > 2 else [0.99, 0.01] for size in plain]
    home = [*other[:2], *same[2:]]
    true, family, strange = (drawn(rng, *one) for one in ((same, 500), (home, 3_000), (other, 3_000)))
    sampled = Sampled(
        chance=counted(drawn(rng, other, 3_000)),
        beside=[Patterns([], []) for _ in planned.keys],
        pairs=2_000_000,
        records=2_000,
    )
    model = fit(planned, counted([*true, *family, *strange]), sampled)
    assert model.settings["probability_two_random_records_match"] * 2_000_000 == pytest.approx(500, rel=0.1)


def test_a_model_names_only_what_many_share(learnt: LinkModel) -> None:
    holders = {"given_name": Holders(2_000, {"ann": 60, "bob": 5}), "phone": Holders(1_800, {"1234567": 6, "0": 90})}
    model = with_frequencies(learnt, holders, 2_000_000)
    assert model.frequencies["given_name"]["ann"] == pytest.approx(58.1 / 2_000, rel=0.02)
    assert model.rare["given_name"] <= 1 / 2_000
    assert set(model.frequencies["phone"]) == {"0"}, "six records with one number may be one person"


def test_blocks_are_chosen_by_what_they_cost() -> None:
    planned = plan(FIELDS)
    sizes = [10_000_000 if block == ("given_name",) else 100 for block in planned.blocks]
    blocks = choose_blocks(planned, sizes, 1_000).blocks
    assert ("given_name",) not in blocks
    assert ("date_of_birth",) in blocks
    assert not any(len(block) > 1 and ("date_of_birth",) in [(part,) for part in block] for block in blocks)


def test_the_settings_are_spark_too(learnt: LinkModel) -> None:
    """Rendered, and read by Splink, only: to run on Spark needs pyspark, which is not among our dependencies."""
    from splink import SettingsCreator

    spark = in_dialect(learnt.settings, "spark")
    assert SettingsCreator.from_path_or_dict(spark).get_settings("spark").core_model_settings.comparisons
    conditions = [level["sql_condition"] for one in spark["comparisons"] for level in one["comparison_levels"]]
    assert any("jaro_winkler(" in condition for condition in conditions)
    assert not any("SIMILARITY" in condition for condition in conditions)
    assert {rule["sql_dialect"] for rule in spark["blocking_rules_to_generate_predictions"]} == {"spark"}
