"""Decisions of this process that are made and not yet on disk: whoever counts what was offered counts them too."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Lock

from rapport.core.decision import Decision


@dataclass(slots=True)
class InFlight:
    """By customer; each leaves once it is committed, when the store tells it."""

    _decisions: dict[str, dict[str, Decision]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def add(self, decision: Decision, saved: Future[None]) -> None:
        """Holds a decision until it is on disk, or has failed to get there."""
        with self._lock:
            self._decisions.setdefault(decision.customer_id, {})[decision.id] = decision
        saved.add_done_callback(lambda _: self._drop(decision))

    def of(self, customer_id: str) -> list[Decision]:
        """A customer's decisions under way, the oldest first."""
        with self._lock:
            return list(self._decisions.get(customer_id, {}).values())

    def _drop(self, decision: Decision) -> None:
        with self._lock:
            held = self._decisions.get(decision.customer_id, {})
            held.pop(decision.id, None)
            if not held:
                self._decisions.pop(decision.customer_id, None)
