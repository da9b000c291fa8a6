"""What was measured of offers at the last refresh, as one process knows it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import msgspec

from rapport.core.time import SECOND_US
from rapport.learn.uplift import Model
from rapport.learn.uplift.reading import Reading
from rapport.ports.store import Store
from rapport.workspace.definitions import Action

STATE: Final = "uplift"
LOOK_EVERY_US: Final = SECOND_US


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """What was measured of one action, and on which columns."""

    model: Model
    reading: Reading
    since: int = 0
    until: int = 0
    """µs: the first and the last decision that count."""
    too_new: int = 0
    """Decisions whose window had not closed."""


decode_measured = msgspec.json.Decoder(dict[str, Measured]).decode


@dataclass(slots=True)
class Uplifts:
    """What the last refresh measured, as this process knows it: it looks at most once a second."""

    wanted: frozenset[str]
    """The actions whose acceptances count only where the offer brought them about."""
    measured: dict[str, Measured] = field(default_factory=dict)
    _body: bytes | None = None
    _looked_at: int = -1

    @classmethod
    def of(cls, actions: dict[str, Action]) -> Uplifts:
        """For the actions of a workspace."""
        return cls(frozenset(name for name, action in actions.items() if action.incremental))

    def current(self, store: Store, now_us: int) -> dict[str, Measured]:
        """Action → what was measured of it."""
        if self._looked_at < 0 or not 0 <= now_us - self._looked_at < LOOK_EVERY_US:
            self._looked_at = now_us
            body = store.state(STATE)
            if body != self._body:
                self._body = body
                self.measured = decode_measured(body) if body else {}
        return self.measured
