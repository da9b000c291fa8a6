"""Findings in a sentence, with the goal they serve and what to do, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

Language = Literal["en", "zh"]
GOALS: Final[dict[Language, dict[str, str]]] = {
    "en": {"accepted": "more offers that are wanted", "rejected": "fewer offers that annoy"},
    "zh": {"accepted": "让更多优惠被接受", "rejected": "减少令人反感的优惠"},
}
PUBLIC: Final[dict[str, list[str]]] = {"accepted": ["marketing", "sales"], "rejected": ["marketing", "service"]}
"""Whom a finding of a kind is for."""
ADVICE: Final[dict[Language, dict[str, str]]] = {
    "en": {
        "accepted_better": "Offer it to them first; an experiment says whether that earns more.",
        "accepted_worse": "Offer them something else; ask them, or play a game, to learn what.",
        "rejected_better": "They mind least: they can be asked more often than others.",
        "rejected_worse": "Offer them less, and have service ask what bothers them.",
        "accepted_fit_better": "Offer what fits first; where it is not known, ask or play a game to learn it.",
        "accepted_fit_worse": "Do not go by it when you choose what to offer.",
        "rejected_fit_better": "Offer what fits first: it annoys least.",
        "rejected_fit_worse": "Do not go by it when you choose what to offer.",
    },
    "zh": {
        "accepted_better": "优先向他们提供；是否带来更多收益，用实验验证。",
        "accepted_worse": "换一种优惠；可以询问他们或通过小游戏了解需求。",
        "rejected_better": "他们最不介意，可以比其他人联系得更频繁。",
        "rejected_worse": "减少向他们提供优惠，并请客服了解原因。",
        "accepted_fit_better": "优先提供相符的优惠；尚不了解时，可以询问或通过小游戏了解。",
        "accepted_fit_worse": "选择优惠时不要以此为依据。",
        "rejected_fit_better": "优先提供相符的优惠，最不易引起反感。",
        "rejected_fit_worse": "选择优惠时不要以此为依据。",
    },
}
_SENTENCES: Final[dict[Language, dict[str, str]]] = {
    "en": {
        "accepted": "Of customers with {dimension} “{value}”, {rate} take up {offer}, of others {others}: "
        "{difference} points ({low} to {high}).",
        "rejected": "Customers with {dimension} “{value}” refuse {offer} in {rate} of cases, others in {others}: "
        "{difference} points ({low} to {high}).",
        "accepted_fit": "Offers whose {attribute} is the customer's {dimension} are taken up in {rate} of cases, "
        "others in {others}: {difference} points ({low} to {high}).",
        "rejected_fit": "Offers whose {attribute} is the customer's {dimension} are refused in {rate} of cases, "
        "others in {others}: {difference} points ({low} to {high}).",
        "any": "offers",
        "one": "“{offer}”",
    },
    "zh": {
        "accepted": "{dimension}为“{value}”的客户中，{rate}接受{offer}，"
        "其他客户为{others}：相差{difference}个百分点（{low}至{high}）。",
        "rejected": "{dimension}为“{value}”的客户有{rate}拒绝{offer}，"
        "其他客户为{others}：相差{difference}个百分点（{low}至{high}）。",
        "accepted_fit": "{attribute}与客户的{dimension}相符的优惠有{rate}被接受，"
        "其他优惠为{others}：相差{difference}个百分点（{low}至{high}）。",
        "rejected_fit": "{attribute}与客户的{dimension}相符的优惠有{rate}被拒绝，"
        "其他优惠为{others}：相差{difference}个百分点（{low}至{high}）。",
        "any": "优惠",
        "one": "“{offer}”",
    },
}


def sentence(asked: str, facts: Mapping[str, Any], language: Language) -> str:
    """A finding's sentence; shares in percent, differences in points with their interval.

    ``offer`` is empty for all offers, ``attribute`` where the group is not that of offers that fit.

    >>> facts = {"offer": "Tea", "dimension": "need_what", "value": "tea", "attribute": "", "rate": 0.31,
    ...          "others": 0.12, "difference": 0.19, "low": 0.11, "high": 0.27}
    >>> sentence("accepted", facts, "en")
    'Of customers with need_what “tea”, 31.0% take up “Tea”, of others 12.0%: +19.0 points (+11.0 to +27.0).'
    """
    words = _SENTENCES[language]
    offer = words["one"].format(offer=facts["offer"]) if facts["offer"] else words["any"]
    points = {name: f"{100 * facts[name]:+.1f}" for name in ("difference", "low", "high")}
    shares = {name: f"{100 * facts[name]:.1f}%" for name in ("rate", "others")}
    kind = f"{asked}_fit" if facts["attribute"] else asked
    return words[kind].format(**{**facts, **points, **shares, "offer": offer})
