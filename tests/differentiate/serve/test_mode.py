"""Marketing mode: value × how different needs are between customers."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from rapport.differentiate import fit, mode, selection
from rapport.workspace.capabilities import Capabilities
from rapport.workspace.needs import Needs
from tests.differentiate.serve.cases import alone, customers, run, workspace

UNLIKE = [f"own {place}" for place in range(10)]
ALIKE = ["tea"] * 20


def parts(**said):  # type: ignore[no-untyped-def]
    said.setdefault("differ_by", ["wants"])
    one, columns = workspace(**said)
    return [fit.build(one, columns), selection.build(one, columns), mode.build(one, columns)]


def test_the_four_cells() -> None:
    wants = ["tea", "own 1", "tea", "own 2", *["tea"] * 20]
    worth = [1.0, 1.0, 100.0, 100.0, *[1.0] * 20]
    made = customers(wants=wants, monetary=worth, size=[1] * 24)
    run(parts(value_from=50.0, diversity_from=0.5), made)
    assert made.scores["marketing_mode"].tolist()[:4] == ["mass", "abandon", "frequency", "one_to_one"]


def test_only_the_selected_have_a_mode() -> None:
    made = customers(wants=["tea"] * 30, monetary=[100.0, 1.0] * 15, size=[1] * 30)
    one = parts(value_from=50.0, diversity_from=0.5, fit_from=1.0, capabilities={})
    models = run(one[:1], made)
    made.scores["service_fit"] = np.zeros(30)
    models += run(one[1:], made)
    assert set(made.scores["selection"]) == {"later", "exclude"}
    assert made.scores["marketing_mode"].tolist() == [None] * 30
    first = alone(made, 0, ["wants", "selection", "marketing_mode", "needs_diversity"])
    assert one[2].told(models[2], first)["because"] == "not selected (later): no marketing mode"


def test_diversity_is_between_customers() -> None:
    """Everybody of one kind is similar to the others, and who wants something of their own is not."""
    made = customers(wants=ALIKE + UNLIKE, monetary=[1.0] * 30, size=[1] * 30)
    run(parts(value_from=0.5, diversity_from=0.5), made)
    diversity = made.scores["needs_diversity"]
    assert diversity[0] == pytest.approx(10 / 29)
    assert diversity[-1] == 1.0
    assert set(made.scores["marketing_mode"][:20]) == {"frequency"}
    assert set(made.scores["marketing_mode"][20:]) == {"one_to_one"}


def test_how_many_things_one_customer_wants_plays_no_part() -> None:
    """The mean distance to the others, counted pair by pair; a column says one need of a customer, never how many."""
    chance = np.random.default_rng(5)
    wants = [f"w{place}" for place in chance.integers(0, 4, 40)]
    colour = [None if place % 7 == 0 else f"k{place % 3}" for place in range(40)]
    made = customers(wants=wants, colour=colour, monetary=[1.0] * 40, size=[1] * 40)
    run(parts(value_from=0.5, diversity_from=0.5, differ_by=["wants", "colour"]), made)

    def pairwise(place: int) -> float:
        apart = []
        for need in (wants, colour):
            others = [one for other, one in enumerate(need) if other != place and one is not None]
            if need[place] is not None:
                apart.append(sum(one != need[place] for one in others) / len(others))
        return sum(apart) / len(apart)

    assert made.scores["needs_diversity"] == pytest.approx([pairwise(place) for place in range(40)])


def test_distance_is_measured_among_the_selected_only() -> None:
    made = customers(wants=["tea"] * 2 + ["odd"] * 30, monetary=[1.0] * 32, size=[1] * 32)
    made.scores["selection"] = np.array(["prioritise"] * 2 + ["exclude"] * 30, dtype=object)
    (model,) = run(parts(diversity_from=0.5)[2:], made)
    assert model.selected == 2
    assert made.scores["needs_diversity"].tolist() == [0.0] * 2 + [1.0] * 30
    assert made.scores["marketing_mode"].tolist() == ["frequency"] * 2 + [None] * 30


def test_everybody_alike_is_similar_and_everybody_different_is_not() -> None:
    for wants, expected in ((["tea"] * 40, "frequency"), ([f"w{place}" for place in range(40)], "one_to_one")):
        made = customers(wants=wants, monetary=[1.0] * 40, size=[1] * 40)
        models = run(parts(value_from=0.5), made)
        assert models[2].diversity.source == "absolute"
        assert set(made.scores["marketing_mode"]) == {expected}


def test_one_customer_cannot_be_compared() -> None:
    made = customers(wants=["tea"], monetary=[1.0], size=[1])
    one = parts(value_from=0.5, diversity_from=0.5)
    models = run(one, made)
    assert made.scores["marketing_mode"].tolist() == [None]
    assert "nobody to compare with" in one[2].told(models[2], made)["because"]


def test_without_any_need_there_is_no_mode() -> None:
    one, columns = workspace()
    made = mode.build(one, columns)
    assert made is not None
    everybody = customers(selection=["prioritise"] * 30)
    run([made], everybody)
    assert everybody.scores["marketing_mode"].tolist() == [None] * 30


def test_needs_yaml_gives_the_eight_needs() -> None:
    one, columns = workspace(needs=Needs())
    made = mode.build(one, columns)
    assert made is not None
    assert tuple(made._needs) == mode.NEEDS
    assert len(mode.NEEDS) == 8
    assert Capabilities().differ_by == []


def test_one_customer_scores_as_among_all() -> None:
    chance = np.random.default_rng(1)
    wants = [None if place % 11 == 0 else f"w{int(place**0.5) % 5}" for place in range(200)]
    worth = chance.gamma(1.0, 50.0, 200).round(2).tolist()
    names = ["wants", "monetary", "size", "colour"]
    made = customers(wants=wants, monetary=worth, size=list(range(200)), colour=["a", "b"] * 100, impersonal=["c7"])
    one = parts(differ_by=["wants", "colour"], growth="size")
    models = run(one, made)
    for place in range(200):
        single = alone(made, place, names)
        for part, model in zip(one, models, strict=True):
            single.scores.update(part.score(model, single))
            for name in part.score(model, single):
                np.testing.assert_array_equal(single.scores[name], made.scores[name][place : place + 1])


def test_it_tells_need_by_need_how_many_share_it() -> None:
    made = customers(wants=ALIKE + UNLIKE, monetary=[1.0] * 30, size=[1] * 30)
    one = parts(value_from=0.5, diversity_from=0.5)
    models = run(one, made)
    first = alone(made, 0, ["wants", "selection", "marketing_mode", "needs_diversity"])
    told = one[2].told(models[2], first)
    assert told["needs"] == [{"need": "wants", "value": "tea", "shared_by": pytest.approx(19 / 29)}]
    assert told["because"] == "high value; needs similar: 34% of the way from the others', individual from 50% (set)"
    assert msgspec.json.decode(msgspec.json.encode(models[2]), type=mode.Modes) == models[2]
