"""What was wanted and could not be had: which options, against which rules, what was taken instead, what left with it.

That customers who were refused something leave more often proves nothing: who wants something unusual may be hard to
please anyway, and who goes on longer meets more refusals. So sessions are compared at the same step: of those that came
to their k-th step, the share that ended there among refusals and among all other steps. The differences are summed over
the steps by Mantel and Haenszel's weights (Greenland and Robins, Biometrics 41, 1985), and customers are
resampled for the interval. What unlike customers bring along stays in it: it is a comparison, no effect.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from rapport.learn.demand.estimates import LEAST, LEVEL, Share, numbered, share_of
from rapport.learn.demand.modules import Modules, Pick
from rapport.learn.demand.sessions import Session

INSTEAD_SHOWN: Final = 3
STEPS_COMPARED: Final = 20
"""Later steps count as one."""
RESAMPLES: Final = 1_000
BLOCKS: Final = 500
"""So many blocks of customers are resampled at most."""
Floats = NDArray[np.float64]


class Instead(msgspec.Struct, frozen=True):
    """What was taken where something else was wanted."""

    option: str
    title: str
    sessions: int


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """An option that was wanted in vain."""

    group: str
    option: str
    title: str
    times: int
    sessions: int
    customers: int
    """Different ones, as far as they are known; sessions of nobody count one each."""
    rules: dict[str, int]
    """Rule → how often it was against it."""
    instead: list[Instead]
    granted: int
    """Sessions that had it in the end, after something else was given up."""
    left: Share
    """Sessions given up, of those that are over."""
    at_stake: float | None
    """What the sessions given up would have brought, had each bought at the mean price: a bound, no loss."""


class Against(msgspec.Struct, frozen=True, kw_only=True):
    """A rule, and the wishes that it stood against."""

    rule: str
    times: int
    sessions: int
    left: Share


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """Sessions with and without refusals."""

    with_block: Share
    """Given up, of the sessions with at least one refusal."""
    without_block: Share
    refusals: int
    difference: float | None = None
    """How much oftener a session ended right after a refusal than after any other step at the same place."""
    low: float | None = None
    high: float | None = None
    lost: float | None = None
    """That difference times refusals, completion and mean price: what may have been lost, in currency."""
    lost_low: float | None = None
    lost_high: float | None = None


class Unmet(msgspec.Struct, frozen=True, kw_only=True):
    """All wishes that could not be met, the most wanted first."""

    wishes: list[Wish]
    rules: list[Against]
    compared: Compared


def unmet(modules: Modules, sessions: Sequence[Session], as_of_us: int, seed: int) -> Unmet:
    """What was wanted in vain by sessions of one product."""
    wanted: dict[Pick, list[Session]] = defaultdict(list)
    against: dict[str, list[Session]] = defaultdict(list)
    for session in sessions:
        for pick in {move.pick for move in session.blocked if move.pick}:
            wanted[pick].append(session)
        for rule in {rule for move in session.blocked for rule in move.rules}:
            against[rule].append(session)
    mean = _mean_price(sessions)
    wishes = [_wish(modules, pick, one, as_of_us, mean) for pick, one in wanted.items()]
    rules = [_against(rule, one, as_of_us) for rule, one in against.items()]
    return Unmet(
        wishes=sorted(wishes, key=lambda one: (-one.sessions, one.group, one.option)),
        rules=sorted(rules, key=lambda one: (-one.sessions, one.rule)),
        compared=compare(sessions, as_of_us, seed),
    )


def _wish(modules: Modules, pick: Pick, sessions: Sequence[Session], as_of_us: int, mean: float | None) -> Wish:
    moves = [move for one in sessions for move in one.blocked if move.pick == pick]
    granted = sum(one.sold is not None and pick in one.sold.parts for one in sessions)
    left = _left(sessions, as_of_us)
    return Wish(
        group=pick[0], option=pick[1], title=modules.title_of(pick), times=len(moves), sessions=len(sessions),
        customers=len({one.owner for one in sessions}),
        rules=dict(Counter(rule for move in moves for rule in move.rules).most_common()),
        instead=_instead(modules, pick, sessions), granted=granted, left=left,
        at_stake=None if mean is None else round(mean * left.count, 2),
    )  # fmt: skip


def _instead(modules: Modules, pick: Pick, sessions: Iterable[Session]) -> list[Instead]:
    taken = Counter(
        option for one in sessions if one.sold is not None and pick not in one.sold.parts
        for group, option in one.sold.parts if group == pick[0]
    )  # fmt: skip
    ranked = sorted(taken.items(), key=lambda one: (-one[1], one[0]))[:INSTEAD_SHOWN]
    return [Instead(option, modules.title_of((pick[0], option)), count) for option, count in ranked]


def _against(rule: str, sessions: Sequence[Session], as_of_us: int) -> Against:
    times = sum(rule in move.rules for one in sessions for move in one.blocked)
    return Against(rule=rule, times=times, sessions=len(sessions), left=_left(sessions, as_of_us))


def _left(sessions: Iterable[Session], as_of_us: int) -> Share:
    over = [one for one in sessions if one.over(as_of_us)]
    return share_of(sum(one.sold is None for one in over), len(over))


def _mean_price(sessions: Iterable[Session]) -> float | None:
    prices = [one.sold.price for one in sessions if one.sold is not None and one.sold.price is not None]
    return float(np.mean(prices)) if len(prices) >= LEAST else None


def compare(sessions: Sequence[Session], as_of_us: int, seed: int) -> Compared:
    """Sessions with refusals beside those without, at the same steps."""
    over = [one for one in sessions if one.over(as_of_us)]
    with_block, without = [one for one in over if one.blocked], [one for one in over if not one.blocked]
    told = Compared(
        with_block=_left(with_block, as_of_us), without_block=_left(without, as_of_us),
        refusals=sum(len(one.blocked) for one in over),
    )  # fmt: skip
    if min(len(with_block), len(without)) < LEAST:
        return told
    values = _resampled(over, seed)
    tail = (1.0 - LEVEL) / 2.0
    spans = [np.quantile(one[np.isfinite(one)], (tail, 1.0 - tail)) for one in values[:, 1:]]
    return msgspec.structs.replace(
        told, difference=round(float(values[0, 0]), 6), low=round(float(spans[0][0]), 6),
        high=round(float(spans[0][1]), 6), lost=round(float(values[1, 0]), 2), lost_low=round(float(spans[1][0]), 2),
        lost_high=round(float(spans[1][1]), 2),
    )  # fmt: skip


def _resampled(sessions: Sequence[Session], seed: int) -> NDArray[Any]:
    """Shape (2, 1 + resamples): difference and loss, first of the sessions themselves, then of resampled customers."""
    counted = np.stack([_counted(one) for one in sessions])
    owner = numbered([one.owner for one in sessions])
    rng = np.random.default_rng(seed)
    people = int(owner.max()) + 1
    blocks = min(people, BLOCKS)
    block = rng.permutation(people)[owner] % blocks
    sums = np.zeros((blocks, counted.shape[1]))
    np.add.at(sums, block, counted)
    times = rng.multinomial(blocks, np.full(blocks, 1.0 / blocks), RESAMPLES)
    totals = np.vstack([sums.sum(axis=0, keepdims=True), times @ sums])
    return np.stack(_difference(totals))


def _counted(session: Session) -> Floats:
    """Of each step (4 numbers): refusals, ended there, other steps, ended there; then what was sold, and for how much.

    Four more: whether it had no refusal, and was completed; how many prices are known, and their sum.
    """
    steps = np.zeros((STEPS_COMPARED, 4))
    for place, move in enumerate(session.moves):
        row = steps[min(place, STEPS_COMPARED - 1)]
        last = session.sold is None and place == len(session.moves) - 1
        row[[0, 1] if move.blocked else [2, 3]] += (1, last)
    priced = session.sold is not None and session.sold.price is not None
    calm = not session.blocked
    price = session.sold.price if session.sold is not None and session.sold.price is not None else 0.0
    return np.concatenate([steps.ravel(), [calm, calm and session.sold is not None, priced, price]])


def _difference(totals: Floats) -> tuple[Floats, Floats]:
    """Of each row of totals: the summed difference, and what it may have cost."""
    refused, left, other, ended = (totals[:, place : 4 * STEPS_COMPARED : 4] for place in range(4))
    with np.errstate(divide="ignore", invalid="ignore"):
        both = np.maximum(refused + other, 1.0)
        found = np.sum((left * other - ended * refused) / both, axis=1) / np.sum(refused * other / both, axis=1)
        calm, completed, priced, money = totals[:, 4 * STEPS_COMPARED :].T
        worth = completed / calm * money / priced
    return found, found * refused.sum(axis=1) * worth
