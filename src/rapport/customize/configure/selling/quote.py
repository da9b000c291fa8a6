"""A quote for a business buyer: what is delivered, at which quantity price, by whom and when.

Its statement of work mirrors what was promised: one sentence for the goods, one for each part that a partner supplies,
and one for each service that was chosen around the product. Nothing else is promised, and nothing that was chosen is
left out.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from rapport.core.money import from_units
from rapport.customize.configure.model import Model
from rapport.customize.configure.selling.bill import Bill, bill_of, check_pieces, price_each, quantity_off
from rapport.customize.configure.selling.work import Promise, work_of
from rapport.workspace.accounts import Account
from rapport.workspace.products import Product, QuantityPrice
from rapport.workspace.wording import worded


@dataclass(frozen=True, slots=True)
class Tier:
    """From so many pieces, each costs ``each``."""

    pieces: int
    each: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """One offer to one buyer; amounts in ten-thousandths. Number and dates are handed in, as no stage has a clock."""

    number: str
    valid_until: str
    """A day: ``2026-12-31``."""
    seller: str
    buyer: str
    product: str
    currency: str
    language: str
    pieces: int
    bill: Bill
    """Of one piece, before anything is taken off."""
    offs: tuple[float, ...]
    """Shares taken off the price of each: the quantity's, the account's."""
    tiers: tuple[Tier, ...]
    """What each costs from larger quantities on."""
    work: tuple[Promise, ...]

    @property
    def each(self) -> int:
        """The price of one piece, after all that is taken off."""
        return price_each(self.bill.total, self.offs, self.currency)

    @property
    def total(self) -> int:
        """The price of all pieces."""
        return self.each * self.pieces


def quote_of(
    model: Model, product: Product, chosen: Collection[int], pieces: int, *, number: str, valid_until: str,
    currency: str, seller: str, account: Account | None = None, buyer: str = "", language: str = "en",
) -> Quote:  # fmt: skip
    """The quote for so many pieces of a whole configuration; raises ``InvalidInput`` for no number of pieces."""
    check_pieces(pieces)
    called = worded(product.titles, language, product.title, model.title, product.name)
    bill = bill_of(model, chosen, language, called)
    own = (account.off,) if account is not None and account.off else ()
    off = quantity_off(product.quantities, pieces)
    if account is not None:
        buyer = buyer or worded(account.titles, language, account.title)
    return Quote(
        number=number, valid_until=valid_until, seller=seller, buyer=buyer, product=called, currency=currency,
        language=language, pieces=pieces, bill=bill, offs=(*((off,) if off else ()), *own),
        tiers=_tiers(product.quantities, pieces, bill.total, own, currency),
        work=work_of(bill, called, pieces, seller, language),
    )  # fmt: skip


def _tiers(
    quantities: Sequence[QuantityPrice], pieces: int, price: int, own: tuple[float, ...], currency: str
) -> tuple[Tier, ...]:
    later = [one for one in quantities if one.pieces > pieces]
    return tuple(Tier(one.pieces, price_each(price, [one.off, *own], currency)) for one in later)


def quote_data(quote: Quote) -> dict[str, Any]:
    """The quote for a program, amounts in currency; what the company pays itself is left out."""
    return {
        "number": quote.number, "valid_until": quote.valid_until, "seller": quote.seller, "buyer": quote.buyer,
        "product": quote.product, "currency": quote.currency, "quantity": quote.pieces,
        "lines": [
            {"group": line.group, "option": line.option, "title": line.title, "price": from_units(line.price),
             "partner": line.partner}
            for line in quote.bill.lines
        ],
        "list_price": from_units(quote.bill.total), "off": list(quote.offs), "each": from_units(quote.each),
        "total": from_units(quote.total),
        "tiers": [{"pieces": tier.pieces, "each": from_units(tier.each)} for tier in quote.tiers],
        "lead_days": quote.bill.lead_days,
        "work": [
            {"around": one.around, "group": one.group, "option": one.option, "by": one.by, "days": one.days,
             "sentence": one.sentence}
            for one in quote.work
        ],
    }  # fmt: skip
