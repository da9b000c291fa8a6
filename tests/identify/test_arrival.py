"""A call becomes an event, or is refused with a reason."""

from __future__ import annotations

import json
from typing import Any, ClassVar

import msgspec
import pytest

from rapport.core.errors import InvalidDefinition, InvalidInput
from rapport.core.event import Event, decode_event, encode_event
from rapport.core.time import SECOND_US
from rapport.core.wire import WireCall
from rapport.identify.arrival import Arrivals, read_call
from rapport.identify.graph import Graph
from rapport.identify.moments import moment_us
from rapport.identify.stitch import Stitcher
from rapport.workspace.definitions import Identity, Namespace, Provenance, Trait

IDENTITY = Identity(
    namespaces={
        "email": Namespace(normalise="email", priority=80, found_in=["traits.email"]),
        "card": Namespace(normalise="digits", priority=70, found_in=["properties.card", "properties.payment.card"]),
        "advertising": Namespace(priority=5, found_in=["context.device.advertisingId"]),
    }
)
TRAITS = {"email": Trait(), "city": Trait(), "age": Trait(type="integer"), "group_industry": Trait()}
RECEIVED = moment_us("2024-05-01T12:00:00Z") or 0


def arrive(call: dict[str, Any], *, arrivals: Arrivals | None = None, **how: Any) -> Event:
    arrivals = arrivals or Arrivals(IDENTITY, TRAITS)
    details: dict[str, Any] = {"received_at": RECEIVED, "fallback_id": lambda: "made-up"} | how
    return arrivals.event(read_call(json.dumps(call).encode()), **details)


def track(**changed: Any) -> dict[str, Any]:
    return {"type": "track", "event": "Product Viewed", "userId": "u1"} | changed


def refusal(call: dict[str, Any], **how: Any) -> str:
    with pytest.raises(InvalidInput) as caught:
        arrive(call, **how)
    assert caught.value.where
    assert caught.value.hint
    return str(caught.value)


def test_a_track_call() -> None:
    call = track(
        anonymousId="a1",
        messageId="m1",
        properties={"price": 3.5},
        timestamp="2024-05-01T11:59:00Z",
        context={"ip": "10.1.2.3", "locale": "zh-CN", "screen": {"width": 800}},
    )
    assert arrive(call, source="web") == Event(
        message_id="m1",
        type="track",
        subject="user_id:u1",
        identifiers={"user_id": "u1", "anonymous_id": "a1"},
        time=RECEIVED - 60 * SECOND_US,
        received_at=RECEIVED,
        original_timestamp=RECEIVED - 60 * SECOND_US,
        event="Product Viewed",
        properties={"price": 3.5},
        context={"locale": "zh-CN"},
        source="web",
    )


def test_the_log_gives_back_what_arrived() -> None:
    event = arrive(track(context={"consent": {"categoryPreferences": {"ads": True}}}, properties={"n": [1, "二"]}))
    assert decode_event(encode_event(event)) == event


class TestTypesAndNames:
    def test_the_route_wins(self) -> None:
        assert arrive(track(type="identify"), kind="track").type == "track"

    def test_an_unknown_type(self) -> None:
        assert refusal(track(type="trak")) == "unknown type 'trak' (type): did you mean 'track'?"
        assert refusal({"userId": "u1"}).startswith("no type (type): send one of: alias")

    def test_older_names_are_brought_up_to_date(self) -> None:
        assert arrive(track(event=" Completed Order ")).event == "Order Completed"

    @pytest.mark.parametrize("name", [None, "", "  "])
    def test_a_track_call_names_what_happened(self, name: str | None) -> None:
        assert "no event name (event)" in refusal(track(event=name))

    def test_pages_and_screens_may_have_a_name(self) -> None:
        assert arrive({"type": "page", "userId": "u1", "name": "Home"}).event == "Home"
        assert arrive({"type": "screen", "userId": "u1", "properties": {"name": "Main"}}).event == "Main"
        assert arrive({"type": "page", "userId": "u1"}).event == ""

    def test_a_name_is_plain_text(self) -> None:
        assert "control characters" in refusal(track(event="Order\u0000"))


