"""Customers hand in designs: what is kept, what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from rapport.bootstrap import open_runtime
from rapport.core.configuration import CONFIGURATION_PROPOSED
from rapport.core.errors import InvalidInput
from rapport.customize.configure.answering.reasoner import Impossible
from rapport.loop.demand.designs import Proposal, propose
from tests.loop.conftest import CountingChance, HandClock, Shop, write_workspace
from tests.loop.demand.doors import DOOR


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """One for all of these: what is refused leaves nothing behind."""
    root = tmp_path_factory.mktemp("designs")
    write_workspace(root, **{"products/door.yaml": DOOR})
    clock = HandClock()
    runtime = open_runtime(root, clock=clock, chance=CountingChance())
    yield Shop(runtime, clock, root)
    runtime.close()


def hand_in(shop: Shop, **changed: Any) -> dict[str, Any]:
    said = {"customer": {"userId": "ann"}, "choices": {"wood": "oak"}, "title": " Farm ", "minutes": 7.5} | changed
    taken = propose(shop.rt, "door", Proposal(**said))
    taken.saved.result()
    return taken.told


def test_a_design_is_completed_as_the_standard_and_kept_once_under_its_customer(shop: Shop) -> None:
    told = hand_in(shop, message_id="m1")
    assert told["choices"] == {"wood": "oak", "lock": "plain", "manual": "pdf"}
    assert told["price"] == 150.0
    assert hand_in(shop, message_id="m1")["design"] == told["design"]
    (event,) = [row.event for row in shop.rt.store.read_log(0, 10)]
    assert (event.event, event.subject, event.properties["title"]) == (CONFIGURATION_PROPOSED, "user_id:ann", "Farm")
    assert (event.properties["product"], event.properties["minutes"]) == ("door", 7.5)


def test_a_design_that_goes_against_the_rules_is_refused(shop: Shop) -> None:
    with pytest.raises(Impossible, match=r"exclude each other\. \S"):
        hand_in(shop, choices={"wood": "oak", "lock": "smart"})


@pytest.mark.parametrize(
    "changed",
    [{"title": " "}, {"title": "x" * 101}, {"title": "a\x00b"}, {"minutes": -1}, {"minutes": float("nan")},
     {"choices": {}}, {"choices": {"wood": "ebony"}}, {"customer": {}}, {"message_id": "x" * 101}],
)  # fmt: skip
def test_garbage_is_refused(shop: Shop, changed: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        hand_in(shop, **changed)
