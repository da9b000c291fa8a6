"""Whatever is sent becomes an event that the log can hold, or is refused with a reason; nothing else happens."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.core.customer import Profile, decode_profile, encode_profile
from rapport.core.errors import InvalidInput
from rapport.core.event import CALL_TYPES, Event, decode_event, encode_event
from rapport.identify import profile
from rapport.identify.arrival import Arrivals, read_call
from rapport.identify.graph import Graph
from rapport.identify.stitch import Stitcher
from rapport.workspace.definitions import Identity, Namespace, Trait

IDENTITY = Identity(
    namespaces={
        "email": Namespace(normalise="email", priority=80, found_in=["traits.email", "context.device.email"]),
        "phone": Namespace(normalise="phone", priority=70, found_in=["traits.phone"]),
        "card": Namespace(normalise="digits", priority=60, found_in=["properties.card"]),
    }
)
TRAITS = {
    "city": Trait(),
    "age": Trait(type="integer"),
    "score": Trait(type="number"),
    "member": Trait(type="boolean"),
    "born": Trait(type="date"),
    "since": Trait(type="timestamp"),
}
KEYS = [
    *TRAITS,
    "email",
    "phone",
    "card",
    "consent",
    "categoryPreferences",
    "traits",
    "device",
    "externalIds",
    "marketing",
]

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([2**63, -(2**64), 10**30, 0, -1]),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(
        ["ann@x.org", "+49301234567", "2024-05-01T10:00:00Z", "0001-01-01", "anonymous", "\ud800", "a\x00"]
    ),
)
trees = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(KEYS), inner, max_size=3)),
    max_leaves=8,
)
objects = st.dictionaries(st.sampled_from(KEYS), trees, max_size=4)
calls = st.fixed_dictionaries(
    {},
    optional={
        "type": st.one_of(st.sampled_from(sorted(CALL_TYPES)), scalars),
        "event": st.one_of(st.just("Completed Order"), scalars),
        "name": scalars,
        "messageId": scalars,
        "userId": scalars,
        "anonymousId": st.one_of(st.just("a1"), scalars),
        "previousId": scalars,
        "groupId": scalars,
        "properties": st.one_of(objects, scalars),
        "traits": st.one_of(objects, scalars),
        "context": st.one_of(objects, scalars),
        "externalIds": st.dictionaries(st.sampled_from(["email", "card", "odd"]), st.text(max_size=5), max_size=2),
        "timestamp": scalars,
        "originalTimestamp": scalars,
        "sentAt": scalars,
        "unknown": trees,
    },
)


def outcome(call: dict[str, Any], live: bool) -> Event | InvalidInput:
    try:
        wire = read_call(json.dumps(call).encode())
        return Arrivals(IDENTITY, TRAITS).event(wire, received_at=10**15, live=live, fallback_id=lambda: "m")
    except InvalidInput as refusal:
        return refusal


@settings(max_examples=500, deadline=None)
@given(calls, st.booleans())
def test_an_event_or_a_reason(call: dict[str, Any], live: bool) -> None:
    event = outcome(call, live)
    if isinstance(event, InvalidInput):
        assert event.message
        assert event.hint
        return
    assert decode_event(encode_event(event)) == event
    assert event.time >= 0
    assert event.time <= event.received_at or not live
    assert event.owner.value == event.identifiers[event.owner.namespace]
    assert set(event.traits) <= set(TRAITS)
    held = Profile()
    profile.add(held, event, 1)
    assert decode_profile(encode_profile(held)) == held
    assert Stitcher(IDENTITY).stitch(Graph(), event, 1).owner.identifier == event.owner


@pytest.mark.parametrize("field", ["userId", "groupId", "timestamp"])
def test_a_number_of_five_thousand_digits(field: str) -> None:
    raw = b'{"type": "group", "anonymousId": "a1", "%s": %s}' % (field.encode(), b"9" * 5_000)
    with pytest.raises(InvalidInput):
        Arrivals(IDENTITY, TRAITS).event(read_call(raw), received_at=10**15, fallback_id=lambda: "m")
