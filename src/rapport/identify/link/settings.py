"""How fields are compared: Splink's comparisons and blocking rules, written as data.

A comparison's levels go from strong to weak agreement. Weights are not set here: ``train`` learns them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations, product
from typing import Any, Final

import msgspec

from rapport.identify.link.plan import Context, Field, Likeness, LinkPlan

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


_SAME: Final = "the same"
_EXPECTED: Final = ", where much is shared anyway"
"""Ends the label of a level within a context."""
_PAIRS_A_RECORD: Final = 20
"""No block compares a record with more others than this, on average."""
_EFFORT: Final = 5
"""All blocks together compare a record with so many others, beyond the pairs that every block finds."""
_EFFORT_LEAST: Final = 150_000
"""So many pairs are compared in any case: small sets can afford it."""
_BLOCKING: Final = frozenset(_LEVELS) - {"text", "region"}
_STARTS_WITH: Final = frozenset({"street", "city", "postcode"})


def plan(fields: Sequence[Field]) -> LinkPlan:
    """Comparisons for the fields, and every block that might serve; ``choose_blocks`` keeps those worth their cost."""
    found = contexts(fields)
    return LinkPlan(
        fields=tuple(fields),
        comparisons=comparisons(fields, found),
        blocks=_candidates(fields),
        contexts=found,
        likenesses=_likenesses(fields),
    )


def choose_blocks(planned: LinkPlan, sizes: Sequence[int], records: int) -> LinkPlan:
    """The plan with the blocks that are worth their cost, given the pairs each would compare.

    What the smallest block finds, the others find too, and it is compared once; what a block finds beyond that is its
    cost. Blocks on one column come first, the cheap ones before the dear; one on two columns is left out where one of
    them alone was chosen: it would find nothing more.
    """
    chosen: list[tuple[str, ...]] = []
    least = min(sizes, default=0)
    left = max(_EFFORT * records, _EFFORT_LEAST)
    for length, size, block in sorted(
        (len(block), size, block) for block, size in zip(planned.blocks, sizes, strict=True)
    ):
        found_anyway = length > 1 and any(set(smaller) <= set(block) for smaller in chosen)
        if not found_anyway and size <= max(_PAIRS_A_RECORD * records, 2 * least) and size - least <= left:
            chosen.append(block)
            left -= size - least
    return msgspec.structs.replace(planned, blocks=tuple(chosen))


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


def same_levels(fields: Sequence[Field]) -> dict[str, frozenset[int]]:
    """Comparison → the levels (Splink's gamma) that stand for the same value, within a context or not."""
    found = {}
    for comparison in plan(fields).comparisons:
        scored = [level for level in comparison["comparison_levels"] if not level.get("is_null_level")]
        labels = [level["label_for_charts"].removesuffix(_EXPECTED) for level in reversed(scored)]
        found[comparison["output_column_name"]] = frozenset(
            gamma for gamma, label in enumerate(labels) if label == _SAME
        )
    return found


def splink_settings(
    comparisons: Sequence[Mapping[str, Any]], blocks: Sequence[Sequence[str]], probability: float
) -> dict[str, Any]:
    """Splink's settings, ready for its ``Linker`` on DuckDB; ``in_dialect`` renders them for another engine."""
    rules = [" AND ".join(f"l.{column} = r.{column}" for column in block) for block in blocks]
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "record_id",
        "probability_two_random_records_match": probability,
        "blocking_rules_to_generate_predictions": [{"blocking_rule": rule, "sql_dialect": "duckdb"} for rule in rules],
        "comparisons": list(comparisons),
        "retain_matching_columns": True,
        "retain_intermediate_calculation_columns": True,
    }


def in_dialect(settings: Mapping[str, Any], dialect: str) -> dict[str, Any]:
    """The same settings for another engine of Splink's, such as ``spark``."""
    import sqlglot  # noqa: PLC0415 - only who leaves DuckDB needs it

    def rendered(condition: str) -> str:
        if condition == "ELSE":
            return condition
        text = sqlglot.transpile(condition, read="duckdb", write=dialect)[0]
        return text.replace("JAROWINKLER_SIMILARITY(", "jaro_winkler(") if dialect == "spark" else text

    comparisons = [
        {
            **comparison,
            "comparison_levels": [
                {**level, "sql_condition": rendered(level["sql_condition"])}
                for level in comparison["comparison_levels"]
            ],
        }
        for comparison in settings["comparisons"]
    ]
    rules = [
        {"blocking_rule": rendered(rule["blocking_rule"]), "sql_dialect": dialect}
        for rule in settings["blocking_rules_to_generate_predictions"]
    ]
    return {**settings, "comparisons": comparisons, "blocking_rules_to_generate_predictions": rules}


