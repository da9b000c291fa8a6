"""What is owned is changed, what was erased is forgotten, and companies have shops of their own."""

from __future__ import annotations

import pytest

from rapport.core.configuration import CONFIGURATION_COMPLETED as COMPLETED
from rapport.core.errors import Conflict, NotFound
from rapport.loop.privacy.erase import erase
from tests.loop.configure.conftest import Desk
from tests.loop.configure.test_ways import ANN, buy
from tests.loop.conftest import identify


def test_what_is_owned_is_changed_for_the_difference(desk: Desk) -> None:
    session = buy(desk, "collaborative", frame="oak", extras="lamp")
    desk.shop.clock.pass_days(400)
    told = desk.begin(customer=ANN, owned=session)
    assert (told["start"], told["owned"]["difference"], told["owned"]["changes"]) == ("owned", 0.0, [])
    told = desk.step(pick=("frame", "steel"))
    assert told["owned"]["difference"] == 20.0
    assert desk.step(clear=("extras", "lamp"))["owned"] == {
        "session": session, "choices": told["owned"]["choices"], "paid": 159.0, "difference": 11.0,
        "changes": [{"group": "frame", "from": ["oak"], "to": ["steel"]},
                    {"group": "extras", "from": ["lamp"], "to": []}],
    }  # fmt: skip
    desk.forget()
    assert desk.step()["owned"]["difference"] == 11.0
    with pytest.raises(NotFound):
        desk.begin(customer=ANN, owned="k_" + "0" * 30)


def test_what_was_not_taken_is_not_owned(desk: Desk) -> None:
    session = desk.begin()["session"]
    with pytest.raises(NotFound, match="nothing of 'window' was bought"):
        desk.begin(owned=session)


def test_whoever_is_erased_is_forgotten_at_the_configurator(desk: Desk) -> None:
    desk.shop.happen(identify("ann"))
    for name in ("ann", "bo", "cy", "di", "eve"):
        buy(desk, "collaborative", {"userId": name}, frame="steel")
    desk.shop.clock.pass_days(0.01)
    session = desk.begin(customer=ANN)["session"]
    assert [one["origin"] for one in desk.told["variants"]] == ["taken", "declared"]
    erase(desk.shop.rt, ANN)
    with pytest.raises(NotFound, match="no session"):
        desk.step(session=session, pick=("frame", "oak"))
    told = desk.begin(customer={"userId": "bob"})
    assert (told["start"], [one["origin"] for one in told["variants"]]) == ("empty", ["declared"])
    assert sum("steel" in str(event.properties) for event in desk.log if event.event == COMPLETED) == 4
    desk.shop.clock.pass_days(1)
    assert desk.begin(customer=ANN)["start"] == "empty"


def test_a_company_has_its_own_look_its_approved_configurations_and_its_price(desk: Desk) -> None:
    told = desk.begin(account="works", quantity=1)
    assert told["look"] == {
        "account": "works", "title": "The Works", "accent": "#0a5", "logo": "", "only_approved": True,
    }  # fmt: skip
    assert ([one["variant"] for one in told["variants"]], told["choices"]["frame"]) == (["plain"], "steel")
    assert (told["quote"]["buyer"], told["quote"]["each"]) == ("The Works", 161.5)
    with pytest.raises(Conflict, match="ready configurations only"):
        desk.step(pick=("frame", "oak"))
    desk.forget()
    assert desk.step()["look"]["account"] == "works"
    with pytest.raises(NotFound, match="did you mean 'works'"):
        desk.begin(account="work")


def test_others_are_not_shown_what_was_approved_for_a_company(desk: Desk) -> None:
    assert [one["variant"] for one in desk.begin()["variants"]] == ["best"]
