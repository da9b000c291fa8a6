"""Whether the data is good enough to act on, in words: what is worst stands first, with what to do about it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
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
TEXTS: Final[dict[str, tuple[str, str]]] = {
    "unknown_used": (
        "known of {share} of the customers, and {used} relies on it",
        "ask for it where customers are met, or make what relies on it work without",
    ),
    "unknown": (
        "known of {share} of the customers",
        "collect it where customers are met, or drop it: no rule names it",
    ),
    "expired": ("{share} of the values have expired", "ask again, or let it last longer"),
    "stale": (
        "half of the values are older than {days} days, and nothing says when they expire",
        "declare expires for it in traits.yaml, or ask again",
    ),
    "conflicts": (
        "sources disagree on {count} of {total} customers ({share})",
        "say in identity.yaml under sources whom to believe, and mend the other",
    ),
    "conflicts_settled": (
        "sources disagree on {count} of {total} customers ({share}); the surest is shown",
        "have the less believed source mended, or do without it",
    ),
    "shared": (
        "{count} customers share theirs with another customer",
        "look at rapport identity report and review: one person twice, or one address of several people",
    ),
    "invalid": ("{share} of the values from {source} are not valid", "mend what {source} sends: it must {wanted}"),
    "ill_typed": (
        "of another type than declared, and not kept: {count} from {source}",
        "mend what {source} sends, or declare another type",
    ),
    "undeclared": ("came undeclared, and was not kept: {count}", "if it is worth keeping: {line}"),
    "reviews": ("probable links that wait for somebody to decide: {count}", "rapport identity review"),
}
"""Code of a finding → what is the matter and what to do about it, with places for its facts."""
OPENINGS: Final[dict[Level, str]] = {"ready": "Ready", "with care": "Usable with care", "not ready": "Not ready"}


class Finding(msgspec.Struct, frozen=True):
    """One thing that stands between the data and its use; ``code`` and ``facts`` let a page say it in its language."""

    severity: float
    about: str
    """The trait or source."""
    code: str
    facts: dict[str, str]

    @property
    def what(self) -> str:
        """What is the matter."""
        return TEXTS[self.code][0].format(**self.facts)

    @property
    def todo(self) -> str:
        """What to do about it."""
        return TEXTS[self.code][1].format(**self.facts)


class Verdict(msgspec.Struct, frozen=True):
    """Whether the data is ready, and all findings, the gravest first."""

    level: Level
    findings: list[Finding]

    @property
    def in_words(self) -> str:
        """The verdict in a sentence."""
        if self.level == "empty":
            return "Nothing to judge yet: no customer has stated a declared trait."
        if not self.findings:
            return "Ready: nothing speaks against acting on this data."
        worst, more = self.findings[0], len(self.findings) - 1
        others = f" ({more} more {'finding' if more == 1 else 'findings'})" if more else ""
        return f"{OPENINGS[self.level]}: {worst.about}: {worst.what}{others}."


class Around(msgspec.Struct, frozen=True, kw_only=True):
    """What the verdict knows beside the measures."""

    customers: int
    used: Mapping[str, Sequence[str]] = {}
    """Trait → the rules that name it."""
    ill_typed: Mapping[tuple[str, str], int] = {}
    """(trait, source) → values of another type that came lately."""
    undeclared: Sequence[tuple[str, int, str]] = ()
    """Name, times, the line that would declare it."""
    settled: Collection[str] = ()
    """Traits whose sources are ranked by the business, so that a conflict is settled where it arises."""
    open_reviews: int = 0


def verdict(measures: Sequence[Measured], traits: Mapping[str, Trait], around: Around) -> Verdict:
    """The judgement over today's measures: those of all sources, and those by source."""
    if not around.customers or not measures:
        return Verdict("empty", [])
    found: list[Finding] = []
    for one in measures:
        trait = traits.get(one.trait)
        if trait is not None:
            found += _of_source(one, trait) if one.source else _of_trait(one, trait, around)
    found += _ill_typed(measures, around)
    found += _beside(around)
    findings = sorted(found, key=lambda one: (-one.severity, one.about, one.code))
    worst = findings[0].severity if findings else 0.0
    level: Level = "not ready" if worst >= LIMITS.grave else "with care" if worst >= LIMITS.slight else "ready"
    return Verdict(level, findings)


