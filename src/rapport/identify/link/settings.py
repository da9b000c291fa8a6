"""How fields are compared: Splink's comparisons and blocking rules, written as data.

A comparison's levels go from strong to weak agreement. Weights are not set here: ``train`` learns them.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, product
from typing import Any, Final

from rapport.identify.link.plan import Field, LinkPlan

_Level = tuple[str, str]
"""Label in words and SQL condition; ``{x}`` is the column."""

_NEAR: Final = (
    "jaro_winkler_similarity({x}_l, {x}_r) >= 0.92"
    " OR (levenshtein({x}_l, {x}_r) <= 1 AND length({x}_l) >= 4 AND length({x}_r) >= 4)"
)
_NAME: Final[tuple[_Level, ...]] = (
    ("nearly the same", _NEAR),
    (
        "similar, or one begins the other",
        "jaro_winkler_similarity({x}_l, {x}_r) >= 0.84"
        " OR substr({x}_l, 1, length({x}_r)) = {x}_r OR substr({x}_r, 1, length({x}_l)) = {x}_l",
    ),
)
_TEXT: Final[tuple[_Level, ...]] = (
    ("nearly the same", "jaro_winkler_similarity({x}_l, {x}_r) >= 0.92"),
    ("similar", "jaro_winkler_similarity({x}_l, {x}_r) >= 0.84"),
)
_CODE: Final[tuple[_Level, ...]] = (
    ("differ by one character", "levenshtein({x}_l, {x}_r) <= 2 AND damerau_levenshtein({x}_l, {x}_r) <= 1"),
    ("differ by two characters", "levenshtein({x}_l, {x}_r) <= 2 AND length({x}_l) >= 5"),
)
_DATE: Final[tuple[_Level, ...]] = (
    ("differ by one digit", "levenshtein({x}_l, {x}_r) <= 2 AND damerau_levenshtein({x}_l, {x}_r) <= 1"),
    (
        "day and month swapped",
        "substr({x}_l, 1, 4) = substr({x}_r, 1, 4) AND substr({x}_l, 5, 2) = substr({x}_r, 7, 2)"
        " AND substr({x}_l, 7, 2) = substr({x}_r, 5, 2)",
    ),
    (
        "two of day, month and year agree",
        "(substr({x}_l, 1, 4) = substr({x}_r, 1, 4) AND (substr({x}_l, 5, 2) = substr({x}_r, 5, 2)"
        " OR substr({x}_l, 7, 2) = substr({x}_r, 7, 2))) OR substr({x}_l, 5, 4) = substr({x}_r, 5, 4)",
    ),
    (
        "the year agrees, or two digits differ",
        "substr({x}_l, 1, 4) = substr({x}_r, 1, 4) OR levenshtein({x}_l, {x}_r) <= 2",
    ),
)
_EMAIL: Final[tuple[_Level, ...]] = (
    ("the part before @ agrees", "{x}_local_l = {x}_local_r AND length({x}_local_l) >= 3"),
    ("differ by one or two characters", "levenshtein({x}_l, {x}_r) <= 2"),
    ("the part before @ is similar", "jaro_winkler_similarity({x}_local_l, {x}_local_r) >= 0.9"),
)
_POSTCODE: Final[tuple[_Level, ...]] = (
    ("differ by one character", "levenshtein({x}_l, {x}_r) <= 2 AND damerau_levenshtein({x}_l, {x}_r) <= 1"),
    ("the first three characters agree", "substr({x}_l, 1, 3) = substr({x}_r, 1, 3)"),
)

_LEVELS: Final[dict[str, tuple[_Level, ...]]] = {
    "given_name": _NAME,
    "surname": _NAME,
    "full_name": _TEXT,
    "date_of_birth": _DATE,
    "street": _TEXT,
    "house_number": (("differ by one character", "levenshtein({x}_l, {x}_r) <= 1 AND length({x}_l) >= 2"),),
    "city": _TEXT,
    "postcode": _POSTCODE,
    "region": (),
    "email": _EMAIL,
    "phone": _CODE,
    "id_number": _CODE,
    "text": _TEXT,
}


_PAIRS_A_RECORD: Final = 20
"""A block is worth its cost while it compares a record with so many others, on average."""
_BLOCKING: Final = frozenset(_LEVELS) - {"text", "region"}
_STARTS_WITH: Final = frozenset({"street", "city", "postcode"})


def plan(fields: Sequence[Field]) -> LinkPlan:
    """Comparisons for the fields, and every block that might serve; ``choose_blocks`` keeps those worth their cost."""
    return LinkPlan(fields=tuple(fields), comparisons=comparisons(fields), blocks=_candidates(fields))


def choose_blocks(planned: LinkPlan, sizes: Sequence[int], records: int) -> LinkPlan:
    """The plan with the blocks that are small enough, given the pairs each would compare.

    A block on two columns is left out where one of them alone is small enough: it would find nothing more.
    """
    chosen: list[tuple[str, ...]] = []
    for block, size in zip(planned.blocks, sizes, strict=True):
        if size <= _PAIRS_A_RECORD * records and not any(set(smaller) <= set(block) for smaller in chosen):
            chosen.append(block)
    return LinkPlan(fields=planned.fields, comparisons=planned.comparisons, blocks=tuple(chosen))


def _candidates(fields: Sequence[Field]) -> tuple[tuple[str, ...], ...]:
    """Blocks from the shortest on; the first letters of a name find what was misspelt later in it."""
    whole = [field.name for field in fields if field.kind in _BLOCKING]
    parts = [f"{field.name}_local" for field in fields if field.kind == "email"]
    ends = [f"{field.name}_{end}" for field in fields if field.kind == "full_name" for end in ("first", "last")]
    starts = [f"{field.name}_start" for field in fields if field.kind in ("given_name", "surname")]
    years = [f"{field.name}_year" for field in fields if field.kind == "date_of_birth"]
    places = [field.name for field in fields if field.kind in _STARTS_WITH]
    singles = [(name,) for name in (*whole, *parts, *ends)]
    pairs = [*combinations((*whole, *ends), 2), *product((*starts, *ends), (*years, *places)), *combinations(starts, 2)]
    return (*singles, *pairs)


def comparisons(fields: Sequence[Field]) -> tuple[dict[str, Any], ...]:
    """One comparison a field."""
    by_kind = {field.kind: field.name for field in reversed(fields)}
    given, surname = by_kind.get("given_name"), by_kind.get("surname")
    made = []
    for field in fields:
        swapped = given and surname and field.name in (given, surname)
        crossed = f"{given}_l = {surname}_r AND {surname}_l = {given}_r" if swapped else ""
        made.append(_comparison(field, crossed))
    return tuple(made)


def _comparison(field: Field, crossed: str) -> dict[str, Any]:
    name = field.name
    levels: list[dict[str, Any]] = [
        {
            "sql_condition": f"{name}_l IS NULL OR {name}_r IS NULL",
            "label_for_charts": "missing",
            "is_null_level": True,
        },
        {"sql_condition": f"{name}_l = {name}_r", "label_for_charts": "the same", "tf_adjustment_column": name},
    ]
    if crossed:
        levels.append({"sql_condition": crossed, "label_for_charts": "given name and surname swapped"})
    for label, condition in _LEVELS[field.kind]:
        levels.append({"sql_condition": condition.format(x=name), "label_for_charts": label})
    levels.append({"sql_condition": "ELSE", "label_for_charts": "different"})
    return {"output_column_name": name, "comparison_description": field.kind, "comparison_levels": levels}
