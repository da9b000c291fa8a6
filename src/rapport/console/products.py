"""The pages on what is configured: all products, and one with its modules, rules, ready variants, and its embedding."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import quote

from litestar import Response, get, post
from litestar.datastructures import State
from litestar.params import FromPath

from rapport.console import login, plot
from rapport.console.messages import CATALOGUES
from rapport.console.rendering import AnyRequest, language_of, page, same_site, signed_in
from rapport.core.errors import Conflict, NotAllowed, NotFound
from rapport.core.money import from_units
from rapport.customize.configure.answering.reasoner import Impossible
from rapport.customize.configure.model import Group, Model, Option
from rapport.customize.configure.product import core_literals
from rapport.loop import keys
from rapport.loop.configure.published import Published
from rapport.loop.demand.report import of_product
from rapport.loop.runtime import Runtime
from rapport.workspace.products import Choices, Product, ProductRule
from rapport.workspace.wording import Words as Titles
from rapport.workspace.wording import worded

Words = Mapping[str, str]
KEY_LABEL: Final = "pages that embed a configurator"
BUNDLE: Final = "bundle "
"""What names of rules begin with that only define a bundle."""
COUNT_DIGITS: Final = 12
"""A count of more digits is told by their number alone."""
Shares = Mapping[tuple[str, str], Mapping[str, Any]]
"""Group and option → the share of completed configurations that have it."""


@get("/products", guards=[signed_in], sync_to_thread=True)
def products(request: AnyRequest, state: State) -> Response[str]:
    """All products that are configured."""
    language = language_of(request)
    rows = [_row(state.rt, name, language) for name in state.rt.workspace.products]
    return page(request, "products.html", rows=rows)


@get("/products/{name:str}", guards=[signed_in], sync_to_thread=True)
def product(request: AnyRequest, state: State, name: FromPath[str]) -> Response[str]:
    """One product; raises ``NotFound``."""
    return _shown(request, state, name, "")


@post("/products/{name:str}/key", guards=[signed_in], sync_to_thread=True, status_code=200)
def make_key(request: AnyRequest, state: State, name: FromPath[str]) -> Response[str]:
    """A new key that pages may carry, shown once. Raises ``NotAllowed`` for who may only look."""
    same_site(request)
    if not _decides(request, state):
        raise NotAllowed("this session may look, not make keys", hint="sign in with a key that has the scope manage")
    state.rt.shelf.product(name)
    return _shown(request, state, name, keys.create(state.rt, ["write"], KEY_LABEL))


def _shown(request: AnyRequest, state: State, name: str, key: str) -> Response[str]:
    language = language_of(request)
    told = product_page(state.rt, name, language, CATALOGUES[language])
    server = str(request.base_url).rstrip("/")
    return page(request, "product.html", **told, key=key, may_decide=_decides(request, state), server=server,
                try_at=f"/configure/{quote(name)}")  # fmt: skip


def _decides(request: AnyRequest, state: State) -> bool:
    return bool(login.decider(state.rt, state.signer, request.cookies.get(login.COOKIE, "")))


def _row(rt: Runtime, name: str, language: str) -> dict[str, Any]:
    said = rt.workspace.products[name]
    return {"name": name, "title": worded(said.titles, language, said.title, name), "way": said.way,
            **_figures(rt.shelf.published(name))}  # fmt: skip


def product_page(rt: Runtime, name: str, language: str, words: Words) -> dict[str, Any]:
    """Everything a product's page shows; raises ``NotFound``."""
    said = rt.shelf.product(name)
    published = rt.shelf.published(name)
    model = published.model
    shares = _shares(rt, name)
    rules = list(_rules(model, said, language))
    return {
        "name": name, "title": worded(said.titles, language, said.title, name), "way": said.way,
        **_figures(published),
        "groups": [_group(model, group, shares, language, words) for group in model.groups],
        "shares": bool(shares),
        "rules": [one for one in rules if one["declared"] or not one["says"]],
        "interfaces": [one for one in rules if one["says"] and not one["declared"]],
        "bundles": [{"title": worded(one.titles, language, one.title, key), "when": one.when, "price": one.price}
                    for key, one in said.bundles.items()],
        "quantities": said.quantities,
        "ready": list(_ready(published, said, language, words)),
    }  # fmt: skip


def _figures(published: Published) -> dict[str, Any]:
    """How many configurations there are and what they cost; ``count`` is empty where it cannot be counted."""
    model = published.model
    size = {"modules": len(model.visible), "groups_count": len(model.groups)}
    try:
        count = _count(published)
        prices = published.reasoner.prices([], [])
    except Impossible as error:
        return size | {"count": "0", "low": None, "high": None, "impossible": str(error)}
    low, high = (from_units(model.price + int(bound[0])) for bound in (prices.low, prices.high))
    return size | {"count": count, "low": low, "high": high, "impossible": ""}


