"""Data quality as numbers: how complete, valid, fresh and undisputed each trait is, by source and over all sources."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec

from rapport.core.statistics import wilson
from rapport.identify.namespaces import namespaces
from rapport.identify.normalise import Normaliser, normaliser
from rapport.identify.traits import matcher, stored
from rapport.workspace.definitions import Identity, Trait

_ID_BITS: Final = 80
_LINKED_AS: Final = {"email": "email", "phone": "phone", "id_number": "lower"}
"""What a link field is → how its values are spelt; each of these belongs to one person."""


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """One trait of one source (empty: all sources) on one day, as counts; ages in whole days.

    ``checked`` of the ``stated`` values were looked at, all or a sample; ``compared`` customers have values that count
    from several sources; ``duplicated`` customers share the value with another, where it should name one person.
    """

    day: str
    trait: str
    source: str
    customers: int
    """All customers there are."""
    held: int
    """Customers with a value, whether it still counts or not."""
    live: int
    """Customers with a value that still counts."""
    stated: int = 0
    """Values: one for each customer and source that states one."""
    checked: int = 0
    valid: int = 0
    compared: int = 0
    conflicting: int = 0
    duplicated: int | None = None
    age_q1: int | None = None
    age_median: int | None = None
    age_q3: int | None = None
    age_min: int | None = None
    age_max: int | None = None

    @property
    def completeness(self) -> Share:
        """The share of all customers with a value that counts."""
        return Share.exactly(self.live, self.customers)

    @property
    def validity(self) -> Share:
        """The share of values that fit the declared type and pattern."""
        return Share.estimated(self.valid, self.checked, self.stated)

    @property
    def expired(self) -> Share:
        """The share of values that no longer count."""
        return Share.exactly(self.held - self.live, self.held)

    @property
    def conflicts(self) -> Share:
        """Of the customers of whom several sources speak, those of whom they say different things."""
        return Share.exactly(self.conflicting, self.compared)


COLUMNS: Final = tuple(field.name for field in msgspec.structs.fields(Measured))


class Share(msgspec.Struct, frozen=True):
    """``count`` of ``total``; where only a sample was looked at, the 95% interval says how far it may be off."""

    count: int
    total: int
    share: float | None
    """None where there is nothing to share in."""
    low: float | None
    high: float | None
    exact: bool

    @classmethod
    def exactly(cls, count: int, total: int) -> Share:
        """A share that was counted.

        >>> Share.exactly(801, 2469).share
        0.3244
        """
        share = round(count / total, 4) if total else None
        return cls(count, total, share, share, share, exact=True)

    @classmethod
    def estimated(cls, count: int, checked: int, population: int) -> Share:
        """The share of a population judged by ``checked`` of it, with Wilson's 95% interval (1927, JASA 22, 209-212).

        >>> found = Share.estimated(90, 100, 5_000)
        >>> found.share, found.low, found.high, found.exact
        (0.9, 0.8256, 0.9448, False)
        """
        if checked >= population or not checked:
            return cls.exactly(count, checked)
        low, high = wilson(count, checked)
        return cls(count, checked, round(count / checked, 4), round(low, 4), round(high, 4), exact=False)


class Duplicate(msgspec.Struct, frozen=True):
    """Customers who state one and the same value that should name one person, and the sources that state it."""

    customers: list[str]
    sources: list[str]


def is_valid(trait: Trait) -> Callable[[str], bool]:
    """Whether a value, as text, fits the trait's type and pattern.

    >>> [is_valid(Trait(type="integer"))(value) for value in ("41", "old")]
    [True, False]
    """
    matches = matcher(trait)

    def judge(value: str) -> bool:
        found = stored(value, trait.type)
        return found is not None and matches(found)

    return judge


def sample_below(held: int, wanted: int) -> str:
    """The customer id below which about ``wanted`` of ``held`` customers lie; empty where all are wanted.

    >>> sample_below(100, 200), sample_below(400, 100)
    ('', 'c_40000000000000000000')
    """
    if held <= wanted:
        return ""
    return f"c_{int(wanted / held * 2**_ID_BITS):0{_ID_BITS // 4}x}"


def identifying(identity: Identity, traits: Iterable[str]) -> dict[str, tuple[str, Normaliser]]:
    """Trait → the technique and the normaliser of values that should name one person: addresses, numbers, ids."""
    blocked, region = tuple(identity.blocked), identity.phone_region
    found = {
        name: (technique, normaliser(technique, region, blocked))
        for name, meaning in identity.linking.fields.items()
        if (technique := _LINKED_AS.get(meaning))
    }
    for namespace in namespaces(identity).values():
        spell = normaliser(namespace.normalise, region, blocked, tuple(namespace.blocked))
        for path in namespace.found_in:
            found[path.removeprefix("traits.")] = (namespace.normalise, spell)
    wanted = set(traits)
    return {name: how for name, how in found.items() if name in wanted}


def duplicates(rows: Iterable[Sequence[Any]], spell: Normaliser) -> list[Duplicate]:
    """Who shares a value, largest group first, from rows ``(value, customer_id, source)``.

    >>> from rapport.identify.normalise import normaliser
    >>> rows = [("Ann@x.com", "c_1", "crm"), ("ann@X.com", "c_2", "web"), ("bob@x.com", "c_3", "crm")]
    >>> duplicates(rows, normaliser("email", "US"))
    [Duplicate(customers=['c_1', 'c_2'], sources=['crm', 'web'])]
    """
    groups: dict[str, tuple[set[str], set[str]]] = {}
    for value, customer_id, source in rows:
        if agreed := spell(value):
            people, sources = groups.setdefault(agreed, (set(), set()))
            people.add(customer_id)
            sources.add(source)
    found = [Duplicate(sorted(people), sorted(sources)) for people, sources in groups.values() if len(people) > 1]
    return sorted(found, key=lambda one: (-len(one.customers), one.customers))


def duplicated(found: Iterable[Duplicate]) -> int:
    """How many customers share a value with another."""
    return len({customer_id for one in found for customer_id in one.customers})


def as_row(measured: Measured) -> tuple[Any, ...]:
    """A measure as the columns of the table, ``COLUMNS``."""
    return msgspec.structs.astuple(measured)


def told(measured: Measured, ill_typed: Mapping[tuple[str, str], int]) -> dict[str, Any]:
    """A measure as a report shows it; ``ill_typed`` counts values that were not kept, by trait and source."""
    rejected = sum(
        times
        for (trait, source), times in ill_typed.items()
        if trait == measured.trait and measured.source in ("", source)
    )
    ages = {name.removeprefix("age_"): getattr(measured, name) for name in COLUMNS if name.startswith("age_")}
    return {
        "completeness": msgspec.to_builtins(measured.completeness),
        "validity": msgspec.to_builtins(measured.validity),
        "ill_typed": rejected,
        "expired": msgspec.to_builtins(measured.expired),
        "age_days": ages,
        "conflicts": msgspec.to_builtins(measured.conflicts),
        "duplicated": measured.duplicated,
    }
