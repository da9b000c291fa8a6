"""Who is in the running for one decision, and on what terms: what each step of deciding adds to or takes from.

A step is a function of the runtime and the contest, in a file of its own, listed in ``decide.STEPS``. What it excludes
it names with a reason; what it changes of the terms goes into the record.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

import msgspec

from rapport.core.customer import CustomerRow, Profile, decode_profile
from rapport.core.decision import Exclusion, Item, Treated
from rapport.core.identifier import Identifier
from rapport.customize.because import ASKED_NOT_TO, SWITCHED_OFF
from rapport.customize.treatment import Treatments
from rapport.identify.consent import PERSONALIZATION
from rapport.identify.profile import opted_out, personalized
from rapport.loop.columns import customer_row
from rapport.loop.deciding.gatekeeper import Shut
from rapport.loop.runtime import Runtime
from rapport.loop.who import whom

SHARED = "several people share this identifier"


class Ask(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A request for a decision, as DESIGN's outer contract names it."""

    customer: dict[str, str]
    slot: str
    context: dict[str, Any] = {}
    limit: int = 1
    explain: bool = False


@dataclass(slots=True)
class Contest:
    """One decision on its way. ``row`` holds the customer's columns, those of closed stages NULL."""

    ask: Ask
    subject: Identifier
    customer_id: str
    found: CustomerRow | None
    now_us: int
    shut: Shut
    profile: Profile = field(default_factory=Profile)
    impersonal: str = ""
    """Why nothing about the customer is used; empty where it is."""
    row: dict[str, Any] = field(default_factory=dict)
    whole: dict[str, Any] = field(default_factory=dict)
    """The columns with those of closed stages, for limits alone: what is not ready lifts none of them."""
    context: dict[str, Any] = field(default_factory=dict)
    eligible: list[str] = field(default_factory=list)
    """The candidates, in file order."""
    excluded: list[Exclusion] = field(default_factory=list)
    treatment: Treated | None = None
    items: dict[str, Item] = field(default_factory=dict)
    """Candidate → the item that it offers."""
    prices: dict[str, float] = field(default_factory=dict)
    """Candidate → what an acceptance costs a scarce budget."""
    factors: dict[str, dict[str, float]] = field(default_factory=dict)
    """Reason → candidate → what its weight is multiplied by."""
    experiments: dict[str, str] = field(default_factory=dict)
    """Experiment → arm."""
    holdout: bool = False

    @property
    def mode_withheld(self) -> bool:
        """Whether the marketing mode is known, but not to be used."""
        return Treatments.mode(self.whole) != Treatments.mode(self.row)

    def exclude(self, reasons: dict[str, str]) -> None:
        """Takes candidates out of the running, each with its reason."""
        self.excluded += [Exclusion(name, reasons[name]) for name in self.eligible if name in reasons]
        self.eligible = [name for name in self.eligible if name not in reasons]


Step = Callable[[Runtime, Contest], None]


def enter(rt: Runtime, ask: Ask, withheld: Collection[str] = ()) -> Contest:
    """Finds the customer, and looks at as much as the customer, the request and the gates allow."""
    subject, customer_id, found = whom(rt, ask.customer)
    now_us = rt.clock.now_us()
    profile = decode_profile(found.profile) if found else Profile()
    contest = Contest(ask, subject, customer_id, found, now_us, rt.gatekeeper.shut(rt.store, now_us), profile)
    refused = _refused(profile, found, withheld)
    if refused or contest.shut.impersonal:
        if not refused:
            contest.whole = _columns(rt, contest, profile)
        _stand_back(rt, contest, profile, refused or contest.shut.impersonal, forbidden=bool(refused))
        return contest
    contest.whole = _columns(rt, contest, profile)
    contest.row = contest.whole | dict.fromkeys(contest.shut.columns) if contest.shut.columns else contest.whole
    contest.context = ask.context
    contest.eligible, contest.excluded = rt.eligibility.split(ask.slot, contest.row, ask.context)
    return contest


def stand_back(rt: Runtime, contest: Contest, because: str) -> None:
    """From here on nothing about the customer is used, though nobody forbids it: what is offered is for anybody.

    The columns stay in ``whole``, for limits.
    """
    _stand_back(rt, contest, contest.profile, because, forbidden=False)


def _stand_back(rt: Runtime, contest: Contest, profile: Profile, because: str, *, forbidden: bool) -> None:
    contest.impersonal, contest.row = because, {}
    contest.context = _general(rt, contest.ask.context)
    choices = {"personalized": not forbidden, "opted_out": opted_out(profile)}
    contest.eligible, contest.excluded = rt.eligibility.split_unknown(
        contest.ask.slot, choices, contest.context, because, forbidden=forbidden
    )


def _columns(rt: Runtime, contest: Contest, profile: Profile) -> dict[str, Any]:
    scores = contest.found.scores if contest.found else b"{}"
    return customer_row(rt, contest.customer_id, profile, scores, contest.now_us)


def _refused(profile: Profile, found: CustomerRow | None, withheld: Collection[str]) -> str:
    """Why nothing about the customer may be used; empty where it may."""
    if PERSONALIZATION in withheld:
        return ASKED_NOT_TO
    if not personalized(profile):
        return SWITCHED_OFF
    return SHARED if found is not None and found.shared else ""


def _general(rt: Runtime, context: dict[str, Any]) -> dict[str, Any]:
    """What a request says of the moment: the entries that the policy declares; others might be about the customer."""
    return {name: context[name] for name in rt.workspace.policy.context if name in context}
