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
from rapport.learn.findings import screen
from rapport.loop import depth_report, findings
from rapport.loop.depth import depths, everybody, expected
from rapport.loop.needs import of_customer
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
    rt = stage.rt
    told = findings.report(rt)
    table = findings.read(rt)
    by_id = {row.id: reader for reader, row in known(stage)}
    judged = [one for one in (_judged(rt, table, finding, by_id) for finding in told["findings"]) if one is not None]
    patterns = findings.patterns_of(table)
    rates = np.bincount(table.stratum, table.outcome["accepted"]) / np.bincount(table.stratum)
    rng = np.random.default_rng(seed)
    false, any_false = 0, 0
    for _ in range(shuffles):
        drawn = (rng.random(table.stratum.size) < rates[table.stratum]).astype(float)
        null = table._replace(outcome={"accepted": drawn, "rejected": 1.0 - drawn})
        held = screen(len(patterns), lambda place, part, null=null: findings._look(null, patterns[place], part)).held
        false, any_false = false + len(held), any_false + bool(held)
    return {
        "showings": told["showings"], "looked_at": told["looked_at"], "tried": told["tried"],
        "told": len(told["findings"]), "judged": len(judged), "right_sign": sum(sign for sign, _ in judged),
        "covered": sum(inside for _, inside in judged), "shuffles": shuffles, "false": false, "any_false": any_false,
        "sentences": [one["said"] for one in told["findings"][:5]],
    }  # fmt: skip


def _judged(rt: Runtime, table: Any, finding: dict[str, Any], by_id: dict[str, Reader]) -> tuple[bool, bool] | None:
    """Whether the true difference between the groups has the finding's sign, and lies in its interval."""
    if finding["asked"] != "accepted" or not finding["action"]:
        return None
    values = table.groups[finding["dimension"]]
    rows = (values != "") & (table.stratum == table.actions.index(finding["action"]))
    rows &= table.halves[table.customer] == 1
    offer = rt.workspace.actions[finding["action"]].attributes
    sides: dict[bool, list[tuple[float, float]]] = {True: [], False: []}
    for place in np.flatnonzero(rows):
        reader = by_id.get(table.customers[table.customer[place]])
        if reader is not None:
            chance = acceptance(reader, offer, Moment())
            sides[values[place] == finding["value"]].append((chance, table.weight[place]))
    means = {side: np.average(*np.array(held).T[:1], weights=np.array(held).T[1]) for side, held in sides.items()}
    true = float(means[True] - means[False])
    return true * finding["difference"] > 0, finding["low"] <= true <= finding["high"]


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
    counted = ("told", "judged", "right_sign", "covered", "shuffles", "false", "any_false")
    print({name: sum(one[name] for one in results) for name in counted})


if __name__ == "__main__":
    main()
