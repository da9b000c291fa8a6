"""The ladder: what each stage asks of those before it."""

from __future__ import annotations

from string import Formatter
from typing import Any

import pytest

from rapport.core.time import DAY_US
from rapport.differentiate.readiness import STAGES, TEXTS, Counted, Rung, ladder
from rapport.workspace.capabilities import Capabilities
from rapport.workspace.columns import PART_COLUMNS, SYSTEM_COLUMNS
from rapport.workspace.definitions import Action, Identity, Policy, Settings, Workspace
from rapport.workspace.gates import Gates
from rapport.workspace.needs import Needs
from rapport.workspace.value import Value

NOW = 20_000 * DAY_US
ALL = {"needs": 1_000, "value": 1_000, "strengths": 1_000, "selection": 1_000, "mode": 1_000}
GOOD: dict[str, Any] = {
    "as_of": NOW, "arrived": NOW, "recent": (5_000, 5_000), "named": (900, 1_000), "personal": 1_000,
    "purchasers": 800, "known": ALL,
}  # fmt: skip


def workspace(gates: Gates | None = None, **changed: Any) -> Workspace:
    files: dict[str, Any] = {
        "needs": Needs(), "value": Value(), "capabilities": Capabilities(), "actions": {"tea": Action(slots=["home"])},
    }  # fmt: skip
    return Workspace(
        root="", version="", settings=Settings(name="Shop"), identity=Identity(), traits={}, features={},
        sources={}, policy=Policy(gates=gates or Gates()), **files | changed,
    )  # fmt: skip


def rungs(of: Workspace | None = None, now_us: int = NOW, **changed: Any) -> dict[str, Rung]:
    return {rung.stage: rung for rung in ladder(of or workspace(), Counted(**GOOD | changed), now_us)}


def levels(found: dict[str, Rung]) -> list[str]:
    return [rung.level for rung in found.values()]


def test_the_stages_stand_in_the_method_s_order() -> None:
    assert list(rungs()) == ["identify", "needs", "value", "strengths", "selection", "mode", "interact", "customize"]
    assert levels(rungs()) == ["open"] * 8
    names = [stage.name for stage in STAGES]
    for place, stage in enumerate(STAGES):
        assert set(stage.after) <= set(names[:place]), "none builds on a later one"


def test_every_withheld_column_is_one_that_customers_have() -> None:
    for stage in STAGES:
        assert not stage.part or stage.part in PART_COLUMNS
        assert not stage.shows or stage.shows.split()[0] in SYSTEM_COLUMNS


def test_what_fails_below_closes_all_above_and_names_it() -> None:
    found = rungs(now_us=NOW + 100 * DAY_US)
    assert levels(found) == ["closed"] * 8
    assert found["identify"].reason == "the newest event arrived 100 days ago; asked: at most 90"
    assert found["customize"].reason == "waits for identify; waits for interact"


def test_poor_coverage_of_needs_closes_what_builds_on_them() -> None:
    found = rungs(known=ALL | {"needs": 12})
    assert levels(found) == ["open", "open", "closed", "closed", "closed", "closed", "open", "open"]
    assert found["value"].reason == ("needs known of 1.2% (12/1,000; 0.688–2.09%) of the customers; asked: 5%")
    assert found["value"].failed[0].todo.startswith("declare in needs.yaml")
    assert found["value"].withheld == list(PART_COLUMNS["value"])


def test_stages_that_are_not_declared_close_nothing_and_are_named_as_missing() -> None:
    found = rungs(workspace(needs=None), known={"value": 900, "strengths": 900, "selection": 900, "mode": 900})
    assert levels(found) == ["open", "not declared", *["open"] * 6]
    assert found["mode"].without == ["needs"]
    assert levels(rungs(workspace(needs=None, value=None, capabilities=None, actions={}), known={})) == [
        "open", *["not declared"] * 5, "open", "not declared",
    ]  # fmt: skip


def test_a_file_that_came_since_the_refresh_is_not_measured() -> None:
    found = rungs(known={"value": 1_000})
    assert (found["needs"].level, found["value"].level, found["strengths"].level) == (
        "not measured", "open", "not measured",
    )  # fmt: skip


@pytest.mark.parametrize(
    "counted", [None, Counted(as_of=NOW), Counted(as_of=NOW, known=ALL)], ids=["none", "no event", "no arrival"]
)
def test_nothing_is_closed_before_there_is_anything_to_measure(counted: Counted | None) -> None:
    assert {rung.level for rung in ladder(workspace(), counted, NOW)} == {"not measured"}


def test_a_handful_closes_nothing() -> None:
    few = {"personal": 3, "recent": (1, 3), "known": dict.fromkeys(ALL, 0), "named": (0, 3), "values": {"age": (0, 3)}}
    assert levels(rungs(**few)) == ["open"] * 8
    many = rungs(**few | {"recent": (100, 300), "values": {"age": (0, 300)}})
    assert many["identify"].level == "closed"


def test_an_invalid_trait_is_withheld_alone() -> None:
    found = rungs(values={"age": (40, 1_000), "city": (999, 1_000)})
    assert (found["identify"].level, found["identify"].withheld) == ("open", ["age"])
    assert levels(found) == ["open"] * 8


def test_sample_sizes_and_known_customers_are_asked_where_declared() -> None:
    found = rungs(workspace(Gates(customers=2_000)))
    assert (found["needs"].reason, found["interact"].level) == (
        "customers who may be told apart: 1,000; asked: 2,000", "closed",
    )  # fmt: skip
    assert rungs(workspace(Gates(purchasers=801)))["value"].level == "closed"
    assert rungs(workspace(Gates(purchasers=800)))["value"].level == "open"
    assert rungs(workspace(Gates(known=0.95)))["identify"].level == "closed"


def test_a_clock_behind_the_log_is_no_reason() -> None:
    assert rungs(now_us=NOW - DAY_US)["identify"].level == "open"


def test_nobody_who_may_be_told_apart_closes_all_but_identify() -> None:
    found = rungs(personal=0, purchasers=0, known=dict.fromkeys(ALL, 0))
    assert levels(found) == ["open", *["closed"] * 7]


def test_every_check_says_what_to_do_with_the_facts_it_has() -> None:
    found = [
        *rungs(now_us=NOW + 100 * DAY_US, personal=0, values={"age": (0, 99)}).values(),
        *rungs(workspace(Gates(known=0.5, purchasers=9))).values(),
    ]
    seen = {check.code for rung in found for check in rung.checks}
    assert seen == set(TEXTS)
    for check in (one for rung in found for one in rung.checks):
        assert "{" not in check.what + check.todo.replace("gates: {", "")
        for text in TEXTS[check.code]:
            assert {name for _, name, _, _ in Formatter().parse(text) if name} <= set(check.facts)
