"""What a linkage looks at and what it has learnt: plain values that the loop carries and the store keeps as JSON."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

FieldKind = Literal[
    "given_name",
    "surname",
    "full_name",
    "date_of_birth",
    "street",
    "house_number",
    "city",
    "postcode",
    "region",
    "email",
    "phone",
    "id_number",
    "text",
]
"""What a column says about a person."""


class Field(msgspec.Struct, frozen=True):
    """One column that takes part."""

    column: str
    """As the source calls it: a trait, a namespace, a heading."""
    kind: FieldKind
    name: str
    """As the prepared records, the comparisons and the model call it: the kind, numbered where there are several."""


class LinkPlan(msgspec.Struct, frozen=True, kw_only=True):
    """How records are compared, before anything is learnt.

    Prepared records (``prepare.prepare``) have the columns ``record_id``, each field's ``name``, and the derived
    columns that ``blocks`` and ``comparisons`` use (``email_local``, ``surname_start``, …); every value is text or
    missing.
    """

    fields: tuple[Field, ...]
    comparisons: tuple[dict[str, Any], ...]
    """Splink's comparisons. A level's ``sql_condition`` uses only ``=``, ``<>``, ``>=``, ``<=``, AND, OR, NOT,
    IS [NOT] NULL, ``length(x)``, ``substr(x, from, count)``, ``jaro_winkler_similarity(a, b)``,
    ``levenshtein(a, b)`` and ``damerau_levenshtein(a, b)`` over ``<column>_l`` and ``<column>_r``, and ``ELSE``."""
    blocks: tuple[tuple[str, ...], ...]
    """Two records are compared if, for some entry, all its columns are present and equal."""


class LinkModel(msgspec.Struct, frozen=True, kw_only=True):
    """A trained linkage, as ``ModelRow(name="linking").body`` holds it in JSON."""

    fields: tuple[Field, ...]
    blocks: tuple[tuple[str, ...], ...]
    settings: dict[str, Any]
    """Splink's own settings after training: ``comparisons`` with ``m_probability`` and ``u_probability`` a level,
    ``probability_two_random_records_match``, ``blocking_rules_to_generate_predictions``."""
    frequencies: dict[str, dict[str, float]] = {}
    """Column with term-frequency adjustment → value → share of the records. Only values that several people hold are
    kept, so that a model names nobody."""
    rare: dict[str, float] = {}
    """Column → the share that stands for every value that ``frequencies`` does not name."""
    records: int = 0
    """So many records it was trained on."""
