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


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """When agreement says less: whoever shares an address shares a surname too, without being one person."""

    comparison: str
    """The comparison that is weighed apart where the condition holds."""
    condition: str
    """SQL over ``<column>_l`` and ``<column>_r``."""
    keys: tuple[tuple[str, ...], ...]
    """Columns: pairs that agree on one of these entries are those for whom the condition holds."""


class Likeness(msgspec.Struct, frozen=True):
    """Pairs of people who are alike for another reason than being one person: neighbours, a household, namesakes."""

    shared: tuple[str, ...]
    """The comparisons that agree for that reason; the others agree as among strangers."""
    never_same: tuple[str, ...] = ()
    """Of these, those whose values are alike but not the same."""


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
    contexts: tuple[Context, ...] = ()
    """A comparison with a context has each level twice: the upper half where the condition holds as well."""

    likenesses: tuple[Likeness, ...] = ()
    """Reasons to be alike other than being one person."""

    @property
    def keys(self) -> tuple[tuple[str, ...], ...]:
        """Every context's keys, each once."""
        return tuple(dict.fromkeys(key for context in self.contexts for key in context.keys))


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
