"""Which experiments run, and who is in which arm of them: compiled at start, asked by every decision.

An experiment runs from the moment a state in the store says so until that state says otherwise. The store is looked at
once a second at most. Declared otherwise than when it was started, an experiment stands still: its arms would be mixed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from rapport.core.columns import ColumnType
from rapport.core.time import SECOND_US
from rapport.learn.experiment import Split, held_out
from rapport.ports.store import Store
from rapport.rules import Rule, parse
from rapport.workspace.definitions import Workspace
from rapport.workspace.experiments import Arm, Experiment

PREFIX: Final = "experiment:"
LOOK_EVERY_US: Final = SECOND_US
_FINGERPRINT_DIGITS: Final = 12


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """What the store remembers of an experiment that was started. Moments in microseconds."""

    started_at: int
    started_by: str
    fingerprint: str
    """Of what it did when it was started."""
    meanings: dict[str, str]
    """Action that its arms name → fingerprint of what it was then."""
    salt: str
    planned: int
    """Customers in all arms."""
    effect: float
    """What so many show, as a share of the control."""
    days: float | None
    """How long it was expected to take to meet them."""
    after: int
    """Decisions up to this place came before."""
    stopped_at: int | None = None
    stopped_by: str = ""


decode_run = msgspec.json.Decoder(Run).decode


def fingerprint(experiment: Experiment) -> str:
    """Changes with who takes part and what they meet, and with nothing else."""
    return _digest([experiment.slots, experiment.rule, experiment.arms, experiment.salt, experiment.outside])


def meanings(workspace: Workspace, experiment: Experiment) -> dict[str, str]:
    """Action that an arm names → fingerprint of what it offers and what counts as its acceptance."""
    named = {name for arm in experiment.arms.values() for name in arm.actions}
    actions = {name: workspace.actions[name] for name in sorted(named)}
    return {name: _digest([one.content, one.attributes, one.goal, one.items]) for name, one in actions.items()}


def _digest(said: Any) -> str:
    return hashlib.sha256(msgspec.json.encode(said, order="deterministic")).hexdigest()[:_FINGERPRINT_DIGITS]


class Compiled(msgspec.Struct, frozen=True):
    """One experiment as decisions follow it."""

    name: str
    slots: frozenset[str]
    """Empty: all."""
    rule: Rule
    split: Split
    arms: dict[str, Arm]
    fingerprint: str

    def arm(self, slot: str, customer_id: str, row: Mapping[str, Any]) -> str | None:
        """The customer's arm; None for who takes no part."""
        if (self.slots and slot not in self.slots) or not self.rule.holds(row):
            return None
        return self.split.arm(customer_id)


def split_of(name: str, experiment: Experiment) -> Split:
    """Who is in which arm."""
    return Split.of(experiment.salt or name, {arm: said.share for arm, said in experiment.arms.items()})


class Trials:
    """The running experiments and the holdout; safe from any thread."""

    def __init__(self, workspace: Workspace, columns: Mapping[str, ColumnType]) -> None:
        self._holdout = workspace.policy.holdout
        self._declared = [
            Compiled(
                name,
                frozenset(one.slots),
                parse(one.rule, columns, where=f"experiment {name}, rule"),
                split_of(name, one),
                one.arms,
                fingerprint(one),
            )
            for name, one in workspace.experiments.items()
            if not one.outside
        ]
        self._looked_at = -LOOK_EVERY_US
        self._running: list[Compiled] = []
        self.idle = not self._declared and not self._holdout.share

    def held_out(self, customer_id: str) -> bool:
        """Whether a customer gets what everybody gets."""
        share = self._holdout.share
        return share > 0.0 and held_out(self._holdout.salt, share, customer_id)

    def arms(
        self, store: Store, now_us: int, slot: str, customer_id: str, row: Mapping[str, Any]
    ) -> Iterator[tuple[str, str, Arm]]:
        """Experiment, arm and what the arm does, of each that a decision follows."""
        for one in self._now(store, now_us):
            if (arm := one.arm(slot, customer_id, row)) is not None:
                yield one.name, arm, one.arms[arm]

    def following(self, store: Store, now_us: int) -> list[str]:
        """Name and fingerprint of each experiment that decisions follow now."""
        return [f"{one.name} {one.fingerprint}" for one in self._now(store, now_us)]

    def look_again(self) -> None:
        """The next decision looks at the store: something was started or stopped just now."""
        self._looked_at = -LOOK_EVERY_US

    def _now(self, store: Store, now_us: int) -> list[Compiled]:
        if self._declared and not 0 <= now_us - self._looked_at < LOOK_EVERY_US:
            self._running = list(self._look(store))
            self._looked_at = now_us
        return self._running

    def _look(self, store: Store) -> Iterator[Compiled]:
        runs = {name.removeprefix(PREFIX): decode_run(body) for name, body in store.states(PREFIX).items()}
        for one in self._declared:
            run = runs.get(one.name)
            if run is not None and run.stopped_at is None and run.fingerprint == one.fingerprint:
                yield one
