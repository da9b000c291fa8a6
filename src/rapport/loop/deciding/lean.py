"""A decision leans towards what the customer picked in games, as far as the model did not know it already.

The picks are believed about utilities beside what the model expects of this customer now, and so are the customer's
own answers to offers since: as they come in, they outweigh the picks, which also fade as needs do.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rapport.core.decision import action_of
from rapport.core.preference import Preference
from rapport.customize.elicit import Belief, Games, Said, after, factors, part_worths
from rapport.identify.graph import possible_ids
from rapport.loop.deciding.contest import Contest
from rapport.loop.runtime import Runtime

Floats = NDArray[np.float64]

FACTOR: Final = "game"
"""Name of the factor in a decision's record."""


class Field(NamedTuple):
    """Candidates as vectors (n × d), with the logits that the model expects of them."""

    names: Sequence[str]
    rows: Floats
    logits: Floats


def lean(rt: Runtime, contest: Contest) -> None:
    """Multiplies the weight of each candidate by what the customer's picks change of its chance of acceptance."""
    if rt.games is None or contest.impersonal or not contest.profile.picks or not contest.eligible:
        return
    picks = rt.games.known(contest.profile.picks)
    if picks:
        field = Field(contest.eligible, rows_of(rt, rt.games, contest), _expected(rt, contest))
        belief = believed(rt, rt.games, contest, picks, field)
        if said := factors(belief, field.names, field.rows, field.logits):
            contest.factors[FACTOR] = dict(said)


def believed(rt: Runtime, games: Games, contest: Contest, picks: Sequence[Preference], field: Field) -> Belief:
    """What picks and the answers since say beside what the model expects of the candidates."""
    if not picks:
        return games.prior()
    expected = part_worths(games.attributes.deviation, field.rows, field.logits)
    belief = games.believed(picks, contest.now_us, expected)
    return after(belief, _answers(rt, games, contest, picks, expected, field))


def rows_of(rt: Runtime, games: Games, contest: Contest) -> Floats:
    """The candidates as vectors: an action's attributes, and those of the item that it offers."""
    actions, items = rt.workspace.actions, contest.items
    return games.attributes.rows(
        actions[action_of(name)].attributes | (items[name].attributes if name in items else {})
        for name in contest.eligible
    )


def _expected(rt: Runtime, contest: Contest) -> Floats:
    return rt.arbiter.expected(rt.learner.posterior, contest.eligible, contest.row, contest.context, contest.items)


def _answers(  # noqa: PLR0917
    rt: Runtime, games: Games, contest: Contest, picks: Sequence[Preference], expected: Floats, field: Field
) -> Iterator[Said]:
    """What the customer did with offers since the first pick, against what the model expects of them now."""
    if contest.found is None:
        return
    names = rt.store.identifiers_of([contest.found.id])
    ids = possible_ids(row.identifier for row in names) | {contest.found.id}
    logits = dict(zip(field.names, field.logits.tolist(), strict=True))
    level = float(field.logits.mean())
    for offer in rt.store.offers_of(ids, since=picks[0].time):
        action = rt.workspace.actions.get(action_of(offer.action))
        if action is not None and offer.outcome:
            row = games.attributes.row(action.attributes)
            weight = games.faded(picks[0].game, offer.made_at, contest.now_us)
            logit = logits.get(offer.action, level + float(row @ expected))
            yield Said(row, logit, offer.outcome == "accepted", weight, slope=1.0, lapse=0.0)
