"""A process that stitches, merges and unmerges the same few people as its twin: ``python -m … ROOT SEED ROUNDS``."""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path

from rapport.bootstrap import open_runtime
from rapport.core.errors import InvalidInput, NotFound
from rapport.loop.identities.identity import merge, unmerge
from rapport.loop.intake.fold import catch_up
from rapport.loop.intake.ingest import ingest

USERS = [f"u{number}" for number in range(4)]
DEVICES = [f"a{number}" for number in range(6)]
EMAILS = [f"e{number}@x.org" for number in range(4)]


def main(root: str, seed: str, rounds: str) -> None:
    chance = random.Random(int(seed))
    rt = open_runtime(Path(root))
    refused = 0
    for _ in range(int(rounds)):
        if chance.random() < 0.6:
            happen(rt, chance)
            catch_up(rt)
            continue
        pick = [{"userId": chance.choice(USERS)}, {"anonymousId": chance.choice(DEVICES)}]
        a, b = chance.sample([*pick, {"email": chance.choice(EMAILS)}], 2)
        try:
            if chance.random() < 0.5:
                merge(rt, a, b, actor=f"steward {seed}")
            else:
                unmerge(rt, a, b, actor=f"steward {seed}", never=chance.random() < 0.2)
        except (InvalidInput, NotFound):
            refused += 1
    rt.close()
    print(json.dumps({"refused": refused}))


def happen(rt: object, chance: random.Random) -> None:
    """Something one or two of the people do, perhaps signed in, perhaps not."""
    call = {
        "type": "identify" if chance.random() < 0.5 else "track",
        "event": "Order Completed",
        "anonymousId": chance.choice(DEVICES),
        "userId": chance.choice([None, *USERS]),
        "traits": {"email": chance.choice(EMAILS), "city": chance.choice(["Graz", "Linz"])},
        "properties": {"revenue": chance.randrange(100)},
    }
    ingest(rt, [json.dumps(call).encode()], source="web").saved.result()  # type: ignore[arg-type]


if __name__ == "__main__":
    main(*sys.argv[1:])
