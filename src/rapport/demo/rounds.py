"""The story: a history, then rounds in which customers visit, are decided for, answer, and are learnt from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

import msgspec
import numpy as np

from rapport.core.decision import Decision
from rapport.core.time import DAY_US, HOUR_US
from rapport.demo.behaviour import (
    Call,
    Names,
    browse,
    buy,
    leave_basket,
    sign_in,
    speak_of,
    switch_off_personalisation,
    visit_time,
)
from rapport.demo.people import Moment, Reader, acceptance, picked
from rapport.demo.shop import Calendar
from rapport.loop.deciding import game
from rapport.loop.deciding.decide import Ask, decide
from rapport.loop.deciding.respond import Answer, respond
from rapport.loop.intake.fold import catch_up, close_windows
from rapport.loop.intake.ingest import ingest
from rapport.loop.refreshing.refresh import refresh
from rapport.loop.runtime import Runtime

HISTORY_DAYS = 120
ROUND_DAYS = 2
VISIT_DAYS = 10
"""In the history they may come once in so many days; ``Reader.buys`` is about such a span, in the rounds too."""
LEAVES_BASKET = 0.12
"""Share of visits to the site that end with a basket left behind."""
SPEAKS = 0.15
"""Share of purchases of which something is said afterwards; of those who recommend, four times as many."""
REFRESH_EVERY = 8
BATCH = 200
PLAYS = 0.05
"""Share of visitors to the site whom a visit tempts to play this or that."""
GAME = "which_shelf"
SAYS_NO = 0.6
"""Share of those who do not accept who say so; the others keep silent until the window closes."""
RESENT = 0.02
"""Share of calls that a client sends twice."""
BROKEN = (b"{", b'{"type":"track"}', b'{"type":"track","event":7,"userId":"u1"}', b'{"type":"dance","userId":"u1"}')

Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Contact:
    """One decision as the simulator sees it: expected rewards by the hidden truth, for the same person and moment."""

    round: int
    reader: int
    slot: str
    action: str
    reward: float
    """Expected reward of the action that was chosen, in the workspace's currency."""
    reward_random: float
    """Mean over the eligible actions: what a random policy would expect."""
    reward_best: float
    """The best eligible action."""
    agreement: float
    """Rank correlation over the eligible actions between believed and true chance of acceptance, −1 to 1."""
    mode: str = ""
    """The marketing mode that treated the customer; empty for none."""
    nth: int = 1
    """Which contact with this customer it is."""


@dataclass(slots=True)
class Tally:
    """What the simulator sent and saw, to be reconciled with what Rapport holds."""

    sent: int = 0
    refused: int = 0
    appended: int = 0
    duplicates: int = 0
    asked: int = 0
    answered: int = 0
    picks: int = 0
    """Picks in games, of those that are kept."""
    stated: int = 0
    """Games that ended with a stated need."""
    outcomes: Counter[str] = field(default_factory=Counter)
    """``accepted``, ``rejected`` or ``silent``, as the customers meant it."""
    contacts: list[Contact] = field(default_factory=list)
    met: Counter[int] = field(default_factory=Counter)
    """Reader → how often something was offered."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the story plays: the open workspace, its clock, the people, and the simulator's own chance."""

    rt: Runtime
    calendar: Calendar
    readers: list[Reader]
    rng: np.random.Generator
    tally: Tally


def start_us(now_us: int, rounds: int) -> int:
    """The first day of a story that ends today, at midnight UTC."""
    return now_us // DAY_US * DAY_US - (HISTORY_DAYS + rounds * ROUND_DAYS) * DAY_US


def play(stage: Stage, rounds: int, progress: Progress) -> None:
    """Plays the history and all rounds; the tally holds what happened."""
    begin = stage.calendar.now_us()
    progress("importing the history", 0.0)
    _history(stage, begin)
    for number in range(rounds):
        progress(f"round {number + 1} of {rounds}", 0.1 + 0.9 * number / rounds)
        _round(stage, number, rounds, begin + (HISTORY_DAYS + number * ROUND_DAYS) * DAY_US)
        if number % REFRESH_EVERY == REFRESH_EVERY - 1 and number < rounds - 1:
            refresh(stage.rt, _silent)
    stage.calendar.move_to(stage.calendar.now_us() + ROUND_DAYS * DAY_US)
    refresh(stage.rt, _silent)
    progress("done", 1.0)


def _silent(what: str, share: float) -> None:
    """No progress to show."""


