"""What stands in the way of a choice, as sentences: the rules' own, and ours for what groups demand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from rapport.customize.configure.formula import Kind, Reason
from rapport.customize.configure.model import Group, Limit, Model, Rule, Table

_WORDS: Final[Mapping[str, Mapping[Kind, str]]] = {
    "en": {
        "parent": "{group} can only be chosen with {above}.",
        "least": "{group}: at least {least} must be chosen.",
        "most": "{group}: at most {most} can be chosen.",
    },
    "zh": {
        "parent": "只有选了{above}，才能选择{group}。",
        "least": "{group}：至少要选{least}项。",
        "most": "{group}：最多可选{most}项。",
    },
}
_UNSAID: Final = {"en": "It goes against the rule '{name}'.", "zh": "与规则“{name}”不符。"}


def sentence(model: Model, reason: Reason, language: str) -> str:
    """One reason as a sentence in a language, English where there is none in it."""
    if reason.kind in ("parent", "least", "most"):
        group = model.by_group[reason.name]
        above = title_of(model, group.parent, language) if group.parent else ""
        words = _WORDS.get(language, _WORDS["en"])[reason.kind]
        return words.format(group=_title(group, language), above=above, least=group.least, most=group.most)
    said: list[Rule | Table | Limit] = [*model.rules, *model.tables, *model.limits]
    for one in said:
        if one.name == reason.name and (one.says or language in one.says_in):
            return one.says_in.get(language, one.says)
    return _UNSAID.get(language, _UNSAID["en"]).format(name=reason.name)


def title_of(model: Model, number: int, language: str) -> str:
    """What people read of an option."""
    option = model.option(number)
    return option.titles.get(language) or option.title or option.name


def _title(group: Group, language: str) -> str:
    return group.titles.get(language) or group.title or group.name
