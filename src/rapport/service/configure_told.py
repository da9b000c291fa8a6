"""The shapes of the answers about configurations, as OpenAPI tells them."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

Chosen = dict[str, str | list[str]]


class AboveTold(msgspec.Struct):
    """An option of a group."""

    group: str
    option: str


class OptionTold(msgspec.Struct):
    """One option as it stands."""

    option: str
    title: str
    state: str
    """``picked``, ``forced``, ``possible``, ``blocked``, ``refused`` or ``checking``."""
    price: float
    """What it adds."""
    from_: float | None = msgspec.field(name="from")
    """The lowest total with it."""
    to: float | None
    share: float | None
    """The chance that this customer takes it; null with a write key, and while nobody took anything yet."""
    partner: str
    digital: bool
    lead_days: float
    content: dict[str, Any]


class GroupTold(msgspec.Struct):
    """One group as it stands."""

    group: str
    title: str
    dimension: str
    around: str
    least: int
    most: int
    parent: AboveTold | None
    state: str
    """``open`` or ``done``."""
    options: list[OptionTold]
    more: int
    """How many are one step behind."""


class BlockedTold(msgspec.Struct):
    """Why an option that is shown cannot be chosen now."""

    group: str
    option: str
    reasons: list[str]
    picks: list[AboveTold]
    give_up: list[AboveTold]


class ChangeTold(msgspec.Struct):
    """What differs in a group."""

    group: str
    from_: list[str] = msgspec.field(name="from")
    to: list[str]


class BecauseTold(msgspec.Struct):
    """Why an option is suggested: ``own``, ``similar``, ``needs``, ``most``, ``standard`` or ``only``."""

    group: str
    option: str
    source: str
    share: float | None
    of: float | None
    """How many configurations speak; null, as ``share`` is, where none does."""


class CompletionTold(msgspec.Struct):
    """A whole configuration that is suggested."""

    choices: Chosen
    price: float
    lead_days: float
    because: list[BecauseTold]


class ReadyTold(msgspec.Struct):
    """A whole configuration that stands ready, and what taking it changes."""

    variant: str
    choices: Chosen
    price: float
    lead_days: float
    changes: list[ChangeTold]
    title: str = ""
    origin: str = ""


class RangeTold(msgspec.Struct):
    """Lowest and highest total that is still possible."""

    low: float
    high: float


class LookTold(msgspec.Struct):
    """A company's own shop."""

    account: str
    title: str
    accent: str
    logo: str
    only_approved: bool


class OwnedTold(msgspec.Struct):
    """What is owned already, and what changing it costs more."""

    session: str
    choices: Chosen
    paid: float
    difference: float
    changes: list[ChangeTold]


class TitlesTold(msgspec.Struct):
    """What people read of a group and its options."""

    title: str
    options: dict[str, str]


class StepTold(msgspec.Struct):
    """Where a session stands."""

    product: str
    title: str
    version: str
    way: str
    session: str
    revision: int
    finished: bool
    certain: bool
    personalized: bool
    remembers: bool
    start: str
    rights: Literal["none", "choose", "full"]
    """Whether nothing but the standard product, ready variants only, or every module may be chosen."""
    choices: Chosen
    refused: dict[str, list[str]]
    complete: bool
    can_undo: bool
    price: float
    lead_days: float
    currency: str
    range: RangeTold
    count: str | None
    """How many configurations are left, services that nothing ties to the product as they stand; null where that has
    too many digits or cannot be told."""
    count_about: int | None
    """The power of ten of that number."""
    groups: list[GroupTold]
    valid: dict[str, list[str]]
    blocked: list[BlockedTold]
    next: str | None
    """Which group to ask about next, where the way is to ask."""
    completion: CompletionTold
    standard: ReadyTold
    variants: list[ReadyTold]
    look: LookTold | None
    owned: OwnedTold | None
    quote: dict[str, Any] | None
    """Once it is complete, and for how many pieces was said."""
    titles: dict[str, TitlesTold]
    """Group → what people read of it and of its options, of all that is named anywhere in the answer."""


class AlternativeTold(msgspec.Struct):
    """A way to have it after all."""

    give_up: list[AboveTold]
    choices: Chosen
    price: float


class ExplanationTold(msgspec.Struct):
    """Why an option is not possible, and what to do about it."""

    possible: bool
    reasons: list[str]
    picks: list[AboveTold]
    rules: list[str]
    """All of them by name; ``reasons`` tells those nearest to the option."""
    more: int
    """How many rules are not told in ``reasons``."""
    alternatives: list[AlternativeTold]


class ProductLine(msgspec.Struct):
    """One product of the list."""

    product: str
    title: str
    way: str
    groups: int


class ProductsTold(msgspec.Struct):
    """What can be configured."""

    products: list[ProductLine]


class ProductTold(msgspec.Struct):
    """One product, as a page draws it before the first step."""

    product: str
    title: str
    version: str
    way: str
    certain: bool
    currency: str
    price: float
    count: str | None
    """How many there are, services that nothing ties to the product as in the standard."""
    count_about: int | None
    """The power of ten of that number."""
    shown_max: int
    groups: list[dict[str, Any]]
    standard: dict[str, Any]
    variants: list[dict[str, Any]]


class UvlTold(msgspec.Struct):
    """A product in the Universal Variability Language."""

    product: str
    uvl: str
