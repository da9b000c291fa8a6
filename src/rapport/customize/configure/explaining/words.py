"""The words of explanations, one set a language: a new language is an entry in ``WORDS``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Words:
    """Patterns; ``{a}`` and ``{b}`` stand for lists of options, ``{group}`` for a group, ``{above}`` for its option."""

    quote: str
    comma: str
    conjunction: str
    alternative: str
    more: str
    inside: str
    """An option whose name alone does not tell it apart: ``{option}`` of ``{group}``."""
    never: str
    apart: str
    needs: str
    need: str
    against: str
    one_of: str
    always: str
    holds: str
    without: str
    rule: str
    table: str
    table_not: str
    limit: str
    only_one: str
    at_most: str
    needs_one: str
    at_least: str
    all_of: str
    below: str
    with_above: str


ENGLISH: Final = Words(
    quote="“{}”", comma=", ", conjunction=" and ", alternative=" or ", more="{} more", inside="{option} ({group})",
    never="{a} cannot be had.", apart="{a} do not go together.", needs="{a} goes only with {b}.",
    need="{a} go together only with {b}.",
    against="{a} does not go with {b}.", one_of="{b} is needed.", always="{b} is always included.",
    holds="{a} must hold.", without="not {}",
    rule="The rule {rule} must be kept.",
    table="{a} go together only in the combinations of the table {table}.",
    table_not="{a} do not go together in the combinations of the table {table}.",
    limit="The limit {limit} must be kept.", only_one="Only one of {group} can be chosen.",
    at_most="At most {count} of {group} can be chosen.", needs_one="One of {group} must be chosen{with_above}.",
    at_least="At least {count} of {group} must be chosen{with_above}.", all_of="{a} is included{with_above}.",
    below="{group} can be chosen only with {above}.", with_above=" with {above}",
)  # fmt: skip
CHINESE: Final = Words(
    quote="“{}”", comma="、", conjunction="和", alternative="或", more="另外{}项", inside="{option}（{group}）",
    never="{a}无法选择。", apart="{a}不能同时选择。", needs="{a}只能与{b}搭配。",
    need="{a}只有搭配{b}时才能同时选择。", against="{a}不能与{b}搭配。",
    holds="必须满足{a}。", without="不选{}",
    one_of="必须选择{b}。", always="{b}始终包含在内。", rule="必须遵守规则{rule}。",
    table="{a}只能按表{table}中的组合搭配。",
    table_not="{a}不能按表{table}中的组合搭配。", limit="必须遵守限制{limit}。", only_one="{group}只能选一项。",
    at_most="{group}最多选{count}项。", needs_one="{with_above}必须选择一项{group}。",
    at_least="{with_above}至少选择{count}项{group}。", all_of="{with_above}包含{a}。",
    below="{group}只有在选择{above}时才能选。", with_above="选择{above}时",
)  # fmt: skip
WORDS: Final = {"en": ENGLISH, "zh": CHINESE}
