"""The newest word on a purpose holds, each word with its proof, and a refusal wins a tie."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest

from rapport.core.customer import TraitValue
from rapport.core.event import Event
from rapport.identify.arrival import Arrivals, read_call
from rapport.identify.consent import allowed, category, deciding, kept, statements
from rapport.workspace.definitions import Identity


def said(given: bool, time: int, seq: int = 1) -> TraitValue:
    return TraitValue(given, time, seq, "web")


def arrive(consent: Any, withheld: tuple[str, ...] = (), **more: Any) -> Event:
    call = {"type": "identify", "userId": "ann", "context": {"consent": consent}} | more
    how: dict[str, Any] = {"received_at": 1, "withheld": withheld, "fallback_id": lambda: "m1"}
    return Arrivals(Identity(), {}).event(read_call(json.dumps(call).encode()), **how)


class TestAllowed:
    def test_while_nothing_is_said_only_our_two_purposes_hold(self) -> None:
        assert [allowed({}, one) for one in ("personalization", "marketing", "sharing", "C0001")] == [
            True, True, False, False,
        ]  # fmt: skip
        assert allowed({}, "marketing", "email")

    @pytest.mark.parametrize("spelling", ["marketing", "Marketing", "MARKETING"])
    def test_our_purposes_have_one_spelling(self, spelling: str) -> None:
        assert not allowed({"marketing": said(False, 1)}, spelling)
        assert not allowed({"marketing.sms": said(False, 1)}, spelling, "SMS")

    def test_the_newer_of_purpose_and_channel_holds(self) -> None:
        general_last = {"marketing.email": said(True, 1), "marketing": said(False, 2)}
        channel_last = {"marketing.email": said(True, 3), "marketing": said(False, 2)}
        assert not allowed(general_last, "marketing", "email")
        assert allowed(channel_last, "marketing", "email")
        assert not allowed(channel_last, "marketing", "sms")
        assert not allowed(channel_last, "marketing")

    def test_a_tie_is_a_no(self) -> None:
        for general, channel in itertools.product((True, False), repeat=2):
            consents = {"marketing": said(general, 5), "marketing.email": said(channel, 5)}
            assert allowed(consents, "marketing", "email") is (general and channel)

    def test_what_decided_can_be_named(self) -> None:
        consents = {"marketing": said(True, 1), "marketing.email": said(False, 2)}
        assert deciding(consents, "marketing", "email") == ("marketing.email", said(False, 2))
        assert deciding(consents, "sharing") is None
        assert category("sharing", "Partners") == "sharing.Partners"


class TestArrival:
    def test_the_proof_stays_with_what_it_proves(self) -> None:
        stated = {"categoryPreferences": {"Marketing.Email": True}, "proof": {"form": "newsletter", "version": 3}}
        (statement,) = statements(arrive(stated).context)
        assert (statement.category, statement.given) == ("marketing.email", True)
        assert statement.proof == {"form": "newsletter", "version": 3}

    def test_a_proof_is_short_and_flat(self) -> None:
        stated = {"categoryPreferences": {"ads": True}}
        assert arrive(stated | {"proof": "x" * 9_000}).context["consent"]["proof"] == "x" * 500
        odd = {"text": "y" * 9_000, "deep": {"a": 1}, **{str(n): n for n in range(50)}}
        found = arrive(stated | {"proof": odd}).context["consent"]["proof"]
        assert len(found) == 16
        assert (found["text"], "deep" in found) == ("y" * 500, False)
        assert "proof" not in arrive(stated | {"proof": [1]}).context["consent"]

    def test_only_we_name_an_actor_or_a_header(self) -> None:
        stated = {"categoryPreferences": {"ads": True}, "actor": "the boss", "gpc": ["ads"]}
        assert arrive(stated).context["consent"] == {"categoryPreferences": {"ads": True}}

    def test_what_the_header_refuses_is_a_statement_with_its_own_proof(self) -> None:
        stated = {"categoryPreferences": {"marketing": True}, "proof": "form 7"}
        found = statements(arrive(stated, ("personalization",)).context)
        assert [(one.category, one.given, one.proof) for one in found] == [
            ("marketing", True, "form 7"), ("personalization", False, "Sec-GPC"),
        ]  # fmt: skip

    def test_the_header_wins_over_what_the_same_call_states(self) -> None:
        event = arrive({"categoryPreferences": {"Personalisation": True}}, ("Personalization",))
        assert event.context["consent"]["categoryPreferences"] == {"personalization": False}

    def test_nothing_said_keeps_nothing(self) -> None:
        assert kept({"consent": {"proof": "form 7"}}, {}) == {}
        assert statements({}) == []
