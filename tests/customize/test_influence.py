"""How much each column moves the model: what decides is found, what does not stays small."""

from __future__ import annotations

import numpy as np

from rapport.core.decision import Decision
from rapport.customize.arbitration import Arbiter
from rapport.customize.influence import contributions
from rapport.customize.posterior import Posterior
from rapport.workspace.definitions import Action

COLUMNS = {"orders": "integer", "spent": "number", "tier": "text", "colour": "text", "email": "text"}
ACTIONS = {"gift": Action(), "tour": Action()}


def rows(count: int, seed: int = 1) -> list[dict]:
    chance = np.random.default_rng(seed)
    return [
        {
            "orders": int(chance.integers(0, 9)),
            "spent": float(chance.gamma(2.0, 50.0)),
            "tier": str(chance.choice(["gold", "silver"])),
            "colour": str(chance.choice(["red", "blue"])),
        }
        for _ in range(count)
    ]


def taught(answers: int) -> tuple[Arbiter, Posterior]:
    """Gold customers take the gift, frequent ones the tour; colour and spending mean nothing."""
    arbiter = Arbiter(ACTIONS, COLUMNS, floor=0.02, noise=0.15)
    posterior = arbiter.new_posterior()
    chance = np.random.default_rng(7)
    for number, row in enumerate(rows(answers)):
        action = ("gift", "tour")[number % 2]
        likely = row["tier"] == "gold" if action == "gift" else row["orders"] > 4
        decision = Decision(
            id="d", customer_id="c", subject="user_id:1", slot="s", made_at=0, personalized=True,
            candidates=[action], mean=[0.0], spread=[0.0], weight=[1.0], choice_probability=[1.0], chosen=[],
            excluded=[], inputs=row, context={}, seed=0, model="m", definitions="v",
        )  # fmt: skip
        arbiter.learn(posterior, decision, action, bool(chance.random() < (0.8 if likely else 0.2)))
    return arbiter, posterior


def test_before_the_first_answer_nothing_moves_anything() -> None:
    arbiter, posterior = taught(0)

    found = arbiter.influences(posterior, rows(50))

    assert set(found) == {"orders", "spent", "tier", "colour"}
    assert all((one.strength, one.share, one.evidence) == (0.0, 0.0, 0.0) for one in found.values())


def test_what_decides_is_told_from_what_does_not() -> None:
    arbiter, posterior = taught(2_000)

    found = arbiter.influences(posterior, rows(200, seed=2))

    ranked = sorted(found, key=lambda name: -found[name].share)
    assert set(ranked[:2]) == {"orders", "tier"}
    assert abs(sum(one.share for one in found.values()) - 1.0) < 1e-9
    assert all(found[name].evidence > 5.0 for name in ("orders", "tier"))
    assert all(found[name].evidence < 3.0 for name in ("spent", "colour"))


def test_a_contribution_is_what_the_reasons_of_a_decision_say() -> None:
    arbiter, posterior = taught(300)
    (row,) = rows(1, seed=3)
    prepared = posterior.prepare(arbiter._encoder.encode(row, {}))
    alone = arbiter._lineups.of(("gift",))
    places = {name: place for place, name in enumerate(arbiter.inputs)}
    mean, variance = contributions(posterior, prepared, alone, places)

    said = posterior.reasons(prepared, alone, 10, 0.0)
    assert {name: round(mean[places[name]], 9) for name in said} == {name: round(v, 9) for name, v in said.items()}
    assert (variance > 0).all()
