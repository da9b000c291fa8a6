"""This or that in the bookshop: ``python -m benchmarks.game``.

How often the genre that a simulated reader loves most is the one Rapport holds to be needed, after so many picks of the
game and, beside it, after so many visits; and what the best offer earns after so many picks, as a share of the best
possible. Readers answer by their hidden utilities, with noise of their own (``people.picked``), not by the game's
model. The game's pairs are compared with random ones and with those that teach most of the parameters (D-optimal).
``--decisive`` makes readers less or more sure of themselves; the share of pairs that they would answer alike twice is
told beside it. Seeds 1 and 2 were used to choose constants, those reported are 11 to 15.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np

from rapport.core.preference import Preference
from rapport.core.time import DAY_US, HOUR_US
from rapport.customize.elicit import Belief, Games, Running, next_pair, part_worths, stated
from rapport.customize.elicit.worth import reward
from rapport.demo import people
from rapport.demo.behaviour import browse, buy, sign_in
from rapport.demo.people import Moment, Reader, acceptance, invent, picked
from rapport.demo.shop import Calendar, open_shop, write_workspace
from rapport.loop.deciding import game
from rapport.loop.intake.fold import catch_up
from rapport.loop.intake.ingest import ingest
from rapport.loop.refreshing.refresh import refresh
from rapport.workspace import read

GAME = "which_shelf"
PICKS = 10
VISITS = (1, 2, 3, 5, 8, 12, 16, 20)
NOW = 20_000 * DAY_US
Pair = Callable[[Belief, np.ndarray, Running, list[tuple[int, int]], np.random.Generator], tuple[int, int]]


def by_worth(belief, rows, slot, shown, rng):  # type: ignore[no-untyped-def]
    """As the product asks; at random where it would stop."""
    asked = next_pair(belief, rows, [slot], shown=shown, gain_min=0.0)
    return (asked.this, asked.that) if asked.this >= 0 else by_lot(belief, rows, slot, shown, rng)


def by_lot(_belief, rows, _slot, shown, rng):  # type: ignore[no-untyped-def]
    """Any pair not shown before."""
    left = _left(rows, shown)
    return left[int(rng.integers(len(left)))]


def by_entropy(belief, rows, _slot, shown, _rng):  # type: ignore[no-untyped-def]
    """The pair whose answer shrinks the volume of the belief most: variance × p(1 − p), the Fisher information."""

    def taught(pair: tuple[int, int]) -> float:
        direction = rows[pair[0]] - rows[pair[1]]
        variance = float(direction @ belief.covariance @ direction)
        chance = 1.0 / (1.0 + np.exp(-float(direction @ belief.mean)))
        return float(np.log1p(4.0 * chance * (1.0 - chance) * variance))

    return max(_left(rows, shown), key=taught)


def _left(rows: np.ndarray, shown: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    before = {frozenset(one) for one in shown}
    pairs = [(i, j) for i in range(len(rows)) for j in range(i)]
    return [pair for pair in pairs if frozenset(pair) not in before] or pairs


POLICIES: dict[str, Pair] = {"worth to decisions": by_worth, "D-optimal": by_entropy, "random": by_lot}


def elicited(seed: int, readers: int, pair_of: Pair) -> tuple[np.ndarray, np.ndarray]:
    """Accuracy of the need and share of the best possible reward, after 0 to ``PICKS`` picks."""
    with tempfile.TemporaryDirectory() as folder:
        write_workspace(Path(folder))
        workspace = read(Path(folder))
    games = Games.of(workspace)
    assert games is not None
    table = games.tables[GAME]
    names = list(table.options)
    rows = np.array([table.rows[name] for name in names])
    actions = [one for one in workspace.actions.values() if "home_hero" in one.slots]
    slot_rows = games.attributes.rows(one.attributes for one in actions)
    weight = np.array([one.value - one.cost for one in actions])
    rng = np.random.default_rng(seed)
    crowd = invent(readers, rng)
    true = np.array([[acceptance(one, action.attributes, Moment()) for action in actions] for one in crowd])
    mean = true.mean(axis=0)
    slot = Running(slot_rows, np.log(mean / (1.0 - mean)), weight)
    expected = part_worths(games.attributes.deviation, slot.rows, slot.base)
    right, earned = np.zeros(PICKS + 1), np.zeros(PICKS + 1)
    among = {option.attributes["genre"] for option in table.options.values()}
    for reader, chances in zip(crowd, true, strict=True):
        picks: list[Preference] = []
        shown: list[tuple[int, int]] = []
        for count in range(PICKS + 1):
            belief = games.believed(picks, NOW, expected)
            needs = stated(games.attributes, games.believed(picks, NOW), "genre", among)
            right[count] += bool(picks) and needs[0][0] == reader.favourite
            best = int(np.argmax(reward(weight, slot.base + slot.rows @ belief.mean)))
            earned[count] += chances[best] * weight[best] / float((true * weight).max(axis=1).sum())
            i, j = pair_of(belief, rows, slot, shown, rng)
            shown.append((i, j))
            said = picked(reader, *(table.options[names[n]].attributes for n in (i, j)), rng)
            picks.append(Preference(NOW, count, GAME, names[i], names[j], said))
    return right / readers, earned


def visited(seed: int, readers: int, judged: Sequence[int] = VISITS) -> dict[int, float]:
    """Accuracy of ``need_what`` after so many visits, every one of which is recognised."""
    encode = msgspec.json.Encoder().encode
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        write_workspace(Path(folder))
        calendar = Calendar(NOW)
        rng = np.random.default_rng(seed)
        crowd = [replace(one, signs_in=True, in_shop=0.0, impersonal=False) for one in invent(readers, rng)]
        with closing(open_shop(Path(folder), calendar, seed)) as rt:
            for visit in range(1, max(judged) + 1):
                at_us = NOW + visit * 10 * DAY_US
                calls = [call for one in crowd for call in _visit(one, at_us, rng)]
                calendar.move_to(at_us + 3 * HOUR_US)
                ingest(rt, [encode(call) for call in calls], source="bookshop").saved.result()
                catch_up(rt)
                if visit in judged:
                    refresh(rt, lambda what, share: None)
                    found[visit] = _known(rt, crowd)
    return found


def _visit(reader: Reader, at_us: int, rng: np.random.Generator):  # type: ignore[no-untyped-def]
    yield sign_in(reader, at_us, rng)
    yield from browse(reader, at_us, rng, signed_in=True)
    if rng.uniform() < reader.buys:
        yield buy(reader, at_us + HOUR_US, rng)


def _known(rt, crowd: Sequence[Reader]) -> float:  # type: ignore[no-untyped-def]
    needs = dict(rt.warehouse.query("SELECT i.value, c.need_what FROM customers c JOIN identifiers i"
                                    " ON i.customer_id = c.customer_id WHERE i.namespace = 'user_id'"))  # fmt: skip
    return sum(needs.get(f"u{one.number}") == one.favourite for one in crowd) / len(crowd)


def played(seed: int, readers: int) -> dict[str, float]:
    """The game as customers play it, through the loop: it stops by itself."""
    used, steps, right = [], [], 0
    with tempfile.TemporaryDirectory() as folder:
        write_workspace(Path(folder))
        rng = np.random.default_rng(seed)
        with closing(open_shop(Path(folder), Calendar(NOW), seed)) as rt:
            rt.arbiter.warm_up()
            for reader in invent(readers, rng):
                who = {"userId": f"u{reader.number}"}
                told = game.show(rt, GAME, who)
                while not told["done"]:
                    question = told["question"]
                    said = picked(reader, question["this"]["attributes"], question["that"]["attributes"], rng)
                    move = game.Move(customer=who, this=question["this"]["name"], that=question["that"]["name"],
                                     pick=said, number=question["number"])  # fmt: skip
                    began = time.process_time()
                    taken = game.pick(rt, GAME, move)
                    steps.append(1_000.0 * (time.process_time() - began))
                    assert taken.saved is not None
                    taken.saved.result()
                    told = taken.told
                    catch_up(rt)
                used.append(told["picks"])
                values = told["stated"][0]["values"] if told["stated"] else []
                right += bool(values) and values[0]["value"] == reader.favourite
    return {
        "picks": statistics.mean(used), "accuracy": right / readers, "step_ms_p50": statistics.median(steps),
        "step_ms_p99": sorted(steps)[int(0.99 * len(steps))],
    }  # fmt: skip


def alike(readers: int) -> float:
    """The share of pairs to which readers say the same when asked twice."""
    rng = np.random.default_rng(99)
    genres = [{"genre": genre, "format": "print", "price": 14.0} for genre in people.GENRES]
    same = total = 0
    for reader in invent(readers, rng):
        for place, this in enumerate(genres):
            for that in genres[:place]:
                same += picked(reader, this, that, rng) == picked(reader, this, that, rng)
                total += 1
    return same / total


def told(values: Sequence[float]) -> str:
    """Mean and standard error over seeds, in percent."""
    return f"{100 * statistics.mean(values):.1f} ± {100 * statistics.stdev(values) / len(values) ** 0.5:.1f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readers", type=int, default=300)
    parser.add_argument("--seeds", type=int, nargs="*", default=[11, 12, 13, 14, 15])
    parser.add_argument("--decisive", type=float, default=people.PICKS_DECISIVE)
    parser.add_argument("--visits", type=int, nargs="*", default=list(VISITS), help="none: visits are left out")
    parser.add_argument("--loop-readers", type=int, help="readers who play through the loop; a third if not given")
    parser.add_argument("--policies", nargs="*", choices=list(POLICIES), default=list(POLICIES))
    asked = parser.parse_args()
    people.PICKS_DECISIVE = asked.decisive
    print(f"decisive {asked.decisive:g}: the same pair is answered alike {100 * alike(200):.0f}% of the time")
    print(f"| picks | {' | '.join(str(n) for n in range(1, PICKS + 1))} |\n|---|{'--:|' * PICKS}")
    for name in asked.policies:
        runs = [elicited(seed, asked.readers, POLICIES[name]) for seed in asked.seeds]
        print(f"| need right, {name} | {' | '.join(told([r[0][n] for r in runs]) for n in range(1, PICKS + 1))} |")
        print(
            f"| reward, {name} | {' | '.join(told([r[1][n] for r in runs]) for n in range(1, PICKS + 1))} |", flush=True
        )
    if asked.visits:
        seen = [visited(seed, asked.readers, asked.visits) for seed in asked.seeds]
        print(f"| visits | {' | '.join(map(str, asked.visits))} |\n|---|{'--:|' * len(asked.visits)}")
        print(f"| need right | {' | '.join(told([one[n] for one in seen]) for n in asked.visits)} |", flush=True)
    whole = [played(seed, asked.loop_readers or asked.readers // 3) for seed in asked.seeds]
    print(
        "through the loop: "
        + ", ".join(f"{name} {statistics.mean(one[name] for one in whole):.3g}" for name in whole[0])
    )


if __name__ == "__main__":
    main()
