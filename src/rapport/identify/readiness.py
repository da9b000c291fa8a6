"""Whether the data is good enough to act on, in words: what is worst stands first, with what to do about it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, Literal

import msgspec

from rapport.identify.quality import Measured, Share
from rapport.workspace.definitions import Trait

Level = Literal["empty", "ready", "with care", "not ready"]


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """From where on something is worth saying. Severity runs from 0 to 1: about the share of customers affected."""

    completeness_used: float = 0.5
    """A trait that something uses should be known of so many customers."""
    completeness_unused: float = 0.05
    """One that nothing uses is worth a word below this."""
    validity: float = 0.98
    expired: float = 0.25
    conflicts: float = 0.05
    stale_days: int = 365
    """Half of the values older than this, with no word of when they expire."""
    grave: float = 0.5
    """From this severity on the data is not ready."""
    slight: float = 0.1
    """Below this severity it is ready all the same."""


LIMITS: Final = Limits()


class Finding(msgspec.Struct, frozen=True):
    """One thing that stands between the data and its use."""

    severity: float
    about: str
    """The trait or source."""
    what: str
    todo: str


class Verdict(msgspec.Struct, frozen=True):
    """Whether the data is ready, in a sentence, and all findings, the gravest first."""

    level: Level
    in_words: str
    findings: list[Finding]


class Around(msgspec.Struct, frozen=True, kw_only=True):
    """What the verdict knows beside the measures."""

    customers: int
    used: Mapping[str, Sequence[str]] = {}
    """Trait → what uses it."""
    ill_typed: Mapping[tuple[str, str], int] = {}
    """(trait, source) → values of another type that came lately."""
    undeclared: Sequence[tuple[str, int, str]] = ()
    """Name, times, the line that would declare it."""
    open_reviews: int = 0


def verdict(measures: Sequence[Measured], traits: Mapping[str, Trait], around: Around) -> Verdict:
    """The judgement over today's measures: those of all sources, and those by source."""
    if not around.customers or not measures:
        what = "no customers" if not around.customers else "no declared trait that was ever stated"
        return Verdict("empty", f"Nothing to judge yet: there is {what}.", [])
    found: list[Finding] = []
    for one in measures:
        trait = traits.get(one.trait)
        if trait is not None:
            found += _of_trait(one, trait, around) if not one.source else _of_source(one, trait)
    found += [_ill_typed(trait, source, times, measures) for (trait, source), times in around.ill_typed.items()]
    found += _beside(around)
    findings = sorted(found, key=lambda one: (-one.severity, one.about))
    worst = findings[0].severity if findings else 0.0
    level: Level = "not ready" if worst >= LIMITS.grave else "with care" if worst >= LIMITS.slight else "ready"
    return Verdict(level, _in_words(level, findings), findings)


def _of_trait(one: Measured, trait: Trait, around: Around) -> list[Finding]:
    found = [*_completeness(one, around.used.get(one.trait, ())), *_age(one, trait), *_conflicts(one)]
    if one.duplicated:
        share = one.duplicated / around.customers
        what = f"{one.duplicated:,} customers share their {one.trait} with another customer"
        todo = "look at rapport identity report and review: one person twice, or one address of several people"
        found.append(Finding(min(1.0, 2 * share + 0.05), one.trait, what, todo))
    return found


def _completeness(one: Measured, used: Collection[str]) -> list[Finding]:
    share = one.completeness
    known = share.share or 0.0
    if used and known < LIMITS.completeness_used:
        what = f"known of {_percent(share)} of the customers, and {_listed(used)} relies on it"
        todo = "ask for it where customers are met, or make what relies on it work without"
        return [Finding(1.0 - known, one.trait, what, todo)]
    if not used and known < LIMITS.completeness_unused:
        todo = "collect it where customers are met, or drop it: nothing names it"
        return [Finding(0.2 * (1.0 - known), one.trait, f"known of {_percent(share)} of the customers", todo)]
    return []


