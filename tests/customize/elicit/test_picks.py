"""Picks fold into a profile whatever their order, and nothing else does."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.core.customer import Profile, decode_profile, encode_profile
from rapport.core.event import Event
from rapport.core.preference import PREFERENCE_PICKED
from rapport.customize.elicit import picks


def event(time: int, name: str = PREFERENCE_PICKED, **said: object) -> Event:
    properties = {"game": "g", "this": "a", "that": "b", "pick": "this"} | said
    return Event(message_id=f"m{time}", type="track", event=name, subject="user_id:1", identifiers={"user_id": "1"},
                 time=time, received_at=time, properties=properties)  # fmt: skip


def folded(*events: tuple[int, Event]) -> Profile:
    profile = Profile()
    for seq, one in events:
        picks.keep(profile, one, seq)
    return profile


@settings(max_examples=20)
@given(st.permutations(list(range(70))), st.integers(0, 70))
def test_order_and_parting_do_not_matter(order: list[int], cut: int) -> None:
    events = [(seq, event(seq // 2)) for seq in order]
    one, other = folded(*events[:cut]), folded(*events[cut:])
    picks.merge(one, other)

    assert one.picks == folded(*sorted(events, key=lambda one: one[0])).picks
    assert len(one.picks) == picks.KEPT_MAX


def test_what_cannot_be_understood_is_passed_over() -> None:
    odd = [event(1, pick="perhaps"), event(2, this="b"), event(3, that=None), event(4, game=""), event(5, "page")]

    assert folded(*enumerate(odd)).picks == []


def test_a_profile_keeps_picks_in_the_store() -> None:
    profile = folded((7, event(3, pick="neither")))

    assert decode_profile(encode_profile(profile)).picks == profile.picks
