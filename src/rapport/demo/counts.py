"""How much each stage of the loop holds, and the sums that must come out even."""

from __future__ import annotations

from collections import Counter

import msgspec

from rapport.core.decision import Offer
from rapport.core.ecommerce import OFFER_IGNORED, OUTCOME_BY_EVENT
from rapport.core.event import SEGMENT
from rapport.core.preference import PREFERENCE_PICKED, PREFERENCE_STATED
from rapport.demo.rounds import Tally
from rapport.loop.runtime import Runtime

PAGE = 2_000


class Reconciled(msgspec.Struct, frozen=True):
    """Two counts that must be the same."""

    what: str
    left: int
    right: int

    @property
    def holds(self) -> bool:
        """Whether they are.

        >>> Reconciled("sent = received", 3, 2).holds
        False
        """
        return self.left == self.right


class Held(msgspec.Struct, frozen=True):
    """What Rapport holds, counted from the store itself."""

    events: Counter[str]
    """Events in the log by name (by type for those without one)."""
    unfolded: int
    customers: int
    dropped: Counter[str]
    """Traits that nobody declared, by name."""
    decisions: int
    offers: Counter[str]
    """Offers by outcome; ``open`` for those without one."""
    learnt: int
    """Outcomes that reached the model."""
    model: str


def count(rt: Runtime) -> Held:
    """Counts by reading the whole log and all decisions."""
    decisions, offers = _decisions(rt)
    return Held(
        events=_events(rt),
        unfolded=len(rt.store.read_log(rt.store.cursors().event, PAGE)),
        customers=rt.store.count_customers(),
        dropped=Counter(rt.arrivals.dropped),
        decisions=decisions,
        offers=offers,
        learnt=sum(1 for _ in _settled(rt)),
        model=rt.learner.name,
    )


def stages(held: Held, tally: Tally, people: int) -> dict[str, dict[str, int]]:
    """The counts in the order of the loop, for people to read."""
    return {
        "ingest": {"calls sent": tally.sent, "refused": tally.refused, "sent twice": tally.duplicates},
        "log": {"events": held.events.total(), "not folded yet": held.unfolded, **dict(held.events.most_common())},
        "traits nobody declared": dict(held.dropped),
        "identify": {"people simulated": people, "customers known": held.customers},
        "decide": {"asked": tally.asked, "recorded": held.decisions},
        "offers": {"made": held.offers.total(), **dict(held.offers.most_common())},
        "learn": {"outcomes learnt": held.learnt},
    }


def reconcile(held: Held, tally: Tally) -> list[Reconciled]:
    """The sums that must come out even."""
    answers = sum(held.events[name] for name in OUTCOME_BY_EVENT)
    noticed = held.events[SEGMENT]
    played = held.events[PREFERENCE_PICKED] + held.events[PREFERENCE_STATED]
    said = tally.outcomes
    return [
        Reconciled(
            "calls sent = refused + sent twice + events of the site and the till",
            tally.sent,
            tally.refused + tally.duplicates + held.events.total() - answers - noticed - played,
        ),
        Reconciled("answers given = answers in the log", tally.answered, answers - held.events[OFFER_IGNORED]),
        Reconciled("picks and stated needs of games = those in the log", tally.picks + tally.stated, played),
        Reconciled("events left to fold = 0", held.unfolded, 0),
        Reconciled("decisions asked = decisions recorded", tally.asked, held.decisions),
        Reconciled("customers said yes = offers accepted", said["accepted"], held.offers["accepted"]),
        Reconciled("customers said no = offers rejected", said["rejected"], held.offers["rejected"]),
        Reconciled(
            "customers kept silent = offers ignored + open",
            said["silent"],
            held.offers["ignored"] + held.offers["open"],
        ),
        Reconciled("offers settled = outcomes learnt", held.offers.total() - held.offers["open"], held.learnt),
    ]


def _events(rt: Runtime) -> Counter[str]:
    names: Counter[str] = Counter()
    after = 0
    while page := rt.store.read_log(after, PAGE):
        names.update(event.event if event.type == "track" else event.type for event in (row.event for row in page))
        after = page[-1].seq
    return names


def _decisions(rt: Runtime) -> tuple[int, Counter[str]]:
    """How many decisions there are, and their offers by outcome."""
    total, after = 0, 0
    outcomes: Counter[str] = Counter()
    while page := rt.store.read_decisions(after, PAGE):
        total += len(page)
        outcomes.update(offer.outcome or "open" for offer in rt.store.offers([row.id for row in page]))
        after = page[-1].seq
    return total, outcomes


def _settled(rt: Runtime) -> list[Offer]:
    """Settled offers up to where the model has learnt, in order."""
    offers: list[Offer] = []
    after = 0
    while page := rt.store.offers_settled(after, PAGE):
        offers += [offer for offer in page if offer.settled_seq <= rt.learner.settled_seq]
        after = page[-1].settled_seq
    return offers
