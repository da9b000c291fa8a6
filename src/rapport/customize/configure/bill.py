"""The bill of a configuration: what each part of it adds, in exact ten-thousandths.

Prices of a configuration are sums: the product's own, its options', and those of the bundles that hold. A quantity
price is rounded once, for one piece, to the currency's smallest coin (ISO 4217), so that what a buyer multiplies by
hand is what the quote says.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from rapport.core.errors import InvalidInput
from rapport.core.money import PLACES, SCALE, from_units
from rapport.customize.configure.model import Model, Option
from rapport.workspace.products import Around, QuantityPrice

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
    cost: int = 0
    group: str = ""
    option: str = ""
    group_title: str = ""
    around: Around = ""
    partner: str = ""
    digital: bool = False
    common: bool = False
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
    def cost(self) -> int:
        """What one piece costs the company."""
        return sum(line.cost for line in self.lines)

    @property
    def margin(self) -> int:
        """What the company earns by one piece."""
        return self.total - self.cost

    @property
    def lead_days(self) -> float:
        """Days until the slowest part is there."""
        return max((line.lead_days for line in self.chosen), default=0.0)

    @property
    def partners(self) -> dict[str, list[str]]:
        """Partner → titles of the parts that it supplies."""
        found: dict[str, list[str]] = {}
        for line in self.chosen:
            if line.partner:
                found.setdefault(line.partner, []).append(line.title)
        return found

    @property
    def common(self) -> list[str]:
        """Titles of the parts that go into nearly every configuration."""
        return [line.title for line in self.chosen if line.common]

    @property
    def differing(self) -> list[str]:
        """Titles of the other parts."""
        return [line.title for line in self.chosen if not line.common]

    @property
    def digital_share(self) -> float | None:
        """Share of the chosen options that are digital; None where nothing is chosen."""
        chosen = self.chosen
        return sum(line.digital for line in chosen) / len(chosen) if chosen else None

    def as_data(self) -> dict[str, Any]:
        """The bill for a program, amounts in currency."""
        return {
            "lines": [_plain(line) for line in self.lines],
            "total": from_units(self.total), "cost": from_units(self.cost), "margin": from_units(self.margin),
            "lead_days": self.lead_days, "partners": self.partners, "common": self.common,
            "differing": self.differing, "digital_share": self.digital_share,
        }  # fmt: skip


def bill_of(model: Model, chosen: Collection[int], language: str = "") -> Bill:
    """The bill of a whole configuration: ``chosen`` holds its options, hidden ones too (as ``Reasoner`` gives it)."""
    title = model.title or model.name
    own = [Line(title=title, price=model.price, cost=model.cost)] if model.price or model.cost else []
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


def called(one: Any, language: str) -> str:
    """The title of a group, option or model in a language, else its title, else its name."""
    titles: Mapping[str, str] = getattr(one, "titles", {})
    return str(titles.get(language) or one.title or one.name)


def _line(model: Model, number: int, language: str) -> Line:
    option: Option = model.option(number)
    group = model.group_of.get(number)
    return Line(
        title=called(option, language), price=option.price, cost=option.cost, option=option.name,
        partner=option.partner, digital=option.digital, common=option.common, lead_days=option.lead_days,
        group="" if group is None else group.name, around="" if group is None else group.around,
        group_title="" if group is None else called(group, language),
    )  # fmt: skip


def _plain(line: Line) -> dict[str, Any]:
    return {
        "group": line.group, "option": line.option, "title": line.title, "price": from_units(line.price),
        "cost": from_units(line.cost), "around": line.around, "partner": line.partner, "lead_days": line.lead_days,
    }  # fmt: skip
