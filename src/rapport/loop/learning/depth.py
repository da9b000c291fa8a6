"""How deep the relationship with customers is: what the needs and the model say of them, measured beside everybody."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from rapport.core.customer import CustomerRow, Profile, decode_profile
from rapport.customize.posterior import Posterior
from rapport.differentiate.frame import Frame
from rapport.differentiate.needs import NeedsModel, NeedsPart
from rapport.differentiate.needs.evidence import evidence
from rapport.identify.profile import personalized
from rapport.learn.lessons import depth
from rapport.learn.lessons.depth import Depth
from rapport.loop.columns import customer_row
from rapport.loop.refreshing import differentiate
from rapport.loop.runtime import Runtime

CUSTOMERS_READ: Final = 300
"""Everybody's chance of acceptance is read off so many; ids are hashes, so the first of them are a fair sample."""
_SEED: Final = 1
Floats = NDArray[np.float64]


class Expected(NamedTuple):
    """Of each action: chance of acceptance, and the variance of its logit."""

    chance: Floats
    variance: Floats


class Everybody(NamedTuple):
    """What one customer is held against."""

    actions: list[str]
    chance: Floats
    prior: Floats
    """Variance of the logits before anything was learnt."""
    posterior: Posterior


def everybody(rt: Runtime, sample: Sequence[CustomerRow] | None = None) -> Everybody:
    """Everybody's expectations, the mean over some customers; those who are not told apart are left out."""
    rows = rt.store.scan_customers("", CUSTOMERS_READ) if sample is None else sample[:CUSTOMERS_READ]
    actions, model = list(rt.workspace.actions), rt.learner.posterior
    found = [expected(rt, actions, model, row, profile) for row, profile in told_apart(rows)]
    chance = np.mean([one.chance for one in found], axis=0) if found else np.full(len(actions), 0.5)
    fresh = _expected(rt, actions, rt.arbiter.new_posterior(), {}) if actions else Expected(chance, chance)
    return Everybody(actions, chance, fresh.variance, model)


def told_apart(rows: Sequence[CustomerRow]) -> list[tuple[CustomerRow, Profile]]:
    """Those of some customers who are, with their profiles."""
    decoded = ((row, decode_profile(row.profile)) for row in rows)
    return [(row, profile) for row, profile in decoded if profile.events and personalized(profile)]


def expected(rt: Runtime, actions: list[str], model: Posterior, row: CustomerRow, profile: Profile) -> Expected:
    """What the model expects of a customer, outside of any slot and request."""
    return _expected(rt, actions, model, customer_row(rt, row.id, profile, row.scores, rt.clock.now_us()))


def _expected(rt: Runtime, actions: list[str], model: Posterior, row: dict[str, Any]) -> Expected:
    if not actions:
        return Expected(np.zeros(0), np.zeros(0))
    ranked = rt.arbiter.rank(model, actions, row, {}, seed=_SEED)
    deviation = np.array(ranked.spread) / rt.arbiter.noise if rt.arbiter.noise else np.zeros(len(actions))
    return Expected(1.0 / (1.0 + np.exp(-np.array(ranked.mean))), deviation**2)


def depths(rt: Runtime, found: Sequence[tuple[CustomerRow, Profile]], all_of: Everybody) -> list[Depth]:
    """The depth of some customers as of now; nothing is known of who switched personalisation off."""
    if not found:
        return []
    needs = _needs(rt, found)
    return [
        _depth(rt, row, profile, needs[place], all_of) if profile.events and personalized(profile) else depth.NOTHING
        for place, (row, profile) in enumerate(found)
    ]


def _depth(rt: Runtime, row: CustomerRow, profile: Profile, needs: list[depth.Question], all_of: Everybody) -> Depth:
    own = expected(rt, all_of.actions, all_of.posterior, row, profile)
    bits, chance = depth.of_answers(own.chance, all_of.chance, own.variance, all_of.prior)
    return Depth(needs, bits, chance)


def needs_learnt(rt: Runtime) -> tuple[NeedsPart, NeedsModel] | None:
    """The needs as the last refresh learnt them; None without ``needs.yaml`` or before it."""
    part = next((one for one in rt.parts if isinstance(one, NeedsPart)), None)
    model = differentiate.models(rt).get("needs") if part else None
    return (part, model) if part and isinstance(model, NeedsModel) else None


def _needs(rt: Runtime, found: Sequence[tuple[CustomerRow, Profile]]) -> list[list[depth.Question]]:
    learnt = needs_learnt(rt)
    if learnt is None:
        return [[] for _ in found]
    as_of_us = max(differentiate.told_at(rt, msgspec.json.decode(row.scores)) for row, _ in found)
    frame = differentiate.live_frame(rt, [(row.id, profile) for row, profile in found], as_of_us)
    differentiate.score(rt, differentiate.models(rt), frame)
    return _questions(*learnt, frame)


def _questions(part: NeedsPart, model: NeedsModel, frame: Frame) -> list[list[depth.Question]]:
    arrays = part.arrays(model)
    shown = evidence(arrays, frame, part.judging)
    spans = [slice(int(arrays.first[n]), int(arrays.first[n + 1])) for n in range(len(model.facets))]
    return [
        [
            depth.of_need(
                facet.name, shown.counts[place, span], float(shown.squares[place, n]),
                strength=float(arrays.strength[n]), group=arrays.share[segment, span], everybody=arrays.share[0, span],
            )
            for n, (facet, span) in enumerate(zip(model.facets, spans, strict=True))
            if shown.squares[place, n] > 0.0
        ]
        for place, segment in enumerate(shown.segment.tolist())
    ]  # fmt: skip


def told(found: Depth) -> dict[str, Any]:
    """A depth as a plain document, the best known question first."""
    return {
        "bits": round(found.bits, 4),
        "by_chance": round(found.chance, 4),
        "beyond_chance": round(max(0.0, found.bits - found.chance), 4),
        "needs": [
            {"question": one.name, "bits": round(one.bits, 4), "by_chance": round(one.chance, 4),
             "evidence": round(one.evidence, 2)}
            for one in sorted(found.needs, key=lambda one: (-one.bits, one.name))
        ],
        "answers": {"bits": round(found.answer_bits, 4), "by_chance": round(found.answer_chance, 4)},
    }  # fmt: skip
