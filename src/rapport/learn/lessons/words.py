"""Lessons in a sentence, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

from rapport.learn.lessons.ledger import Lesson

Language = Literal["en", "zh"]
WITHHELD: Final[dict[Language, str]] = {"en": "a sensitive note, kept from view", "zh": "敏感备注，不显示"}
_WORDS: Final[dict[Language, dict[str, str]]] = {
    "en": {
        "trait": "{about} is {value}",
        "trait_changed": "{about} is {value}, no longer {before}",
        "need": "said of “{about}”: {value}",
        "note": "{value}",
        "accepted": "accepted “{about}”",
        "rejected": "refused “{about}”",
        "ignored": "did not answer “{about}”",
        "habit": "{about}: mostly {value} ({share})",
        "shift": "{about} has shifted from {before} to {value} since {since}",
        "stage": "is in the stage “{value}”",
    },
    "zh": {
        "trait": "{about} 为 {value}",
        "trait_changed": "{about} 为 {value}，此前为 {before}",
        "need": "关于“{about}”表示：{value}",
        "note": "{value}",
        "accepted": "接受了“{about}”",
        "rejected": "拒绝了“{about}”",
        "ignored": "未回应“{about}”",
        "habit": "{about}：多为 {value}（{share}）",
        "shift": "{about} 自 {since} 起由 {before} 变为 {value}",
        "stage": "处于“{value}”阶段",
    },
}


def said(one: Lesson, named: str, language: Language) -> str:
    """A lesson's sentence; ``named`` is what its subject is called.

    >>> tier = Lesson(kind="trait", about="tier", value="gold", before="silver", seqs=(7,), message_id="m", time_us=0,
    ...               source="crm", channel="crm")
    >>> said(tier, "tier", "en"), said(tier, "tier", "zh")
    ('tier is gold, no longer silver', 'tier 为 gold，此前为 silver')
    """
    if one.value is None:
        return WITHHELD[language]
    key: str = str(one.value) if one.kind == "answer" else one.kind
    if one.kind == "trait" and one.before is not None:
        key = "trait_changed"
    return _WORDS[language][key].format(about=named, value=one.value, before=one.before)


def follows(row: Mapping[str, Any], language: Language) -> str:
    """The sentence of what follows from many contacts together."""
    share = f"{100 * (row.get('probability') or 0.0):.0f}%"
    return _WORDS[language][row["kind"]].format(**{"before": "", "since": "", **row, "share": share})
