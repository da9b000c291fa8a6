"""A statement of work: each promise of a configuration as a sentence that says who does what, and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from rapport.customize.configure.selling.bill import Bill, Line
from rapport.workspace.products import Around

_PARTS: Final[Mapping[str, str]] = {
    "en": "{by} supplies {group}: {title}{when}.",
    "zh": "{by}供应{group}：{title}{when}。",
}
"""What a partner supplies of the product itself."""
NOTHING: Final = "none"
"""A service of this name is that there is none, and promises nothing."""
Sentences = Mapping[Around, str]
_ENGLISH: Final[Sentences] = {
    "": "{by} delivers {pieces} {piece} of {title}, as configured{when}.",
    "bundle": "{by} supplies with it: {title}{when}.",
    "packaging": "{by} packs the goods: {title}{when}.",
    "packaging_style": "The packaging looks as chosen: {title}, made by {by}{when}.",
    "delivery": "{by} brings the goods: {title}{when}.",
    "repair": "{by} repairs: {title}{when}.",
    "calibration": "{by} calibrates: {title}{when}.",
    "financing": "{by} finances the purchase: {title}{when}.",
    "training": "{by} trains the buyer's staff: {title}{when}.",
    "enhanced_service": "{by} provides {group}: {title}{when}.",
    "pricing": "Prices are as agreed with {by}: {title}{when}.",
    "invoicing": "{by} invoices: {title}{when}.",
    "payment_terms": "The buyer pays {by}: {title}{when}.",
}
_CHINESE: Final[Sentences] = {
    "": "{by}交付{title}{pieces}件，按所选配置制作{when}。",
    "bundle": "{by}一并供应：{title}{when}。",
    "packaging": "{by}负责包装：{title}{when}。",
    "packaging_style": "包装样式按所选：{title}，由{by}制作{when}。",
    "delivery": "{by}负责送货：{title}{when}。",
    "repair": "{by}负责维修：{title}{when}。",
    "calibration": "{by}负责校准：{title}{when}。",
    "financing": "{by}提供融资：{title}{when}。",
    "training": "{by}培训买方人员：{title}{when}。",
    "enhanced_service": "{by}提供{group}：{title}{when}。",
    "pricing": "价格与{by}约定：{title}{when}。",
    "invoicing": "{by}开具发票：{title}{when}。",
    "payment_terms": "买方向{by}付款：{title}{when}。",
}
_SENTENCES: Final[Mapping[str, Sentences]] = {"en": _ENGLISH, "zh": _CHINESE}


@dataclass(frozen=True, slots=True)
class Promise:
    """What is delivered (``group`` and ``option``; empty: all goods), by whom, within how many days; 0: none said."""

    around: Around
    group: str
    option: str
    by: str
    days: float
    sentence: str


def work_of(bill: Bill, product: str, pieces: int, seller: str, language: str) -> tuple[Promise, ...]:
    """The goods first, then what partners supply of them, then each chosen service around them, in product order."""
    goods = max((line.lead_days for line in bill.chosen if not line.around), default=0.0)
    promises = [_promise(Line(title=product, price=0, lead_days=goods), pieces, seller, language)]
    promises += [_promise(line, pieces, seller, language) for line in bill.chosen if line.partner and not line.around]
    promises += [
        _promise(line, pieces, seller, language) for line in bill.chosen if line.around and line.option != NOTHING
    ]
    return tuple(promises)


def _promise(line: Line, pieces: int, seller: str, language: str) -> Promise:
    by = line.partner or seller
    part = line.group and not line.around
    said = _PARTS.get(language, _PARTS["en"]) if part else _SENTENCES.get(language, _ENGLISH)[line.around]
    sentence = said.format(
        by=by, group=line.group_title, title=line.title, pieces=pieces, piece="piece" if pieces == 1 else "pieces",
        when=_when(line.lead_days, language),
    )  # fmt: skip
    return Promise(line.around, line.group, line.option, by, line.lead_days, sentence)


def _when(days: float, language: str) -> str:
    if not days:
        return ""
    if language == "zh":
        return f"，订购后{days:g}天内"
    return f", within {days:g} {'day' if days == 1 else 'days'} of the order"
