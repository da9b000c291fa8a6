"""Sessions of configuring, put together from their events: what was wanted first, what was refused, what was taken.

Any browser may send events, so that nothing is taken for granted: what cannot be read is counted and left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from rapport.core.configuration import (
    CONFIGURATION_BLOCKED,
    CONFIGURATION_CHANGED,
    CONFIGURATION_COMPLETED,
    CONFIGURATION_PROPOSED,
    CONFIGURATION_STARTED,
)
from rapport.core.identifier import ANONYMOUS_ID
from rapport.core.time import HOUR_US
from rapport.learn.demand.modules import Parts, Pick

SILENCE_US: Final = 24 * HOUR_US
"""After so long without a step a session that was not completed is given up."""
FORGETS: Final = frozenset({"adaptive", "cosmetic"})
"""The ways that remember nothing of the customer."""
_WHOLE: Final = frozenset({"standard", "variant", "complete", "undo"})
"""Steps that touch more than one option, or take one back: no wish can be read off them."""


class Row(NamedTuple):
    """One event of configuring, as the log holds it."""

    us: int
    customer: str
    """Whose it is now; empty: nobody's."""
    event: str
    properties: str
    """JSON."""
    subject: str = ""
    """The identifier that it came under; sessions of nobody have a name of their own."""


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a session."""

    us: int
    step: str
    """As in ``CONFIGURATION_CHANGED``; ``blocked``: something was wanted that is not possible."""
    pick: Pick | None = None
    rules: tuple[str, ...] = ()
    """What was against it."""

    @property
    def blocked(self) -> bool:
        """Whether what was wanted is not possible."""
        return self.step == "blocked"


class Sold(msgspec.Struct, frozen=True, kw_only=True):
    """What a customer took; money of one piece, in the workspace's currency."""

    us: int
    parts: Parts
    quantity: int = 1
    price: float | None = None
    cost: float | None = None
    standard_price: float | None = None
    offered: Parts | None = None
    """The completion that was suggested first."""


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """One session, its steps in their order."""

    product: str
    id: str
    customer: str = ""
    way: str = ""
    start: str = ""
    began_us: int
    moves: tuple[Move, ...] = ()
    sold: Sold | None = None

    @property
    def owner(self) -> str:
        """Whose sessions go together in a resample: the customer's, or the session by itself."""
        return self.customer or f"session:{self.id}"

    @property
    def ended_us(self) -> int:
        """When it was last heard of."""
        moments = [self.began_us, *(move.us for move in self.moves)]
        return max([*moments, self.sold.us] if self.sold else moments)

    @property
    def blocked(self) -> tuple[Move, ...]:
        """The wishes that could not be met."""
        return tuple(move for move in self.moves if move.blocked)

    @property
    def steps(self) -> int:
        """How many steps the customer took."""
        return len(self.moves)

    @property
    def wished(self) -> Mapping[str, Pick]:
        """Group → what was wanted in it first, whether it could be had or not."""
        found: dict[str, Pick] = {}
        for move in self.moves:
            if move.pick is not None and move.step in ("pick", "blocked"):
                found.setdefault(move.pick[0], move.pick)
        return found

    def over(self, as_of_us: int) -> bool:
        """Whether it ended: completed, or silent for long."""
        return self.sold is not None or self.ended_us < as_of_us - SILENCE_US


class Design(msgspec.Struct, frozen=True, kw_only=True):
    """A design that a customer handed in."""

    product: str
    us: int
    customer: str
    title: str
    parts: Parts
    minutes: float | None = None


class Told(msgspec.Struct, frozen=True):
    """All that some events say."""

    sessions: list[Session]
    """By product, the oldest first."""
    designs: list[Design]
    unreadable: int
    """Events that could not be read."""


