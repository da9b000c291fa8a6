"""Customers are compared by their numbers with those who configured a product before."""

from rapport.core.configuration import CONFIGURATION_COMPLETED
from rapport.core.customer import decode_profile
from rapport.core.identifier import Identifier
from rapport.loop.columns import customer_row
from rapport.loop.configure.asking import Step
from rapport.loop.configure.people import People
from rapport.loop.configure.similar import RENEW_US, similar
from rapport.loop.configure.step import take
from rapport.loop.privacy.erase import erase
from tests.loop.conftest import Shop, identify, track

DOOR = """
groups:
  frame: {options: {oak: {price: 100}, steel: {price: 80}, pine: {price: 50}}}
  glass: {options: {single: {}, double: {price: 30}}}
standard: {frame: pine, glass: single}
"""
TRAITS = "income: {type: number}\nrooms: {type: integer}\nname: {type: text}\n"
OFF = {"consent": {"categoryPreferences": {"personalization": False}}}


def alike(shop: Shop, people: People, user: str = "ann") -> dict[str, float]:
    found = shop.rt.store.find(Identifier("user_id", user))
    assert found is not None
    now_us = shop.clock.now_us()
    row = customer_row(shop.rt, found.id, decode_profile(found.profile), found.scores, now_us)
    return similar(shop.rt, people, row, now_us)


def peopled(open_shop) -> tuple[Shop, People]:
    shop = open_shop(**{"traits.yaml": TRAITS})
    spent = {"ann": 100, "bob": 110, "cem": 150, "dee": 900}
    shop.happen(*(identify(name, income=number, rooms=number) for name, number in spent.items()))
    return shop, People(["user_id:dee", *(f"user_id:{name}" for name in spent), "user_id:nobody", "anonymous_id:s1"])


def test_who_is_nearest_in_numbers_is_most_alike_and_oneself_is_left_out(open_shop):
    told = alike(*peopled(open_shop))
    assert "user_id:ann" not in told
    assert told["user_id:bob"] > told["user_id:cem"] > told.get("user_id:dee", 0.0)


def test_who_may_not_be_profiled_or_was_erased_is_compared_with_nobody(open_shop):
    shop, people = peopled(open_shop)
    assert {"user_id:bob", "user_id:cem"} <= alike(shop, People(people.owners)).keys()
    shop.happen(identify("bob") | {"context": OFF})
    erase(shop.rt, {"userId": "cem"})
    assert alike(shop, people).keys() <= {"user_id:dee"}


def test_numbers_are_read_again_after_an_hour(open_shop):
    shop, people = peopled(open_shop)
    before = alike(shop, people)
    shop.happen(identify("bob", income=900, rooms=900))
    assert alike(shop, people) == before
    shop.clock.pass_days(RENEW_US / 86_400_000_000)
    assert alike(shop, people) != before


def test_a_product_that_nobody_took_has_nobody_to_compare_with(open_shop):
    shop, _ = peopled(open_shop)
    assert alike(shop, People([])) == alike(shop, People(["user_id:nobody"])) == {}


def test_somebody_new_is_offered_what_similar_customers_took_unless_it_is_not_wanted(open_shop):
    shop = open_shop(**{"traits.yaml": TRAITS, "products/door.yaml": DOOR})
    rich = {f"rich{number}": {"frame": "oak", "glass": "double"} for number in range(20)}
    poor = {f"poor{number}": {"frame": "steel", "glass": "single"} for number in range(30)}
    shop.happen(*(identify(name, income=900 if name in rich else 100) for name in (rich | poor)))
    shop.happen(*(
        track(CONFIGURATION_COMPLETED, name, product="door", choices=choices) for name, choices in (rich | poor).items()
    ))  # fmt: skip
    shop.happen(identify("new", income=900), identify("shy", income=900) | {"context": OFF})
    told = {name: take(shop.rt, "door", Step(customer={"userId": name})).told["completion"] for name in ("new", "shy")}
    assert told["new"]["choices"] == {"frame": "oak", "glass": "double"}
    assert {one["source"] for one in told["new"]["because"]} == {"similar"}
    assert told["shy"]["choices"] == {"frame": "steel", "glass": "single"}
    assert {one["source"] for one in told["shy"]["because"]} == {"most"}
