"""What another policy would have earned, or why that cannot be said."""

from __future__ import annotations

import numpy as np
import pytest

from rapport.core.decision import Chosen, Decision
from rapport.learn.evaluate import evaluate, greedy, logged, snips, uniform


def decision(picked: str, chances: list[float], mean: list[float] | None = None) -> Decision:
    names = ["a", "b"]
    chosen = Chosen(action=picked, probability=chances[names.index(picked)], propensity=0.5, value=1.0, score=0.5)
    return Decision(
        id="d", customer_id="c", subject="user_id:1", slot="s", made_at=0, personalized=True, candidates=names,
        mean=mean or [1.0, 0.0], spread=[0.1, 0.1], weight=[1.0, 1.0], choice_probability=chances, chosen=[chosen],
        excluded=[], inputs={}, context={}, seed=0, model="m", definitions="d",
    )  # fmt: skip


def simulated(count: int) -> list[tuple[Decision, float]]:
    """``a`` is accepted 60% of the time and picked 80%; ``b`` is accepted 20%."""
    rng = np.random.default_rng(1)
    picks = np.where(rng.random(count) < 0.8, "a", "b")
    return [(decision(str(pick), [0.8, 0.2]), float(rng.random() < (0.6 if pick == "a" else 0.2))) for pick in picks]


@pytest.mark.parametrize(("policy", "truth"), [(uniform, 0.4), (greedy, 0.6), (logged, 0.52)])
def test_estimates_lie_within_their_errors(policy: object, truth: float) -> None:
    told = evaluate(simulated(4000), policy)  # type: ignore[arg-type]
    assert told.value is not None
    assert told.standard_error is not None
    assert abs(told.value - truth) < 3 * told.standard_error < 0.06
    assert told.samples == 4000


def test_thin_evidence_is_refused() -> None:
    told = evaluate(simulated(50), uniform)
    assert (told.value, told.standard_error) == (None, None)
    assert "fewer than the 100 needed" in told.refusal


def test_what_was_never_tried_is_refused() -> None:
    told = evaluate([(decision("a", [1.0, 0.0]), 1.0)] * 500, uniform)
    assert told.value is None
    assert told.refusal == "the policy would offer 'b' where it had no chance (decision d)"


def test_nothing_decided_nothing_estimated() -> None:
    assert evaluate([], uniform).refusal.startswith("0.0 effective samples")
    assert snips([], []).samples == 0
