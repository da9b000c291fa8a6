"""A small product for tests: desks of 4 tops × 3 frames, with a lamp or a drawer, and a lock for the drawer."""

from dataclasses import dataclass

import numpy as np

from rapport.customize.configure.answering.reasoners import reasoner_of
from rapport.customize.configure.complete import Past
from rapport.customize.configure.model import Group, Model, Option, Rule
from rapport.customize.configure.terms import implies, negated, option

OAK, PINE, STEEL, GLASS, LOW, HIGH, LIFT, LAMP, DRAWER, KEY, CODE = range(1, 12)
STANDARD = (PINE, LOW)
NAMES = {"top": "oak pine steel glass", "frame": "low high lift", "extras": "lamp drawer", "lock": "key code"}
TAGS = {OAK: "warm", PINE: "warm", STEEL: "cool", GLASS: "cool"}


def desks() -> Model:
    """A glass top does not go on a lift; 4 × 3 − 1 tops and frames, each with 2 × (1 + 2) extras and locks."""
    names = [name for group in NAMES.values() for name in group.split()]
    options = tuple(
        Option(name=name, price=10_000 * number, attributes={"feel": TAGS[number]} if number in TAGS else {})
        for number, name in enumerate(names, 1)
    )
    return Model(
        name="desk",
        options=options,
        groups=(
            Group(name="top", options=(OAK, PINE, STEEL, GLASS)),
            Group(name="frame", options=(LOW, HIGH, LIFT)),
            Group(name="extras", options=(LAMP, DRAWER), least=0, most=2),
            Group(name="lock", options=(KEY, CODE), parent=DRAWER),
        ),
        rules=(Rule(name="light", term=implies(option(GLASS), negated(option(LIFT)))),),
    )


MODEL = desks()
REASONER = reasoner_of(MODEL)


@dataclass(frozen=True)
class Taken:
    """So many people took a configuration."""

    chosen: tuple[int, ...]
    times: int = 1


def past(*taken: Taken) -> Past:
    """What was taken, as rows."""
    rows = [one.chosen for one in taken for _ in range(one.times)]
    table = np.zeros((len(rows), len(MODEL.options) + 1), dtype=np.bool_)
    for place, chosen in enumerate(rows):
        table[place, list(chosen)] = True
    return Past(table, np.ones(len(rows)))