class _Said(msgspec.Struct):
    """The properties of any event of configuring."""

    product: str
    session: str = ""
    revision: int = 0
    way: str = ""
    start: str = ""
    choices: dict[str, str | list[str]] = {}
    step: str = ""
    group: str = ""
    option: str = ""
    rules: list[str] = []
    price: float | None = None
    cost: float | None = None
    quantity: int = 1
    standard_price: float | None = None
    offered: dict[str, str | list[str]] | None = None
    title: str = ""
    minutes: float | None = None


_decode = msgspec.json.Decoder(_Said).decode
_Heard = tuple[Row, _Said]


def parts_of(choices: Mapping[str, Any]) -> Parts:
    """Choices as a set of picks.

    >>> sorted(parts_of({"frame": "oak", "extras": ["lamp", "lock"], "gift": []}))
    [('extras', 'lamp'), ('extras', 'lock'), ('frame', 'oak')]
    """
    return frozenset(
        (group, name) for group, chosen in choices.items() for name in ([chosen] if isinstance(chosen, str) else chosen)
    )


def read(rows: Iterable[Row]) -> Told:
    """Sessions and designs; the same step sent twice counts once."""
    heard: dict[tuple[str, str], list[_Heard]] = defaultdict(list)
    designs: list[Design] = []
    unreadable = 0
    for row in rows:
        said = _said(row)
        if said is None:
            unreadable += 1
        elif row.event == CONFIGURATION_PROPOSED:
            designs.append(_design(row, said))
        else:
            heard[said.product, said.session].append((row, said))
    sessions = [_session(*key, one) for key, one in heard.items()]
    sessions.sort(key=lambda one: (one.product, one.began_us, one.id))
    designs.sort(key=lambda one: (one.product, one.us, one.customer))
    return Told(sessions, designs, unreadable)


def _said(row: Row) -> _Said | None:
    try:
        said = _decode(row.properties)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    whole = said.product and (said.session or row.event == CONFIGURATION_PROPOSED) and said.quantity >= 1
    return said if whole else None


def _design(row: Row, said: _Said) -> Design:
    return Design(product=said.product, us=row.us, customer=row.customer, title=said.title,
                  parts=parts_of(said.choices), minutes=said.minutes)  # fmt: skip


def _session(product: str, name: str, heard: Sequence[_Heard]) -> Session:
    """One session; what is told with revisions is put in their order, whenever it arrived."""
    order = sorted(heard, key=lambda one: (one[1].revision, one[0].us))
    started = [said for row, said in order if row.event == CONFIGURATION_STARTED]
    customers = [row.customer for row, _ in order if row.customer and row.subject != f"{ANONYMOUS_ID}:{name}"]
    way = next((said.way for _, said in order if said.way), "")
    sold = [_sold(row, said) for row, said in order if row.event == CONFIGURATION_COMPLETED]
    return Session(
        product=product, id=name, way=way, start=started[0].start if started else "",
        customer="" if way in FORGETS or not customers else customers[-1],
        began_us=min(row.us for row, _ in order), moves=tuple(_moves(order)), sold=sold[-1] if sold else None,
    )  # fmt: skip


def _moves(order: Sequence[_Heard]) -> Iterable[Move]:
    before: tuple[object, ...] | None = None
    for row, said in order:
        if row.event not in (CONFIGURATION_CHANGED, CONFIGURATION_BLOCKED):
            continue
        step = "blocked" if row.event == CONFIGURATION_BLOCKED else said.step
        pick = (said.group, said.option) if said.group and said.option and step not in _WHOLE else None
        same = (said.revision, step, pick)
        if same != before:
            yield Move(us=row.us, step=step, pick=pick, rules=tuple(said.rules))
        before = same


def _sold(row: Row, said: _Said) -> Sold:
    return Sold(
        us=row.us, parts=parts_of(said.choices), quantity=said.quantity, price=said.price, cost=said.cost,
        standard_price=said.standard_price, offered=parts_of(said.offered) if said.offered else None,
    )  # fmt: skip
