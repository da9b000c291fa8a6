"""The bill of a configuration: what each part of it adds, in exact ten-thousandths.

Prices of a configuration are sums: the product's own, its options', and those of the bundles that hold. A quantity
price is rounded once, for one piece, to the currency's smallest coin (ISO 4217), so that what a buyer multiplies by
hand is what the quote says.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from rapport.core.errors import InvalidInput
from rapport.core.money import PLACES, SCALE
from rapport.customize.configure.model import Model, Option
from rapport.workspace.products import Around, QuantityPrice
from rapport.workspace.wording import worded

PIECES_MAX: Final = 10_000_000
COIN_DIGITS: Final = 2
"""Decimals of a currency's smallest coin, where the following tables do not say otherwise."""
_NO_DIGITS: Final = (
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF",
)  # fmt: skip
_THREE_DIGITS: Final = ("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a bill: the product itself (no ``group``), a chosen option, or a bundle that holds (no ``group``)."""

    title: str
    price: int
    group: str = ""
    option: str = ""
    group_title: str = ""
    around: Around = ""
    partner: str = ""
    lead_days: float = 0.0


@dataclass(frozen=True, slots=True)
class Bill:
    """What one piece of a configuration costs, amounts in ten-thousandths."""

    lines: tuple[Line, ...]

    @property
    def chosen(self) -> tuple[Line, ...]:
        """The lines of chosen options."""
        return tuple(line for line in self.lines if line.group)

    @property
    def total(self) -> int:
        """The price of one piece."""
        return sum(line.price for line in self.lines)

    @property
    def lead_days(self) -> float:
        """Days until the slowest part is there."""
        return max((line.lead_days for line in self.chosen), default=0.0)


def bill_of(model: Model, chosen: Collection[int], language: str = "", title: str = "") -> Bill:
    """The bill of a whole configuration: ``chosen`` holds its options, hidden ones too (as ``Reasoner`` gives it).

    ``title`` is the product's in the bill's language; unless said, the model's.
    """
    title = title or model.title or model.name
    own = [Line(title=title, price=model.price)] if model.price or model.cost else []
    picked = [_line(model, number, language) for number in sorted(chosen)]
    return Bill((*own, *(line for line in picked if line.group), *(line for line in picked if not line.group)))


def quantity_off(quantities: Sequence[QuantityPrice], pieces: int) -> float:
    """The share off the price of each that so many pieces earn."""
    return max((one.off for one in quantities if one.pieces <= pieces), default=0.0)


def price_each(price: int, offs: Sequence[float], currency: str) -> int:
    """The price of one piece after shares off, one after the other, rounded half up to the currency's smallest coin.

    >>> price_each(1_234_500, [0.05], "EUR"), price_each(1_234_500, [0.05], "JPY")
    (1172800, 1170000)
    """
    left = Decimal(price)
    for off in offs:
        left *= 1 - Decimal(repr(off))
    coin = Decimal(SCALE).scaleb(-coin_digits(currency))
    return int((left / coin).quantize(Decimal(1), rounding=ROUND_HALF_UP) * coin)


def coin_digits(currency: str) -> int:
    """Decimals of the currency's smallest coin."""
    if currency in _NO_DIGITS:
        return 0
    return PLACES - 1 if currency in _THREE_DIGITS else COIN_DIGITS


def check_pieces(pieces: int) -> None:
    """Raises ``InvalidInput`` for a number of pieces that nobody orders."""
    if not 1 <= pieces <= PIECES_MAX:
        raise InvalidInput(f"{pieces} pieces", where="quantity", hint=f"write 1 to {PIECES_MAX}")


def _line(model: Model, number: int, language: str) -> Line:
    option: Option = model.option(number)
    group = model.group_of.get(number)
    return Line(
        title=worded(option.titles, language, option.title, option.name), price=option.price, option=option.name,
        partner=option.partner, lead_days=option.lead_days,
        group="" if group is None else group.name, around="" if group is None else group.around,
        group_title="" if group is None else worded(group.titles, language, group.title, group.name),
    )  # fmt: skip
