"""Columns, action and context as the model's inputs: numbers side by side, everything else hashed.

A feature's key is 64 bits of BLAKE2b over its name (``tier=gold``), so that it is the same in every process and
version; its weight for a group of actions lies where the keys of both mix.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from operator import itemgetter
from struct import Struct, error
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from rapport.core.columns import ColumnType
from rapport.core.decision import Item, action_of
from rapport.workspace.columns import PART_COLUMNS
from rapport.workspace.definitions import Action

Floats = npt.NDArray[np.float64]
Keys = npt.NDArray[np.uint64]

SYSTEM_COLUMNS = frozenset({"customer_id", "personalized", "opted_out"})
"""Columns that decide whether we speak at all; they never say what to say."""
DERIVED_COLUMNS = frozenset(name for part, columns in PART_COLUMNS.items() if part != "rfm" for name in columns)
"""What differentiate computes from the same purchases and signals: rules may name it, and treatment follows it.

As inputs beside the features it is drawn from, it tells the model little and makes it explore more: in the simulated
bookshop the last thousand contacts closed 47% of the gap to the best possible with it and 79% without. That was before
texts shared their variance; it does less harm since, and whether it helps is open.
"""
NAMING_TRAITS = frozenset(
    {
        "address", "avatar", "birthday", "createdAt", "created_at", "description", "email", "firstName", "first_name",
        "id", "lastName", "last_name", "name", "phone", "title", "username", "website",
    }
)  # fmt: skip
"""Segment's reserved traits that tell who somebody is rather than how they differ."""
MAIN, ATTRIBUTE, ACTION = 0.5, 0.25, 0.7
"""Prior standard deviation of a hashed part: shared by all actions, by those with an attribute, of one action."""
TEXT_VARIANCE = 1.5
"""Prior variance of a customer's logit through the text columns, and again through a request's context.

However many there are: beyond two they share it, as the numeric columns share ``posterior.LOGIT_VARIANCE``. Each at
full strength, twenty mostly idle texts made the model so unsure that it explored, and over-sure once it had learnt.
Chosen by log loss on tuning orders of the in-vehicle coupons; .75 is its equal there, 3 and .4 are worse.
"""
MISSING_STRENGTH = 0.3
"""The input of "this column is NULL" beside 1.0 for "this column is 'gold'": such flags are mostly idle."""
MISSING_VARIANCE = 1.5
"""What all flags of NULLs may add at most, for a customer of whom nothing is known."""
NAMING_ITEMS = frozenset({"description", "id", "image", "image_url", "name", "title", "url"})
"""Attributes that tell which item it is rather than how items differ: the item has an input of its own."""
AFFINITY_SCALE = 3.0
"""So many logits of affinity count like one whole attribute."""
CONTEXT_MAX = 32
"""Further entries of a request's context are not inputs."""
TEXT_MAX = 64
_CACHE_MAX = 200_000
_NO_ITEMS: Mapping[str, Item] = {}


def feature_key(name: str) -> int:
    """64 stable bits of a feature's or group's name.

    >>> feature_key("tier=gold") == feature_key("tier=gold") != feature_key("tier=silver")
    True
    """
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "little")


_known_key = lru_cache(maxsize=_CACHE_MAX)(feature_key)
"""Of groups: the same items are compiled over and over."""


def input_columns(columns: Mapping[str, ColumnType], sensitive: frozenset[str]) -> tuple[list[str], list[str]]:
    """The numeric and the text columns that the model may see, each sorted by name.

    Left out: sensitive traits, names and addresses, dates (recency columns say it better), system switches, and what
    differentiate derives from the rest.

    >>> input_columns({"orders": "integer", "email": "text", "faith": "text", "tier": "text"}, frozenset({"faith"}))
    (['orders'], ['tier'])
    """
    unseen = SYSTEM_COLUMNS | DERIVED_COLUMNS | NAMING_TRAITS | sensitive
    usable = {name: kind for name, kind in columns.items() if name not in unseen}
    numeric = sorted(name for name, kind in usable.items() if kind in ("boolean", "integer", "number"))
    return numeric, sorted(name for name, kind in usable.items() if kind == "text")


class Encoded(NamedTuple):
    """One customer in one context. ``raw``: the numeric columns (NaN where NULL); the rest as keys and strengths."""

    raw: Floats
    keys: Keys
    strengths: Floats
    labels: list[str]
    """The name of each key, as explanations print it."""


