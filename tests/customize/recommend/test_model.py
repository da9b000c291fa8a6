"""A fitted recommender: what it chose and why, every kind of list, new items, and its way through bytes."""

from __future__ import annotations

import zlib

import msgspec
import numpy as np
import pytest
from msgspec import structs

from rapport.core.errors import InvalidInput
from rapport.customize.recommend import NOBODY, Asked, Interactions, Taste, decode, encode, fit, recommend
from rapport.customize.recommend.choosing import CUSTOMERS_MIN, choose
from rapport.customize.recommend.model import _Body
from tests.customize.recommend.shops import TODAY, shelf, shop

SHOWN = shop()
MODEL = fit(shelf(SHOWN, new=(3,)), SHOWN, TODAY, again=False)


def taste(*items: int, owned: bool = True) -> Taste:
    place = np.array(items, dtype=np.int32)
    return Taste(place, np.full(place.size, TODAY, np.int32), np.ones(place.size), np.full(place.size, owned))


def ids(kind, asked, most=5):
    return [int(one.id[1:]) for one in recommend(MODEL, kind, asked, most).items]


def test_the_choice_is_judged_by_customers_who_had_no_part_in_it():
    choice = MODEL.choice
    assert not choice.reason
    assert min(choice.chosen_on, choice.tested_on) >= CUSTOMERS_MIN
    assert {"chosen", "popularity", "itemknn"} == choice.found.keys()
    assert choice.found["chosen"].ndcg.low > choice.found["popularity"].ndcg.mean
    assert choice.slopes["personal"] > 0.0


def test_with_few_days_or_customers_nothing_is_claimed():
    assert choose(shop(10), TODAY, again=False, seed=1).reason == "few"
    late = SHOWN.where(SHOWN.day > TODAY - 5)
    short = choose(late, TODAY, again=False, seed=1)
    assert (short.reason, short.found, short.slopes) == ("short", {}, {})


def test_a_customer_gets_the_own_half_and_nothing_owned():
    found = ids("personal", Asked(TODAY, taste(0, 1, 2)))
    assert all(place < 15 for place in found)
    assert {0, 1, 2}.isdisjoint(found)


def test_what_is_bought_again_comes_again_where_the_catalogue_says_so():
    again = structs.replace(MODEL, again=True, choice=structs.replace(
        MODEL.choice, mix=structs.replace(MODEL.choice.mix, again=0.8)))  # fmt: skip
    listed = recommend(again, "personal", Asked(TODAY, taste(4, 4, 9)), 3).items
    assert {one.id for one in listed[:2]} == {"i4", "i9"}


def test_a_visitor_without_a_past_gets_what_everybody_takes():
    listed = recommend(MODEL, "personal", Asked(TODAY, NOBODY), 5)
    assert listed.kind == "popular"
    best = np.argsort(-MODEL.popular, kind="stable")[:4]
    assert {one.id for one in listed.items} >= {f"i{place}" for place in best}
    wool = recommend(MODEL, "popular", Asked(TODAY, NOBODY, {"category": "wool"}), 5).items
    assert {one.attributes["category"] for one in wool} == {"wool"}


def test_similar_needs_an_item_and_no_customer():
    assert all(place >= 15 for place in ids("similar", Asked(TODAY, NOBODY, {"item": "i20"}), 4))
    assert 20 not in ids("similar", Asked(TODAY, NOBODY, {"item": "i20"}), 29)


def test_the_item_looked_at_last_stands_for_the_page():
    looked = taste(20, owned=False)
    assert ids("similar", Asked(TODAY, looked), 4) == ids("similar", Asked(TODAY, NOBODY, {"item": "i20"}), 4)


def test_selling_up_stays_in_the_category_and_costs_more():
    found = recommend(MODEL, "up_sell", Asked(TODAY, NOBODY, {"item": "i5"}), 10).items
    assert found
    assert all(one.attributes["category"] == "tea" and 6.6 <= one.price <= 24.0 for one in found)


def test_selling_across_leaves_the_category():
    rows = [(c, i, d) for c in range(30) for i, d in ((0, c), (20, c), (21, c + 1))]
    customer, item, day = np.array(rows, dtype=np.int32).T
    together = Interactions(customer, item, day, np.ones(90), np.ones(90, bool), 30, 30)
    model = fit(shelf(together), together, TODAY, again=False)
    asked = Asked(TODAY, NOBODY, {"items": ["i0"]})
    listed = recommend(model, "cross_sell", asked, 5)
    assert (listed.kind, listed.items[0].id) == ("cross_sell", "i20")
    assert {one.attributes["category"] for one in listed.items} == {"wool"}
    assert recommend(model, "basket", asked, 5).items[0].id == "i20"


def test_a_new_item_has_a_place_in_the_list_of_who_likes_its_kind():
    assert 3 in ids("personal", Asked(TODAY, taste(0, 1, 2)), 5)


def test_a_list_holds_what_is_asked_for_best_first():
    for most in (1, 7, 30):
        listed = recommend(MODEL, "popular", Asked(TODAY, NOBODY), most).items
        assert len(listed) == most
        affinity = [one.affinity for one in listed]
        assert affinity == sorted(affinity, reverse=True)
        assert sum(affinity) == pytest.approx(0.0, abs=1e-9)


def test_bytes_and_back_recommend_the_same():
    asked = Asked(TODAY, taste(16, 17))
    again = decode(encode(MODEL))
    assert recommend(again, "personal", asked, 10) == recommend(MODEL, "personal", asked, 10)
    assert again.choice == MODEL.choice


def test_another_format_is_refused_with_what_to_do():
    body = msgspec.msgpack.decode(zlib.decompress(encode(MODEL)), type=_Body)
    body.format = 99
    with pytest.raises(InvalidInput, match="rapport refresh"):
        decode(zlib.compress(msgspec.msgpack.encode(body)))
