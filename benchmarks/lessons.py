"""How well customers are known, and what findings are worth, in the bookshop: ``python -m benchmarks.lessons``.

The simulated bookshop is played from several seeds. Depth in bits is held against what nobody told Rapport: whether it
grows with contacts, and whether those who are known better by its count are in truth known better (rank correlation,
over customers, of bits with the agreement between believed and true chances of acceptance, and with the probability
that it gives to the genre they love most). Findings are held against the hidden chances of acceptance: the true
difference between the same groups has the same sign and lies in the interval. Then every answer is drawn anew by its
offer's own rate, so that no pattern is true: whatever is still told is false.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from scipy.stats import spearmanr

from rapport.core.errors import NotFound
from rapport.core.time import DAY_US
from rapport.demo import rounds as story
from rapport.demo.people import Moment, Reader, acceptance, invent
from rapport.demo.rounds import Stage, site_name, till_name
from rapport.demo.shop import Calendar, open_shop, write_workspace
from rapport.loop.learning import depth_report, findings
from rapport.loop.learning.depth import depths, everybody, expected
from rapport.loop.learning.showings import Table, read
from rapport.loop.reports.needs import of_customer
from rapport.loop.runtime import Runtime
from rapport.loop.view import find

TODAY_US = 20_500 * DAY_US


def known(stage: Stage) -> list[tuple[Reader, Any]]:
    """The readers whom Rapport met, each with the row that the store has of him."""
    found = []
    for reader in stage.readers:
        try:
            customer = find(stage.rt, site_name(reader) or till_name(reader))
        except NotFound:
            continue
        row = stage.rt.store.customer(customer.id)
        if row is not None and customer.profile.events and not reader.impersonal:
            found.append((reader, row))
    return found


def truth(rt: Runtime, reader: Reader) -> np.ndarray:
    return np.array([acceptance(reader, one.attributes, Moment()) for one in rt.workspace.actions.values()])


def relationship(stage: Stage) -> dict[str, Any]:
    """Depth beside the hidden truth."""
    from rapport.core.customer import decode_profile

    rt, met = stage.rt, known(stage)
    beside = everybody(rt)
    rows = [(row, decode_profile(row.profile)) for _, row in met]
    measured = depths(rt, rows, beside)
    bits = np.array([one.bits for one in measured])
    agreement = np.array([
        spearmanr(expected(rt, beside.actions, beside.posterior, row, profile).chance, truth(rt, reader)).statistic
        for (reader, _), (row, profile) in zip(met, rows, strict=True)
    ])  # fmt: skip
    genre = np.array([_genre(rt, row.id, reader) for reader, row in met])
    contacts = np.array([profile.events for _, profile in rows])
    return {
        "customers": len(met),
        "bits": float(bits.mean()),
        "by_chance": float(np.mean([one.chance for one in measured])),
        "with_contacts": float(spearmanr(bits, contacts).statistic),
        "with_agreement": float(spearmanr(bits, agreement).statistic),
        "contacts_with_agreement": float(spearmanr(contacts, agreement).statistic),
        "with_genre": float(spearmanr([_question(one, "what") for one in measured], genre).statistic),
        "growth": depth_report.report(rt)["growth"],
    }


def _question(depth: Any, name: str) -> float:
    return next((one.bits for one in depth.needs if one.name == name), 0.0)


def _genre(rt: Runtime, customer_id: str, reader: Reader) -> float:
    """The probability that is given to the genre that this reader loves most."""
    facets = of_customer(rt, {"id": customer_id}).get("facets", [])
    values = next((one["values"] for one in facets if one["facet"] == "what"), [])
    return next((one["probability"] for one in values if one["value"] == reader.favourite), 0.0)


def found(stage: Stage, shuffles: int, seed: int) -> dict[str, Any]:
    """Findings beside the hidden truth, and findings where there is none."""
    now_us = stage.rt.clock.now_us()
    table = read(stage.rt, now_us)
    patterns, outcome = findings.look(table)
    told = findings.measure(stage.rt, now_us)["findings"]
    true = truly(table, {row.id: reader for reader, row in known(stage)}, stage.rt)
    judged = [
        _judged(true, patterns[one.place], one) for one in outcome.held if patterns[one.place].asked == "accepted"
    ]
    rates = np.bincount(table.stratum, table.outcome["accepted"]) / np.bincount(table.stratum)
    rng = np.random.default_rng(seed)
    false = []
    for _ in range(shuffles):
        drawn = (rng.random(table.stratum.size) < rates[table.stratum]).astype(float)
        null = table._replace(outcome={"accepted": drawn, "rejected": 1.0 - drawn})
        false.append(len(findings.look(null)[1].held))
    return {
        "showings": int(table.customer.size), "looked_at": outcome.looked_at, "too_few": outcome.refused,
        "tried": outcome.tried, "told": len(told), "fit": sum(bool(one["attribute"]) for one in told),
        "judged": len(judged), "right_sign": sum(sign for sign, _ in judged),
        "covered": sum(inside for _, inside in judged), "shuffles": shuffles, "false": sum(false),
        "any_false": sum(map(bool, false)), "sentences": [one["said"] for one in told],
    }  # fmt: skip


def truly(table: Table, by_id: dict[str, Reader], rt: Runtime) -> Table:
    """The same showings, each with its true chance of acceptance for an answer; of strangers, with the answer."""
    seasons = table.groups["context season"]
    chances = table.outcome["accepted"].copy()
    for place, (customer, action) in enumerate(zip(table.customer.tolist(), table.stratum.tolist(), strict=True)):
        reader = by_id.get(table.customers[customer])
        if reader is not None:
            gifts = seasons.names[seasons.codes[place]] == "gifts"
            chances[place] = acceptance(reader, rt.workspace.actions[table.actions[action]].attributes, Moment(gifts))
    return table._replace(outcome={"accepted": chances})


def _judged(true: Table, pattern: findings.Pattern, one: Any) -> tuple[bool, bool]:
    """Whether the true difference between the same showings has the finding's sign, and lies in its interval."""
    rows = np.flatnonzero(true.halves[true.customer] == 1)
    sides = {pattern.action: rows}
    if pattern.action:
        sides = {pattern.action: rows[true.stratum[rows] == true.actions.index(pattern.action)]}
    difference = findings.against(true, pattern, sides).difference
    return difference * one.second.difference > 0, one.low <= difference <= one.high


