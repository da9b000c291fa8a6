from __future__ import annotations

import csv
import io

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rapport.core.errors import InvalidDefinition, InvalidRule, NotFound
from rapport.workspace.definitions import Lookup, Source, SourceField

ORDERS = """order,day,who,sku,qty,price
A1,2024-05-01 10:00,u1,tea,2,0.10
B1,2024-05-01 11:00,u2,cup,1,3.333
A1,2024-05-01 10:00,u1,pot,1,0.20
"""


NUMBERS = {"qty": SourceField(type="integer"), "price": SourceField(type="number")}


def field(column: str, kind: str = "text", **more) -> SourceField:
    return SourceField(column=column, type=kind, **more)


def orders(**changed) -> Source:
    parts = {
        "name": "orders",
        "event": "Order Completed",
        "group_by": ["order"],
        "time": field("day"),
        "identifiers": {"user_id": field("who")},
        "properties": {"order_id": field("order"), "currency": SourceField(value="EUR")},
        "lines": {"sku": field("sku"), "quantity": field("qty", "integer"), "price": field("price", "number")},
        "totals": {"revenue": "qty * price"},
    }
    return Source(**{**parts, **changed})


@pytest.fixture
def shop(tmp_path):
    def write(text: str, name: str = "orders.csv"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_scattered_lines_of_one_order_become_one_event(run, shop):
    outcome = run(shop(ORDERS), orders())
    first, second = outcome.calls
    assert first.properties == {
        "currency": "EUR",
        "order_id": "A1",
        "revenue": 0.4,
        "products": [{"sku": "tea", "quantity": 2, "price": 0.1}, {"sku": "pot", "quantity": 1, "price": 0.2}],
    }
    assert (first.user_id, first.timestamp, first.event) == ("u1", "2024-05-01T10:00:00Z", "Order Completed")
    assert second.properties["revenue"] == 3.333
    assert outcome.loaded == outcome.rows == 3


def test_totals_are_sums_of_rounded_lines_not_of_floats(run, shop):
    text = "order,day,who,sku,qty,price\n" + "A,2024-05-01,u,x,1,0.1\n" * 1000
    (call,) = run(shop(text), orders()).calls
    assert call.properties["revenue"] == 100.0


def test_each_row_is_an_event_without_group_by(run, shop):
    source = orders(group_by=[], lines={}, properties={"sku": field("sku")}, types=NUMBERS)
    outcome = run(shop(ORDERS), source)
    assert [call.properties for call in outcome.calls] == [
        {"sku": "tea", "revenue": 0.2},
        {"sku": "cup", "revenue": 3.333},
        {"sku": "pot", "revenue": 0.2},
    ]


def test_rules_name_the_event_the_first_that_holds(run, shop):
    source = orders(event_rules={"Order Refunded": "qty < 0", "Gift Sent": "price = 0"})
    text = "order,day,who,sku,qty,price\nA,2024-05-01,u,x,-1,5\nB,2024-05-01,u,x,1,0\nC,2024-05-01,u,x,1,1\n"
    assert [call.event for call in run(shop(text), source).calls] == ["Order Refunded", "Gift Sent", "Order Completed"]


def test_every_row_is_loaded_or_rejected_with_a_reason(run, shop):
    text = ORDERS + (
        "C1,yesterday,u1,tea,1,1\n"
        "C2,2024-05-02,u1,tea,one,1\n"
        "C3,2024-05-02,u1,tea,1.5,1\n"
        "C4,2024-05-02,,tea,1,1\n"
        "C5,,u1,tea,1,1\n"
        ",2024-05-02,u1,tea,1,1\n"
        "C6,2024-05-02,u1,tea,1,-1\n"
        "too,short\n"
    )
    outcome = run(shop(text), orders(require={"price below zero": "price >= 0"}))
    assert outcome.rejected == {
        "'day' is not a moment": 1,
        "'qty' is not a whole number": 2,
        "no identifier in 'who'": 1,
        "no time in 'day'": 1,
        "nothing in 'order' to group by": 1,
        "price below zero": 1,
        "2 fields instead of 6": 1,
    }
    assert outcome.rows == 11 == outcome.loaded + sum(outcome.rejected.values())
    lines = outcome.rejects.splitlines()
    assert lines[0] == "line,reason,order,day,who,sku,qty,price,text"
    assert "'day' is not a moment,C1,yesterday,u1,tea,1,1," in lines[1]
    assert lines[-1].endswith('"too,short"')


def test_an_unknown_answer_of_a_requirement_rejects(run, shop):
    text = "order,day,who,sku,qty,price\nA,2024-05-01,u,x,1,\n"
    assert run(shop(text), orders(require={"no price": "price > 0"})).rejected == {"no price": 1}


def test_a_line_of_another_customer_is_not_mixed_in(run, shop):
    text = ORDERS + "A1,2024-05-01,u9,cake,1,9\n"
    outcome = run(shop(text), orders())
    assert outcome.calls[0].properties["revenue"] == 0.4
    assert outcome.rejected == {"stranger": 1}
    assert "u9" in outcome.rejects


def test_message_ids_depend_on_the_key_columns_only(run, shop):
    first = [call.message_id for call in run(shop(ORDERS), orders()).calls]
    rest = ORDERS.splitlines()
    turned = "\n".join([rest[0], *reversed(rest[1:])]) + "\n"
    assert sorted(call.message_id for call in run(shop(turned, "other.csv"), orders()).calls) == sorted(first)
    assert len(set(first)) == 2


def test_without_key_columns_a_row_is_known_by_its_cells_wherever_it_stands(run, shop):
    source = orders(group_by=[], lines={}, types=NUMBERS)
    head, *rows = ORDERS.splitlines()
    here = {call.message_id for call in run(shop(ORDERS), source).calls}
    there = {call.message_id for call in run(shop("\n".join([head, *reversed(rows)]), "other.csv"), source).calls}
    twice = [call.message_id for call in run(shop("\n".join([head, rows[0], *rows])), source).calls]
    assert len(here) == 3
    assert here == there
    assert len(set(twice)) == 4
    assert here < set(twice)


def test_a_replaced_source_makes_a_new_event_of_a_changed_row(run, shop):
    source = orders(on_reimport="replace")
    before = [call.message_id for call in run(shop(ORDERS), source).calls]
    after = [call.message_id for call in run(shop(ORDERS.replace("3.333", "4")), source).calls]
    assert before[0] == after[0]
    assert before[1] != after[1]


def test_traits_and_several_identifiers(run, shop):
    text = "id,mail,phone,since,city\n7,Ann@X.de,,2024-05-01,Köln\n"
    source = Source(
        name="people",
        type="identify",
        time=field("since"),
        identifiers={"user_id": field("id"), "email": field("mail"), "phone": field("phone")},
        traits={"city": field("city"), "country": SourceField(value="DE")},
    )
    (call,) = run(shop(text), source, "Europe/Berlin").calls
    assert (call.type, call.user_id, call.external_ids) == ("identify", "7", {"email": "Ann@X.de"})
    assert call.traits == {"country": "DE", "city": "Köln"}
    assert call.timestamp == "2024-04-30T22:00:00Z"


def test_identify_without_a_time_waits_for_the_moment_of_loading(run, shop):
    source = Source(name="p", type="identify", identifiers={"user_id": field("id")}, message_id=["id"])
    (call,) = run(shop("id\n7\n"), source).calls
    assert call.timestamp is None


def test_a_lookup_joins_its_columns_once(run, shop):
    shop("sku,kind,grams\ntea,leaf,100\ntea,second,1\npot,ware,900\n", "goods.csv")
    source = orders(
        lookups={"goods": Lookup(file="goods.csv", on={"sku": "sku"}, columns=["kind", "grams"])},
        lines={"sku": field("sku"), "kind": field("kind"), "grams": field("grams", "integer")},
        types=NUMBERS,
    )
    first, second = run(shop(ORDERS), source).calls
    assert first.properties["products"] == [
        {"sku": "tea", "kind": "leaf", "grams": 100},
        {"sku": "pot", "kind": "ware", "grams": 900},
    ]
    assert second.properties["products"] == [{"sku": "cup"}]


def test_a_computed_field(run, shop):
    source = orders(lines={"each": SourceField(expression="price / qty")})
    with pytest.raises(InvalidRule):
        run(shop(ORDERS), source)
    first, _ = run(shop(ORDERS), msgspec.structs.replace(source, types=NUMBERS)).calls
    assert first.properties["products"] == [{"each": 0.05}, {"each": 0.2}]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"time": field("dya")}, "no column 'dya' (sources/orders.yaml): did you mean 'day'?"),
        ({"identifiers": {}}, "no identifiers"),
        ({"time": None}, "no time"),
        ({"event": ""}, "no event"),
        ({"group_by": []}, "lines without group_by"),
        ({"lookups": {"g": Lookup(file="o.csv", on={"x": "order"}, columns=["qty"])}}, "two columns 'qty'"),
    ],
)
def test_what_cannot_be_meant_is_said(run, shop, changed, message):
    shop("order,qty\n1,1\n", "o.csv")
    with pytest.raises(InvalidDefinition) as caught:
        run(shop(ORDERS), orders(**changed))
    assert str(caught.value).startswith(message)


