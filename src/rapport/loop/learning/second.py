"""The second model as decisions use it: which version, with which share, since when; kept as one small state."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

import msgspec
import numpy as np
import numpy.typing as npt

from rapport.core.decision import Item
from rapport.core.errors import InvalidInput
from rapport.customize.boosted.model import Boosted
from rapport.ports.store import Store
from rapport.workspace.definitions import Action

Floats = npt.NDArray[np.float64]

BOOSTED: Final = "boosted"
STATE: Final = "models:boosted"
ACTS_MAX: Final = 200
"""Older acts are forgotten; what each decision used stands in its record."""


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """One change of the model in use, or of the one beside it."""

    at: int
    """Microseconds since the epoch."""
    by: str
    """Who; ``refresh`` for what Rapport did by itself."""
    what: Literal["fitted", "promoted", "rolled back", "set aside", "retired"]
    model: str
    version: int
    """The version that it is about; 0: none."""
    share: float = 0.0
    because: str = ""


class Life(msgspec.Struct, frozen=True, kw_only=True):
    """Where the boosted model stands. Version 0 is none."""

    in_use: int = 0
    share: float = 0.0
    shadow: int = 0
    """The version that is compared on answers to decisions made since it was fitted."""
    shadow_share: float = 0.0
    last: int = 0
    """The newest version there ever was; a number is never given twice."""
    compared: dict[str, Any] | None = None
    """How the shadow stood at the last refresh."""
    acts: tuple[Act, ...] = ()

    def after(self, act: Act, **changes: Any) -> Life:
        """The next life, with the act noted."""
        return msgspec.structs.replace(self, **changes, acts=(*self.acts, act)[-ACTS_MAX:])


_decode = msgspec.json.Decoder(Life).decode
encode_life = msgspec.json.encode


def life(store: Store) -> Life:
    """Where the boosted model stands now."""
    body = store.state(STATE)
    return _decode(body) if body else Life()


class Opinion(msgspec.Struct):
    """A version in use: a ``Second`` for the arbitration."""

    version: int
    share: float
    model: Boosted

    @property
    def name(self) -> str:
        """As decision records print it."""
        return f"{BOOSTED}@{self.version}*{self.share:.2f}"

    def logits(
        self,
        inputs: Mapping[str, Any],
        context: Mapping[str, Any],
        candidates: Sequence[str],
        items: Mapping[str, Item],
    ) -> Floats:
        """What it expects of each candidate."""
        return self.model.logits(inputs, context, candidates, items)


_NAMED: Final = re.compile(rf"\b{BOOSTED}@(\d+)\*([0-9.]+)")


def named(model: str) -> tuple[int, float]:
    """The version and share that a decision's record names; (0, 0) where it used none.

    >>> named("propensity@12+345 boosted@3*0.50"), named("propensity@12+345")
    ((3, 0.5), (0, 0.0))
    """
    found = _NAMED.search(model)
    return (int(found[1]), float(found[2])) if found else (0, 0.0)


def version(store: Store, number: int, actions: Mapping[str, Action]) -> Boosted | None:
    """A stored version; None where it is gone, or of a format that this release does not read."""
    row = store.model(BOOSTED, number) if number else None
    if row is None:
        return None
    try:
        return Boosted.from_bytes(row.body, actions)
    except InvalidInput:
        return None


def opinion(store: Store, actions: Mapping[str, Action]) -> Opinion | None:
    """The version in use, if there is one with a share."""
    now = life(store)
    model = version(store, now.in_use, actions) if now.share > 0.0 else None
    return None if model is None else Opinion(now.in_use, now.share, model)
