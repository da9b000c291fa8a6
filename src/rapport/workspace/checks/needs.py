"""What ``needs.yaml`` must say beside having the right types."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Final

from rapport.core.errors import did_you_mean
from rapport.workspace.checks.asking import check_duration, check_event, check_not_negative, check_path, check_where
from rapport.workspace.columns import PART_COLUMNS
from rapport.workspace.documents import Place
from rapport.workspace.draft import Draft
from rapport.workspace.needs import NeedAttribute, Needs, Reading

MOMENTS: Final = ("@weekday", "@daypart", "@month")
_AFTER_NEEDS: Final = {
    name: part
    for part in ("needs", "stage", "value", "fit", "selection", "mode", "groups")
    for name in PART_COLUMNS[part]
}
"""Columns that are computed with or after needs: no segment of theirs can be known before."""


def check(draft: Draft, needs: Needs, place: Place) -> None:
    """Adds to the draft every finding about it."""
    for name, attribute in needs.attributes.items():
        _attribute(draft, name, attribute, place.below("attributes", name))
    for matter, readings in needs.matters.items():
        for index, reading in enumerate(readings):
            _reading(draft, reading, place.below("matters", matter, index), needs_of=False)
    _segment_by(draft, needs.segment_by, place.below("segment_by"))
    check_not_negative(draft, needs.inferred_weight, place.below("inferred_weight"))
    check_duration(draft, needs.changed_within, place.below("changed_within"))
    if needs.ladder_cutoff is not None and needs.ladder_cutoff < 1:
        draft.report(place.below("ladder_cutoff"), "a link was told by at least one person", "write 1 or more")
    for attribute_name, rungs in needs.ladders.items():
        _ladder(draft, attribute_name, rungs, place.below("ladders", attribute_name))


def _attribute(draft: Draft, name: str, attribute: NeedAttribute, place: Place) -> None:
    if name == "frequency" and attribute.readings:
        hint = "leave readings out; prior may stay"
        draft.report(place.below("readings"), "how often is read off the purchases, not off events", hint)
    if not (math.isfinite(attribute.prior) and attribute.prior > 0):
        hint = f"write more than 0; {NeedAttribute().prior:g} is the default"
        draft.report(place.below("prior"), f"a prior worth {attribute.prior} events is none", hint)
    for index, reading in enumerate(attribute.readings):
        _reading(draft, reading, place.below("readings", index), needs_of=True)
    _same_bands(draft, attribute, place)


def _reading(draft: Draft, reading: Reading, place: Place, *, needs_of: bool) -> None:
    check_event(draft, reading.event, place.below("event"))
    check_where(draft, reading.where, place.below("where"))
    _of(draft, reading, place, needs_of=needs_of)
    if reading.occasion:
        check_path(draft, reading.occasion, place.below("occasion"))
    if reading.half_life:
        check_duration(draft, reading.half_life, place.below("half_life"))
    if not (math.isfinite(reading.weight) and reading.weight > 0):
        draft.report(
            place.below("weight"), f"{reading.weight} says nothing", "write more than 0, or leave the line out"
        )
    _bands(draft, reading, place)


def _of(draft: Draft, reading: Reading, place: Place, *, needs_of: bool) -> None:
    if reading.of.startswith("@"):
        if reading.of not in MOMENTS:
            draft.report(place.below("of"), f"'{reading.of}' is no moment", did_you_mean(reading.of, MOMENTS))
    elif reading.of:
        check_path(draft, reading.of, place.below("of"))
    elif needs_of:
        draft.report(place, "the value has no path", "add of: properties.category, for instance")


def _bands(draft: Draft, reading: Reading, place: Place) -> None:
    if not all(math.isfinite(bound) for bound in reading.bands) or any(a >= b for a, b in pairwise(reading.bands)):
        draft.report(place.below("bands"), "bounds of bands ascend", "write [10, 20, 50], for instance")
    if reading.bands and reading.of in MOMENTS:
        draft.report(place.below("bands"), f"{reading.of} is no number", "leave bands out")


def _same_bands(draft: Draft, attribute: NeedAttribute, place: Place) -> None:
    """Values of one attribute are compared: half of them in bands, or in other bands, would be other values."""
    texts = [(index, one) for index, one in enumerate(attribute.readings) if one.of not in MOMENTS]
    for index, one in texts[1:]:
        if one.bands != texts[0][1].bands:
            hint = "give all readings of an attribute the same bands"
            draft.report(place.below("readings", index), "its bands are not those of the first reading", hint)


def _segment_by(draft: Draft, column: str, place: Place) -> None:
    if not column:
        return
    if column in _AFTER_NEEDS:
        part = _AFTER_NEEDS[column]
        draft.report(place, f"'{column}' is computed after needs ({part})", "rfm_segment is known before")
    elif column not in draft.columns:
        if draft.columns_are_complete:
            texts = [name for name, kind in draft.columns.items() if kind == "text" and name not in _AFTER_NEEDS]
            draft.report(place, f"unknown column '{column}'", did_you_mean(column, texts))
    elif draft.columns[column] != "text":
        draft.report(place, f"'{column}' is {draft.columns[column]}, not text", "name a column of text, or write ''")


def _ladder(draft: Draft, attribute: str, rungs: dict[str, str], place: Place) -> None:
    if not attribute.strip():
        draft.report(place, "an attribute without a name", on_key=True)
    if not rungs:
        hint = "write CONSEQUENCE: VALUE below it"
        draft.report(place, f"'{attribute}' leads to nothing", hint, on_key=True)
    for consequence, value in rungs.items():
        if not consequence.strip() or not value.strip():
            draft.report(place.below(consequence), "a rung without a name", "write CONSEQUENCE: VALUE")
