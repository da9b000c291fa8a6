"""What the rules, tables, limits, bundles and interfaces of a product must say."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from rapport.core.errors import InvalidRule, did_you_mean
from rapport.workspace.checks import product_tables, wording
from rapport.workspace.checks.asking import report_rule
from rapport.workspace.conditions import Groups, read_condition
from rapport.workspace.documents import Place
from rapport.workspace.draft import Draft
from rapport.workspace.products import (
    ModuleOption,
    Product,
    ProductLimit,
    ProductRule,
    ProductTable,
    every_group,
)

SENTENCE_LENGTH_MAX: Final = 300
LIMIT_DECIMALS: Final = 6
LIMIT_SUM_MAX: Final = 2**53
"""Sums of a limit, counted in units of its finest decimal, stay below."""


def check(draft: Draft, product: Product, place: Place) -> None:
    """Adds to the draft every finding about what goes together in one product."""
    groups = {name: group.options for name, group, _ in every_group(product.groups)}
    for name, rule in product.rules.items():
        _rule(draft, rule, groups, place.below("rules", name))
    for name, table in product.tables.items():
        _sentence(draft, table, place.below("tables", name))
        product_tables.check(draft, product, table, place.below("tables", name))
    options = [option for _, group, _ in every_group(product.groups) for option in group.options.values()]
    for name, limit in product.limits.items():
        _limit(draft, limit, options, groups, place.below("limits", name))
    for name, bundle in product.bundles.items():
        here = place.below("bundles", name)
        _condition(draft, bundle.when, groups, here.below("when"))
        wording.check(draft, bundle.titles, here.below("titles"), told="a product")
    _interfaces(draft, product, place)


def _rule(draft: Draft, rule: ProductRule, groups: Groups, place: Place) -> None:
    if bool(rule.then) == bool(rule.never):
        hint = "write then: what must hold, or never: what must not"
        draft.report(place, "one of then and never is needed", hint, on_key=True)
    _sentence(draft, rule, place)
    for key, text in (("when", rule.when), ("then", rule.then), ("never", rule.never)):
        if text:
            _condition(draft, text, groups, place.below(key))


def _sentence(draft: Draft, said: ProductRule | ProductTable | ProductLimit, place: Place) -> None:
    if len(said.says) > SENTENCE_LENGTH_MAX:
        draft.report(place.below("says"), "longer than anybody reads", f"at most {SENTENCE_LENGTH_MAX} characters")
    length = SENTENCE_LENGTH_MAX
    wording.check(draft, said.says_in, place.below("says_in"), told="a product", length_max=length)


def _condition(draft: Draft, text: str, groups: Groups, place: Place) -> None:
    try:
        read_condition(text, groups)
    except InvalidRule as error:
        report_rule(draft, error, place, on_key=False)


def _limit(draft: Draft, limit: ProductLimit, options: list[ModuleOption], groups: Groups, place: Place) -> None:
    _sentence(draft, limit, place)
    _condition(draft, limit.when, groups, place.below("when"))
    if limit.at_most is None and limit.at_least is None:
        draft.report(place, "a limit that bounds nothing", "add at_most or at_least", on_key=True)
    elif limit.at_most is not None and limit.at_least is not None and limit.at_least > limit.at_most:
        draft.report(place.below("at_least"), f"at least {limit.at_least} and at most {limit.at_most}", "swap them")
    values = [option.attributes[limit.sum] for option in options if limit.sum in option.attributes]
    if not values:
        known = {name for option in options for name in option.attributes}
        hint = did_you_mean(limit.sum, known) if known else f"add attributes: {{{limit.sum}: 5}} to options"
        draft.report(place.below("sum"), f"no option has an attribute '{limit.sum}'", hint)
    elif any(isinstance(value, (str, bool)) for value in values):
        draft.report(place.below("sum"), f"'{limit.sum}' is not a number everywhere", "write numbers only")
    else:
        numbers = [float(value) for value in values]
        bounds = [bound for bound in (limit.at_most, limit.at_least) if bound is not None]
        _countable(draft, limit.sum, [*numbers, *bounds], place)


def _countable(draft: Draft, name: str, numbers: list[float], place: Place) -> None:
    if not all(map(math.isfinite, numbers)):
        draft.report(place, f"'{name}' and its bounds must be finite numbers", "write 400", on_key=True)
        return
    if any(_decimals(number) > LIMIT_DECIMALS for number in numbers):
        hint = f"round '{name}' and its bounds to at most {LIMIT_DECIMALS} decimals"
        draft.report(place, "sums of these numbers cannot be counted exactly", hint, on_key=True)
    elif sum(map(abs, numbers)) * 10**LIMIT_DECIMALS >= LIMIT_SUM_MAX:
        hint = f"write '{name}' in a larger unit"
        draft.report(place, "the sum is more than can be counted exactly", hint, on_key=True)


def _decimals(number: float) -> int:
    exponent = Decimal(repr(number)).normalize().as_tuple().exponent
    assert isinstance(exponent, int)
    return max(0, -exponent)


def _interfaces(draft: Draft, product: Product, place: Place) -> None:
    """An interface that an option needs must be one that another offers."""
    offered: dict[str, int] = {}
    for option, _ in _options(product, place):
        for interface in option.offers:
            offered[interface] = offered.get(interface, 0) + 1
    for option, here in _options(product, place):
        for index, interface in enumerate(option.needs):
            if offered.get(interface, 0) - option.offers.count(interface) < 1:
                others: Mapping[str, int] = {name: times for name, times in offered.items() if name != interface}
                hint = (
                    did_you_mean(interface, others) if others else f"add offers: [{interface}] to the one that has it"
                )
                draft.report(here.below("needs", index), f"no other option offers '{interface}'", hint)


def _options(product: Product, place: Place) -> Iterator[tuple[ModuleOption, Place]]:
    places: dict[tuple[str, str] | None, Place] = {None: place.below("groups")}
    for name, group, above in every_group(product.groups):
        for option_name, option in group.options.items():
            here = places[above].below(name, "options", option_name)
            places[name, option_name] = here.below("groups")
            yield option, here
