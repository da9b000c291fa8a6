"""The report of what was not kept names who sends it, and the line that would keep it."""

from __future__ import annotations

from collections.abc import Callable

from rapport.loop.reports.dropped import dropped, ill_typed
from tests.loop.conftest import Shop, identify

TRAITS = """
age: {type: integer, kind: engagement, purpose: menu}
postcode: {type: text, kind: engagement, purpose: nearest shop, valid: "[0-9]{5}"}
"""


def written(shop: Shop) -> Shop:
    shop.rt.counts.write(shop.rt.store, shop.rt.chance, shop.clock.now_us())
    shop.rt.store.append([]).result()
    return shop


def test_what_nobody_declared_comes_with_the_line_that_keeps_it(open_shop: Callable[..., Shop]) -> None:
    shop = open_shop(**{"traits.yaml": TRAITS})
    for tier in ("gold", "gold", "silver"):
        shop.send(identify("ann", loyalty_tier=tier))
    shop.send(identify("ann", pets=["cat"], stamps=7))

    first, *others = dropped(written(shop).rt)["undeclared"]

    assert first == {
        "name": "loyalty_tier",
        "times": 3,
        "sources": {"test": 3},
        "seen": {"text": 3},
        "first_day": "2024-10-04",
        "last_day": "2024-10-04",
        "declare": "loyalty_tier: {type: text}",
        "todo": "to keep it from now on, add that line to traits.yaml, with its kind and purpose",
    }
    assert [(one["name"], one["declare"]) for one in others] == [("pets", ""), ("stamps", "stamps: {type: integer}")]


def test_an_address_that_is_read_as_an_identifier_says_so(open_shop: Callable[..., Shop]) -> None:
    files = {"traits.yaml": TRAITS, "identity.yaml": "namespaces: {email: {}}\n"}
    shop = open_shop(**files)
    shop.send(identify("ann", email="ann@example.com"))

    (told,) = dropped(written(shop).rt)["undeclared"]

    assert told["todo"].startswith("read as the identifier email")


def test_what_does_not_fit_says_what_was_declared(open_shop: Callable[..., Shop]) -> None:
    shop = open_shop(**{"traits.yaml": TRAITS})
    shop.send(identify("ann", age="old", postcode="5311"), identify("bob", age=["41"], postcode="53111"))

    report = dropped(written(shop).rt)

    (age,) = report["ill_typed"]
    assert (age["name"], age["declared"], age["seen"]) == ("age", "integer", {"text": 1, "list": 1})
    (postcode,) = report["invalid"]
    assert (postcode["times"], postcode["todo"].split(":")[0]) == (1, "kept, but not valid")
    assert report["by_day"] == [{"day": "2024-10-04", "undeclared": 0, "unusable": 0, "ill_typed": 2, "invalid": 1}]
    assert ill_typed(shop.rt) == {("age", "test"): 2}
