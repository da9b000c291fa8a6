"""What ``segments.yaml`` must say beside having the right types."""

from __future__ import annotations

from rapport.core.errors import InvalidRule
from rapport.rules import parse
from rapport.workspace.checks.asking import check_rule
from rapport.workspace.documents import Place
from rapport.workspace.draft import Draft
from rapport.workspace.segments import Segment


def check(draft: Draft, name: str, segment: Segment, place: Place) -> None:
    """Adds to the draft every finding about one segment: its rule may name what stands above it only."""
    names = list(draft.segments)
    below = names[names.index(name) :]
    at = place.below("rule")
    try:
        named = parse(segment.rule, draft.columns).uses
    except InvalidRule:
        check_rule(draft, segment.rule, draft.columns, at)
        return
    if not named:
        draft.report(at, "the rule names no column: everybody belongs to it, or nobody", "compare a column")
    for one in sorted(named & set(below)):
        if one == name:
            draft.report(at, f"the segment '{name}' names itself", "say who belongs to it by other columns")
        else:
            draft.report(at, f"the segment '{one}' stands further below", f"move '{one}' above '{name}'")