def _of_trait(one: Measured, trait: Trait, around: Around) -> Iterator[Finding]:
    yield from _completeness(one, around.used.get(one.trait, ()))
    yield from _age(one, trait)
    yield from _conflicts(one, one.trait in around.settled)
    if one.duplicated:
        severity = min(1.0, 2 * one.duplicated / around.customers + 0.05)
        yield Finding(severity, one.trait, "shared", {"count": f"{one.duplicated:,}"})


def _completeness(one: Measured, used: Sequence[str]) -> Iterator[Finding]:
    share = one.completeness
    known = share.share or 0.0
    if used and known < LIMITS.completeness_used:
        first, *others = used
        listed = f"{first} and {len(others)} more" if others else first
        yield Finding(1.0 - known, one.trait, "unknown_used", {"share": percent(share), "used": listed})
    elif not used and known < LIMITS.completeness_unused:
        yield Finding(0.2 * (1.0 - known), one.trait, "unknown", {"share": percent(share)})


def _age(one: Measured, trait: Trait) -> Iterator[Finding]:
    expired = one.expired
    if (expired.share or 0.0) > LIMITS.expired:
        yield Finding(0.5 * (expired.share or 0.0), one.trait, "expired", {"share": percent(expired)})
    elif not trait.expires and one.live == one.held and (one.age_median or 0) > LIMITS.stale_days:
        yield Finding(0.15, one.trait, "stale", {"days": f"{one.age_median:,}"})


def _conflicts(one: Measured, settled: bool) -> Iterator[Finding]:
    share = one.conflicts
    if (share.share or 0.0) > LIMITS.conflicts:
        severity = (share.share or 0.0) * min(1.0, 2 * share.total / one.customers)
        facts = {"count": f"{share.count:,}", "total": f"{share.total:,}", "share": percent(share)}
        if settled:
            yield Finding(0.3 * severity, one.trait, "conflicts_settled", facts)
        else:
            yield Finding(severity, one.trait, "conflicts", facts)


def _of_source(one: Measured, trait: Trait) -> Iterator[Finding]:
    share = one.validity
    if share.share is None or share.low is None or share.high is None or share.share >= LIMITS.validity:
        return
    wrong = Share(
        share.total - share.count, share.total, 1 - share.share, 1 - share.high, 1 - share.low, exact=share.exact
    )
    wanted = f"match {trait.valid}" if trait.valid else f"be of type {trait.type}"
    severity = min(1.0, 2 * (1 - share.share)) * one.held / one.customers
    yield Finding(severity, one.trait, "invalid", {"share": percent(wrong), "source": one.source, "wanted": wanted})


def _ill_typed(measures: Sequence[Measured], around: Around) -> Iterator[Finding]:
    held = {(one.trait, one.source): one.held for one in measures}
    for (trait, source), times in around.ill_typed.items():
        stated = held.get((trait, source), 0) + times
        severity = times / stated * min(1.0, stated / around.customers)
        yield Finding(severity, trait, "ill_typed", {"count": f"{times:,}", "source": source})


def _beside(around: Around) -> Iterator[Finding]:
    for name, times, line in around.undeclared:
        if line:
            yield Finding(0.05, name, "undeclared", {"count": f"{times:,}", "line": line})
    if around.open_reviews:
        severity = min(0.4, 0.05 + around.open_reviews / around.customers)
        yield Finding(severity, "identity", "reviews", {"count": f"{around.open_reviews:,}"})


def percent(share: Share) -> str:
    """A share as people read it, with its interval where it was estimated.

    >>> percent(Share.exactly(801, 2469)), percent(Share.estimated(90, 100, 5_000))
    ('32.4%', '90% (82.6–94.5%)')
    """
    value = f"{100 * (share.share or 0.0):.3g}%"
    if share.exact or share.low is None or share.high is None:
        return value
    return f"{value} ({100 * share.low:.3g}–{100 * share.high:.3g}%)"


def as_told(found: Verdict) -> dict[str, Any]:
    """A verdict as JSON."""
    findings = [
        {"severity": round(one.severity, 4), "about": one.about, "what": one.what, "todo": one.todo,
         "code": one.code, "facts": one.facts}
        for one in found.findings
    ]  # fmt: skip
    return {"level": found.level, "in_words": found.in_words, "findings": findings}