def played(seed: int, customers: int, rounds: int, shuffles: int) -> dict[str, Any]:
    """One shop's story, measured."""
    began = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "shop"
        write_workspace(root)
        calendar = Calendar(story.start_us(TODAY_US, rounds))
        rng = np.random.default_rng(seed)
        with closing(open_shop(root, calendar, seed)) as rt:
            stage = Stage(rt, calendar, invent(customers, rng), rng, story.Tally())
            story.play(stage, rounds, lambda what, share: None)
            told = {"seed": seed, **relationship(stage), **found(stage, shuffles, seed)}
    return told | {"cpu_s": round(time.process_time() - began, 1)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[101, 102, 103])
    parser.add_argument("--customers", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=24)
    parser.add_argument("--shuffles", type=int, default=20)
    asked = parser.parse_args()
    results = [played(seed, asked.customers, asked.rounds, asked.shuffles) for seed in asked.seeds]
    for one in results:
        print(msgspec.json.format(msgspec.json.encode(one)).decode(), flush=True)
    for name in ("bits", "by_chance", "with_contacts", "with_agreement", "contacts_with_agreement", "with_genre"):
        values = [one[name] for one in results]
        error = statistics.stdev(values) / len(values) ** 0.5 if len(values) > 1 else float("nan")
        print(f"{name}: {statistics.mean(values):.3f} (SE {error:.3f})")
    counted = ("told", "fit", "judged", "right_sign", "covered", "shuffles", "false", "any_false")
    print({name: sum(one[name] for one in results) for name in counted})


if __name__ == "__main__":
    main()
