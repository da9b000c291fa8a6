"""The model in memory, and how it survives: a checkpoint plus the outcomes settled since, in their order."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field

from rapport.core.decision import Offer
from rapport.customize.arbitration import Arbiter
from rapport.customize.posterior import Posterior
from rapport.loop import generation
from rapport.loop.withdrawn import answers_left_out
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
    _turn: threading.RLock = field(default_factory=threading.RLock)
    """One thread learns, forgets or saves at a time."""

    @property
    def name(self) -> str:
        """Name and version, as decision records print it."""
        return f"{MODEL}@{self.version}+{self.settled_seq}"

    @classmethod
    def resume(cls, store: Store, arbiter: Arbiter) -> Learner:
        """The newest checkpoint brought up to the newest settled outcome."""
        learner = cls(arbiter, arbiter.new_posterior(), generation=generation.current(store))
        learner._load(store)
        learner.follow(store)
        return learner

    def forget(self) -> None:
        """Back to the prior, as before the first outcome."""
        with self._turn:
            self.posterior = self.arbiter.new_posterior()
            self.settled_seq = self.learnt = 0

    def follow(self, store: Store) -> int:
        """Learns, once and in order, every outcome that was settled since; returns how many."""
        count = 0
        with self._turn:
            self._renew(store)
            while batch := store.offers_settled(self.settled_seq, _CHUNK):
                self._learn(store, batch)
                count += len(batch)
        return count

    def _renew(self, store: Store) -> None:
        """Forgets what it learnt from a past that was rewritten since."""
        now = generation.current(store)
        if now != self.generation:
            self.generation = now
            self.forget()
            self._load(store)

    def _load(self, store: Store) -> None:
        row = store.model(MODEL)
        if row is not None:
            self.posterior = self.arbiter.load_posterior(row.body)
            self.version, self.settled_seq = row.version, row.settled_seq

    def _learn(self, store: Store, settled: Iterable[Offer]) -> None:
        left_out = answers_left_out(store)
        for offer in settled:
            row = None if offer.settled_seq in left_out else store.decision(offer.decision_id)
            if row is not None:
                self.arbiter.learn(self.posterior, row.decision, offer.action, offer.outcome == "accepted")
                self.learnt += 1
            self.settled_seq = max(self.settled_seq, offer.settled_seq)

    def checkpoint(self, store: Store, now_us: int) -> None:
        """Saves a version of the model if it has learnt anything since the last; for who holds the fold's lease."""
        with self._turn:
            if self.learnt:
                self._renew(store)
            if not self.learnt:
                return
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
