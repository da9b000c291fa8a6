"""What customers picked in games: who played, how consistently, and what they stated."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec

from rapport.core.preference import ANSWERS, Preference
from rapport.customize.elicit import Games, stated
from rapport.identify.consent import PERSONALIZATION
from rapport.loop.deciding.game import STATED_MIN, games_of
from rapport.loop.runtime import Runtime

PAGE: Final = 2_000
PLAYERS_READ: Final = 5_000
"""So many players' statements are worked out; of further ones only the picks are counted."""
REPEATS_MIN: Final = 20
"""Pairs that were answered twice by the same customer, below which no share is told."""


class _Player(msgspec.Struct):
    """The part of a profile that the report reads."""

    picks: list[Preference] = []
    consents: dict[str, Any] = {}


_decode = msgspec.msgpack.Decoder(_Player).decode


def report(rt: Runtime) -> dict[str, Any]:
    """Each game by name. Who switched personalisation off is not counted. Raises ``NotFound`` without games."""
    games = games_of(rt)
    players = list(_players(rt))
    now_us = rt.clock.now_us()
    return {"games": [_game(games, name, players, now_us) for name in games.tables]}


def _players(rt: Runtime) -> Iterator[list[Preference]]:
    """The picks of every customer who has any, and whose picks decisions may use."""
    after = ""
    while rows := rt.store.scan_customers(after, PAGE):
        for row in rows:
            found = _decode(row.profile)
            consent = found.consents.get(PERSONALIZATION)
            if found.picks and (consent is None or consent[0] is not False):
                yield found.picks
        after = rows[-1].id


def _game(games: Games, name: str, players: Sequence[Sequence[Preference]], now_us: int) -> dict[str, Any]:
    table = games.tables[name]
    own = [held for picks in players if (held := [one for one in picks if one.game == name])]
    answers = Counter(one.pick for picks in own for one in picks)
    alike, repeats = _repeated(own)
    return {
        "game": name,
        "title": table.game.title or name,
        "slots": list(table.slots),
        "options": len(table.options),
        "players": len(own),
        "picks": answers.total(),
        "picks_mean": round(answers.total() / len(own), 2) if own else None,
        "answers": {answer: answers[answer] for answer in ANSWERS},
        "repeated_pairs": repeats,
        "answered_alike": round(alike / repeats, 4) if repeats >= REPEATS_MIN else None,
        "repeats_min": REPEATS_MIN,
        "stated": [_need(games, name, need, own[:PLAYERS_READ], now_us) for need in table.game.needs],
    }


def _repeated(own: Sequence[Sequence[Preference]]) -> tuple[int, int]:
    """How many pairs were answered again alike, and how many again at all."""
    alike = total = 0
    for picks in own:
        before: dict[frozenset[str], str] = {}
        for one in picks:
            said = {"this": one.this, "that": one.that}.get(one.pick, one.pick)
            if one.pair in before:
                total += 1
                alike += before[one.pair] == said
            before[one.pair] = said
    return alike, total


def _need(
    games: Games, name: str, need: str, own: Sequence[Sequence[Preference]], now_us: int
) -> dict[str, Any]:  # fmt: skip
    """How many players stated which value of a need, by their picks as of now."""
    table = games.tables[name]
    attribute = dict(table.game.needs)[need]  # type: ignore[index]
    among = {option.attributes.get(attribute) for option in table.options.values()}
    found: dict[Any, list[float]] = defaultdict(list)
    for picks in own:
        values = stated(games.attributes, games.believed(picks, now_us), attribute, among)
        if values and values[0][1] >= STATED_MIN:
            found[values[0][0]].append(values[0][1])
    told = sum(map(len, found.values()))
    return {
        "need": need,
        "attribute": attribute,
        "asked": len(own),
        "sure": told,
        "values": [
            {"value": value, "customers": len(held), "share": round(len(held) / told, 4),
             "confidence": round(sum(held) / len(held), 4)}
            for value, held in sorted(found.items(), key=lambda one: -len(one[1]))
        ],
    }  # fmt: skip
