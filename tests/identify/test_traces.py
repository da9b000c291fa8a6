"""An identifier is found and taken out wherever it can be known to mean the person, and nowhere else."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.core.acts import MANUAL, Act, act_event
from rapport.core.event import Event, encode_event
from rapport.core.identifier import Identifier
from rapport.identify.traces import Traces
from rapport.workspace.built_in import NAMESPACES
from rapport.workspace.definitions import Identity

IDENTITY = Identity(namespaces=dict(NAMESPACES))
ANN = [
    Identifier("user_id", "17"),
    Identifier("email", "ann@x.example"),
    Identifier("anonymous_id", "a1b2c3d4e5"),
    Identifier("card", "4711"),
]
TRACES = Traces(ANN, IDENTITY)


def event(**parts: Any) -> Event:
    told = {"message_id": "m", "type": "track", "subject": "user_id:bob", "identifiers": {"user_id": "bob"}, "time": 1}
    return Event(**{**told, "received_at": 1, **parts})


def test_an_event_is_hers_by_its_subject_and_an_act_by_either_side() -> None:
    assert TRACES.owns(event(subject="user_id:17", identifiers={"user_id": "17"}))
    assert not TRACES.owns(event(identifiers={"user_id": "bob", "email": "ann@x.example"}))
    act = Act(kind="never", a=Identifier("card", "1"), b=ANN[0], rule=MANUAL, actor="desk")
    assert TRACES.owns(act_event(act, message_id="m", now_us=1))


@pytest.mark.parametrize(
    ("parts", "left"),
    [
        ({"identifiers": {"user_id": "bob", "email": "ann@x.example"}}, {"identifiers": {"user_id": "bob"}}),
        ({"traits": {"email": "Ann@X.example", "age": 17}}, {"traits": {"age": 17}}),
        ({"traits": {"card": 4711, "age": 17}}, {"traits": {"age": 17}}),
        ({"properties": {"card": 4711, "price": 4711}}, {"properties": {"price": 4711}}),
        (
            {"properties": {"previous": {"user_id": "17", "anonymous_id": "z"}}},
            {"properties": {"previous": {"anonymous_id": "z"}}},
        ),
        (
            {"properties": {"notes": [{"text": "write to ANN@x.example, please"}]}},
            {"properties": {"notes": [{"text": "write to [erased], please"}]}},
        ),
        ({"context": {"page": {"url": "/?u=a1b2c3d4e5"}}}, {"context": {"page": {"url": "/?u=[erased]"}}}),
    ],
)
def test_others_keep_their_event_without_her(parts: dict[str, Any], left: dict[str, Any]) -> None:
    assert TRACES.without(event(**parts)) == event(**left)


@pytest.mark.parametrize(
    "properties", [{"quantity": "17"}, {"user": "17"}, {"note": "joann@x.example"}, {"note": "ann@x.example.org"}]
)
def test_what_may_mean_something_else_stays(properties: dict[str, Any]) -> None:
    untouched = event(properties=properties)
    assert TRACES.without(untouched) is untouched


PHONED = Traces([Identifier("phone", "+491785175405"), Identifier("user_id", "K0003")], IDENTITY)


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("Rückruf 0178 5175405, bitte", "Rückruf [erased], bitte"),
        ("+49 178 5175405", "[erased]"),
        ("+491785175405", "[erased]"),
        ("0049-178-517 54 05", "[erased]"),
        ("+49 (0)178 / 517.54.05!", "[erased]!"),
        ("Tel.:(0178)5175405.", "Tel.:[erased]."),
        ("(+49) 178\u00a0517\u202f5405", "[erased]"),
        ("1785175405", "[erased]"),
        ("(0178 517 54 05)", "([erased])"),
        ("0178 5175405 / +49 178 5175405, K0003", "[erased] / [erased], [erased]"),
        ("0 1 7 8 5 1 7 5 4 0 5", "[erased]"),
        ("0178\n5175405 und 01785175405", "[erased] und [erased]"),
        ("0178 51754051", "0178 51754051"),
        ("90178 5175405", "90178 5175405"),
        ("+44 178 5175405", "+44 178 5175405"),
        ("0044 (0)178 5175405", "0044 (0)178 5175405"),
        ("178 Stück, 5175405 Cent", "178 Stück, 5175405 Cent"),
        ("für K0003 (alt: k0003), K0003.", "für [erased] (alt: [erased]), [erased]."),
        ("K00031 XK0003 K0003-7 K0003@x.example", "K00031 XK0003 K0003-7 K0003@x.example"),
    ],
)
def test_numbers_and_ids_are_found_as_people_write_them(said: str, left: str) -> None:
    mention = event(properties={"note": said})
    assert PHONED.without(mention) == event(properties={"note": left})
    body = encode_event(mention)
    assert said == left or PHONED.calls(body) or any(needle.lower() in body.lower() for needle in PHONED.needles)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("+15552368765", "call (555) 236-8765 or 1-555-236-8765 or 011 1 555 236 8765"),
        ("+78123456789", "8 (812) 345-67-89; +7 812 345 67 89"),
        ("+390612345678", "06 1234 5678, +39 06 12345678"),
        ("+8613800138000", "138 0013 8000, +86-138-0013-8000"),
        ("+33612345678", "06 12 34 56 78"),
    ],
)
def test_each_country_writes_numbers_its_own_way(value: str, said: str) -> None:
    left = Traces([Identifier("phone", value)], IDENTITY).text(said)
    assert "[erased]" in left
    assert not any(map(str.isdigit, left))


@given(
    gaps=st.lists(st.text(" -./()\u00a0\u2011\t", max_size=5), min_size=12, max_size=12),
    prefix=st.sampled_from(["", "0", "49", "+49", "0049", "+490"]),
)
def test_whatever_lies_between_the_digits_of_a_number_it_is_found(gaps: list[str], prefix: str) -> None:
    number = "1785175405"
    said = prefix + "".join(gap + digit for gap, digit in zip(["", *gaps], number, strict=False))
    mention = event(properties={"note": f"see {said}, thanks"})
    assert PHONED.without(mention) == event(properties={"note": "see [erased], thanks"})
    assert PHONED.calls(encode_event(mention))


@pytest.mark.parametrize(
    "mention",
    [
        event(identifiers={"user_id": "bob", "card": "4711"}),
        event(identifiers={"user_id": "17"}, subject="user_id:17"),
        event(properties={"previous": {"user_id": "17"}}),
        event(type="link", properties={"kind": "never", "other": "user_id:17", "rule": MANUAL, "evidence": ""}),
        event(properties={"note": "see ann@x.example"}),
    ],
)
def test_whatever_mentions_her_holds_a_needle(mention: Event) -> None:
    assert any(needle in encode_event(mention) for needle in TRACES.needles)


@pytest.mark.parametrize(
    ("body", "hers"),
    [
        (b'{"userId":"17"}', True),
        (b'{"userId":17}', True),
        (b'{"traits":{"email":"ANN@X.example"}}', True),
        (b'{"userId":"bob","properties":{"quantity":17}}', False),
        (b'{"userId":"17', False),
        (b'{"userId":"17","broken', True),
        (b"\xff\xfe", False),
    ],
)
def test_a_refused_call_is_hers_when_it_names_her(body: bytes, hers: bool) -> None:
    assert TRACES.in_call(body) is hers


def test_a_row_is_hers_by_the_columns_that_name_people() -> None:
    assert TRACES.in_cells([("id", "17"), ("n", "3")], {"id": "user_id"})
    assert not TRACES.in_cells([("id", "18"), ("n", "17")], {"id": "user_id"})
    assert TRACES.in_cells([("text", "from ann@x.example")], {"id": "user_id"})
    assert TRACES.in_cells([("n", "17")], {})