class TestMessageIds:
    @pytest.mark.parametrize("given", [None, "", " "])
    def test_a_missing_one_is_made_up(self, given: str | None) -> None:
        assert arrive(track(messageId=given)).message_id == "made-up"

    def test_a_long_one_is_refused(self) -> None:
        assert arrive(track(messageId="x" * 100)).message_id == "x" * 100
        assert refusal(track(messageId="x" * 101)) == (
            "a message id of 101 characters (messageId): send at most 100, or none"
        )


class TestIdentifiers:
    def test_numbers_and_null(self) -> None:
        assert arrive(track(userId=42, anonymousId=None)).identifiers == {"user_id": "42"}

    @pytest.mark.parametrize("nobody", [None, "", " ", 0, "null", "anonymous", "x" * 1_001])
    def test_somebody_must_be_named(self, nobody: Any) -> None:
        found = refusal(track(userId=nobody, anonymousId=""))
        assert "no identifier that names somebody" in found
        assert "or one of: email, card, advertising" in found

    def test_a_blocked_user_id_leaves_the_rest(self) -> None:
        assert arrive(track(userId="undefined", anonymousId="a1")).subject == "anonymous_id:a1"

    def test_the_strongest_is_the_subject(self) -> None:
        event = arrive({"type": "identify", "anonymousId": "a1", "traits": {"email": "Ann@X.org"}})
        assert event.subject == "email:ann@x.org"
        assert list(event.identifiers) == ["email", "anonymous_id"]

    def test_traits_in_the_context_count_too(self) -> None:
        event = arrive(track(context={"traits": {"email": "ann@x.org", "city": "Bonn"}}))
        assert event.identifiers["email"] == "ann@x.org"
        assert event.traits == {"email": "ann@x.org", "city": "Bonn"}

    def test_declared_paths_are_tried_in_order(self) -> None:
        assert arrive(track(properties={"card": "4000-1"})).identifiers["card"] == "40001"
        assert arrive(track(properties={"payment": {"card": 7}})).identifiers["card"] == "7"
        assert arrive(track(properties={"card": "none", "payment": {"card": 7}})).identifiers["card"] == "7"
        assert "card" not in arrive(track(properties={"payment": "cash"})).identifiers

    @pytest.mark.parametrize("path", ["email", "trait.email", "event", "properties.cards[].number"])
    def test_a_path_leads_to_one_value(self, path: str) -> None:
        with pytest.raises(InvalidDefinition):
            Arrivals(Identity(namespaces={"email": Namespace(found_in=[path])}), {})

    def test_an_identifier_in_a_dropped_part_of_the_context(self) -> None:
        event = arrive(track(context={"device": {"advertisingId": "idfa-1"}}))
        assert event.identifiers["advertising"] == "idfa-1"
        assert event.context == {}

    def test_external_ids_in_both_forms(self) -> None:
        arrivals = Arrivals(IDENTITY, TRAITS)
        listed = [{"type": "email", "id": "B@x.org", "encoding": "none"}, {"type": "ga", "id": "1"}, "odd", {"id": "2"}]
        event = arrive(track(externalIds={"card": "5"}, context={"externalIds": listed}), arrivals=arrivals)
        assert event.identifiers == {"user_id": "u1", "email": "b@x.org", "card": "5"}
        assert arrivals.dropped == {"external_ids.ga": 1}

    def test_an_alias_says_who_its_subject_was(self) -> None:
        event = arrive({"type": "alias", "userId": "new", "previousId": "old"})
        assert event.subject == "user_id:new"
        assert event.properties == {"previous": {"user_id": "old", "anonymous_id": "old"}}

    def test_an_alias_to_itself_joins_what_else_it_carries(self) -> None:
        event = arrive({"type": "alias", "userId": "u1", "previousId": "u1", "anonymousId": "a1"})
        assert event.properties == {"previous": {"anonymous_id": "u1"}}

    def test_an_alias_that_joins_nothing(self) -> None:
        assert "previousId is null (previousId)" in refusal({"type": "alias", "userId": "u1"})

    def test_an_alias_joins_two_user_ids(self) -> None:
        graph, stitcher = Graph(), Stitcher(IDENTITY)
        stitcher.stitch(graph, arrive(track(userId="old")), 1)
        alias = stitcher.stitch(graph, arrive({"type": "alias", "userId": "new", "previousId": "old"}), 2)
        assert {str(row.identifier) for row in graph.of(alias.customer_id)} == {"user_id:old", "user_id:new"}


