"""The pages that the head of every page leads to, in groups, and which of them is open."""

from __future__ import annotations

from typing import Any, Final

PLACES: Final[tuple[tuple[str, tuple[tuple[str, str], ...]], ...]] = (
    ("places_customers", (("/customers", "customers"),)),
    (
        "places_differences",
        (
            ("/value", "customer_value"),
            ("/lifetime", "lifetime_value"),
            ("/next", "what_comes_next"),
            ("/needs", "needs_title"),
            ("/stages", "stages"),
            ("/selection", "selection_title"),
            ("/segments", "segments"),
        ),
    ),
    (
        "places_offers",
        (
            ("/recommendations", "recommend_title"),
            ("/games", "games_title"),
            ("/products", "products_title"),
            ("/ways", "ways_title"),
            ("/budgets", "budgets_title"),
            ("/uplift", "uplift_title"),
            ("/models", "models_title"),
        ),
    ),
    (
        "places_learnt",
        (
            ("/findings", "findings"),
            ("/demand", "demand_title"),
            ("/evaluation", "evaluation_title"),
            ("/experiments", "experiments_title"),
        ),
    ),
    ("places_data", (("/quality", "data_quality"), ("/reviews", "reviews"), ("/readiness", "readiness"))),
)
"""Group → paths with their titles, all of them names of messages."""


def places(here: str) -> dict[str, Any]:
    """The groups with their pages, and the title of the page that ``here`` is or lies under (empty: none of them).

    ``current`` is what ``aria-current`` says: ``page`` for the page itself, ``true`` for one that lies under it.

    >>> places("/customers/c_1")["title"], places("/customers/c_1")["groups"][0]["pages"][0]["current"]
    ('customers', 'true')
    >>> places("/login")["title"]
    ''
    """
    groups = [{"name": name, "pages": [_page(path, title, here) for path, title in pages]} for name, pages in PLACES]
    open_now = (title for _, pages in PLACES for path, title in pages if _current(path, here))
    return {"groups": groups, "title": next(open_now, "")}


def _page(path: str, title: str, here: str) -> dict[str, str]:
    return {"path": path, "title": title, "current": _current(path, here)}


def _current(path: str, here: str) -> str:
    if here == path:
        return "page"
    return "true" if here.startswith(f"{path}/") else ""
