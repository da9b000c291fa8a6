"""The ladder of stages: what each asks of those before it, and whether the data of a workspace carries it.

In: what a refresh counted (``Counted``) and the definitions. Out: one ``Rung`` a stage, from the lowest. The order is
that of the method: identify, then needs, value, own strengths, selection and mode, then interact, then customize;
learning accompanies each.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Final, Literal

import msgspec

from rapport.core.statistics import wilson
from rapport.core.time import DAY_US
from rapport.workspace.columns import PART_COLUMNS
from rapport.workspace.definitions import Workspace
from rapport.workspace.durations import duration_us
from rapport.workspace.gates import Gates

Level = Literal["open", "closed", "not declared", "not measured"]
IDENTIFY: Final = "identify"
INTERACT: Final = "interact"
CUSTOMIZE: Final = "customize"
RECENT_DAYS: Final = 90
TEXTS: Final[dict[str, tuple[str, str]]] = {
    "fresh": (
        "the newest event arrived {age} days ago; asked: at most {asked}",
        "find out why nothing arrives any more, then rapport refresh; or set gates: {{fresh: …}} in policy.yaml",
    ),
    "identified": (
        "{share} of the events of the newest {days} days are of people who can be told apart; asked: {asked}",
        "rapport identity report names what is shared: have the source send an id for each person",
    ),
    "known": (
        "{share} of the customers are known by more than an anonymous id; asked: {asked}",
        "let people sign in, or load who they are: rapport load FILE",
    ),
    "valid": (
        "{share} of the values of {trait} are valid; asked: {asked}",
        "rapport report quality names the source of {trait}: have it mended, and load it again",
    ),
    "earlier": ("waits for {stage}", "open {stage} first"),
    "customers": (
        "customers who may be told apart: {count}; asked: {asked}",
        "load more customers, or set gates: {{customers: …}} in policy.yaml",
    ),
    "purchasers": (
        "customers who have bought: {count}; asked: {asked}",
        "load their purchases: rapport load FILE; or set gates: {{purchasers: …}} in policy.yaml",
    ),
    "coverage": (
        "{stage} known of {share} of the customers; asked: {asked}",
        "declare in {file} where more of it is read; or set gates: {{coverage: …}} in policy.yaml",
    ),
}
"""Code of a check → what was found and what to do about it, with places for its facts."""


class Stage(msgspec.Struct, frozen=True):
    """One stage of the ladder."""

    name: str
    part: str
    """Its key in ``PART_COLUMNS``: while it is closed those columns are withheld; empty where it computes none."""
    shows: str
    """SQL over the customer's columns: whether the stage knows anything of a customer."""
    file: str
    """What declares it; empty where nothing need."""
    after: tuple[str, ...]
    """The stages whose results it builds on, where they are declared."""


STAGES: Final = (
    Stage(IDENTIFY, "", "", "", ()),
    Stage("needs", "needs", "needs_known > 0", "needs.yaml", (IDENTIFY,)),
    Stage("value", "value", "value_current IS NOT NULL", "value.yaml", (IDENTIFY, "needs")),
    Stage("strengths", "fit", "service_fit IS NOT NULL", "capabilities.yaml", (IDENTIFY, "needs", "value")),
    Stage("selection", "selection", "selection IS NOT NULL", "capabilities.yaml", (IDENTIFY, "value", "strengths")),
    Stage("mode", "mode", "marketing_mode IS NOT NULL", "capabilities.yaml", (IDENTIFY, "needs", "selection")),
    Stage(INTERACT, "", "", "", (IDENTIFY,)),
    Stage(CUSTOMIZE, "", "", "actions/*.yaml", (IDENTIFY, INTERACT)),
)
BASE: Final = frozenset({IDENTIFY, INTERACT, CUSTOMIZE})
"""While one of these is closed, nothing about the customer is used."""
_BY_NAME: Final = {stage.name: stage for stage in STAGES}


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """What one refresh counted. Moments are µs since the epoch; a share is (count, of how many)."""

    as_of: int
    arrived: int = 0
    """When the newest event came in, whenever it happened; Rapport's own events do not count. 0: there is none."""
    recent: tuple[int, int] = (0, 0)
    """Of the events of the newest ``RECENT_DAYS``, those whose identifier is not quarantined."""
    named: tuple[int, int] = (0, 0)
    """Of all customers, those known by more than an anonymous id."""
    personal: int = 0
    """Customers who did not switch personalisation off."""
    purchasers: int = 0
    """Of those, who have bought."""
    known: dict[str, int] = {}
    """Stage → of those, for how many it computed anything."""
    values: dict[str, tuple[int, int]] = {}
    """Trait → of its values that were looked at, those that are valid."""


class Check(msgspec.Struct, frozen=True):
    """One thing that a stage asks; ``code`` and ``facts`` let a page say it in its language."""

    code: str
    met: bool
    facts: dict[str, str]

    @property
    def what(self) -> str:
        """What was found, and what is asked."""
        return TEXTS[self.code][0].format(**self.facts)

    @property
    def todo(self) -> str:
        """What to do about it."""
        return TEXTS[self.code][1].format(**self.facts)


