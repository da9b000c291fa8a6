"""A decision is a record: all that is needed to explain it, attribute to it and evaluate it later."""

from __future__ import annotations

from typing import Any, Final, Literal

import msgspec

from rapport.core.gate import Gate

Outcome = Literal["accepted", "rejected", "ignored"]
ITEM_MARK: Final = "/"
"""Stands between an action and the item of the catalogue that it offers: ``new_books/978-3``."""


def action_of(candidate: str) -> str:
    """The action behind a candidate, which may be one of the action's items.

    >>> action_of("new_books/978-3"), action_of("voucher")
    ('new_books', 'voucher')
    """
    return candidate.partition(ITEM_MARK)[0]


def item_of(candidate: str) -> str:
    """The item that a candidate offers; empty for an action that offers none.

    >>> item_of("new_books/978-3"), item_of("voucher")
    ('978-3', '')
    """
    return candidate.partition(ITEM_MARK)[2]


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """An item of the catalogue as a candidate, as the model saw it."""

    id: str
    attributes: dict[str, str | float | bool] = {}
    affinity: float = 0.0
    """What the recommender says of this customer and item, in logits beside the action's other items."""
    price: float | None = None
    """In the workspace's currency, where it is known."""


class Because(msgspec.Struct, frozen=True, kw_only=True):
    """The six answers, as sentences a customer could read."""

    who: str
    what: str
    where: str
    when: str
    why: str
    how: str


class Exclusion(msgspec.Struct, frozen=True):
    """An action that was not in the running, and the rule or policy that said so."""

    action: str
    reason: str


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """One action that was picked, and with what chance it would have been."""

    action: str
    probability: float
    """Exact probability that this pick was made, given the picks before it."""
    propensity: float
    """Expected chance that the customer accepts, 0–1."""
    value: float
    score: float
    """propensity × value × context × lever, at the posterior mean."""
    reasons: dict[str, float] = {}
    """The inputs that moved the logit most, strongest first; entries of the request's context begin with ``@``."""
    item: Item | None = None
    """What the action offers, where that is an item of the catalogue."""


class Treated(msgspec.Struct, frozen=True, kw_only=True):
    """How the customer's marketing mode limited a decision; what is left is as of before it."""

    mode: str
    """Marketing mode, or ``later`` or ``exclude`` for who is not selected."""
    contacts_left: int | None = None
    """None: no limit."""
    budget_left: float | None = None
    """In the workspace's currency; None: no limit."""
    configure: str = "choose"
    """Configuration rights: ``none``, ``choose`` or ``full``."""


class Together(msgspec.Struct, frozen=True, kw_only=True):
    """What kept the picks of one list apart; only of candidates that had company."""

    groups: dict[str, str] = {}
    """Candidate → its group: after one of them, the others were out."""
    kinds: dict[str, str] = {}
    """Candidate → in what a list should differ: after one of them, the others weighed ``again`` times as much."""
    again: float = 1.0


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """One decision as it is stored. The lists from ``candidates`` to ``choice_probability`` run parallel.

    ``inputs`` are the customer's columns as the model saw them, so that an update or a refit is exact.
    """

    id: str
    customer_id: str
    subject: str
    """The identifier the decision was asked for, ``namespace:value``."""
    slot: str
    made_at: int
    """Microseconds since the epoch."""
    personalized: bool
    impersonal: str = ""
    """Why nothing about the customer was used; empty where it was."""
    gates: list[Gate] = []
    """The stages that were closed when it was made; empty while all were open."""
    candidates: list[str]
    """The eligible actions."""
    mean: list[float]
    """Posterior mean of each candidate's logit."""
    spread: list[float]
    """Standard deviation with which each logit was sampled (tempering included)."""
    weight: list[float]
    """(value - cost - price of the budget) × lever × every factor of each candidate."""
    choice_probability: list[float]
    """Exact probability of each candidate being picked first; sums to 1."""
    chosen: list[Chosen]
    excluded: list[Exclusion]
    inputs: dict[str, Any]
    context: dict[str, Any]
    seed: int
    model: str
    """Name and version of the model that scored."""
    definitions: str
    """Version of the workspace that defined actions and rules."""
    factors: dict[str, dict[str, float]] = {}
    """What multiplied the weight beside the lever (``context``, ``uplift``) → candidate → by how much, where not 1."""
    floor: float = 0.0
    """The share of picks that was spread evenly over the candidates."""
    together: Together | None = None
    """What kept the picks of a list apart; None where nothing did."""
    prices: dict[str, float] = {}
    """What an acceptance of a candidate cost a scarce budget, in the workspace's currency, where not 0."""
    experiments: dict[str, str] = {}
    """Experiment → arm, of those that this decision followed."""
    holdout: bool = False
    """Whether the customer is one of those who get what everybody gets."""
    treatment: Treated | None = None
    """None: the customer has no marketing mode, or there are no treatments."""


encode_decision = msgspec.msgpack.Encoder().encode
decode_decision = msgspec.msgpack.Decoder(Decision).decode


class Pick(msgspec.Struct, frozen=True):
    """The candidate that a decision picked, and nothing else about it."""

    action: str


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """The part of a decision that attribution needs; reading no more keeps the fold fast."""

    id: str
    customer_id: str
    made_at: int
    chosen: list[Pick]


decode_made = msgspec.msgpack.Decoder(Made).decode


class DecisionRow(msgspec.Struct, frozen=True):
    """A decision as the store keeps it."""

    id: str
    customer_id: str
    slot: str
    made_at: int
    body: bytes
    seq: int = 0

    @property
    def decision(self) -> Decision:
        """The decoded record."""
        return decode_decision(self.body)

    @property
    def made(self) -> Made:
        """What attribution needs of it."""
        return decode_made(self.body)


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """One action offered by one decision, waiting for its outcome; settled once."""

    decision_id: str
    action: str
    customer_id: str
    made_at: int
    closes_at: int
    outcome: str = ""
    """``accepted``, ``rejected``, ``ignored``, or empty while open."""
    value: float = 0.0
    settled_seq: int = 0
    """The log position of the event that settled it; 0 while open."""
