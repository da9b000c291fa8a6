"""Every rule hands out each outcome once; removal says nothing without paths that ended in nothing."""

from __future__ import annotations

import pytest

from rapport.learn.attribution_rules import RULES, Path

LONG = Path(("mail", "banner", "mail", "call"), (20.0, 9.0, 3.0, 0.5))
SHORT = Path(("banner",), (1.0,))
NOTHING = Path(("mail",), (0.0,), converted=False)
PATHS = [LONG] * 120 + [SHORT] * 30 + [NOTHING] * 150


@pytest.mark.parametrize("rule", RULES)
def test_all_credit_is_handed_out_once(rule: str) -> None:
    assert sum(RULES[rule](PATHS).values()) == pytest.approx(150)


def test_the_rules_differ_as_their_names_say() -> None:
    credit = {name: rule([LONG]) for name, rule in RULES.items()}
    assert credit["last_touch"] == {"call": 1.0}
    assert credit["linear"] == {"mail": 0.5, "banner": 0.25, "call": 0.25}
    assert credit["position"] == pytest.approx({"mail": 0.5, "banner": 0.1, "call": 0.4})
    assert credit["time_decay"]["call"] > credit["time_decay"]["banner"]
    assert credit["removal"] == {}, "one path is no data"


def test_removal_credits_what_the_others_cannot_do_without() -> None:
    alone = [Path(("call",), (0.0,))] * 100 + [Path(("banner",), (0.0,), converted=False)] * 100
    assert RULES["removal"](alone) == {"call": 100.0, "banner": 0.0}
    chain = RULES["removal"](PATHS)
    assert chain["mail"] > chain["banner"] > 0
    assert RULES["removal"]([LONG] * 120) == {}
