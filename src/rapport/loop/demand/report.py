"""The demand for each product, made once a refresh and kept until the next; an erasure drops it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from rapport.core.customer import decode_profile
from rapport.core.errors import Conflict, NotFound, did_you_mean
from rapport.core.time import iso
from rapport.identify.profile import opted_out, personalized
from rapport.learn.demand import LEAST
from rapport.learn.demand.abandonment import abandonment
from rapport.learn.demand.chain import chain
from rapport.learn.demand.designs import laboratory
from rapport.learn.demand.digital import digital
from rapport.learn.demand.gap import gap
from rapport.learn.demand.modules import Modules
from rapport.learn.demand.premium import premium
from rapport.learn.demand.production import build_plan
from rapport.learn.demand.segmented import Belonging, by_segment
from rapport.learn.demand.sessions import Design, Session, Told
from rapport.learn.demand.take_rates import sold_of, take_rates
from rapport.learn.demand.unmet import unmet
from rapport.learn.demand.wanted import wanted
from rapport.learn.demand.ways import ways
from rapport.loop.configure.published import Published
from rapport.loop.demand.collect import belonging, collect, may_be_told_apart
from rapport.loop.demand.modules import modules_of
from rapport.loop.demand.possible import possible
from rapport.loop.demand.stocking import variants_to_stock
from rapport.loop.kept import keep, kept
from rapport.loop.refreshed import last_refresh
from rapport.loop.runtime import Runtime

STATE: Final = "demand"
"""Name of the small state that keeps the last report."""
ORDERS: Final = 100
"""The parts list is for so many orders."""
SEED: Final = 20_261
"""Of all resamples, so that the same log tells the same."""
NOTES: Final = (
    "Who meets which way is not drawn by lot: products and customers differ, and so may figures for that reason alone.",
    "Sessions that are still running are in no figure.",
)


def overview(rt: Runtime) -> dict[str, Any]:
    """Each product in a line; raises ``Conflict`` before the first refresh, ``NotFound`` without products."""
    found = _kept(rt)
    lines = [
        {
            "product": name,
            "title": one["title"],
            **{key: one["abandonment"][key] for key in ("sessions", "completed", "dead_ends")},
            "wishes": len(one["unmet"]["wishes"]),
            "rising": [rate["title"] for rate in one["take_rates"] if rate["trend"]["moves"] == "rising"],
            "falling": [rate["title"] for rate in one["take_rates"] if rate["trend"]["moves"] == "falling"],
            "premium": one["premium"]["premium"],
        }
        for name, one in found["products"].items()
    ]
    return {**{key: found[key] for key in ("as_of", "currency", "least", "unreadable")}, "products": lines}


def of_product(rt: Runtime, product: str) -> dict[str, Any]:
    """Everything told of one product; raises ``NotFound`` for an unknown one, ``Conflict`` before the first refresh."""
    found = _kept(rt)
    if product not in found["products"]:
        raise NotFound(f"no product '{product}'", where="products/", hint=did_you_mean(product, found["products"]))
    told = {**{key: found[key] for key in ("as_of", "currency", "least")}, **found["products"][product]}
    told["laboratory"]["invite"] = [one for one in told["laboratory"]["invite"] if _still(rt, one["customer_id"])]
    return told


def of_ways(rt: Runtime) -> dict[str, Any]:
    """The four ways beside each other; raises as ``overview``."""
    found = _kept(rt)
    return {**{key: found[key] for key in ("as_of", "currency", "least", "ways")}, "notes": list(NOTES)}


def _still(rt: Runtime, customer_id: str) -> bool:
    """Whether a customer may still be told apart: they may have said no since the report was made."""
    row = rt.store.customer(customer_id)
    profile = decode_profile(row.profile) if row is not None else None
    return profile is not None and personalized(profile) and not opted_out(profile)


def after_refresh(rt: Runtime, as_of_us: int) -> None:
    """Counts anew what was configured until a moment (µs)."""
    if rt.workspace.products:
        keep(rt, STATE, as_of_us, measure)


def measure(rt: Runtime, as_of_us: int) -> dict[str, Any]:
    """The report on every product, and on the four ways."""
    told = collect(rt, as_of_us)
    published = {name: rt.shelf.published(name) for name in rt.shelf.names}
    members = belonging(rt)
    modules = {name: modules_of(one) for name, one in published.items()}
    products = {
        name: _product(rt, one, modules[name], told, members=members, as_of_us=as_of_us)
        for name, one in published.items()
    }
    return {
        "as_of": iso(as_of_us),
        "currency": rt.workspace.settings.currency,
        "least": LEAST,
        "unreadable": told.unreadable,
        "products": products,
        "ways": msgspec.to_builtins(ways(modules, told.sessions, as_of_us, SEED)),
    }


def _product(
    rt: Runtime, published: Published, modules: Modules, told: Told, *, members: Belonging, as_of_us: int
) -> dict[str, Any]:
    sessions = [one for one in told.sessions if one.product == published.name]
    designs = [one for one in told.designs if one.product == published.name]
    sold = sold_of(sessions)
    found = {
        "title": modules.title,
        "customers": len({one.customer for one in sessions if one.customer}),
        "take_rates": take_rates(modules, sold, possible(published, [one.parts for one in sold])),
        "segments": by_segment(modules, sessions, members),
        "unmet": unmet(modules, sessions, as_of_us, SEED),
        "wanted": wanted(modules, sessions, designs),
        "abandonment": abandonment(modules, sessions, as_of_us),
        "gap": gap(modules, sessions, SEED),
        "premium": premium(modules, sessions, SEED),
        "plan": build_plan(modules, sessions, ORDERS, SEED),
        "digital": digital(modules, sold),
        "chain": chain(modules, sessions, SEED),
        "laboratory": _laboratory(rt, modules, sessions, designs),
        "stock": variants_to_stock(published.model, modules, sold, SEED),
    }
    plain: dict[str, Any] = msgspec.to_builtins(found)
    return {"product": published.name, "way": published.product.way, **plain}


def _laboratory(
    rt: Runtime, modules: Modules, sessions: Sequence[Session], designs: Sequence[Design]
) -> dict[str, Any]:
    may = may_be_told_apart(rt)
    told: dict[str, Any] = msgspec.to_builtins(laboratory(modules, sessions, designs, may))
    for one in told["designs"]:
        one["at"] = iso(one.pop("us"))
    return told


def _kept(rt: Runtime) -> dict[str, Any]:
    if not rt.workspace.products:
        raise NotFound("no products are declared", hint="add products/NAME.yaml, see docs/guides/configure.md")
    if last_refresh(rt) is None:
        raise Conflict("no configurations are counted yet", hint="run `rapport refresh` first")
    return kept(rt, STATE, measure)
