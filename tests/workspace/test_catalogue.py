"""What ``catalogue.yaml`` and the items of an action may say, and what an acceptance of an item is."""

from __future__ import annotations

import pytest

from rapport.workspace import check, read
from rapport.workspace.definitions import Goal

SHELF = "shelf: {slots: [home], items: {kind: personal}}\n"


@pytest.fixture
def workspace(tmp_path):
    def write(actions=SHELF, catalogue=""):
        (tmp_path / "rapport.yaml").write_text("name: Shop\n")
        (tmp_path / "actions").mkdir(exist_ok=True)
        (tmp_path / "actions" / "a.yaml").write_text(actions)
        if catalogue is not None:
            (tmp_path / "catalogue.yaml").write_text(catalogue)
        return tmp_path

    return write


@pytest.mark.parametrize(
    ("actions", "catalogue", "said"),
    [
        (SHELF, None, "no catalogue to take items from"),
        ("shelf: {slots: [home], items: {most: 500}}\n", "", "500 items are not possible"),
        ("shelf: {slots: [home], items: {margin: 30}}\n", "", "a share between 0 and 1"),
        ("shelf: {slots: [home], items: {kind: alike}}\n", "", "alike"),
        (
            "shelf: {slots: [home], items: {}, incremental: true, goal: {event: Order Completed}}\n",
            "",
            "not measured item by item",
        ),
        (SHELF, "attributes: {category: properties.category}\n", "no key"),
        (SHELF, "interests: [{event: Film Watched, of: properties.film}]\n", "when a customer has an item"),
        (SHELF, "interests: [{event: Film Watched, of: source, owned: true}]\n", "names no item"),
        (SHELF, "interests: [{event: Film Watched, of: properties.film, owned: true, weight: 0}]\n", "says nothing"),
        (SHELF, "gone_after: soon\n", "soon"),
    ],
)
def test_what_cannot_be_is_found(workspace, actions, catalogue, said):
    findings = [str(one) for one in check(workspace(actions, catalogue))]
    assert len(findings) == 1
    assert said in findings[0]


def test_an_empty_catalogue_is_one(workspace):
    assert check(workspace()) == []


def test_the_very_item_accepts_unless_said(workspace):
    goal = read(workspace(catalogue="attributes: {price: cost}\n")).actions["shelf"].goal
    assert goal == Goal(event="Order Completed", item="properties.products[].product_id",
                        value="properties.products[].cost")  # fmt: skip


def test_a_goal_of_ones_own_learns_where_the_item_is_named(workspace):
    said = SHELF.replace("}}", "}, goal: {event: Product Added}}")
    assert read(workspace(said)).actions["shelf"].goal == Goal(event="Product Added", item="properties.product_id")
