"""The regression: that the kernels do what the formulas say, and that what was learnt survives."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.core.errors import InvalidInput
from rapport.customize.encoding import Encoder, Lineups
from rapport.customize.posterior import FULL_MAX, PRIOR_LOGIT, Posterior, Prepared
from rapport.workspace.definitions import Action

COLUMNS = {"orders": "integer", "spent": "number", "vip": "boolean", "tier": "text"}
ACTIONS = {
    "gift": Action(attributes={"kind": "thing", "price": 20.0}),
    "tour": Action(attributes={"kind": "trip"}),
    "chat": Action(),
}
ANN = {"orders": 3, "spent": 120.5, "vip": True, "tier": "gold"}
BOB = {"orders": 0, "spent": None, "vip": False, "tier": None}


class Model:
    """An encoder, the candidates and a posterior, small enough to read."""

    def __init__(self, columns: dict = COLUMNS, actions: dict = ACTIONS) -> None:
        self.encoder = Encoder(columns)
        self.lineups = Lineups(actions, {name: place for place, name in enumerate(actions)})
        self.names = list(actions)
        self.posterior = Posterior.new(self.encoder.numeric, self.names)

    def prepare(self, row: dict, context: dict | None = None) -> Prepared:
        return self.posterior.prepare(self.encoder.encode(row, context or {}))

    def score(self, row: dict, names: list[str] | None = None, context: dict | None = None) -> np.ndarray:
        lineup = self.lineups.of(names or self.names)
        return self.posterior.score(self.prepare(row, context), lineup)

    def learn(self, row: dict, name: str, accepted: bool, memory: float = 1.0, context: dict | None = None) -> None:
        self.posterior.learn(self.encoder.encode(row, context or {}), self.lineups.of([name]), accepted, memory)


class Plain:
    """The same regression in dense numpy: one weight per (group, feature), found by name; a twin to compare with."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.weights: dict[tuple[str, str], list[float]] = {}
        self.means = {name: np.zeros(model.posterior.prior.size) for name in model.names}
        self.covariances = {name: np.diag(model.posterior.prior) for name in model.names}
        self.seen: dict[str, list[float]] = {name: [] for name in model.encoder.numeric}

    def inputs(self, row: dict) -> tuple[np.ndarray, dict[str, float]]:
        z, shared = [], {}
        for name, strength in zip(self.model.encoder.numeric, self.model.posterior.dense_strengths, strict=False):
            seen = np.array(self.seen[name])
            mean = seen.mean() if seen.size else 0.0
            variance = (((seen - mean) ** 2).sum() + 2.0) / (seen.size + 2.0)
            value = 0.0 if row[name] is None else (np.log1p(float(row[name])) - mean) / np.sqrt(variance)
            z.append(np.clip(value, -5, 5))
            shared[name] = z[-1] * strength
        return np.array([*z, 1.0]), {**shared, "intercept": 0.5}

    def parts(self, row: dict, action: str) -> tuple[np.ndarray, list[tuple[tuple[str, str], float]]]:
        z, shared = self.inputs(row)
        flags = {f"{name} is null": 0.3 for name, value in row.items() if value is None}
        texts = {f"tier={row['tier']}": 1.0} if row["tier"] is not None else {}
        groups = {"all": 0.5}
        for name, value in ACTIONS[action].attributes.items():
            groups |= {f"{name}={value}": 0.25} if isinstance(value, str) else {name: 0.25 * np.log1p(value) / 3}
        cells = [((g, f), x * d) for g, d in groups.items() for f, x in {**shared, **flags, **texts}.items()]
        return z, cells + [((action, f), x * 0.7) for f, x in {**flags, **texts}.items()]

    def moments(self, row: dict, action: str) -> tuple[float, float]:
        z, cells = self.parts(row, action)
        mean = PRIOR_LOGIT + z @ self.means[action] + sum(x * self.weights.get(k, [0.0, 1.0])[0] for k, x in cells)
        variance = z @ self.covariances[action] @ z + sum(x * x * self.weights.get(k, [0.0, 1.0])[1] for k, x in cells)
        return mean, variance

    def learn(self, row: dict, action: str, accepted: bool, memory: float) -> None:
        for name in self.model.encoder.numeric:
            if row[name] is not None:
                self.seen[name].append(np.log1p(float(row[name])))
        z, cells = self.parts(row, action)
        for key, _ in cells:
            weight = self.weights.setdefault(key, [0.0, 1.0])
            weight[1] = memory * weight[1] + 1 - memory
        prior = np.diag(self.model.posterior.prior)
        covariance = memory * self.covariances[action] + (1 - memory) * prior
        self.covariances[action] = covariance
        mean, variance = self.moments(row, action)
        t = mean
        for _ in range(50):
            p = 1 / (1 + np.exp(-t))
            t -= (t - mean - variance * (accepted - p)) / (1 + variance * p * (1 - p))
        p = 1 / (1 + np.exp(-t))
        shrink = p * (1 - p) / (1 + p * (1 - p) * variance)
        gain = covariance @ z
        self.means[action] = self.means[action] + gain * (accepted - p)
        self.covariances[action] = covariance - shrink * np.outer(gain, gain)
        for key, x in cells:
            weight = self.weights[key]
            gained = weight[1] * x
            self.weights[key] = [weight[0] + gained * (accepted - p), weight[1] - shrink * gained**2]


