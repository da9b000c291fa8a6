"""A published product as the demand chain needs it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rapport.core.money import from_units
from rapport.customize.configure.answering.reasoner import Impossible
from rapport.customize.configure.model import ROOT, Model
from rapport.learn.demand.modules import Module, Modules, Parts, Pick
from rapport.loop.configure.published import Published
from rapport.workspace.products import Choices
from rapport.workspace.wording import worded


def modules_of(published: Published) -> Modules:
    """Every option that people choose, the standard product and what stands ready."""
    model, product = published.model, published.product
    return Modules(
        product=published.name,
        title=model.title or published.name,
        options=tuple(_module(model, number) for number in model.visible if number in model.group_of),
        standard=_standard(published),
        variants=tuple(
            parts_of(model, chosen)
            for one in product.variants.values()
            if (chosen := _completed(published, one.choices)) is not None
        ),
        designers={name: one.designer for name, one in product.variants.items() if one.designer},
        cost=from_units(model.cost),
    )


def parts_of(model: Model, chosen: Sequence[int]) -> Parts:
    """Options that people choose, as picks."""
    return frozenset(pick_of(model, number) for number in chosen if number in model.group_of)


def pick_of(model: Model, number: int) -> Pick:
    """Group and name of an option."""
    return model.group_of[number].name, model.option(number).name


def choices_of(model: Model, parts: Parts) -> dict[str, list[str]]:
    """Picks as choices; those that the product no longer has are left out."""
    told: dict[str, list[str]] = {}
    for group in model.groups:
        own = [model.option(number).name for number in group.options]
        taken = [name for name in own if (group.name, name) in parts]
        if taken:
            told[group.name] = taken
    return told


def titles(model: Model, language: str) -> Mapping[Pick, str]:
    """Option → what people read in a language; under an empty name, its group."""
    told: dict[Pick, str] = {}
    for group in model.groups:
        told[group.name, ""] = worded(group.titles, language, group.title, group.name)
        for number in group.options:
            option = model.option(number)
            told[group.name, option.name] = worded(option.titles, language, option.title, option.name)
    return told


def _module(model: Model, number: int) -> Module:
    option, group = model.option(number), model.group_of[number]
    return Module(
        group=group.name, option=option.name, title=option.title or option.name,
        parent=None if group.parent == ROOT else pick_of(model, group.parent), single=group.single,
        around=group.around, price=from_units(option.price), cost=from_units(option.cost),
        lead_days=option.lead_days, stock=option.stock, digital=option.digital, partner=option.partner,
        common=option.common,
    )  # fmt: skip


def _standard(published: Published) -> Parts:
    """The standard product; of one without any configuration what its file says."""
    try:
        return parts_of(published.model, published.standard)
    except Impossible:
        return parts_of(published.model, published.model.literals(published.product.standard))


def _completed(published: Published, choices: Choices) -> Sequence[int] | None:
    try:
        return published.whole(choices)
    except Impossible:
        return None
