"""All about one customer, complete, as one document and as tables that come back as they were."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.core.errors import NotFound
from rapport.core.identifier import Identifier, Link
from rapport.loop.deciding.decide import Ask, decide
from rapport.loop.intake.fold import catch_up
from rapport.loop.privacy.consent import Word, state
from rapport.loop.privacy.export import archive, export, plain, table_csv, tables
from rapport.loop.view.links import SOMEBODY
from rapport.ports.store import FoldBatch
from tests.loop.conftest import Shop, identify, track

ANN = {"userId": "ann"}
ENTRIES = {
    "format", "exported_at", "customer", "identifiers", "traits", "consents", "events", "decisions", "offers",
    "lessons", "links", "refusals", "reviews",
}  # fmt: skip


@pytest.fixture
def exported(shop: Shop) -> dict[str, Any]:
    """Ann has three names, of which Bob once gave one as his, an answered offer and a word on consent."""
    shop.happen(identify("ann", "a1", city="Bonn", email="ann@example.com"))
    shop.happen(track("Order Completed", "ann", revenue=5, note='=HYPERLINK("http://evil")'))
    shop.happen(identify("bob", None, email="ann@example.com"))
    made = decide(shop.rt, Ask(customer=ANN, slot="homepage"))
    made.saved.result()
    answer = {"decision_id": made.decision.id, "action": made.decision.chosen[0].action}
    shop.happen(track("Offer Accepted", "ann", **answer))
    state(shop.rt, ANN, Word(purpose="sharing", given=True, proof="form 9"), actor="desk")
    catch_up(shop.rt)
    return export(shop.rt, ANN)


def test_the_document_is_complete(exported: dict[str, Any]) -> None:
    assert exported.keys() == ENTRIES
    assert {(one["namespace"], one["value"]) for one in exported["identifiers"]} == {
        ("user_id", "ann"), ("anonymous_id", "a1"), ("email", "ann@example.com"),
    }  # fmt: skip
    (city,) = [one for one in exported["traits"] if one["name"] == "city"]
    assert (city["value"], city["source"], city["purpose"], city["shown"]) == ("Bonn", "test", "nearest shop", True)
    assert [one.get("event", "") for one in exported["events"]] == [
        "",
        "Order Completed",
        "Offer Accepted",
        "Consent Stated",
    ]
    assert [(one["category"], one["proof"]) for one in exported["consents"]] == [("sharing", "form 9")]
    assert exported["lessons"][0]["outcome"] == exported["offers"][0]["outcome"] == "accepted"
    json.loads(msgspec.json.encode(exported))


def test_each_decision_comes_with_its_reasons(exported: dict[str, Any]) -> None:
    (decision,) = exported["decisions"]
    (item,) = decision["items"]
    assert set(item["because"]) == {"who", "what", "where", "when", "why", "how"}
    assert (item["outcome"], decision["inputs"]["city"]) == ("accepted", "Bonn")
    assert sum(one["probability"] for one in decision["candidates"]) == pytest.approx(1)
    assert [one["action"] for one in decision["excluded"]] == ["gold"]


def test_other_people_are_not_named(exported: dict[str, Any]) -> None:
    (refused,) = exported["refusals"]
    assert {refused["a"], refused["b"]} == {"email:ann@example.com", f"user_id:{SOMEBODY}"}
    assert b"bob" not in msgspec.json.encode(exported)


def test_a_parting_of_own_names_does_not_tell_from_whom(shop: Shop) -> None:
    shop.happen(identify("ann", "a1"))
    catch_up(shop.rt)
    line = Link(kind="unlink", a=Identifier("user_id", "ann"), b=Identifier("anonymous_id", "a1"), rule="manual",
                actor="desk", evidence="to part user_id:ann from user_id:bob", time_us=1, event_seq=1)  # fmt: skip
    reached = shop.rt.store.cursors()
    shop.rt.store.apply(FoldBatch(event_cursor=reached.event, decision_cursor=reached.decision, links=[line])).result()

    links = export(shop.rt, ANN)["links"]

    assert [one["kind"] for one in links] == ["link", "unlink"]
    assert "bob" not in links[1]["evidence"]


def test_the_archive_holds_every_table_as_it_was(exported: dict[str, Any]) -> None:
    packed = archive(exported)
    assert packed == archive(exported)
    with zipfile.ZipFile(io.BytesIO(packed)) as zipped:
        read = {name.removesuffix(".csv"): zipped.read(name).decode() for name in zipped.namelist()}
    wanted = tables(exported)
    assert read.keys() == wanted.keys() == ENTRIES - {"format", "exported_at"} | {"features", "scores"}
    for name, text in read.items():
        assert not text.startswith("\ufeff")
        assert len(list(csv.DictReader(io.StringIO(text, newline="")))) == len(wanted[name])
    (order,) = [
        one for one in csv.DictReader(io.StringIO(read["events"], newline="")) if one["event"].startswith("Ord")
    ]
    assert json.loads(order["properties"])["note"] == '=HYPERLINK("http://evil")'


@given(cells=st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")), min_size=1))
def test_no_cell_begins_like_a_formula_and_every_cell_comes_back(cells: list[str]) -> None:
    text = table_csv([{"cell": cell, "last": 1} for cell in cells])
    found = [row["cell"] for row in csv.DictReader(io.StringIO(text, newline=""))]
    assert not [cell for cell in found if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))]
    assert [plain(cell) for cell in found] == cells


def test_numbers_stay_numbers() -> None:
    assert table_csv([{"n": -5, "x": 1.5, "yes": True, "none": None}]).splitlines() == ["n,x,yes,none", "-5,1.5,true,"]


def test_a_stranger_has_nothing(shop: Shop) -> None:
    with pytest.raises(NotFound):
        export(shop.rt, {"userId": "nobody"})