rows = st.fixed_dictionaries(
    {
        "orders": st.integers(0, 50),
        "spent": st.one_of(st.none(), st.floats(0, 1e4)),
        "vip": st.booleans(),
        "tier": st.sampled_from(["gold", "silver", None]),
    }
)
answers = st.tuples(rows, st.sampled_from(list(ACTIONS)), st.booleans())


@settings(max_examples=30, deadline=None)
@given(st.lists(answers, max_size=12), st.sampled_from([1.0, 0.99]))
def test_kernels_agree_with_plain_numpy(told: list[tuple[dict, str, bool]], memory: float) -> None:
    model = Model()
    plain = Plain(model)
    for row, action, accepted in told:
        model.learn(row, action, accepted, memory)
        plain.learn(row, action, accepted, memory)
    for row in (ANN, BOB):
        mean, deviation = model.score(row)
        expected = [plain.moments(row, name) for name in ACTIONS]
        assert mean == pytest.approx([one for one, _ in expected], abs=2e-5)
        assert deviation**2 == pytest.approx([one for _, one in expected], rel=2e-5)


def test_an_answer_moves_the_belief_and_narrows_it() -> None:
    model = Model()
    before = model.score(ANN, ["gift"])
    model.learn(ANN, "gift", accepted=True)
    liked = model.score(ANN, ["gift"])
    assert liked[0, 0] > before[0, 0]
    assert liked[1, 0] < before[1, 0]
    model.learn(ANN, "gift", accepted=False)
    assert model.score(ANN, ["gift"])[0, 0] < liked[0, 0]


def test_it_learns_who_accepts_what() -> None:
    model = Model()
    for _ in range(60):
        model.learn(ANN, "gift", accepted=True)
        model.learn(BOB, "gift", accepted=False)
        model.learn(ANN, "tour", accepted=False)
        model.learn(BOB, "tour", accepted=True)
    ann, bob = model.score(ANN)[0], model.score(BOB)[0]
    assert ann[0] > 1.0 > -1.0 > ann[1]
    assert bob[1] > 1.0 > -1.0 > bob[0]


def test_a_new_action_starts_from_what_all_have_in_common() -> None:
    model = Model()
    for _ in range(40):
        model.learn(ANN, "gift", accepted=False)
        model.learn(ANN, "tour", accepted=False)
    assert model.score(ANN, ["chat"])[0, 0] < PRIOR_LOGIT - 0.2


def test_an_action_inherits_through_its_attributes() -> None:
    actions = {"red": Action(attributes={"kind": "trip"}), "a": Action(attributes={"kind": "trip"}), "b": Action()}
    model = Model(actions=actions)
    for _ in range(40):
        model.learn(ANN, "red", accepted=True)
    like, unlike = model.score(ANN, ["a", "b"])[0]
    assert like > unlike > PRIOR_LOGIT


def test_the_context_is_an_input() -> None:
    model = Model()
    for _ in range(30):
        model.learn(ANN, "gift", accepted=True, context={"weather": "rain", "degrees": 4})
        model.learn(ANN, "gift", accepted=False, context={"weather": "sun", "degrees": 25})
    rain = model.score(ANN, ["gift"], {"weather": "rain", "degrees": 4})[0, 0]
    assert rain > 1.0 > -1.0 > model.score(ANN, ["gift"], {"weather": "sun", "degrees": 25})[0, 0]


def test_idle_texts_do_not_widen_what_may_be_believed_of_a_stranger() -> None:
    spreads = []
    for idle in (2, 10, 50):
        columns = COLUMNS | {f"idle{n}": "text" for n in range(idle)}
        row = ANN | dict.fromkeys([name for name in columns if name not in COLUMNS], "same")
        spreads.append(Model(columns).score(row)[1])
    np.testing.assert_allclose(spreads[1:], [spreads[0]] * 2, rtol=1e-6)


