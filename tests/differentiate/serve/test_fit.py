"""Fit: what a customer needs, how able we are, and who finds room."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from rapport.differentiate.fit import Demand, Fit, build
from rapport.workspace.capabilities import Capability
from tests.differentiate.serve.cases import customers, run, wanting, workspace


def part(**said):  # type: ignore[no-untyped-def]
    made = build(*workspace(**said))
    assert made is not None
    return made


def test_without_a_file_there_is_no_part() -> None:
    one, columns = workspace()
    assert build(msgspec.structs.replace(one, capabilities=None), columns) is None


def test_fit_is_how_able_we_are_weighted_by_what_matters() -> None:
    big = Capability(serves="size > 10", able=0.2, weight=3.0, cost=50.0)
    steel = Capability(serves="wants = 'steel'", able=0.9, cost=20.0)
    made = customers(wants=["steel", "steel", "copper"], size=[20, 5, 5])
    run([part(capabilities={"big": big, "steel": steel})], made)

    assert made.scores["service_fit"].tolist() == pytest.approx([(0.9 + 3 * 0.2) / 4, 0.9, 1.0])
    assert made.scores["service_limit"].tolist() == ["big", "steel", None]
    assert made.scores["cost_to_serve"].tolist() == [70.0, 20.0, 0.0]


def test_who_needs_nothing_of_the_list_fits_and_whose_needs_are_unknown_has_no_fit() -> None:
    made = customers(wants=["steel", "x", None], size=[1, 1, 1])
    run([part(capabilities=wanting(steel=0.5))], made)
    assert made.scores["service_fit"][:2].tolist() == [0.5, 1.0]
    assert np.isnan(made.scores["service_fit"][2])
    assert np.isnan(made.scores["cost_to_serve"][2])


def test_what_is_known_counts_where_another_need_is_not() -> None:
    made = customers(wants=["steel"], size=[None])
    run([part(capabilities=wanting(steel=0.5, big=Capability(serves="size > 10")))], made)
    assert made.scores["service_fit"].tolist() == [0.5]


def test_the_most_valuable_are_served_first() -> None:
    made = customers(wants=["steel"] * 5 + ["x"], monetary=[1, 5, 3, 2, 4, 9], size=[1] * 6)
    scarce = Capability(serves="wants = 'steel'", capacity=2, cost=7.0)
    (model,) = run([part(capabilities={"steel": scarce})], made)
    assert model.demands["steel"] == Demand(needed_by=5, limited=True, value_from=3.0, share=0.0)
    assert made.scores["service_fit"].tolist() == [0, 1, 0, 0, 1, 1]
    assert made.scores["service_limit"].tolist() == ["steel", None, "steel", "steel", None, None]
    assert made.scores["cost_to_serve"].tolist() == [0, 7, 0, 0, 7, 0]


def test_among_equals_a_lottery_never_gives_out_far_more_places_than_there_are() -> None:
    made = customers(2000, wants=["steel"] * 2000, monetary=[5.0] * 2000, size=[1] * 2000)
    scarce = Capability(serves="wants = 'steel'", capacity=500)
    (model,) = run([part(capabilities={"steel": scarce})], made)
    served = int(made.scores["service_fit"].sum())
    assert model.demands["steel"].share == 0.25
    assert abs(served - 500) < 4 * np.sqrt(2000 * 0.25 * 0.75)


def test_unknown_worth_comes_last() -> None:
    made = customers(wants=["a"] * 4, monetary=[None, 2, None, 1], size=[1] * 4)
    run([part(capabilities=wanting(a=Capability(serves="wants = 'a'", capacity=2)))], made)
    assert made.scores["service_fit"].tolist() == [0, 1, 0, 1]


@pytest.mark.parametrize("capacity", [0, 3, 4])
def test_capacity_at_its_ends(capacity: int) -> None:
    made = customers(wants=["a"] * 3, monetary=[3, 2, 1], size=[1] * 3)
    run([part(capabilities=wanting(a=Capability(serves="wants = 'a'", capacity=capacity)))], made)
    assert made.scores["service_fit"].sum() == min(capacity, 3)


def test_a_sample_speaks_for_everybody() -> None:
    made = customers(wants=["a"] * 10, monetary=list(range(10)), size=[1] * 10)
    made.population = 1000
    scarce = part(capabilities=wanting(a=Capability(serves="wants = 'a'", capacity=300)))
    model = scarce.fit(made)
    assert model.demands["a"] == Demand(needed_by=1000, limited=True, value_from=6.0, share=0.0)


def test_who_is_not_to_be_told_apart_has_no_fit_and_takes_no_place() -> None:
    made = customers(wants=["a", "a"], monetary=[9, 1], size=[1, 1], impersonal=["c0"])
    (model,) = run([part(capabilities=wanting(a=Capability(serves="wants = 'a'", capacity=1)))], made)
    assert model.demands["a"] == Demand(needed_by=1)
    assert np.isnan(made.scores["service_fit"][0])
    assert made.scores["service_fit"][1] == 1.0


def test_no_customer_at_all() -> None:
    made = customers(1, wants=["a"], monetary=[1], size=[1], impersonal=["c0"])
    run([part(capabilities=wanting(a=Capability(serves="wants = 'a'", capacity=1)))], made)
    assert np.isnan(made.scores["service_fit"]).all()


def test_it_tells_which_capability_lacks_room_and_why() -> None:
    scarce = Capability(serves="wants = 'a'", capacity=1, cost=5.0)
    made = customers(wants=["a", "a"], monetary=[9, 1], size=[1, 1])
    one = part(capabilities=wanting(a=scarce, b=0.5))
    (model,) = run([one], made)
    last = customers(wants=["a"], monetary=[1], size=[1])
    last.scores.update(one.score(model, last))
    told = one.told(model, last)
    assert told["limit"] == "a"
    assert told["because"] == "1 of 2 capabilities needed, most limited by a"
    assert [row["because"] for row in told["capabilities"]] == [
        "no room: 2 need it, the 1 places go to customers worth more than 1",
        "not needed",
    ]
    assert msgspec.json.decode(msgspec.json.encode(told)) == told


def test_the_model_survives_storage() -> None:
    model = Fit(demands={"a": Demand(needed_by=3, limited=True, value_from=None, share=0.5)}, customers=9)
    assert msgspec.json.decode(msgspec.json.encode(model), type=Fit) == model