class Lineup(NamedTuple):
    """A set of candidates as the kernels read it; ``rows`` are places among the model's actions."""

    rows: npt.NDArray[np.int64]
    action_keys: Keys
    group_keys: Keys
    group_deviations: Floats
    starts: npt.NDArray[np.int64]
    members: npt.NDArray[np.int64]
    factors: Floats
    weight: Floats
    """What an acceptance earns, (value - cost) × lever."""
    levers: Floats
    own_deviations: Floats
    """Of a lineup of one: the prior deviations of its groups, times its factors."""


class Encoder:
    """Turns rows and request contexts into ``Encoded``; compiled once from the columns."""

    def __init__(self, columns: Mapping[str, ColumnType], sensitive: frozenset[str] = frozenset()) -> None:
        numeric, text = input_columns(columns, sensitive)
        self.numeric = tuple(numeric)
        self.names = (*numeric, *text)
        self._read = _reader(self.names)
        self._wanted = frozenset(self.names)
        self._unread = [name for name in columns if name not in self._wanted]
        self._pack = Struct(f"{len(numeric)}d").pack
        self._missing = [feature_key(f"{name} is null") for name in self.names]
        self._text = _shared(1.0, len(text), TEXT_VARIANCE)
        self._absent = _shared(MISSING_STRENGTH, len(self.names), MISSING_VARIANCE)
        self._keys: dict[tuple[str, str], int] = {}
        self.nothing = Encoded(np.full(len(numeric), np.nan), np.empty(0, np.uint64), np.empty(0), [])
        """What the model sees when it may see nothing about the customer."""

    def inputs(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """The columns that the model sees, NULLs included, as the decision record keeps them."""
        inputs = dict(row)
        for name in self._unread:
            inputs.pop(name, None)
        return inputs if inputs.keys() == self._wanted else {name: row.get(name) for name in self.names}

    def encode(self, inputs: Mapping[str, Any], context: Mapping[str, Any]) -> Encoded:
        """The model's inputs from a customer's (or a record's) columns and the request's context."""
        values = self._read(inputs)
        count = len(self.numeric)
        if count == len(values) and not context and (raw := self._complete(values)) is not None:
            return Encoded(raw, self.nothing.keys, self.nothing.strengths, [])
        keys: list[int] = []
        strengths: list[float] = []
        labels: list[str] = []
        for place, (name, value) in enumerate(zip(self.names, values, strict=True)):
            if value is None:
                keys.append(self._missing[place])
                strengths.append(self._absent)
                labels.append(name)
            elif place >= count:
                keys.append(self._key(name, value))
                strengths.append(self._text)
                labels.append(name)
        if context:
            self._add_context(context, keys, strengths, labels)
        raw = np.array(values[:count], dtype=np.float64)
        return Encoded(raw, np.array(keys, dtype=np.uint64), np.array(strengths, dtype=np.float64), labels)

    def _complete(self, values: Sequence[Any]) -> Floats | None:
        """The numbers of a row without NULLs, fast; None where there are some."""
        try:
            return np.frombuffer(self._pack(*values))
        except error:
            return None

    def _key(self, name: str, value: str) -> int:
        key = self._keys.get((name, value))
        if key is None:
            if len(self._keys) >= _CACHE_MAX:
                self._keys.clear()
            key = self._keys[name, value] = feature_key(f"{name}={str(value)[:TEXT_MAX]}")
        return key

    def _add_context(
        self, context: Mapping[str, Any], keys: list[int], strengths: list[float], labels: list[str]
    ) -> None:
        entries = list(context.items())[:CONTEXT_MAX]
        share = _shared(1.0, len(entries), TEXT_VARIANCE)
        for name, value in entries:
            if isinstance(value, (str, bool)):
                keys.append(self._key(f"@{name}", str(value)))
                strengths.append(share)
            elif isinstance(value, (int, float)) and math.isfinite(value):
                keys.append(self._key(f"@{name}", "#"))
                strengths.append(share * math.copysign(math.log1p(abs(value)), value) / 3.0)
            else:
                continue
            labels.append(f"@{name}")


def _shared(strength: float, count: int, variance: float) -> float:
    """The strength of each of ``count`` hashed inputs that add at most ``variance`` to a logit's prior variance.

    >>> _shared(1.0, 2, 1.5), round(_shared(1.0, 8, 1.5), 3)
    (1.0, 0.503)
    """
    return min(strength, math.sqrt(variance / (MAIN**2 + ACTION**2) / max(count, 1)))


def _reader(names: tuple[str, ...]) -> Callable[[Mapping[str, Any]], Sequence[Any]]:
    """Reads many columns of a row at once; a row that lacks some is read one by one, absent as None."""
    if len(names) < 2:
        return lambda row: [row.get(name) for name in names]
    fetch = itemgetter(*names)

    def read(row: Mapping[str, Any]) -> Sequence[Any]:
        try:
            return fetch(row)  # type: ignore[no-any-return]
        except KeyError:
            return [row.get(name) for name in names]

    return read


@dataclass(slots=True)
class Lineups:
    """Compiles sets of candidates and remembers them: the eligible sets of a shop repeat."""

    actions: Mapping[str, Action]
    places: Mapping[str, int]
    _known: dict[tuple[str, ...], Lineup] = field(default_factory=dict)

    def of(self, candidates: Sequence[str], items: Mapping[str, Item] = _NO_ITEMS) -> Lineup:
        """The compiled form of some candidates, in their order; ``items`` says which of them are items, and what.

        Items are compiled each time, because what is said of them changes from customer to customer.
        """
        names = tuple(candidates)
        if items:
            return self._compile(names, items)
        lineup = self._known.get(names)
        if lineup is None:
            if len(self._known) >= 4096:
                self._known.clear()
            lineup = self._known[names] = self._compile(names, _NO_ITEMS)
        return lineup

    def _compile(self, names: tuple[str, ...], items: Mapping[str, Item]) -> Lineup:
        groups = {"all actions": 0}
        starts, members, factors = [0], [], []
        actions = [self.actions[action_of(name)] for name in names]
        for name, action in zip(names, actions, strict=True):
            item = items.get(name)
            said = _attribute_groups(action.attributes) | (_item_groups(name, item) if item is not None else {})
            for group, factor in {"all actions": 1.0, **said}.items():
                members.append(groups.setdefault(group, len(groups)))
                factors.append(factor)
            starts.append(len(members))
        deviations = np.array([MAIN] + [ATTRIBUTE] * (len(groups) - 1))
        return Lineup(
            rows=np.array([self.places[action_of(name)] for name in names], dtype=np.int64),
            action_keys=np.array([_known_key(f"action {action_of(name)}") for name in names], dtype=np.uint64),
            group_keys=np.array([_known_key(group) for group in groups], dtype=np.uint64),
            group_deviations=deviations,
            starts=np.array(starts, dtype=np.int64),
            members=np.array(members, dtype=np.int64),
            factors=np.array(factors, dtype=np.float64),
            weight=np.array(
                [net_value(action, items.get(name)) * action.lever for name, action in zip(names, actions, strict=True)]
            ),
            levers=np.array([action.lever for action in actions]),
            own_deviations=deviations[members] * factors,
        )


def net_value(action: Action, item: Item | None = None) -> float:
    """What an acceptance is worth after what it costs; of an item, the margin of its price where there is one.

    >>> net_value(Action(value=5.0, cost=2.0))
    3.0
    """
    if item is not None and item.price is not None and action.items is not None and action.items.margin > 0.0:
        return item.price * action.items.margin - action.cost
    return action.value - action.cost


def _item_groups(name: str, item: Item) -> dict[str, float]:
    """The groups of an item: its attributes, the item itself, and how well the recommender thinks that it fits."""
    affinity = {f"affinity {action_of(name)}": item.affinity / AFFINITY_SCALE}
    telling = {key: value for key, value in item.attributes.items() if key not in NAMING_ITEMS}
    return _attribute_groups(telling) | {f"item {name}": 1.0} | affinity


def _attribute_groups(attributes: Mapping[str, str | float | bool]) -> dict[str, float]:
    """The groups that attributes make, and how much one belongs to each: text by value, numbers by size."""
    groups: dict[str, float] = {}
    for name, value in attributes.items():
        if isinstance(value, (str, bool)):
            groups[f"attribute {name}={value}"] = 1.0
        else:
            groups[f"attribute {name}"] = math.copysign(math.log1p(abs(value)), value) / 3.0
    return groups