def _history(stage: Stage, begin: int) -> None:
    calls = [call for reader in stage.readers for call in _past(stage, reader, begin)]
    stage.calendar.move_to(begin + HISTORY_DAYS * DAY_US)
    _send(stage, calls, live=False)
    catch_up(stage.rt)
    refresh(stage.rt, _silent)


def _past(stage: Stage, reader: Reader, begin: int) -> Iterator[Call]:
    rng = stage.rng
    signed_in = False
    visits = int(rng.binomial(HISTORY_DAYS // VISIT_DAYS, reader.visits))
    days = np.sort(rng.choice(HISTORY_DAYS, size=visits, replace=False))
    days = days[: max(1, int(np.searchsorted(days, reader.stays_days)))]
    for day in days:
        at_us = visit_time(begin + int(day) * DAY_US, rng)
        yield from _visit(reader, at_us, rng, signed_in)
        if reader.signs_in and not signed_in and rng.uniform() < 0.5:
            signed_in = True
            yield sign_in(reader, at_us + HOUR_US // 2, rng)
        yield from _purchase(reader, at_us + HOUR_US, rng, reader.buys)
    if reader.impersonal:
        yield switch_off_personalisation(reader, begin + HISTORY_DAYS * DAY_US - HOUR_US, rng)


def _visit(reader: Reader, at_us: int, rng: np.random.Generator, signed_in: bool) -> Iterator[Call]:
    if rng.uniform() >= reader.in_shop:
        yield from browse(reader, at_us, rng, signed_in=signed_in)
        if rng.uniform() < LEAVES_BASKET:
            yield from leave_basket(reader, at_us + HOUR_US // 4, rng)


def _purchase(reader: Reader, at_us: int, rng: np.random.Generator, chance: float) -> Iterator[Call]:
    if rng.uniform() < chance:
        order = buy(reader, at_us, rng)
        yield order
        if rng.uniform() < (4 * SPEAKS if reader.recommends else SPEAKS):
            yield speak_of(reader, order, at_us + HOUR_US, rng)


def _round(stage: Stage, number: int, rounds: int, day_us: int) -> None:
    rng = stage.rng
    day = HISTORY_DAYS + number * ROUND_DAYS
    visitors = [reader for reader in stage.readers if rng.uniform() < reader.visits and day < reader.stays_days]
    calls: list[Call] = []
    for reader in visitors:
        at_us = visit_time(day_us, rng)
        calls.extend(_visit(reader, at_us, rng, reader.signs_in))
        if reader.signs_in and rng.uniform() < 0.2:
            calls.append(sign_in(reader, at_us + HOUR_US // 2, rng))
        calls.extend(_purchase(reader, at_us + HOUR_US, rng, reader.buys * ROUND_DAYS / VISIT_DAYS))
    stage.calendar.move_to(day_us + 21 * HOUR_US)
    _send(stage, calls, live=True)
    close_windows(stage.rt)
    catch_up(stage.rt)
    for reader in visitors:
        # Drawn apart from the story, so that who plays changes nobody's day.
        chance = np.random.default_rng((reader.number, number))
        if reader.in_shop < 1.0 and chance.uniform() < PLAYS:
            _game(stage, reader, chance)
    catch_up(stage.rt)
    gift_season = rounds // 2 <= number < rounds * 3 // 4
    _contact(stage, number, visitors, Moment(gift_season))
    catch_up(stage.rt)


def _game(stage: Stage, reader: Reader, rng: np.random.Generator) -> None:
    """Plays until nothing more is asked; who played before is asked nothing."""
    who = site_name(reader)
    told = game.show(stage.rt, GAME, who)
    while not told["done"]:
        question, before = told["question"], [game.Before(**one) for one in told["before"]]
        this, that = question["this"], question["that"]
        move = game.Move(
            customer=who, this=this["name"], that=that["name"], number=question["number"], before=before,
            pick=picked(reader, this["attributes"], that["attributes"], rng),
        )  # fmt: skip
        taken = game.pick(stage.rt, GAME, move)
        told = taken.told
        if taken.saved is not None:
            appended = taken.saved.result().appended
            stage.tally.picks += 1
            stage.tally.stated += appended - 1


def _send(stage: Stage, calls: list[Call], *, live: bool) -> None:
    """Sends calls as clients do: in batches, a few of them twice, a few of them broken."""
    encode = msgspec.json.Encoder().encode
    bodies = [encode(call) for call in calls]
    bodies += [body for body in bodies if stage.rng.uniform() < RESENT]
    bodies += BROKEN
    tally = stage.tally
    for begin in range(0, len(bodies), BATCH):
        batch = bodies[begin : begin + BATCH]
        taken = ingest(stage.rt, batch, source="bookshop", live=live)
        receipt = taken.saved.result()
        tally.sent += len(batch)
        tally.refused += len(taken.rejections)
        tally.appended += receipt.appended
        tally.duplicates += receipt.duplicates


def _contact(stage: Stage, number: int, visitors: Iterable[Reader], moment: Moment) -> None:
    """Decides for every visitor who can be named, then hears their answers."""
    answers: list[Answer] = []
    saved = []
    for reader in visitors:
        asked = _ask(stage, reader, moment)
        if asked is None:
            continue
        decided = decide(stage.rt, asked)
        saved.append(decided.saved)
        stage.tally.asked += 1
        if decided.decision.chosen:
            stage.tally.met[reader.number] += 1
            told = judge(stage.rt, number, reader, decided.decision, moment)
            stage.tally.contacts.append(replace(told, nth=stage.tally.met[reader.number]))
            answers.extend(_reply(stage, reader, decided.decision, moment))
    for promise in saved:
        promise.result()
    for receipt in [respond(stage.rt, answer) for answer in answers]:
        stage.tally.answered += receipt.result().appended


def _ask(stage: Stage, reader: Reader, moment: Moment) -> Ask | None:
    context = {"season": "gifts" if moment.gift_season else "everyday"}
    at_till = bool(stage.rng.uniform() < reader.in_shop)
    who = till_name(reader) if at_till else site_name(reader)
    return Ask(customer=who, slot="till_slip" if at_till else "home_hero", context=context) if who else None


def site_name(reader: Reader) -> dict[str, str]:
    """The name under which the site asks for a decision."""
    names = Names.of(reader)
    return {"userId": names.user_id} if reader.signs_in else {"anonymousId": names.anonymous_id}


def till_name(reader: Reader) -> dict[str, str]:
    """The name under which the till asks for a decision; empty for a stranger."""
    names = Names.of(reader)
    if reader.has_card:
        return {"card": names.card}
    return {"email": names.email} if reader.at_till_by_email and reader.signs_in else {}


def judge(rt: Runtime, number: int, reader: Reader, decision: Decision, moment: Moment) -> Contact:
    """A decision weighed by the hidden truth, beside a random policy and the best possible over the same actions."""
    true = np.array([_chance(rt, reader, action, moment) for action in decision.candidates])
    worth = np.array([_worth(rt, action) for action in decision.candidates])
    picked = decision.candidates.index(decision.chosen[0].action)
    expected = true * worth
    return Contact(
        round=number,
        reader=reader.number,
        slot=decision.slot,
        action=decision.chosen[0].action,
        reward=float(expected[picked]),
        reward_random=float(expected.mean()),
        reward_best=float(expected.max()),
        agreement=_rank_correlation(np.array(decision.mean), true),
        mode=decision.treatment.mode if decision.treatment else "",
    )


def _rank_correlation(a: np.ndarray, b: np.ndarray) -> float:
    """Spearman's rank correlation; 0 where there is nothing to rank.

    >>> _rank_correlation(np.array([1.0, 2.0, 3.0]), np.array([0.1, 0.5, 0.9]))
    1.0
    """
    if len(a) < 2 or np.ptp(a) == 0 or np.ptp(b) == 0:
        return 0.0
    ranks = (np.argsort(np.argsort(a)), np.argsort(np.argsort(b)))
    return round(float(np.corrcoef(*ranks)[0, 1]), 9)


def _reply(stage: Stage, reader: Reader, decision: Decision, moment: Moment) -> Iterator[Answer]:
    action = decision.chosen[0].action
    if stage.rng.uniform() < _chance(stage.rt, reader, action, moment):
        stage.tally.outcomes["accepted"] += 1
        yield Answer(decision_id=decision.id, action=action, outcome="accepted", value=_worth(stage.rt, action))
    elif stage.rng.uniform() < SAYS_NO:
        stage.tally.outcomes["rejected"] += 1
        yield Answer(decision_id=decision.id, action=action, outcome="rejected")
    else:
        stage.tally.outcomes["silent"] += 1


def _chance(rt: Runtime, reader: Reader, action: str, moment: Moment) -> float:
    return acceptance(reader, rt.workspace.actions[action].attributes, moment)


def _worth(rt: Runtime, action: str) -> float:
    offer = rt.workspace.actions[action]
    return offer.value - offer.cost