class TestTraits:
    def test_only_the_declared_are_kept_in_their_type(self) -> None:
        arrivals = Arrivals(IDENTITY, TRAITS)
        call = {"type": "identify", "userId": "u1", "traits": {"city": "北京", "age": "41", "perfume": "musk"}}
        assert arrive(call, arrivals=arrivals).traits == {"city": "北京", "age": 41}
        arrive({"type": "identify", "userId": "u1", "traits": {"age": "old"}}, arrivals=arrivals)
        assert arrivals.dropped == {"perfume": 1}
        assert arrivals.ill_typed == {"age": 1}

    def test_the_calls_own_win_over_the_contexts(self) -> None:
        call = {"type": "identify", "userId": "u1", "traits": {"city": "Bonn"}, "context": {"traits": {"city": "Ulm"}}}
        assert arrive(call).traits == {"city": "Bonn"}

    def test_a_groups_traits_are_not_the_persons(self) -> None:
        call = {
            "type": "group",
            "userId": "u1",
            "groupId": 7,
            "traits": {"city": "Ulm", "industry": "steel", "email": "office@steel.org"},
            "context": {"traits": {"city": "Bonn"}},
        }
        event = arrive(call)
        assert event.traits == {"city": "Bonn", "group_industry": "steel"}
        assert event.identifiers == {"user_id": "u1"}
        assert event.context == {"groupId": "7"}


class TestTraitsOfIdentifiers:
    ADDRESS: ClassVar[dict[str, Any]] = {"externalIds": [{"type": "email", "id": "Ann@X.de"}]}

    def test_an_identifier_fills_the_declared_trait_of_its_name(self) -> None:
        call = track(context=self.ADDRESS, properties={"card": "12 34"})
        assert arrive(call).identifiers == {"user_id": "u1", "email": "ann@x.de", "card": "1234"}
        assert arrive(call).traits == {"email": "ann@x.de"}

    def test_what_was_stated_as_a_trait_stays_as_it_was_stated(self) -> None:
        assert arrive(track(context=self.ADDRESS, traits={"email": "Ann@Y.de"})).traits == {"email": "Ann@Y.de"}

    def test_without_a_declaration_no_trait_is_kept(self) -> None:
        arrivals = Arrivals(IDENTITY, {})
        assert arrive(track(context=self.ADDRESS), arrivals=arrivals).traits == {}
        assert arrivals.dropped == {}

    def test_a_third_party_states_no_trait_by_naming_somebody(self) -> None:
        identity = msgspec.structs.replace(IDENTITY, sources={"bought": Provenance(third_party=True)})
        arrivals = Arrivals(identity, TRAITS)
        assert arrive(track(context=self.ADDRESS), arrivals=arrivals, source="bought").traits == {}
        assert arrive(track(context=self.ADDRESS), arrivals=arrivals, source="web").traits == {"email": "ann@x.de"}


class TestConsent:
    def consents(self, **call: Any) -> dict[str, bool]:
        kept: dict[str, bool] = arrive(track(**call)).context.get("consent", {}).get("categoryPreferences", {})
        return kept

    def test_category_preferences(self) -> None:
        stated = {"consent": {"categoryPreferences": {"Marketing": False, "C0001": True, "odd": "yes"}}}
        assert self.consents(context=stated) == {"marketing": False, "C0001": True}

    def test_traits_speak_where_preferences_are_silent(self) -> None:
        traits = {"personalisation": False, "marketing": True}
        context = {"consent": {"categoryPreferences": {"marketing": False}}}
        assert self.consents(traits=traits, context=context) == {"personalization": False, "marketing": False}

    def test_consent_traits_are_not_counted_as_dropped(self) -> None:
        arrivals = Arrivals(IDENTITY, TRAITS)
        arrive(track(traits={"marketing": False}), arrivals=arrivals)
        assert arrivals.dropped == {}

    def test_odd_shapes_say_nothing(self) -> None:
        assert self.consents(context={"consent": "yes", "traits": "none", "externalIds": 7}) == {}