def test_a_missing_lookup_says_where_it_was_looked_for(run, shop):
    source = orders(lookups={"goods": Lookup(file="goods.csv", on={"sku": "sku"}, columns=["kind"])})
    with pytest.raises(NotFound, match=r"goods\.csv"):
        run(shop(ORDERS), source)


ODD = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    st.sampled_from(
        ["infinity", "-infinity", "0001-01-01", "9999-12-31", "1e308", "-1e308", "1e20", "nan", "294247-01-10", "\x00"]
    ),
    st.floats().map(str),
    st.datetimes().map(str),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(ODD, ODD, ODD, ODD, ODD, ODD), max_size=8))
def test_no_cell_stops_a_load(run, shop, table):
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows([["order", "day", "who", "sku", "qty", "price"], *table])
    path = shop("")
    path.write_bytes(out.getvalue().encode())
    source = orders(
        traits={"born": field("sku", "date"), "seen": field("sku", "timestamp"), "vip": field("sku", "boolean")},
        properties={"at": field("who", "timestamp", format="unix")},
    )
    outcome = run(path, source)
    assert outcome.rows == len(table) == outcome.loaded + sum(outcome.rejected.values())
    for call in outcome.calls:
        msgspec.json.encode(call)


def test_json_lines_and_columns_named_like_our_own(run, shop):
    path = shop('{"row": "r1", "line": 5, "reason": "2024-05-01", "who": {"id": "u"}}\n{"row": "r2"}\n', "a.jsonl")
    source = Source(
        name="odd",
        format="jsonl",
        event="Odd",
        time=field("reason"),
        identifiers={"user_id": field("who.id")},
        properties={"row": field("row"), "line": field("line", "integer")},
        require={"no line": "line IS NOT NULL"},
    )
    outcome = run(path, source)
    assert outcome.calls[0].properties == {"row": "r1", "line": 5}
    assert outcome.rejected == {"no line": 1}
    assert outcome.rejects.splitlines()[0] == "line,reason,row,line (file),reason (file),who.id,text"
