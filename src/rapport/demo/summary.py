"""What the story showed: rewards by block of contacts, and beliefs beside the truth."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np

from rapport.core.decision import Decision
from rapport.demo.counts import Reconciled, count, reconcile, stages
from rapport.demo.differences import Differences, differences
from rapport.demo.estimate import Estimate
from rapport.demo.people import Moment, Reader, acceptance
from rapport.demo.regret import Regret, by_contact, by_mode
from rapport.demo.rounds import Contact, Stage, site_name
from rapport.loop.deciding.decide import Ask, decide
from rapport.loop.intake.fold import catch_up
from rapport.loop.runtime import Runtime

BLOCKS = 6


class Block(msgspec.Struct, frozen=True):
    """Consecutive contacts. Rewards are expected values by the hidden truth, in the workspace's currency."""

    first: int
    last: int
    reward: Estimate
    random: Estimate
    best: Estimate
    lift: Estimate
    """Reward minus random, contact by contact."""
    regret: Estimate
    """Best minus reward, contact by contact."""
    agreement: Estimate
    """Rank correlation of believed with true chances of acceptance, −1 to 1."""

    @property
    def gap_closed(self) -> float:
        """The share of the way from random to best."""
        gap = self.best.mean - self.random.mean
        return self.lift.mean / gap if gap else 0.0


class Belief(msgspec.Struct, frozen=True):
    """One action for one customer: what the model expects and what is true."""

    action: str
    believed: float
    true: float


class Learnt(msgspec.Struct, frozen=True):
    """One customer: the need that the simulator hid, and what the model came to believe (best three)."""

    customer: str
    need: str
    beliefs: list[Belief]
    best: Belief
    """The action that is truly worth most, and what the model believes of it."""


class Summary(msgspec.Struct, frozen=True):
    """The whole story in numbers."""

    seed: int
    customers: int
    rounds: int
    blocks: list[Block]
    final_regret: Estimate
    by_contact: list[Regret]
    """By how often the customer had been met."""
    by_mode: list[Regret]
    """By how the customer is treated."""
    learnt: list[Learnt]
    differences: Differences
    stages: dict[str, dict[str, int]]
    """Stage of the loop → what is counted there → how many."""
    reconciled: list[Reconciled]
    seconds: float = 0.0

    @property
    def adds_up(self) -> bool:
        """Whether every count is reconciled."""
        return all(check.holds for check in self.reconciled)


def summarise(stage: Stage, *, seed: int, rounds: int) -> Summary:
    """Asks a few last decisions to hear what the model believes, then counts everything."""
    blocks = blocks_of(stage.tally.contacts)
    learnt = [_learnt(stage, reader) for reader in _examples(stage.readers)]
    catch_up(stage.rt)
    held = count(stage.rt)
    return Summary(
        seed=seed,
        customers=len(stage.readers),
        rounds=rounds,
        blocks=blocks,
        final_regret=blocks[-1].regret,
        by_contact=by_contact(stage.tally.contacts),
        by_mode=by_mode(stage.tally.contacts),
        learnt=learnt,
        differences=differences(stage),
        stages=stages(held, stage.tally, len(stage.readers)),
        reconciled=reconcile(held, stage.tally),
    )


def document(summary: Summary) -> dict[str, Any]:
    """The summary as JSON shows it, derived figures included."""
    plain: dict[str, Any] = msgspec.to_builtins(summary)
    for block, told in zip(summary.blocks, plain["blocks"], strict=True):
        told["gap_closed"] = block.gap_closed
    for check, told in zip(summary.reconciled, plain["reconciled"], strict=True):
        told["holds"] = check.holds
    return plain | {"adds_up": summary.adds_up}


def blocks_of(contacts: Sequence[Contact], count: int = BLOCKS) -> list[Block]:
    """Contacts in order, cut into equal blocks; raises ValueError when there are none."""
    if not contacts:
        raise ValueError("no contacts: the story needs at least one visitor")
    edges = np.linspace(0, len(contacts), min(count, len(contacts)) + 1).astype(int)
    return [_block(contacts[a:b], int(a)) for a, b in itertools.pairwise(edges.tolist())]


def _block(contacts: Sequence[Contact], first: int) -> Block:
    return Block(
        first=first + 1,
        last=first + len(contacts),
        reward=Estimate.of([one.reward for one in contacts]),
        random=Estimate.of([one.reward_random for one in contacts]),
        best=Estimate.of([one.reward_best for one in contacts]),
        lift=Estimate.of([one.reward - one.reward_random for one in contacts]),
        regret=Estimate.of([one.reward_best - one.reward for one in contacts]),
        agreement=Estimate.of([one.agreement for one in contacts]),
    )


def _examples(readers: Sequence[Reader], count: int = 5) -> list[Reader]:
    """One signed-in regular for each of several favourite genres."""
    regulars = [
        one for one in readers if one.signs_in and not one.impersonal and one.visits > 0.6 and one.in_shop < 0.7
    ]
    by_genre: dict[str, Reader] = {}
    for reader in regulars:
        by_genre.setdefault(reader.favourite, reader)
    return list(by_genre.values())[:count]


def _learnt(stage: Stage, reader: Reader) -> Learnt:
    ask = Ask(customer=site_name(reader), slot="home_hero", context={"season": "everyday"})
    decided = decide(stage.rt, ask)
    decided.saved.result()
    stage.tally.asked += 1
    stage.tally.outcomes["silent"] += len(decided.decision.chosen)
    beliefs = _beliefs(stage.rt, reader, decided.decision)
    actions = stage.rt.workspace.actions
    return Learnt(
        customer=f"{reader.first_name} (user_id={next(iter(site_name(reader).values()))})",
        need=reader.need,
        beliefs=sorted(beliefs, key=lambda one: -one.believed * actions[one.action].value)[:3],
        best=max(beliefs, key=lambda one: one.true * (actions[one.action].value - actions[one.action].cost)),
    )


def _beliefs(rt: Runtime, reader: Reader, decision: Decision) -> list[Belief]:
    moment = Moment()
    return [
        Belief(
            action, 1.0 / (1.0 + math.exp(-mean)), acceptance(reader, rt.workspace.actions[action].attributes, moment)
        )
        for action, mean in zip(decision.candidates, decision.mean, strict=True)
    ]
