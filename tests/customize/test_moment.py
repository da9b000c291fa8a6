"""Multipliers over the request's context."""

from __future__ import annotations

import pytest

from rapport.core.errors import InvalidRule
from rapport.customize.moment import Moment, context_columns
from rapport.workspace.definitions import Action


@pytest.mark.parametrize(
    ("text", "types"),
    [
        ("weather = 'rain'", {"weather": "text"}),
        ("degrees > 20 AND degrees < 30", {"degrees": "number"}),
        ("degrees * 2 > 20", {"degrees": "number"}),
        ("NOT holiday", {"holiday": "boolean"}),
        ("page LIKE 'shop%' OR device IN ('phone', 'tablet')", {"page": "text", "device": "text"}),
        ("hour BETWEEN 9 AND 17", {"hour": "number"}),
    ],
)
def test_the_columns_of_a_context_are_typed_by_use(text: str, types: dict[str, str]) -> None:
    assert context_columns(text) == types


def test_multipliers_that_hold_are_multiplied() -> None:
    moment = Moment({"umbrella": Action(context={"weather = 'rain'": 3.0, "hour >= 18": 0.5}), "hat": Action()})
    assert moment.multipliers(["umbrella", "hat"], {"weather": "rain", "hour": 19}) == [1.5, 1.0]
    assert moment.multipliers(["umbrella"], {"weather": "rain"}) == [3.0]
    assert moment.multipliers(["umbrella"], {"weather": 7}) == [1.0]


def test_without_context_rules_there_is_nothing_to_multiply() -> None:
    assert Moment({"hat": Action()}).multipliers(["hat"], {"weather": "rain"}) is None


def test_a_rule_that_does_not_parse_is_refused() -> None:
    with pytest.raises(InvalidRule):
        Moment({"hat": Action(context={"weather = ": 2.0})})
