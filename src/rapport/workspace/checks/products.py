"""What ``products/*.yaml`` must say beside having the right types: groups, options, amounts, quantity prices."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Final

from rapport.core.money import from_units, to_units
from rapport.workspace.checks import product_choices, product_rules, wording
from rapport.workspace.checks.asking import check_optional_duration
from rapport.workspace.documents import Place
from rapport.workspace.draft import Draft
from rapport.workspace.products import ModuleGroup, ModuleOption, Product, QuantityPrice

AMOUNT_MAX: Final = 2**53
"""Beyond so many ten-thousandths a sum of prices is no longer exact everywhere it is shown."""
NAME_LENGTH_MAX: Final = 100
OPTIONS_MAX: Final = 100_000
"""More options than that are no product that people configure."""
SHOWN_MAX: Final = 1000
_FORBIDDEN: Final = "/?#\\"


def check(draft: Draft, name: str, product: Product, place: Place) -> None:
    """Adds to the draft every finding about one product."""
    if not _is_name(name) or any(mark in name for mark in _FORBIDDEN):
        draft.report(place, f"'{name}' is no name of a product", "choose one that can stand in an address")
    wording.check(draft, product.titles, place.below("titles"), told="a product")
    if not 1 <= product.shown_max <= SHOWN_MAX:
        draft.report(place.below("shown_max"), f"{product.shown_max} options at once", f"write 1 to {SHOWN_MAX}")
    if not 0 < product.wrong_default < math.inf:
        hint = "write how many questions a wrong default is worth: 3"
        draft.report(place.below("wrong_default"), f"{product.wrong_default} is no number of questions", hint)
    if not 0 <= product.lean_value <= 1:
        hint = "0 fills in what is most probable, 1 what is most valuable"
        draft.report(place.below("lean_value"), f"{product.lean_value} is not between 0 and 1", hint)
    _quantities(draft, product.quantities, place.below("quantities"))
    if product.uvl:
        _only_uvl(draft, product, place)
        return
    if not product.groups:
        draft.report(place, "nothing can be chosen", "add groups: {frame: {options: {oak: {}, pine: {}}}}")
        return
    _Groups(draft).check(product, place)
    product_rules.check(draft, product, place)
    product_choices.check(draft, product, place)


def _only_uvl(draft: Draft, product: Product, place: Place) -> None:
    for key in ("groups", "rules", "tables", "limits", "bundles"):
        if getattr(product, key):
            draft.report(place.below(key), "this stands beside a model in UVL", "say it in the model, or leave uvl out")


def _quantities(draft: Draft, quantities: list[QuantityPrice], place: Place) -> None:
    for index, one in enumerate(quantities):
        if one.pieces < 1:
            draft.report(place.below(index, "pieces"), f"{one.pieces} pieces", "write 1 or more")
        if not 0 <= one.off < 1:
            hint = "write a share from 0 to below 1: 0.05 is 5% off"
            draft.report(place.below(index, "off"), f"{one.off} is no share of a price", hint)
    for index, (before, after) in enumerate(pairwise(quantities), 1):
        if after.pieces <= before.pieces:
            hint = "write the smallest number of pieces first"
            draft.report(place.below(index, "pieces"), "the pieces do not rise", hint)


class _Groups:
    """Goes through all groups of a product, nested ones too, and adds up its amounts."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._places: dict[str, Place] = {}
        self._prices: list[int] = []
        self._costs: list[int] = []
        self._options = 0

    def check(self, product: Product, place: Place) -> None:
        """Reports every finding about groups, options and amounts."""
        self._amount(product.price, place.below("price"), self._prices)
        self._amount(product.cost, place.below("cost"), self._costs)
        for name, bundle in product.bundles.items():
            self._amount(bundle.price, place.below("bundles", name, "price"), self._prices)
        self._groups(product.groups, place.below("groups"))
        for called, amounts in (("prices", self._prices), ("costs", self._costs)):
            if sum(map(abs, amounts)) >= AMOUNT_MAX:
                most = f"{from_units(AMOUNT_MAX):,.0f}"
                hint = f"all {called} of a product, with or without their signs, stay below {most}"
                self._draft.report(place, f"the {called} add up to more than can be counted exactly", hint)
        if self._options > OPTIONS_MAX:
            self._draft.report(place, f"{self._options} options", f"a product has at most {OPTIONS_MAX}")

    def _groups(self, groups: Mapping[str, ModuleGroup], place: Place) -> None:
        for name, group in groups.items():
            here = place.below(name)
            self._name(name, here, "a group", forbidden="=")
            known = self._places.setdefault(unicodedata.normalize("NFC", name), here)
            if known is not here:
                hint = "group names are unique in a product, nested ones too"
                self._draft.report(here, f"the group '{name}' is already in {known.where}", hint, on_key=True)
            wording.check(self._draft, group.titles, here.below("titles"), told="a product")
            self._bounds(name, group, here)
            self._same(group.options, here.below("options"))
            for option_name, option in group.options.items():
                self._option(option_name, option, here.below("options", option_name))

    def _bounds(self, name: str, group: ModuleGroup, place: Place) -> None:
        size = len(group.options)
        if not size:
            hint = "add options: {oak: {}, pine: {}}, or take the group out"
            self._draft.report(place, f"the group '{name}' has no options", hint, on_key=True)
        elif group.least < 0:
            self._draft.report(place.below("least"), f"{group.least} options at least", "write 0 or more")
        elif group.least > size:
            self._draft.report(place.below("least"), f"{group.least} of {size} options must be chosen", "write fewer")
        elif not 0 <= group.most <= size:
            hint = "write 0 for all of them"
            self._draft.report(place.below("most"), f"at most {group.most} of {size} options", hint)
        elif 0 < group.most < group.least:
            hint = "least is not above most"
            self._draft.report(place.below("least"), f"at least {group.least} and at most {group.most}", hint)

    def _same(self, options: Iterable[str], place: Place) -> None:
        """Two names that are written alike, of different characters: ``é`` as one and as two."""
        seen: dict[str, str] = {}
        for name in options:
            if seen.setdefault(unicodedata.normalize("NFC", name), name) != name:
                self._draft.report(place.below(name), f"two options read '{name}'", "rename one of them", on_key=True)

    def _option(self, name: str, option: ModuleOption, place: Place) -> None:
        self._options += 1
        self._name(name, place, "an option")
        wording.check(self._draft, option.titles, place.below("titles"), told="a product")
        self._amount(option.price, place.below("price"), self._prices)
        self._amount(option.cost, place.below("cost"), self._costs)
        check_optional_duration(self._draft, option.lead_time, place.below("lead_time"))
        if option.stock is not None and option.stock < 0:
            self._draft.report(place.below("stock"), f"{option.stock} in stock", "write 0 or more")
        for kind, values in (("attributes", option.attributes), ("content", option.content)):
            for key, value in values.items():
                if isinstance(value, float) and not math.isfinite(value):
                    self._draft.report(place.below(kind, key), f"{value} is no number", "write a finite number")
        self._groups(option.groups, place.below("groups"))

    def _amount(self, amount: float, place: Place, amounts: list[int]) -> None:
        units = to_units(amount)
        if units is None:
            self._draft.report(place, f"{amount} is no amount", "write a number below 100 000 000 000 000")
        amounts.append(units or 0)

    def _name(self, name: str, place: Place, kind: str, forbidden: str = "") -> None:
        if not _is_name(name) or any(mark in name for mark in forbidden):
            hint = f"at most {NAME_LENGTH_MAX} printable characters, no space at either end"
            hint += f", none of {forbidden}" if forbidden else ""
            self._draft.report(place, f"'{name}' is no name of {kind}", hint, on_key=True)


def _is_name(name: str) -> bool:
    return bool(name) and name.isprintable() and name == name.strip() and len(name) <= NAME_LENGTH_MAX