def contexts(fields: Sequence[Field]) -> tuple[Context, ...]:
    """Where two people agree because they live together, or because one value was made from another.

    The order is that of a chain: the street first, what it implies next, then who shares it, then what names imply.
    """
    named: dict[str, list[str]] = {}
    for field in fields:
        named.setdefault(field.kind, []).append(field.name)
    places = {
        "street": (),
        "house_number": ("street", "postcode"),
        "postcode": ("street",),
        "city": ("postcode", "street"),
        "region": ("city", "postcode", "street"),
    }
    home = _home(named)
    phones = [(name,) for name in named.get("phone", [])[:1]]
    people = (
        [tuple(named[kind][0] for kind in ("given_name", "surname"))] if _has(named, "given_name", "surname") else []
    )
    people += [(name,) for name in named.get("full_name", [])[:1]]
    made = [
        _context(name, [(parent,) for kind in parents for parent in named.get(kind, [])[:1]])
        for kind, parents in places.items()
        for name in named.get(kind, [])[:1]
    ]
    made += [_context(name, [(named[kind][0],)]) for kind in ("street", "city") for name in named.get(kind, [])[1:]]
    made += [_context(name, home) for name in named.get("phone", [])]
    made += [_context(name, [*home, *phones]) for kind in ("surname", "full_name") for name in named.get(kind, [])]
    made += [_context(name, [*people, *home, *phones]) for name in named.get("email", [])]
    families = [(*key, name) for name in named.get("surname", [])[:1] for key in home]
    made += [_context(name, families) for name in named.get("date_of_birth", [])]
    return tuple(context for context in made if context.keys)


_PLACE: Final = frozenset({"street", "house_number", "postcode", "city", "region", "phone"})
_FAMILY: Final = _PLACE | {"surname", "email"}
_NAMES: Final = frozenset({"given_name", "surname", "full_name"})
_OWN: Final = frozenset({"given_name", "full_name", "date_of_birth", "id_number", "email", "phone"})
"""What tells people apart; a likeness that leaves none of it open could not be told from identity."""


def _likenesses(fields: Sequence[Field]) -> tuple[Likeness, ...]:
    """Neighbours and colleagues; a household; namesakes, whose e-mail addresses are made from their names."""
    open_kinds = {field.kind for field in fields} & _OWN
    emails = tuple(field.name for field in fields if field.kind == "email")
    found = {}
    for kinds in (_PLACE, _FAMILY):
        shared = tuple(field.name for field in fields if field.kind in kinds)
        if shared and open_kinds - kinds:
            found[shared] = Likeness(shared)
    names = tuple(field.name for field in fields if field.kind in _NAMES)
    if names and open_kinds - _NAMES:
        found[names] = Likeness(names + emails, emails)
    return tuple(found.values())


def _home(named: Mapping[str, Sequence[str]]) -> list[tuple[str, ...]]:
    """What people of one household share: two of street, number and postcode, or the street where that is all."""
    parts = [named[kind][0] for kind in ("street", "house_number", "postcode") if kind in named]
    return list(combinations(parts, 2)) or [(name,) for name in named.get("street", [])[:1]]


def _has(named: Mapping[str, Sequence[str]], *kinds: str) -> bool:
    return all(kind in named for kind in kinds)


def _context(name: str, keys: Sequence[tuple[str, ...]]) -> Context:
    conditions = [" AND ".join(f"{column}_l = {column}_r" for column in key) for key in keys]
    return Context(comparison=name, condition=" OR ".join(f"({one})" for one in conditions), keys=tuple(keys))


def comparisons(fields: Sequence[Field], found: Sequence[Context]) -> tuple[dict[str, Any], ...]:
    """One comparison a field, each level twice where a context may hold."""
    by_kind = {field.kind: field.name for field in reversed(fields)}
    given, surname = by_kind.get("given_name"), by_kind.get("surname")
    conditions = {context.comparison: context.condition for context in found}
    made = []
    for field in fields:
        swapped = given and surname and field.name in (given, surname)
        crossed = f"{given}_l = {surname}_r AND {surname}_l = {given}_r" if swapped else ""
        made.append(_comparison(field, crossed, conditions.get(field.name, "")))
    return tuple(made)


def _comparison(field: Field, crossed: str, context: str) -> dict[str, Any]:
    name = field.name
    ladder: list[_Level] = [(_SAME, f"{name}_l = {name}_r")]
    if crossed:
        ladder.append(("given name and surname swapped", crossed))
    ladder += [(label, condition.format(x=name)) for label, condition in _LEVELS[field.kind]]
    missing = f"{name}_l IS NULL OR {name}_r IS NULL"
    levels: list[dict[str, Any]] = [{"sql_condition": missing, "label_for_charts": "missing", "is_null_level": True}]
    if context:
        levels += [
            {"sql_condition": f"({context}) AND ({condition})", "label_for_charts": f"{label}{_EXPECTED}"}
            for label, condition in ladder
        ]
        levels.append({"sql_condition": context, "label_for_charts": f"different{_EXPECTED}"})
    levels += [{"sql_condition": condition, "label_for_charts": label} for label, condition in ladder]
    levels[-len(ladder)]["tf_adjustment_column"] = name
    levels.append({"sql_condition": "ELSE", "label_for_charts": "different"})
    return {"output_column_name": name, "comparison_description": field.kind, "comparison_levels": levels}
