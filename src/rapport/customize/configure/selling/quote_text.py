"""A quote as Markdown that can be sent as it is, in English or Chinese."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from rapport.core.money import PLACES
from rapport.customize.configure.selling.bill import coin_digits
from rapport.customize.configure.selling.quote import Quote

_ENGLISH: Final = {
    "quote": "Quote", "for": "For", "from": "From", "valid": "Valid until", "quantity": "Quantity", "part": "Part",
    "price": "Price", "list": "List price of each", "off": "Taken off", "each": "Price of each", "total": "Total",
    "tiers": "Larger quantities", "from_pieces": "from {} pieces", "work": "Statement of work",
    "lead": "Lead time", "days": "{} days", "by": "{} (by {})",
}  # fmt: skip
_CHINESE: Final = {
    "quote": "报价单", "for": "客户", "from": "供应商", "valid": "有效期至", "quantity": "数量", "part": "部件",
    "price": "价格", "list": "单件标价", "off": "优惠", "each": "单价", "total": "合计", "tiers": "更大数量",
    "from_pieces": "{}件起", "work": "工作说明", "lead": "交货期", "days": "{}天",
    "by": "{}（由{}提供）",
}  # fmt: skip
_WORDS: Final[Mapping[str, Mapping[str, str]]] = {"en": _ENGLISH, "zh": _CHINESE}


def quote_text(quote: Quote) -> str:
    """The whole quote."""
    words = _WORDS.get(quote.language, _ENGLISH)
    parts = [_head(quote, words), _lines(quote, words), _tiers(quote, words), _work(quote, words)]
    return "\n\n".join("\n".join(part) for part in map(list, parts) if part) + "\n"


def _head(quote: Quote, words: Mapping[str, str]) -> Iterator[str]:
    yield f"# {words['quote']} {_plain(quote.number)}"
    yield ""
    for key, text in (("for", quote.buyer), ("from", quote.seller), ("valid", quote.valid_until)):
        if text:
            yield f"- {words[key]}: {_plain(text)}"
    yield f"- {words['quantity']}: {quote.pieces} × {_plain(quote.product)}"
    if quote.bill.lead_days:
        yield f"- {words['lead']}: {words['days'].format(f'{quote.bill.lead_days:g}')}"


def _lines(quote: Quote, words: Mapping[str, str]) -> Iterator[str]:
    yield f"| {words['part']} | {words['price']} ({quote.currency}) |"
    yield "|---|---:|"
    for line in quote.bill.lines:
        title = f"{line.group_title}: {line.title}" if line.group else line.title
        title = words["by"].format(title, line.partner) if line.partner else title
        yield f"| {_plain(title)} | {_amount(line.price, quote.currency)} |"
    yield f"| {words['list']} | {_amount(quote.bill.total, quote.currency)} |"
    for off in quote.offs:
        yield f"| {words['off']} | −{off * 100:g}% |"
    yield f"| **{words['each']}** | **{_amount(quote.each, quote.currency)}** |"
    yield f"| **{words['total']} ({quote.pieces} ×)** | **{_amount(quote.total, quote.currency)}** |"


def _tiers(quote: Quote, words: Mapping[str, str]) -> Iterator[str]:
    if quote.tiers:
        yield f"## {words['tiers']}"
        yield ""
        for tier in quote.tiers:
            pieces = words["from_pieces"].format(tier.pieces)
            yield f"- {pieces}: {_amount(tier.each, quote.currency)} {quote.currency}"


def _work(quote: Quote, words: Mapping[str, str]) -> Iterator[str]:
    yield f"## {words['work']}"
    yield ""
    for number, promise in enumerate(quote.work, 1):
        yield f"{number}. {_plain(promise.sentence)}"


def _amount(units: int, currency: str) -> str:
    exact = Decimal(units).scaleb(-PLACES)
    digits = max(coin_digits(currency), -int(exact.normalize().as_tuple().exponent))
    return f"{exact:,.{digits}f}"


def _plain(text: str) -> str:
    """A text that cannot change what the Markdown around it means."""
    return " ".join(text.split()).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")