def test_many_texts_still_tell_who_accepts() -> None:
    columns = COLUMNS | {f"idle{n}": "text" for n in range(30)}
    model = Model(columns)
    idle = dict.fromkeys([name for name in columns if name not in COLUMNS], "same")
    gold, tin = ANN | idle, ANN | idle | {"tier": "tin"}
    for _ in range(60):
        model.learn(gold, "gift", True)
        model.learn(tin, "gift", False)
    assert model.score(gold, ["gift"])[0, 0] > 0.5 > -0.5 > model.score(tin, ["gift"])[0, 0]


def test_forgetting_widens_towards_the_prior_and_never_beyond() -> None:
    keen, forgetful = Model(), Model()
    prior = keen.score(ANN, ["gift"])[1, 0]
    for turn in range(300):
        keen.learn(ANN, "gift", accepted=turn % 2 == 0)
        forgetful.learn(ANN, "gift", accepted=turn % 2 == 0, memory=0.98)
    assert keen.score(ANN, ["gift"])[1, 0] < forgetful.score(ANN, ["gift"])[1, 0] < prior


def test_reasons_name_what_moves_the_logit_strongest_first() -> None:
    model = Model()
    for _ in range(20):
        model.learn(ANN, "gift", accepted=True)
        model.learn(BOB, "gift", accepted=False)
    prepared, alone = model.prepare(BOB), model.lineups.of(["gift"])
    told = model.posterior.reasons(prepared, alone, limit=9, least=0.0)
    assert set(told) == {"orders", "spent", "vip", "tier"}
    assert list(told.values()) == sorted(told.values(), key=abs, reverse=True)
    assert told["tier"] < -0.1
    assert sum(told.values()) == pytest.approx(model.score(BOB, ["gift"])[0, 0] - without_inputs(model), abs=1e-6)
    assert len(model.posterior.reasons(prepared, alone, limit=2, least=0.0)) == 2


def without_inputs(model: Model) -> float:
    """The logit of a gift for a customer about whom nothing is used."""
    return model.posterior.score(model.posterior.prepare(model.encoder.nothing), model.lineups.of(["gift"]))[0, 0]


def test_many_numeric_columns_fall_back_to_a_diagonal() -> None:
    columns = {f"n{place:03}": "number" for place in range(FULL_MAX + 1)}
    model = Model(columns=columns)
    assert model.posterior.covariances.shape == (3, 1)
    high, low = dict.fromkeys(columns, 5.0), dict.fromkeys(columns, 0.0)
    for _ in range(30):
        model.learn(high, "gift", accepted=True)
        model.learn(low, "gift", accepted=False)
    assert model.score(high, ["gift"])[0, 0] > 1.0 > -1.0 > model.score(low, ["gift"])[0, 0]
    assert model.posterior.reasons(model.prepare(high), model.lineups.of(["gift"]), 200, 0.0)["n000"] > 0.0


def test_bytes_bring_back_exactly_what_was_learnt() -> None:
    model = Model()
    for _ in range(5):
        model.learn(ANN, "gift", accepted=True, context={"page": "home"})
        model.learn(BOB, "tour", accepted=False)
    stored = model.posterior.to_bytes()
    again = Posterior.from_bytes(stored, model.encoder.numeric, model.names)
    assert again.to_bytes() == stored
    prepared, lineup = model.prepare(ANN, {"page": "home"}), model.lineups.of(model.names)
    assert again.score(prepared, lineup).tolist() == model.posterior.score(prepared, lineup).tolist()


def test_an_untouched_posterior_is_small() -> None:
    assert len(Model().posterior.to_bytes()) < 200


def test_changed_columns_and_actions_keep_what_still_applies() -> None:
    model = Model()
    for _ in range(40):
        model.learn(ANN, "gift", accepted=True)
        model.learn(BOB, "gift", accepted=False)
    columns = {"age": "integer", "orders": "integer", "spent": "number", "tier": "text"}
    actions = {"new": Action(), "gift": ACTIONS["gift"]}
    changed = Model(columns, actions)
    changed.posterior = Posterior.from_bytes(model.posterior.to_bytes(), changed.encoder.numeric, list(actions))
    assert changed.posterior.actions == ("new", "gift")
    ann, bob = ({"age": 40, **row} for row in (ANN, BOB))
    assert changed.score(ann, ["gift"])[0, 0] > changed.score(bob, ["gift"])[0, 0] + 1.0
    back = Posterior.from_bytes(changed.posterior.to_bytes(), model.encoder.numeric, model.names)
    assert set(back.actions) >= {"gift", "tour", "chat"}


def test_a_foreign_format_is_refused() -> None:
    import zlib

    import msgspec

    foreign = zlib.compress(msgspec.msgpack.encode([99, 18, [], b"", b"", b"", {}]))
    with pytest.raises(InvalidInput, match="format 99"):
        Posterior.from_bytes(foreign, (), ())
