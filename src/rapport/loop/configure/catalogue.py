"""What there is to configure, as pages and people read it: the products, and one product's model."""

from __future__ import annotations

from typing import Any

from rapport.core.money import from_units
from rapport.customize.configure.product import core_literals, of_product
from rapport.customize.configure.uvl import write_uvl
from rapport.loop.configure.published import Published
from rapport.loop.runtime import Runtime
from rapport.workspace.wording import worded


def products(rt: Runtime, language: str = "en") -> list[dict[str, Any]]:
    """The products of a workspace; none is compiled for it."""
    found = []
    for name in rt.shelf.names:
        product = rt.shelf.product(name)
        title = worded(product.titles, language, product.title, name)
        found.append({"product": name, "title": title, "way": product.way, "groups": len(product.groups)})
    return found


def model_of(rt: Runtime, name: str, language: str = "en") -> dict[str, Any]:
    """One product: its groups and options, its standard and what stands ready; raises ``NotFound``."""
    published = rt.shelf.published(name)
    model, product = published.model, published.product
    count, about = published.counted(core_literals(model, published.standard))
    return {
        "product": name,
        "title": worded(product.titles, language, model.title, name),
        "version": model.version,
        "way": product.way,
        "certain": published.reasoner.certain,
        "currency": rt.workspace.settings.currency,
        "price": from_units(model.price),
        "count": count,
        "count_about": about,
        "shown_max": product.shown_max,
        "groups": [_group(published, place, language) for place in range(len(model.groups))],
        "standard": {"choices": model.choices(published.standard), "price": _price(published, published.standard)},
        "variants": [
            {"variant": key, "title": worded(one.titles, language, one.title, key), "choices": dict(one.choices)}
            for key, one in product.variants.items() if not one.approved
        ],
    }  # fmt: skip


def uvl_of(rt: Runtime, name: str) -> dict[str, str]:
    """One product in the Universal Variability Language; raises as ``write_uvl`` for what it cannot say."""
    return {"product": name, "uvl": write_uvl(of_product(rt.shelf.product(name)))}


def _group(published: Published, place: int, language: str) -> dict[str, Any]:
    model = published.model
    group = model.groups[place]
    above = model.group_of[group.parent] if group.parent else None
    return {
        "group": group.name,
        "title": worded(group.titles, language, group.title, group.name),
        "dimension": group.dimension,
        "around": group.around,
        "least": group.least,
        "most": group.most,
        "parent": {"group": above.name, "option": model.option(group.parent).name} if above else None,
        "options": [_option(published, number, language) for number in group.options],
    }


def _option(published: Published, number: int, language: str) -> dict[str, Any]:
    option = published.model.option(number)
    return {
        "option": option.name,
        "title": worded(option.titles, language, option.title, option.name),
        "price": from_units(option.price),
        "partner": option.partner,
        "digital": option.digital,
        "lead_days": option.lead_days,
        "content": dict(option.content),
    }


def _price(published: Published, chosen: tuple[int, ...]) -> float:
    return from_units(published.model.price_of(chosen))
