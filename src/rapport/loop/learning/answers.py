"""Answered offers side by side, as a model is fitted to them and judged by them: what each decision knew, what came.

Left out are decisions about nobody in particular, those of customers who have switched personalisation off since, and
answers that staff took back. Only the newest ``ANSWERS_MAX`` decisions are read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, TypeVar

import numpy as np
import numpy.typing as npt

from rapport.core.customer import decode_profile
from rapport.core.decision import Decision, Offer, action_of
from rapport.core.time import HOUR_US
from rapport.customize.boosted.inputs import Rows
from rapport.identify.profile import personalized
from rapport.loop.learning import meanings
from rapport.loop.learning.answered import answered
from rapport.loop.learning.second import named
from rapport.loop.runtime import Runtime

if TYPE_CHECKING:
    from rapport.workspace.definitions import Action

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.int64]

ANSWERS_MAX: Final = 200_000
_CHUNK: Final = 1_000
_One = TypeVar("_One")


@dataclass(frozen=True, slots=True)
class Answers:
    """Offers by the time of their decisions; all arrays run parallel to ``rows``."""

    rows: Rows
    actions: list[str]
    customers: npt.NDArray[Any]
    made_at: Counts
    closes_at: Counts
    decision_seq: Counts
    settled_seq: Counts
    accepted: Mask
    told: Floats
    """The logit that the decision was made by."""
    used: npt.NDArray[Any]
    """What the record says of the models behind it."""
    hours: Floats
    """To the acceptance; for others, as long as they were watched."""
    now_us: int

    @property
    def settled(self) -> Mask:
        """Whose outcome is known."""
        return self.settled_seq > 0

    @property
    def closed(self) -> Mask:
        """Whose window is over: early answers are no fair sample of all, acceptances come sooner than silence."""
        return self.settled & (self.closes_at <= self.now_us)

    @property
    def count(self) -> int:
        """How many offers."""
        return self.made_at.size


def gather(rt: Runtime, after: int | None = None) -> Answers:
    """The offers of decisions after one (by ``seq``), open ones too; unless said, of the newest ``ANSWERS_MAX``."""
    if after is None:
        after = max(0, rt.store.cursors().decision - ANSWERS_MAX)
    rows = Rows(rt.arbiter.numeric_inputs, rt.arbiter.inputs[len(rt.arbiter.numeric_inputs) :])
    now_us = rt.clock.now_us()
    since = meanings.since(rt)
    found: list[tuple[Any, ...]] = []
    for page in _pages(answered(rt, after, open_too=True)):
        personal = [one for one in page if one.decision.personalized]
        away = _switched_off(rt, {one.decision.customer_id for one in personal})
        for one in personal:
            if one.decision.customer_id not in away:
                for offer in one.offers:
                    _add(rows, one.decision, offer, rt.workspace.actions, since)
                    found.append(_fact(one.decision, offer, one.seq))
    return _answers(rt, rows, found, now_us)


def _pages(stream: Iterable[_One]) -> Iterator[list[_One]]:
    """A stream in pages."""
    rest = iter(stream)
    while page := list(islice(rest, _CHUNK)):
        yield page


def _add(rows: Rows, decision: Decision, offer: Offer, actions: Mapping[str, Action], since: Mapping[str, int]) -> None:
    name = action_of(offer.action)
    item = next((pick.item for pick in decision.chosen if pick.action == offer.action), None)
    action = actions.get(name)
    stranger = action is None or offer.made_at < since.get(name, 0)
    # What it was then is not known any more: only what customer and moment say is learnt from it.
    attributes = {} if action is None or stranger else action.attributes
    rows.add(decision.inputs, decision.context, None if stranger else name, attributes, item)


def _fact(decision: Decision, offer: Offer, seq: int) -> tuple[Any, ...]:
    told = decision.mean[decision.candidates.index(offer.action)]
    accepted = offer.outcome == "accepted"
    return (
        action_of(offer.action), decision.customer_id, offer.made_at, offer.closes_at, seq, offer.settled_seq, accepted,
        told, decision.model,
    )  # fmt: skip


def _answers(rt: Runtime, rows: Rows, found: list[tuple[Any, ...]], now_us: int) -> Answers:
    names, customers, made, closes, seqs, settled, accepted, told, used = (
        zip(*found, strict=True) if found else [()] * 9
    )
    made_at, closes_at = np.array(made, dtype=np.int64), np.array(closes, dtype=np.int64)
    settled_seq, took = np.array(settled, dtype=np.int64), np.array(accepted, dtype=np.bool_)
    until = np.minimum(closes_at, now_us)
    came = _times(rt, settled_seq[took])
    until[took] = [
        came.get(seq, end) for seq, end in zip(settled_seq[took].tolist(), until[took].tolist(), strict=True)
    ]
    return Answers(
        rows=rows,
        actions=list(names),
        customers=np.array(customers, dtype=np.str_),
        made_at=made_at,
        closes_at=closes_at,
        decision_seq=np.array(seqs, dtype=np.int64),
        settled_seq=settled_seq,
        accepted=took,
        told=np.array(told, dtype=np.float64),
        used=np.array(used, dtype=object),
        hours=np.maximum(until - made_at, 0) / HOUR_US,
        now_us=now_us,
    )


def _times(rt: Runtime, seqs: Counts) -> dict[int, int]:
    """Position in the log → when it happened (µs)."""
    found: dict[int, int] = {}
    for some in _pages(seqs.tolist()):
        found |= {row.seq: row.event.time for row in rt.store.events_at(some)}
    return found


def _switched_off(rt: Runtime, customer_ids: set[str]) -> set[str]:
    """Those of some customers, under any id they ever had, whose columns may not be read any more."""
    rows = rt.store.customers(customer_ids)
    merged = {one: row for one in customer_ids - rows.keys() if (row := rt.store.customer(one)) is not None}
    return {one for one, row in (rows | merged).items() if not personalized(decode_profile(row.profile))}


def versions(answers: Answers) -> tuple[Counts, Floats]:
    """The boosted version behind each recorded chance, and its share; 0 where there was none."""
    told = {text: named(text) for text in set(answers.used)}
    number = np.array([told[text][0] for text in answers.used], dtype=np.int64)
    return number, np.array([told[text][1] for text in answers.used], dtype=np.float64)
