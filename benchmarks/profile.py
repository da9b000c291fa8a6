"""The profile, processor time: folding an event, reading and writing one, and the value shown of several sources.

``python -m benchmarks.profile``. A customer has eight traits, stated by one source or by three; the row is what a
decision reads of traits: the survivor of each, fitted to its column. Each figure is the best of many short rounds, in
turns, so that a noisy machine is noisy to all.
"""

from __future__ import annotations

import argparse
import gc
import random
import time
from collections.abc import Callable
from typing import Any

from rapport.core.columns import fit
from rapport.core.customer import Profile, decode_profile, encode_profile
from rapport.core.event import Event
from rapport.identify import profile as folding
from rapport.identify.survivors import Survivors
from rapport.workspace.definitions import Identity, Provenance, Trait
from rapport.workspace.survivorship import survivorship

NOW_US = 1_800_000_000_000_000
TRAITS = {f"trait_{number}": Trait() for number in range(8)}
SOURCES = ("crm", "till", "web")
BELIEFS = Identity(
    sources={"crm": Provenance(confidence=0.95), "till": Provenance(expires="3650d"), "web": Provenance()}
)
PEOPLE = 500
EVENTS = 20_000


def happened(number: int, sources: tuple[str, ...], chance: random.Random, stating: bool) -> Event:
    traits = {name: chance.choice(["Bonn", "Ulm", 3, True]) for name in TRAITS} if stating else {}
    user = str(number % PEOPLE)
    return Event(
        message_id=str(number),
        type="identify" if stating else "track",
        event="" if stating else "Product Viewed",
        subject=f"user_id:{user}",
        identifiers={"user_id": user},
        time=NOW_US - chance.randrange(10**13),
        received_at=NOW_US,
        traits=traits,
        source=chance.choice(sources),
    )


def fold(events: list[Event]) -> list[Profile]:
    profiles: dict[str, Profile] = {}
    for seq, event in enumerate(events, start=1):
        profile = profiles.get(event.subject)
        if profile is None:
            profile = profiles[event.subject] = Profile()
        folding.add(profile, event, seq)
    return list(profiles.values())


def row(survivors: Survivors, profile: Profile) -> dict[str, Any]:
    columns: dict[str, Any] = dict.fromkeys(TRAITS)
    for name, held in survivors.shown(profile.traits, NOW_US).items():
        columns[name] = fit(held.value, "text")
    return columns


def works(sources: tuple[str, ...]) -> dict[str, tuple[int, Callable[[], Any]]]:
    """Name → how many are done, and doing them."""
    chance = random.Random(7)
    told = f"{len(sources)} source{'s' if len(sources) > 1 else ''}"
    stating = [happened(number, sources, chance, True) for number in range(EVENTS)]
    profiles = fold(stating)
    bodies = [encode_profile(profile) for profile in profiles]
    plain, believed = Survivors(TRAITS, survivorship(Identity())), Survivors(TRAITS, survivorship(BELIEFS))
    return {
        f"fold an event that states eight traits, {told}": (EVENTS, lambda: fold(stating)),
        f"decode a profile, {told}": (PEOPLE, lambda: [decode_profile(body) for body in bodies]),
        f"encode a profile, {told}": (PEOPLE, lambda: [encode_profile(profile) for profile in profiles]),
        f"row of traits, {told}, all believed alike": (PEOPLE, lambda: [row(plain, one) for one in profiles]),
        f"row of traits, {told}, ranked, some expire": (PEOPLE, lambda: [row(believed, one) for one in profiles]),
    }


def measure(rounds: int) -> dict[str, float]:
    """Name → microseconds of processor time for each."""
    chance = random.Random(7)
    silent = [happened(number, SOURCES, chance, False) for number in range(EVENTS)]
    todo = {"fold an event without traits": (EVENTS, lambda: fold(silent)), **works(SOURCES[:1]), **works(SOURCES)}
    best: dict[str, float] = {}
    for _ in range(rounds):
        for name, (count, work) in todo.items():
            gc.collect()
            started = time.process_time()
            work()
            spent = (time.process_time() - started) / count * 1e6
            best[name] = min(best.get(name, spent), spent)
    return best


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rounds", type=int, default=40)
    print("| step | µs |\n|---|---:|")
    for name, spent in measure(options.parse_args().rounds).items():
        print(f"| {name} | {spent:.2f} |")


if __name__ == "__main__":
    main()