class Rung(msgspec.Struct, frozen=True):
    """One stage as it stands."""

    stage: str
    level: Level
    checks: list[Check]
    withheld: list[str]
    """Columns that nothing may rely on: those of a closed stage, or traits that are not valid often enough."""
    without: list[str]
    """Earlier stages that are not there, without which this one does its work."""

    @property
    def failed(self) -> list[Check]:
        """What is not met."""
        return [check for check in self.checks if not check.met]

    @property
    def reason(self) -> str:
        """Why it is closed or withholds something; empty where neither is so."""
        return "; ".join(check.what for check in self.failed)


def declared(workspace: Workspace) -> frozenset[str]:
    """The stages that a workspace asks for."""
    asked = {
        "needs": workspace.needs is not None,
        "value": workspace.value is not None,
        **dict.fromkeys(("strengths", "selection", "mode"), workspace.capabilities is not None),
        CUSTOMIZE: bool(workspace.actions),
    }
    return frozenset(stage.name for stage in STAGES if asked.get(stage.name, True))


def ladder(workspace: Workspace, counted: Counted | None, now_us: int) -> list[Rung]:
    """Every stage as of a moment, judged by today's definitions; before the first refresh none is measured."""
    asked, gates = declared(workspace), workspace.policy.gates
    rungs: dict[str, Rung] = {}
    for stage in STAGES:
        rungs[stage.name] = _rung(stage, asked, gates, counted, rungs, now_us)
    return list(rungs.values())


def _rung(  # noqa: PLR0917
    stage: Stage,
    asked: frozenset[str],
    gates: Gates,
    counted: Counted | None,
    below: Mapping[str, Rung],
    now_us: int,
) -> Rung:
    without = [name for name in stage.after if below[name].level in ("not declared", "not measured")]
    if stage.name not in asked:
        return Rung(stage.name, "not declared", [], [], without)
    if counted is None or not counted.arrived or (stage.part and stage.name not in counted.known):
        return Rung(stage.name, "not measured", [], [], without)
    checks = [*_earlier(stage, below), *_own(stage, gates, counted, now_us), *_coverage(stage, below, gates, counted)]
    level: Level = "closed" if any(not check.met and check.code != "valid" for check in checks) else "open"
    if level == "open":
        withheld = [check.facts["trait"] for check in checks if not check.met]
    else:
        withheld = list(PART_COLUMNS.get(stage.part, ()))
    return Rung(stage.name, level, checks, withheld, without)


def _earlier(stage: Stage, below: Mapping[str, Rung]) -> Iterator[Check]:
    for name in stage.after:
        if below[name].level == "closed":
            yield Check("earlier", False, {"stage": name})


def _own(stage: Stage, gates: Gates, counted: Counted, now_us: int) -> Iterator[Check]:
    """What a stage asks of the data itself."""
    if stage.name == IDENTIFY:
        yield from _identified(gates, counted, now_us)
    elif stage.name == "needs":
        yield _number("customers", counted.personal, gates.customers)
    elif stage.name == "value":
        yield _number("customers", counted.personal, gates.customers)
        if gates.purchasers:
            yield _number("purchasers", counted.purchasers, gates.purchasers)
    elif stage.name == INTERACT:
        yield _number("customers", counted.personal, gates.customers)


def _identified(gates: Gates, counted: Counted, now_us: int) -> Iterator[Check]:
    allowed_us = duration_us(gates.fresh)
    age_us = max(0, now_us - counted.arrived)
    yield Check("fresh", age_us <= allowed_us, {"age": _days(age_us), "asked": _days(allowed_us)})
    yield _share("identified", counted.recent, gates.identified, {"days": str(RECENT_DAYS)})
    if gates.known:
        yield _share("known", counted.named, gates.known, {})
    for trait, values in counted.values.items():
        yield _share("valid", values, gates.valid, {"trait": trait})


def _coverage(stage: Stage, below: Mapping[str, Rung], gates: Gates, counted: Counted) -> Iterator[Check]:
    """How far those before it got, where they are open."""
    if not counted.personal:
        return
    for name in stage.after:
        earlier = _BY_NAME[name]
        if earlier.part and below[name].level == "open":
            facts = {"stage": name, "file": earlier.file}
            yield _share("coverage", (counted.known[name], counted.personal), gates.coverage, facts)


def _number(code: str, count: int, asked: int) -> Check:
    return Check(code, count >= asked, {"count": f"{count:,}", "asked": f"{asked:,}"})


def _share(code: str, counts: tuple[int, int], asked: float, facts: Mapping[str, str]) -> Check:
    """Met unless the whole interval lies below what is asked; what nothing was counted of is met."""
    count, total = counts
    _, high = wilson(count, total)
    return Check(code, high >= asked, {"share": percent(count, total), "asked": f"{100 * asked:.3g}%", **facts})


def percent(count: int, total: int) -> str:
    """A share as people read it, with its counts and interval.

    >>> percent(412, 1_000), percent(0, 0)
    ('41.2% (412/1,000; 38.2–44.3%)', 'none')
    """
    if not total:
        return "none"
    low, high = wilson(count, total)
    return f"{100 * count / total:.3g}% ({count:,}/{total:,}; {100 * low:.3g}–{100 * high:.3g}%)"


def _days(span_us: int) -> str:
    """Whole and tenths of days, rounded up, so that what is over a limit reads so."""
    return f"{math.ceil(10 * span_us / DAY_US) / 10:,.1f}".removesuffix(".0")