def _count(published: Published) -> str:
    """How many there are of the product itself, the services around it as in the standard one; empty: not known."""
    literals = core_literals(published.model, published.standard)
    about = published.reasoner.count_about(literals)
    if about is not None and about > COUNT_DIGITS:
        return f"10^{math.floor(about)}"
    count = published.reasoner.count(literals)
    return "" if count is None else f"{count:,}"


def _group(model: Model, group: Group, shares: Shares, language: str, words: Words) -> dict[str, Any]:
    above = model.option(group.parent) if group.parent else None
    options = [model.option(number) for number in group.options]
    return {
        "title": worded(group.titles, language, group.title, group.name),
        "under": worded(above.titles, language, above.title, above.name) if above else "",
        "about": words[f"around_{group.around}"] if group.around else words[f"dimension_{group.dimension}"],
        "bounds": _bounds(group, words),
        "options": [_option(one, shares.get((group.name, one.name)), language, words) for one in options],
    }


def _bounds(group: Group, words: Words) -> str:
    if group.most == 1:
        return words["products_one" if group.least else "products_one_or_none"]
    return words["products_between"].format(least=group.least, most=group.most)


def _option(one: Option, taken: Mapping[str, Any] | None, language: str, words: Words) -> dict[str, Any]:
    """``taken`` is the share of completed configurations with it, None before the first refresh."""
    share = taken["share"] if taken else None
    title = worded(one.titles, language, one.title, one.name)
    return {
        "title": title, "price": from_units(one.price), "cost": from_units(one.cost),
        "notes": list(_notes(one, words)), "taken": taken,
        "bar": plot.bar([("good", share)], f"{title}: {share:.0%}") if share is not None else "",
    }  # fmt: skip


def _notes(one: Option, words: Words) -> Iterator[str]:
    """What else is said of an option."""
    if one.lead_days:
        yield words["products_days"].format(days=f"{one.lead_days:g}")
    if one.partner:
        yield words["products_partner"].format(partner=one.partner)
    if one.digital:
        yield words["products_digital"]
    if one.common:
        yield words["products_common"]
    if one.stock is not None:
        yield words["products_stock"].format(stock=f"{one.stock:,}")


def _rules(model: Model, said: Product, language: str) -> Iterator[dict[str, str]]:
    """Every rule, table and limit with its sentence, and what the product's file says."""
    for rule in model.rules:
        if not rule.name.startswith(BUNDLE):
            yield _sentence(rule.name, rule.says, rule.says_in, _written(said.rules.get(rule.name)), language)
    for table in model.tables:
        file = said.tables[table.name].file if table.name in said.tables else ""
        yield _sentence(table.name, table.says, table.says_in, file, language)
    for limit in model.limits:
        declared = said.limits.get(limit.name)
        bounds = (declared.at_least, declared.sum, declared.at_most) if declared else ()
        means = " ≤ ".join(str(part) for part in bounds if part is not None)
        yield _sentence(limit.name, limit.says, limit.says_in, means, language)


def _sentence(name: str, says: str, says_in: Titles, means: str, language: str) -> dict[str, str]:
    """``declared`` is empty for a rule that follows from interfaces."""
    return {"name": name, "says": worded(says_in, language, says), "means": means, "declared": means}


def _written(rule: ProductRule | None) -> str:
    if rule is None:
        return ""
    return f"{rule.when} → {rule.then}" if rule.then else f"{rule.when} ✗ {rule.never}"


def _ready(published: Published, said: Product, language: str, words: Words) -> Iterator[dict[str, Any]]:
    """The standard product and the variants, completed; one that is not possible says so."""
    yield {"title": words["products_standard"], "approved": "", **_completed(published, said.standard, language, words)}
    for name, one in said.variants.items():
        title = worded(one.titles, language, one.title, name)
        completed = _completed(published, one.choices, language, words)
        yield {"title": title, "approved": ", ".join(one.approved), **completed}


def _completed(published: Published, choices: Choices, language: str, words: Words) -> dict[str, Any]:
    model = published.model
    try:
        chosen = published.whole(choices)
    except Impossible:
        return {"choices": [], "price": None, "why_not": words["products_not_together"]}
    told = [
        (worded(group.titles, language, group.title, group.name), _titles(model, group, chosen, language))
        for group in model.groups
    ]
    return {
        "choices": [one for one in told if one[1]], "price": from_units(model.price_of(chosen)), "why_not": "",
    }  # fmt: skip


def _titles(model: Model, group: Group, chosen: tuple[int, ...], language: str) -> str:
    options = [model.option(number) for number in group.options if number in chosen]
    return ", ".join(worded(one.titles, language, one.title, one.name) for one in options)


def _shares(rt: Runtime, name: str) -> Shares:
    """Who took what, as of the last refresh; nothing before the first."""
    try:
        rates = of_product(rt, name)["take_rates"]
    except (Conflict, NotFound):
        return {}
    return {(one["group"], one["option"]): one["taken"] for one in rates}
