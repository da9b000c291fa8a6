"""The gap between what was wanted and what was bought: first wishes and the suggestion beside the final choice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import msgspec

from rapport.learn.demand.estimates import Mean, Share, mean_of, share_of
from rapport.learn.demand.modules import Modules, Pick
from rapport.learn.demand.sessions import Session, Sold

SHOWN: Final = 50


class GivenUp(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was wanted first and not taken, and what was taken in its group."""

    group: str
    option: str
    title: str
    taken: str
    """The option taken; empty: none of its group."""
    taken_title: str
    sessions: int
    blocked: int
    """Of these, how many because it was not possible."""
    price: float
    """What the one taken costs more (less: negative), by today's prices."""


class Gap(msgspec.Struct, frozen=True, kw_only=True):
    """First wishes and suggestions, among completed sessions."""

    kept: Share
    """Wishes that were bought, of all first wishes."""
    untouched: Share
    """Sessions that bought everything they wanted first, of those with a wish."""
    price: Mean
    """What the options bought cost more than those wanted first, a session with a wish."""
    given_up: list[GivenUp]
    """The commonest so many."""
    suggestion: Share
    """Bought exactly as first suggested, of the sessions with a suggestion."""
    changed: Mean
    """Groups in which the purchase differs from the suggestion."""


class _Missed(NamedTuple):
    wanted: Pick
    taken: str
    blocked: bool


def gap(modules: Modules, sessions: Sequence[Session], seed: int) -> Gap:
    """Completed sessions of one product; first wishes of who started from nothing and of who changed something."""
    done = [(one, one.sold) for one in sessions if one.sold is not None]
    wishing = [(one, sold) for one, sold in done if one.wished]
    missed = [list(_missed(one, sold)) for one, sold in wishing]
    wishes = sum(len(one.wished) for one, _ in wishing)
    suggested = [(one, sold, sold.offered) for one, sold in done if sold.offered is not None]
    changes = [modules.changes(sold.parts, offered) for _, sold, offered in suggested]
    return Gap(
        kept=share_of(wishes - sum(map(len, missed)), wishes),
        untouched=share_of(sum(not one for one in missed), len(wishing)),
        price=mean_of(
            [sum(_dearer(modules, one) for one in each) for each in missed], [one.owner for one, _ in wishing], seed
        ),
        given_up=_ranked(modules, [one for each in missed for one in each])[:SHOWN],
        suggestion=share_of(changes.count(0), len(changes)),
        changed=mean_of(changes, [one.owner for one, _, _ in suggested], seed),
    )


def _missed(session: Session, sold: Sold) -> Iterator[_Missed]:
    refused = {move.pick for move in session.blocked}
    for group, wanted in session.wished.items():
        if wanted not in sold.parts:
            taken = min((option for name, option in sold.parts if name == group), default="")
            yield _Missed(wanted, taken, wanted in refused)


def _dearer(modules: Modules, one: _Missed) -> float:
    """By how much what was taken costs more; what a product has no more counts as nothing."""
    wanted, taken = modules.by_pick.get(one.wanted), modules.by_pick.get((one.wanted[0], one.taken))
    if wanted is None or (taken is None and one.taken) or not wanted.single:
        return -wanted.price if wanted is not None and not wanted.single else 0.0
    return (taken.price if taken is not None else 0.0) - wanted.price


def _ranked(modules: Modules, missed: Sequence[_Missed]) -> list[GivenUp]:
    counts = Counter((one.wanted, one.taken) for one in missed)
    blocked = Counter((one.wanted, one.taken) for one in missed if one.blocked)
    told = [
        GivenUp(
            group=wanted[0], option=wanted[1], title=modules.title_of(wanted), taken=taken,
            taken_title=modules.title_of((wanted[0], taken)) if taken else "", sessions=count,
            blocked=blocked[wanted, taken], price=round(_dearer(modules, _Missed(wanted, taken, False)), 4),
        )
        for (wanted, taken), count in counts.items()
    ]  # fmt: skip
    return sorted(told, key=lambda one: (-one.sessions, one.group, one.option, one.taken))
