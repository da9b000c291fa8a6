"""The model in memory, and how it survives: a checkpoint plus the outcomes settled since, in their order."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field

from rapport.core.decision import Offer, action_of
from rapport.core.errors import InvalidInput
from rapport.customize.arbitration import Arbiter, Second
from rapport.customize.posterior import Posterior
from rapport.loop import generation
from rapport.loop.learning import meanings
from rapport.loop.learning.second import STATE, Opinion, opinion
from rapport.loop.learning.withdrawn import answers_left_out
from rapport.ports.store import ModelRow, Store

MODEL = "propensity"
CHECKPOINT_EVERY_US = 60_000_000
_CHUNK = 500


@dataclass(slots=True)
class Learner:
    """One posterior over what each customer accepts, learnt from settled offers in log order."""

    arbiter: Arbiter
    posterior: Posterior
    version: int = 0
    settled_seq: int = 0
    learnt: int = 0
    """Outcomes learnt since the last checkpoint."""
    saved_at: int = 0
    generation: bytes = b""
    """As of which rewriting of the past it has learnt."""
    second: Opinion | None = None
    """The boosted model that is blended in, if one is in use."""
    noted: bool = False
    """Whether this process has written down what the actions mean."""
    _since: dict[str, int] = field(default_factory=dict)
    """Actions that were another offer before a moment (µs)."""
    _life: bytes | None = None
    """The state by which ``second`` was read."""
    _turn: threading.RLock = field(default_factory=threading.RLock)
    """One thread learns, forgets or saves at a time."""

    @property
    def name(self) -> str:
        """Name and version."""
        return f"{MODEL}@{self.version}+{self.settled_seq}"

    def named(self, second: Second | None) -> str:
        """Names and versions of all that scored a decision, as its record prints them."""
        return f"{self.name} {second.name}" if isinstance(second, Opinion) else self.name

    @classmethod
    def resume(cls, store: Store, arbiter: Arbiter) -> Learner:
        """The newest checkpoint brought up to the newest settled outcome."""
        learner = cls(arbiter, arbiter.new_posterior(), generation=generation.current(store))
        learner._since = meanings.changed(store)
        learner._load(store)
        learner.follow(store)
        return learner

    def forget(self) -> None:
        """Back to the prior, as before the first outcome."""
        with self._turn:
            self.posterior = self.arbiter.new_posterior()
            self.settled_seq = self.learnt = 0
            self._life = None

    def follow(self, store: Store) -> int:
        """Learns, once and in order, every outcome that was settled since; returns how many."""
        count = 0
        with self._turn:
            self._renew(store)
            while batch := store.offers_settled(self.settled_seq, _CHUNK):
                self._learn(store, batch)
                count += len(batch)
            self._follow_second(store)
        return count

    def _follow_second(self, store: Store) -> None:
        """Takes up the boosted model that is in use by now; another process may have promoted it."""
        now = store.state(STATE) or b""
        if now != self._life:
            self.second, self._life = opinion(store, self.arbiter.actions), now

    def warm_up(self) -> None:
        """Compiles the walk over the trees, or reads it from numba's cache, so that no decision waits for it."""
        if self.second is not None and self.arbiter.actions:
            self.second.logits({}, {}, list(self.arbiter.actions)[:1], {})

    def relearn(self, store: Store, since: dict[str, int], now_us: int) -> None:
        """Learns all answers anew, because of actions that are another offer since a moment, and saves the model."""
        with self._turn:
            self._since = since
            self.forget()
            while batch := store.offers_settled(self.settled_seq, _CHUNK):
                self._learn(store, batch)
            if self.learnt or store.model(MODEL) is not None:
                self._save(store, now_us)

    def adopt(self, store: Store, state: dict[str, bytes], *, rewritten: bool) -> None:
        """Writes small state that goes with what was just learnt; ``rewritten`` tells other processes to read again."""
        with self._turn:
            following = generation.following(store) if rewritten else {}
            store.replace_states([], state | following).result()
            self.generation = generation.current(store)

    def restore(self, store: Store, row: ModelRow, now_us: int) -> None:
        """Goes back to a checkpoint; what was learnt since stays unlearnt until the log is replayed."""
        with self._turn:
            self.posterior = self.arbiter.load_posterior(row.body)
            self._save(store, now_us)
            self.adopt(store, {}, rewritten=True)

    def _renew(self, store: Store) -> None:
        """Forgets what it learnt from a past that was rewritten since."""
        now = generation.current(store)
        if now != self.generation:
            self.generation = now
            self._since = meanings.changed(store)
            self.forget()
            self._load(store)

    def _load(self, store: Store) -> None:
        row = store.model(MODEL)
        if row is None:
            return
        self.version = row.version
        try:
            self.posterior = self.arbiter.load_posterior(row.body)
        except InvalidInput:
            return  # stored by a version that read its cells otherwise: every answer in the log is learnt anew
        self.settled_seq = row.settled_seq

    def _learn(self, store: Store, settled: Iterable[Offer]) -> None:
        left_out = answers_left_out(store)
        for offer in settled:
            row = None if offer.settled_seq in left_out else store.decision(offer.decision_id)
            if row is not None:
                stranger = offer.made_at < self._since.get(action_of(offer.action), 0)
                self.arbiter.learn(
                    self.posterior, row.decision, offer.action, offer.outcome == "accepted", stranger=stranger
                )
                self.learnt += 1
            self.settled_seq = max(self.settled_seq, offer.settled_seq)

    def checkpoint(self, store: Store, now_us: int) -> None:
        """Saves a version of the model if it has learnt anything since the last; for who holds the fold's lease."""
        with self._turn:
            if self.learnt:
                self._renew(store)
            if not self.learnt:
                return
            self._save(store, now_us)

    def _save(self, store: Store, now_us: int) -> None:
        row = ModelRow(MODEL, self.version + 1, now_us, self.settled_seq, self.posterior.to_bytes())
        store.save_model(row).result()
        self.version, self.learnt, self.saved_at = row.version, 0, now_us

    def checkpoint_if_due(self, store: Store, now_us: int) -> None:
        """Saves a version once a minute while there is something to save, and nobody else folds."""
        if now_us - self.saved_at < CHECKPOINT_EVERY_US:
            return
        with store.fold_lease() as mine:
            if mine:
                self.checkpoint(store, now_us)
