"""What the pairwise judgements of a dimension must say: every pair that is compared, once, and nothing else."""

from __future__ import annotations

from itertools import combinations
from typing import Final

from rapport.core.errors import did_you_mean
from rapport.workspace.documents import Place
from rapport.workspace.draft import Draft
from rapport.workspace.value import Dimension, judged_together

STRONGEST: Final = 9.0
"""The end of Saaty's scale: nine times more."""
_ROUNDED: Final = 0.05
"""So far may a reverse be off for having been rounded: 0.33 for 1/3."""


def check(draft: Draft, dimension: Dimension, place: Place) -> None:
    """Reports judgements that are missing, unknown, off the scale or contradict their reverse."""
    at = place.below("judgements")
    if dimension.weights != "ahp":
        if dimension.judgements:
            draft.report(at, f"weights: {dimension.weights} asks for no judgements", "add weights: ahp")
        return
    together = judged_together(dimension)
    double = sorted(dimension.indicators.keys() & together.keys())
    for name in double:
        draft.report(place.below("indicators", name), f"'{name}' is an indicator and a group", "rename one of them")
    if double:
        return
    for one, others in dimension.judgements.items():
        for other, times in others.items():
            _judgement(draft, dimension, together, (one, other, times), at)
    _missing(draft, dimension, together, at)


def _judgement(
    draft: Draft, dimension: Dimension, together: dict[str, list[str]], said: tuple[str, str, float], at: Place
) -> None:
    one, other, times = said
    known = {name for names in together.values() for name in names}
    for name, place in ((one, at.below(one)), (other, at.below(one, other))):
        if name not in known:
            draft.report(place, f"'{name}' is no indicator or group here", did_you_mean(name, known), on_key=True)
            return
    place = at.below(one, other)
    if not any(one in names and other in names for names in together.values()):
        hint = "compare the indicators of one group among themselves, and groups with groups"
        draft.report(place, f"'{one}' and '{other}' do not stand in one group", hint, on_key=True)
    elif one == other:
        draft.report(place, f"'{one}' is compared with itself", "leave it out", on_key=True)
    elif not (1.0 - _ROUNDED) / STRONGEST <= times <= STRONGEST:
        draft.report(place, f"{times:g} is not on the scale", "write 1 (alike) to 9, or turn the two round")
    elif (reverse := dimension.judgements.get(other, {}).get(one)) and abs(times * reverse - 1) > _ROUNDED:
        draft.report(place, f"the reverse says {reverse:g}, which is not 1/{times:g}", "keep one of the two")


def _missing(draft: Draft, dimension: Dimension, together: dict[str, list[str]], at: Place) -> None:
    said = {(one, other) for one, others in dimension.judgements.items() for other in others}
    for among, names in together.items():
        pairs = [pair for pair in combinations(names, 2) if pair not in said and pair[::-1] not in said]
        if pairs:
            listed = ", ".join(f"{one}: {{{other}: …}}" for one, other in pairs)
            of = f" of {among}" if among else ""
            draft.report(at, f"{len(pairs)} of {_count(names)} judgements{of} are missing", f"add {listed}")


def _count(names: list[str]) -> int:
    return len(names) * (len(names) - 1) // 2
