"""What everybody takes of a product: read from the newest part of the log and held in memory.

After somebody was erased it is read anew, so that nothing learnt of them stays.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from rapport.core.configuration import CONFIGURATION_COMPLETED
from rapport.core.event import Event
from rapport.core.time import SECOND_US
from rapport.customize.configure.complete import Completion, Customer, Past, Taste, complete, learn
from rapport.customize.configure.complete.taste import HELD_OUT_MIN
from rapport.customize.configure.offering.variants import Variant, ready
from rapport.customize.configure.product import whole_literals
from rapport.loop import generation
from rapport.loop.configure.people import People
from rapport.loop.configure.published import Published
from rapport.ports.store import Store

PAST_MAX: Final = 2_000
"""So many of the newest final choices of a product are learnt from."""
LOOKED_MAX: Final = 200_000
"""So many of the newest events of the log are looked through for them."""
AT_ONCE_MAX: Final = 2_000
"""So many events are looked through while somebody waits; more beside, and meanwhile what was known holds. So is
what takes a while to learn, as much of the past is."""
RENEW_US: Final = 60 * SECOND_US
_MARK: Final = f'"{CONFIGURATION_COMPLETED}"'.encode()


@dataclass(frozen=True)
class Learnt:
    """What one product's past taught."""

    taste: Taste
    ready: list[Variant]
    people: People
    """Who took it before."""


@dataclass(slots=True)
class Tastes:
    """What this process has learnt of products."""

    learnt: dict[str, Learnt] = field(default_factory=dict)
    past: dict[str, deque[Event]] = field(default_factory=dict)
    """Product → its newest final choices."""
    seq: int = 0
    """Up to where the log was looked through."""
    generation: bytes = b""
    looked_us: int = -RENEW_US
    lock: threading.Lock = field(default_factory=threading.Lock)
    at_work: threading.Thread | None = None

    def of(self, store: Store, now_us: int, published: Published) -> Learnt:
        """What is known of a product's past; it is looked at anew from time to time."""
        self._look(store, now_us, published)
        found = self.learnt.get(published.name)
        if found is None:
            with self.lock:
                found = self.learnt[published.name] = _learn(published, self.past.get(published.name, ()))
        return found

    def _look(self, store: Store, now_us: int, published: Published) -> None:
        current = generation.current(store)
        if current != self.generation:
            with self.lock:
                self.learnt, self.past, self.seq, self.generation = {}, {}, 0, current
        elif now_us - self.looked_us < RENEW_US and published.name in self.learnt:
            return
        if self.at_work is not None and self.at_work.is_alive():
            return
        self.looked_us = now_us
        last = store.last_seq()
        if last - self.seq <= AT_ONCE_MAX and len(self.past.get(published.name, ())) < HELD_OUT_MIN:
            self._read(store, published, last)
        else:
            self.at_work = threading.Thread(target=self._read, args=(store, published, last), name="rapport-taste",
                                            daemon=True)  # fmt: skip
            self.at_work.start()

    def _read(self, store: Store, published: Published, last: int) -> None:
        found = store.events_holding([_MARK], max(self.seq, last - LOOKED_MAX)) if last > self.seq else []
        with self.lock:
            self.seq = max(last, found[-1].seq if found else 0)
            for event in (one.event for one in found):
                if event.event == CONFIGURATION_COMPLETED:
                    product = str(event.properties.get("product"))
                    self.past.setdefault(product, deque(maxlen=PAST_MAX)).append(event)
                    if product != published.name:
                        self.learnt.pop(product, None)
            past = list(self.past.get(published.name, ()))
            began = self.generation
        if found or published.name not in self.learnt:
            learnt = _learn(published, past)
            with self.lock:
                if began == self.generation:
                    self.learnt[published.name] = learnt

    def settle(self) -> None:
        """Waits for what is being learnt beside: for whoever asks once and goes."""
        if self.at_work is not None:
            self.at_work.join()


def _learn(published: Published, events: Sequence[Event] | deque[Event]) -> Learnt:
    model = published.model
    owners = [event.subject for event in events]
    past = Past.of(model, [event.properties.get("choices", {}) for event in events], owner=owners)
    taste = learn(model, past, published.standard)
    declared = {
        name: whole_literals(model, one.choices)
        for name, one in published.product.variants.items() if not one.approved
    }  # fmt: skip
    # Of a configuration only what people choose is compared: bundles follow.
    standard = [number for number in published.standard if published.own_mask[number]]
    weights = -published.price_row.astype(np.float64)
    variants = ready(model, published.reasoner, standard, declared, past=past, weights=weights)
    return Learnt(taste, variants, People(owners))


def completed(
    published: Published, learnt: Learnt, literals: Sequence[int], customer: Customer | None, *, lean: float = 0.0
) -> Completion:
    """The best whole configuration with these literals for this customer; raises ``Impossible``."""
    return complete(published.model, published.reasoner, learnt.taste, literals, customer, lean=lean)
