"""A profile is a fold that does not care about order."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.core.customer import Profile, TraitValue, decode_profile, encode_profile
from rapport.core.event import Event
from rapport.identify.profile import add, merge, opted_out, personalized


def event(
    time: int,
    source: str = "shop",
    *,
    traits: dict[str, Any] | None = None,
    consents: dict[str, bool] | None = None,
    **identifiers: str,
) -> Event:
    carried = identifiers or {"user_id": "u1"}
    namespace, value = next(iter(carried.items()))
    return Event(
        message_id="m",
        type="identify",
        subject=f"{namespace}:{value}",
        identifiers=carried,
        time=time,
        received_at=time,
        traits=traits or {},
        context={"consent": {"categoryPreferences": consents}} if consents else {},
        source=source,
    )


def fold(events: list[tuple[int, Event]]) -> Profile:
    profile = Profile()
    for seq, one in events:
        add(profile, one, seq)
    return profile


def test_the_newest_trait_wins_whatever_arrives_last() -> None:
    profile = fold([(1, event(20, traits={"city": "Basel"})), (2, event(10, traits={"city": "Lyon", "age": 41}))])
    assert profile.traits == {"city": [TraitValue("Basel", 20, 1, "shop")], "age": [TraitValue(41, 10, 2, "shop")]}


def test_each_source_keeps_its_own_newest_value() -> None:
    told = [(1, "web", 10, "Ulm"), (2, "crm", 30, "Bonn"), (3, "crm", 20, "Kiel"), (4, "web", 10, "Köln")]
    profile = fold([(seq, event(time, source, traits={"city": city})) for seq, source, time, city in told])
    assert profile.traits == {"city": [TraitValue("Bonn", 30, 2, "crm"), TraitValue("Köln", 10, 4, "web")]}


def test_a_merge_leaves_the_other_profile_as_it_is() -> None:
    one, other = Profile(), fold([(1, event(10, "web", traits={"city": "Ulm"}))])
    merge(one, other)
    add(one, event(20, "web", traits={"city": "Bonn"}), 2)
    assert other.traits == {"city": [TraitValue("Ulm", 10, 1, "web")]}


def test_the_log_decides_between_equal_times() -> None:
    profile = fold([(2, event(10, traits={"city": "Lyon"})), (1, event(10, traits={"city": "Basel"}))])
    assert profile.traits["city"][0].value == "Lyon"


def test_first_and_last_sight() -> None:
    profile = fold([(1, event(20)), (2, event(10)), (3, event(15))])
    assert (profile.first_seen, profile.last_seen, profile.events) == (10, 20, 3)


def test_a_customer_is_known_once_anything_but_an_anonymous_id_was_seen() -> None:
    anonymous = fold([(1, event(1, anonymous_id="a1"))])
    assert not anonymous.known
    merge(anonymous, fold([(2, event(2, email="ann@x.org"))]))
    assert anonymous.known


def test_personalisation_is_on_until_switched_off() -> None:
    assert personalized(Profile())
    assert not personalized(fold([(1, event(1, consents={"personalization": False}))]))
    assert personalized(
        fold([(1, event(1, consents={"personalization": False})), (2, event(2, consents={"personalization": True}))])
    )


def test_marketing_is_allowed_until_withdrawn() -> None:
    assert not opted_out(Profile())
    assert not opted_out(fold([(1, event(1, consents={"marketing": True}))]))
    assert opted_out(fold([(1, event(1, consents={"marketing": False}))]))


moments = st.integers(0, 5)
values = st.one_of(st.booleans(), st.integers(-3, 3), st.sampled_from(["Basel", "北京"]))
events = st.builds(
    event,
    moments,
    st.sampled_from(["", "crm", "shop", "web"]),
    traits=st.dictionaries(st.sampled_from(["city", "age"]), values, max_size=2),
    consents=st.dictionaries(st.sampled_from(["marketing", "personalization"]), st.booleans(), max_size=2),
    anonymous_id=st.just("a1"),
)
logs = st.lists(events, max_size=8).map(lambda log: list(enumerate(log, start=1)))


def snapshot(profile: Profile) -> dict[str, Any]:
    """A profile as plain values: dictionaries compare without order."""
    return {name: getattr(profile, name) for name in profile.__struct_fields__}


def in_bytes(profile: Profile) -> bytes:
    """A profile's bytes, its dictionaries in order of name."""
    return msgspec.msgpack.encode(profile, order="sorted")


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_order_gives_the_same_profile(data: st.DataObject) -> None:
    log = data.draw(logs)
    shuffled = data.draw(st.permutations(log))
    assert snapshot(fold(shuffled)) == snapshot(fold(log))


@settings(max_examples=150, deadline=None)
@given(logs, st.sets(st.integers(1, 8)))
def test_merging_two_folds_is_folding_both(log: list[tuple[int, Event]], left: set[int]) -> None:
    one = fold([item for item in log if item[0] in left])
    other = fold([item for item in log if item[0] not in left])
    mirrored = decode_profile(encode_profile(other))
    merge(mirrored, one)
    merge(one, other)
    assert snapshot(one) == snapshot(mirrored) == snapshot(fold(log))
    assert in_bytes(one) == in_bytes(mirrored) == in_bytes(fold(log))


@settings(max_examples=100, deadline=None)
@given(logs, st.lists(st.integers(0, 2), min_size=8, max_size=8))
def test_merging_is_associative(log: list[tuple[int, Event]], parts: list[int]) -> None:
    def part(which: int) -> Profile:
        return fold([item for item in log if parts[item[0] - 1] == which])

    left, right, tail = part(0), part(1), part(1)
    merge(left, part(1))
    merge(left, part(2))
    merge(tail, part(2))
    right = part(0)
    merge(right, tail)
    assert snapshot(left) == snapshot(right)
