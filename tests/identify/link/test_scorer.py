"""The hint's weights are Splink's, pair by pair, on people whom others made up."""

from __future__ import annotations

import msgspec
import pytest

from rapport.core.errors import InvalidDefinition
from rapport.identify.link.scorer import Scorer
from tests.identify.link.reference import Reference

pytestmark = pytest.mark.xdist_group("splink")


@pytest.mark.parametrize(("name", "at_least"), [("febrl", 5_000), ("fake", 2_000)])
def test_every_pair_weighs_what_splink_says(name: str, at_least: int, request: pytest.FixtureRequest) -> None:
    reference: Reference = request.getfixturevalue(name)
    scorer = Scorer(reference.model)
    pairs = reference.predicted()
    assert len(pairs) >= at_least
    for pair in pairs:
        left, right = (scorer.record(reference.records[pair[f"record_id_{side}"]]) for side in "lr")
        score = scorer.score(left, right)
        assert score.weight == pytest.approx(pair["match_weight"], abs=1e-6)
        assert score.probability == pytest.approx(pair["match_probability"], abs=1e-9)
        for comparison, position, adjusted in zip(scorer.comparisons, score.positions, score.adjusted, strict=True):
            level = comparison.levels[position]
            assert level.gamma == pair[f"gamma_{comparison.name}"]
            assert level.bits == pytest.approx(pair[f"mw_{comparison.name}"], abs=1e-6)
            assert adjusted == pytest.approx(pair[f"mw_tf_adj_{comparison.name}"], abs=1e-6)


def test_one_pair_weighs_what_score_pair_says(fake: Reference) -> None:
    scorer = Scorer(fake.model)
    one, other = fake.records["0"], fake.records["1"]
    (told,) = fake.linker.inference.score_pair(one, other).as_record_list()
    assert scorer.score(scorer.record(one), scorer.record(other)).weight == pytest.approx(
        told["match_weight"], abs=1e-6
    )


def test_giving_up_early_never_gives_up_too_early(febrl: Reference) -> None:
    scorer = Scorer(febrl.model)
    for pair in febrl.predicted()[:2_000]:
        left, right = (scorer.record(febrl.records[pair[f"record_id_{side}"]]) for side in "lr")
        whole = scorer.score(left, right)
        assert scorer.score_from(left, right, whole.weight - 1e-9) == whole
        assert scorer.score_from(left, right, whole.weight + 1e-9) is None


def test_a_value_that_frequencies_leave_out_counts_as_rare(fake: Reference) -> None:
    surname = {"given_name": None, "surname": "oddname"}

    def weight(**rare: float) -> float:
        scorer = Scorer(msgspec.structs.replace(fake.model, rare=rare))
        record = scorer.record(surname)
        return scorer.score(record, record).weight

    assert weight(surname=0.001) - weight(surname=0.002) == pytest.approx(1.0)
    assert weight() < weight(surname=0.0001)


@pytest.mark.parametrize("key", ["m_probability", "u_probability"])
def test_an_untrained_model_is_refused(fake: Reference, key: str) -> None:
    settings = msgspec.json.decode(msgspec.json.encode(fake.model.settings))
    del settings["comparisons"][1]["comparison_levels"][2][key]
    with pytest.raises(InvalidDefinition, match="has no weights"):
        Scorer(msgspec.structs.replace(fake.model, settings=settings))