class TestTime:
    def test_a_wrong_clock_is_corrected(self) -> None:
        event = arrive(track(originalTimestamp="2031-01-01T00:00:00Z", sentAt="2031-01-01T00:00:05Z"))
        assert event.time == RECEIVED - 5 * SECOND_US
        assert event.original_timestamp == moment_us("2031-01-01T00:00:00Z")
        assert event.sent_at == moment_us("2031-01-01T00:00:05Z")

    def test_the_envelope_says_when_it_was_sent(self) -> None:
        event = arrive(track(timestamp=1_000), sent_at=1_007 * SECOND_US)
        assert event.time == RECEIVED - 7 * SECOND_US

    def test_a_clock_ahead_is_held_back(self) -> None:
        assert arrive(track(timestamp="2031-01-01T00:00:00Z")).time == RECEIVED

    def test_an_unreadable_time_of_sending_corrects_nothing(self) -> None:
        assert arrive(track(timestamp="2024-05-01T11:00:00Z", sentAt="now")).time == RECEIVED - 3_600 * SECOND_US

    def test_without_a_timestamp_it_happened_on_arrival(self) -> None:
        event = arrive(track())
        assert (event.time, event.original_timestamp) == (RECEIVED, None)

    def test_imported_history_is_taken_at_its_word(self) -> None:
        event = arrive(track(timestamp="2010-12-01T08:26:00Z", sentAt="2031-01-01T00:00:05Z"), live=False)
        assert event.time == moment_us("2010-12-01T08:26:00Z")
        assert not event.live

    @pytest.mark.parametrize("when", ["yesterday", "", 1e300])
    def test_what_is_no_moment(self, when: Any) -> None:
        assert "no moment" in refusal(track(timestamp=when))
        assert "(originalTimestamp)" in refusal(track(originalTimestamp=when))

    def test_before_1970(self) -> None:
        assert "before 1970" in refusal(track(timestamp="0001-01-01T00:00:00Z"))

    def test_history_that_lies_ahead(self) -> None:
        assert "in the future" in refusal(track(timestamp="2998-05-04T00:00:00Z"), live=False)


class TestContext:
    def test_a_short_list_is_kept(self) -> None:
        context = {
            "campaign": {"name": "spring"},
            "page": {"path": "/tea"},
            "channel": "web",
            "library": {"name": "analytics.js"},
            "ip": "10.1.2.3",
            "userAgentData": {},
            "timezone": None,
        }
        assert set(arrive(track(context=context)).context) == {"campaign", "page", "channel", "library"}


def nested(levels: int) -> dict[str, Any]:
    tree: dict[str, Any] = {"leaf": 1}
    for _ in range(levels - 1):
        tree = {"below": tree}
    return tree


class TestWhatCannotBeKept:
    def test_deep_nesting(self) -> None:
        assert arrive(track(properties=nested(20)))
        assert "too many levels of nesting (properties)" in refusal(track(properties=nested(21)))
        assert "too many levels of nesting (context)" in refusal(track(context={"page": nested(21)}))

    def test_whole_numbers_beyond_64_bits(self) -> None:
        assert "beyond 64 bits (properties)" in refusal(track(properties={"products": [{"id": 2**63}]}))

    @pytest.mark.parametrize(
        "raw",
        [
            b"",
            b"{",
            b"[]",
            b'"text"',
            b'{"type": 7}',
            b'{"userId": {"a": 1}}',
            b'{"properties": []}',
            b'{"properties": {"a": NaN}}',
            b'{"properties": {"a": 1e999}}',
            b'{"properties": {"a": "\\ud800"}}',
            b'{"event": "\xff"}',
            b'{"properties":' + b'{"a":' * 5_000 + b"1" + b"}" * 5_001,
        ],
    )
    def test_what_is_no_call(self, raw: bytes) -> None:
        with pytest.raises(InvalidInput) as caught:
            read_call(raw)
        assert caught.value.hint


def test_a_call_need_not_come_from_json() -> None:
    event = Arrivals(IDENTITY, TRAITS).event(
        WireCall(type="track", event="Sofa Sat On", external_ids={"card": "7"}),
        received_at=RECEIVED,
        fallback_id=lambda: "m",
    )
    assert event.subject == "card:7"
