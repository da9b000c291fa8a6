"""What a third party says is added to customers we know; it makes none, joins none and expires."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rapport.loop.intake.fold import catch_up
from rapport.loop.intake.ingest import Ingested, ingest
from rapport.loop.intake.load import load
from rapport.loop.intake.rebuild import rebuild
from rapport.loop.view import show
from tests.loop.conftest import Shop, identify, track

IDENTITY = """
namespaces:
  anonymous_id: {shared_by: 1}
sources:
  scores: {confidence: 0.6, expires: 30d, third_party: true}
"""
TRAITS = """
city: {kind: engagement, purpose: nearest shop}
household: {type: integer, kind: psychographic, purpose: pack sizes}
"""
CRM = "id,mail,town,day\nann,ann@x.org,Bonn,2024-09-01\nbob,bob@x.org,,2024-09-01\n"
SCORES = """mail,phone,town,people,day
ann@x.org,+4922812345,Kiel,3,2024-09-20
bob@x.org,,Ulm,2,2024-09-20
zoe@x.org,,Köln,1,2024-09-20
unknown,,Köln,1,2024-09-20
"""
SOURCES = {
    "sources/crm.yaml": """
files: [crm.csv]
type: identify
time: {column: day}
identifiers: {user_id: {column: id}, email: {column: mail}}
traits: {city: {column: town}}
""",
    "sources/scores.yaml": """
files: [a_scores.csv]
type: identify
time: {column: day}
identifiers: {email: {column: mail}, phone: {column: phone}}
traits: {city: {column: town}, household: {column: people, type: integer}}
""",
}


@pytest.fixture
def shop(open_shop: Callable[..., Shop]) -> Shop:
    shop = open_shop(**{"identity.yaml": IDENTITY, "traits.yaml": TRAITS, **SOURCES})
    (shop.root / "crm.csv").write_text(CRM, encoding="utf-8")
    (shop.root / "a_scores.csv").write_text(SCORES, encoding="utf-8")
    return shop


def send(shop: Shop, source: str, *calls: dict[str, Any]) -> Ingested:
    outcome = ingest(shop.rt, [json.dumps(call).encode() for call in calls], source=source)
    outcome.saved.result()
    catch_up(shop.rt)
    return outcome


def test_a_bought_file_adds_to_those_we_know_and_says_whom_it_could_not_find(shop: Shop) -> None:
    report = load(shop.rt, [shop.root])
    bought = next(file for file in report.files if file.source == "scores")
    assert (bought.rows_read, bought.rows_loaded, bought.rows_rejected) == (4, 2, 2)
    assert bought.rejected == {
        "nobody we know, and a third party only adds to customers we know": 1,
        "no identifier that names somebody": 1,
    }
    rejects = Path(bought.rejects_file).read_text(encoding="utf-8")
    assert "nobody we know, and a third party only adds to customers we know: email:zoe@x.org" in rejects
    catch_up(shop.rt)
    assert shop.rt.store.count_customers() == 2


def test_what_it_adds_fills_gaps_carries_its_source_and_expires(shop: Shop) -> None:
    load(shop.rt, [shop.root])
    catch_up(shop.rt)
    ann, bob = (show(shop.rt, {"userId": name})["traits"] for name in ("ann", "bob"))
    assert (ann["city"]["value"], ann["city"]["others"][0]["value"]) == ("Bonn", "Kiel")
    assert (bob["city"]["value"], bob["city"]["source"], bob["city"]["third_party"]) == ("Ulm", "scores", True)
    assert bob["household"]["expires_at"] == "2024-10-19T22:00:00Z"
    shop.clock.pass_days(30)
    assert show(shop.rt, {"userId": "bob"})["traits"]["household"]["value"] is None


def test_it_teaches_no_identifier_and_joins_nobody(shop: Shop) -> None:
    load(shop.rt, [shop.root])
    catch_up(shop.rt)
    before = shop.rt.store.identifiers_of([row.id for row in shop.rt.store.scan_customers()])
    assert "phone" not in {row.identifier.namespace for row in before}
    (rejection,) = send(shop, "scores", identify("bob", email="ann@x.org", city="Kiel")).rejections
    assert rejection.reason.startswith("names of several customers, and a third party joins nobody: user_id:bob, email")
    rebuild(shop.rt)
    assert shop.rt.store.identifiers_of([row.id for row in shop.rt.store.scan_customers()]) == before


def test_an_api_key_of_a_third_party_is_held_to_the_same(shop: Shop) -> None:
    send(shop, "web", identify("ann", city="Bonn"))
    outcome = send(
        shop,
        "scores",
        identify("zoe", household=2),
        {"type": "nonsense"},
        identify("ann", household=4),
        {"type": "alias", "userId": "ann", "previousId": "a1"},
    )
    assert outcome.accepted == 1
    assert [(one.index, one.reason.partition(":")[0].partition(" (")[0]) for one in outcome.rejections] == [
        (0, "nobody we know, and a third party only adds to customers we know"),
        (1, "unknown type 'nonsense'"),
        (3, "an alias call, and a third party joins nobody"),
    ]
    assert show(shop.rt, {"userId": "ann"})["traits"]["household"]["value"] == 4
    kept = shop.rt.store.rejections()
    assert any(row.source == "scores" and "user_id:zoe" in row.reason for row in kept)


def test_what_many_people_share_is_nobody_s(shop: Shop) -> None:
    send(shop, "web", track("Product Viewed", anonymous="till"), identify("ann", "till"), identify("bob", "till"))
    (rejection,) = send(shop, "scores", identify(anonymous="till", household=2)).rejections
    assert rejection.reason.startswith("nobody we know")


def test_a_row_refused_today_is_let_in_once_the_customer_is_known(shop: Shop) -> None:
    load(shop.rt, [shop.root])
    send(shop, "web", identify("zoe", email="zoe@x.org"))
    (again,) = load(shop.rt, [shop.root / "a_scores.csv"]).files
    assert (again.appended, again.duplicates, again.rows_rejected) == (1, 2, 1)
    catch_up(shop.rt)
    assert show(shop.rt, {"userId": "zoe"})["traits"]["household"]["value"] == 1
