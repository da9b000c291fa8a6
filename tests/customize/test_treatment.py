"""What a marketing mode allows."""

from __future__ import annotations

import pytest

from rapport.core.decision import Treated
from rapport.core.time import DAY_US
from rapport.customize.treatment import Offered, Spent, Treatments
from rapport.workspace.capabilities import Capabilities, Treatment
from rapport.workspace.catalogue import Items
from rapport.workspace.definitions import Action

SHOP = {
    "call": Action(contact=True, cost=2.0),
    "banner": Action(),
    "gift": Action(cost=8.0),
    "cake": Action(cost=5.0),
    "studio": Action(modes=["one_to_one"]),
}


def treatments(**modes: Treatment) -> Treatments:
    return Treatments(Capabilities(modes=modes), SHOP)  # type: ignore[arg-type]


def reasons(excluded) -> dict[str, str]:  # type: ignore[no-untyped-def]
    return {one.action: one.reason for one in excluded}


def test_without_a_declaration_there_is_nothing_to_do() -> None:
    assert Treatments(None, {"banner": Action()}).idle
    assert not treatments().idle
    assert not Treatments(None, SHOP).idle


@pytest.mark.parametrize(
    ("row", "mode"),
    [
        ({"marketing_mode": "mass", "selection": "hold"}, "mass"),
        ({"marketing_mode": None, "selection": "exclude"}, "exclude"),
        ({"marketing_mode": None, "selection": "later"}, "later"),
        ({"marketing_mode": None, "selection": "hold"}, ""),
        ({}, ""),
    ],
)
def test_the_mode_of_a_customer(row: dict[str, str | None], mode: str) -> None:
    assert Treatments.mode(row) == mode


def test_a_reserved_action_is_for_those_modes_only() -> None:
    for mode, reason in (
        ("mass", "only for the marketing modes one_to_one; this customer's is mass"),
        ("", "only for the marketing modes one_to_one; this customer has none"),
    ):
        left, excluded, _ = treatments().apply(mode, Spent(), list(SHOP), places=1)
        assert "studio" not in left
        assert reasons(excluded) == {"studio": reason}
    assert "studio" in treatments().apply("one_to_one", Spent(), list(SHOP), places=1)[0]


def test_who_has_no_mode_has_no_limit() -> None:
    frugal = treatments(mass=Treatment(contacts=0, budget=0.0))
    left, _, treated = frugal.apply("", Spent(9, 99.0), ["call", "gift"], places=1)
    assert (left, treated) == (["call", "gift"], None)
    assert frugal.since("", 10 * DAY_US) is None
    assert frugal.apply("frequency", Spent(), ["call"], places=1)[2] == Treated(mode="frequency")


def test_contacts_and_costs_are_counted_within_the_span() -> None:
    frugal = treatments(mass=Treatment(contacts=1, budget=9.0, per="7d"))
    now = 100 * DAY_US
    since = frugal.since("mass", now)
    assert since == 93 * DAY_US
    offered = [
        Offered("d1", "call", now - 1, ""),
        Offered("d1", "gift", now - 1, "rejected"),
        Offered("d2", "cake", now - DAY_US, "accepted"),
        Offered("d3", "banner", now - DAY_US, ""),
        Offered("d4", "call", now - 8 * DAY_US, "accepted"),
        Offered("d5", "gone", now - DAY_US, ""),
    ]
    assert frugal.spent(offered, since) == Spent(contacts=1, cost=7.0)


def test_two_contact_actions_of_one_decision_are_one_contact() -> None:
    twice = Treatments(None, {"call": Action(contact=True), "mail": Action(contact=True)})
    assert twice.spent([Offered("d1", "call", 5, ""), Offered("d1", "mail", 5, "")], 0).contacts == 1


def test_used_up_contacts_leave_what_does_not_reach_out() -> None:
    left, excluded, treated = treatments(mass=Treatment(contacts=2)).apply(
        "mass", Spent(2), ["call", "banner"], places=1
    )
    assert left == ["banner"]
    assert reasons(excluded) == {"call": "mass: 2 of 2 contacts within 7d are used up"}
    assert treated == Treated(mode="mass", contacts_left=0)


def test_any_choice_stays_within_the_budget() -> None:
    one = treatments(mass=Treatment(budget=10.0, per="30d"))
    assert one.apply("mass", Spent(), list(SHOP), places=1)[0] == ["call", "banner", "gift", "cake"]
    left, excluded, treated = one.apply("mass", Spent(), ["call", "banner", "gift", "cake"], places=2)
    assert left == ["call", "banner", "cake"]
    assert reasons(excluded) == {
        "gift": "mass: 8.00 beside up to 1 others is more than the 10.00 left of 10.00 within 30d"
    }
    assert treated == Treated(mode="mass", budget_left=10.0)
    assert one.apply("mass", Spent(0, 11.0), ["call", "banner"], places=1)[0] == ["banner"]


def test_every_place_of_a_list_may_hold_another_item_of_one_action() -> None:
    shop = {"shelf": Action(cost=3.0, items=Items()), "banner": Action()}
    frugal = Treatments(Capabilities(modes={"mass": Treatment(budget=7.0)}), shop)
    assert frugal.apply("mass", Spent(), list(shop), places=2)[0] == ["shelf", "banner"]
    left, excluded, _ = frugal.apply("mass", Spent(), list(shop), places=3)
    assert (left, list(reasons(excluded))) == (["banner"], ["shelf"])
