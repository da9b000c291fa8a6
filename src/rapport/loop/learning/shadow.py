"""A version beside the one in use, on answers to decisions made since it was fitted: which of them told better?"""

from __future__ import annotations

from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from rapport.customize.boosted.blending import blended, log_losses, unblended
from rapport.customize.boosted.model import Boosted
from rapport.learn.chances.gain import Gain, gain
from rapport.loop.learning.answers import Answers, gather, versions
from rapport.loop.learning.second import version
from rapport.loop.runtime import Runtime

Floats = npt.NDArray[np.float64]

GIVEN_UP: Final = 5_000
"""After so many answers without proof a version leaves the shadow."""


class Shadow(msgspec.Struct, frozen=True, kw_only=True):
    """How a version fares in shadow: mean log losses, and what its blend saves against what decisions were made by."""

    version: int
    share: float
    online: float
    boosted: float
    blend: float
    in_use: float
    gain: Gain


def shadow(rt: Runtime, number: int, share: float, after_seq: int) -> Shadow | None:
    """The comparison on closed offers of later decisions; None while there is none, or the version is gone."""
    model = version(rt.store, number, rt.workspace.actions)
    if model is None:
        return None
    answers = gather(rt, after_seq)
    first = online(rt, answers)
    usable = answers.closed & ~np.isnan(first)
    if not usable.any():
        return None
    logits = _logits(answers, model)
    losses = {
        "online": log_losses(first[usable], answers.accepted[usable]),
        "boosted": log_losses(logits[usable], answers.accepted[usable]),
        "blend": log_losses(blended(first, logits, share)[usable], answers.accepted[usable]),
        "in_use": log_losses(answers.told[usable], answers.accepted[usable]),
    }
    means = {name: float(one.mean()) for name, one in losses.items()}
    # Every refresh looks, and the first proof promotes.
    saved = gain(losses["in_use"], losses["blend"], answers.customers[usable], looks_until=GIVEN_UP)
    return Shadow(version=number, share=share, gain=saved, **means)


def online(rt: Runtime, answers: Answers) -> Floats:
    """What the online model alone told of each offer, from the records; NaN where the blended version is gone.

    A record keeps the blend by which it was made; the trees' part of it can be computed again.
    """
    number, share = versions(answers)
    told = answers.told.copy()
    for one in np.unique(number[number > 0]).tolist():
        mine = number == one
        model = version(rt.store, one, rt.workspace.actions)
        if model is None:
            told[mine] = np.nan
            continue
        logits = _logits(answers, model)[mine]
        told[mine] = unblended(told[mine], logits, share[mine])
    return told


def _logits(answers: Answers, model: Boosted) -> Floats:
    return model.forest.logits(answers.rows.matrix(model.layout))