def _age(one: Measured, trait: Trait) -> list[Finding]:
    expired = one.expired
    if (expired.share or 0.0) > LIMITS.expired:
        what = f"{_percent(expired)} of the values have expired"
        return [Finding(0.5 * (expired.share or 0.0), one.trait, what, "ask again, or let it last longer")]
    if not trait.expires and (one.age_median or 0) > LIMITS.stale_days and one.live == one.held:
        what = f"half of the values are older than {one.age_median:,} days, and nothing says when they expire"
        return [Finding(0.15, one.trait, what, f"declare expires for {one.trait} in traits.yaml, or ask again")]
    return []


def _conflicts(one: Measured) -> list[Finding]:
    share = one.conflicts
    if (share.share or 0.0) <= LIMITS.conflicts:
        return []
    what = f"sources disagree on {share.count:,} of {share.total:,} customers ({_percent(share)})"
    todo = "say in identity.yaml under sources whom to believe, and mend the other"
    return [Finding((share.share or 0.0) * min(1.0, share.total / one.customers * 2), one.trait, what, todo)]


def _of_source(one: Measured, trait: Trait) -> list[Finding]:
    share = one.validity
    if share.share is None or share.share >= LIMITS.validity:
        return []
    wrong = Share(share.total - share.count, share.total, 1 - share.share, 1 - share.high, 1 - share.low, share.exact)  # type: ignore[operator]
    what = f"{_percent(wrong)} of the values from {one.source} are not valid"
    wanted = f"match {trait.valid}" if trait.valid else f"be of type {trait.type}"
    severity = min(1.0, 2 * (1.0 - share.share)) * one.held / one.customers
    return [Finding(severity, one.trait, what, f"mend what {one.source} sends: values must {wanted}")]


def _ill_typed(trait: str, source: str, times: int, measures: Sequence[Measured]) -> Finding:
    held = sum(one.held for one in measures if (one.trait, one.source) == (trait, source))
    what = f"{times:,} values from {source} were of another type and were not kept"
    return Finding(min(1.0, times / (held + times)), trait, what, f"mend what {source} sends, or declare another type")


def _beside(around: Around) -> list[Finding]:
    found = [
        Finding(0.05, name, f"came {times:,} times and was not kept", f"if it is worth keeping: {line}")
        for name, times, line in around.undeclared
        if line
    ]
    if around.open_reviews:
        what = f"{around.open_reviews:,} probable links wait for somebody to decide"
        severity = min(0.4, 0.05 + around.open_reviews / around.customers)
        found.append(Finding(severity, "identity", what, "rapport identity review"))
    return found


def _in_words(level: Level, findings: Sequence[Finding]) -> str:
    if not findings:
        return "Ready: nothing speaks against acting on this data."
    worst = findings[0]
    opening = {"ready": "Ready", "with care": "Usable with care", "not ready": "Not ready"}[level]
    count = len(findings)
    more = f" ({count} findings in all)" if count > 1 else ""
    return (
        f"{opening}: {worst.about} is {worst.what}{more}."
        if _reads_on(worst)
        else (f"{opening}: {worst.about}: {worst.what}{more}.")
    )


def _reads_on(finding: Finding) -> bool:
    return finding.what.startswith("known")


def _percent(share: Share) -> str:
    """A share as people read it, with its interval where it was estimated."""
    value = f"{100 * (share.share or 0.0):.3g}%"
    if share.exact or share.low is None or share.high is None:
        return value
    return f"{value} ({100 * share.low:.3g}–{100 * share.high:.3g}%)"


def _listed(names: Collection[str]) -> str:
    first, *others = names
    return f"{first} and {len(others)} more" if others else first


def as_told(found: Verdict) -> dict[str, Any]:
    """A verdict as JSON."""
    return dict(msgspec.to_builtins(found))
