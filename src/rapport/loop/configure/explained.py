"""Why something is not possible, and what to give up to have it, in words that a customer reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rapport.core.money import from_units
from rapport.customize.configure.clauses.formula import Reason
from rapport.customize.configure.explaining.explain import Explanation
from rapport.loop.configure.asking import Step
from rapport.loop.configure.begin import begin, resume
from rapport.loop.configure.choosing import nearest
from rapport.loop.configure.naming import Told, chosen_of, named, refused_of
from rapport.loop.configure.seat import Seat
from rapport.loop.configure.session import State
from rapport.loop.runtime import Runtime

ALTERNATIVES: Final = 3
REASONS_TOLD: Final = 7
"""Nobody reads more sentences: those nearest to the option are told, and how many more stand behind them."""


def asked(rt: Runtime, product: str, step: Step, group: str, option: str) -> tuple[Told, Seat]:
    """Why an option is not possible beside a session's choices or those sent, and whose; raises as a step does."""
    published = rt.shelf.published(product)
    number = published.model.number(group, option, where="option")
    seat = resume(rt, published, step) if step.session else begin(rt, published, step, ())
    state = seat.session.state
    if step.session and step.choices is not None:
        model = published.model
        state = State(chosen_of(model, step.choices), refused_of(model, step.refused), state.base)
    return explain(seat, number, step.language, state), seat


def explain(seat: Seat, literal: int, language: str = "en", state: State | None = None) -> Told:
    """Why a literal does not go with what was chosen; ``possible`` where it does."""
    state = state or seat.session.state
    picks = _beside(seat, state, literal)
    found = seat.published.explainer.explain(picks, literal)
    if found is None:
        return {"possible": True, "reasons": [], "picks": [], "rules": [], "more": 0, "alternatives": []}
    given_up = seat.published.explainer.give_up(picks, literal, ALTERNATIVES)
    alternatives = [_alternative(seat, state, literal, one) for one in given_up if not set(one) & set(seat.locked)]
    return _told(seat, found, language) | {"alternatives": alternatives}


def contradiction(seat: Seat, state: State, language: str) -> Told:
    """Which of the choices exclude each other, and by which rules."""
    found = seat.published.explainer.explain(seat.literals(state))
    if found is None:
        return {"possible": True, "reasons": [], "picks": [], "rules": [], "more": 0, "alternatives": []}
    return _told(seat, found, language)


def _told(seat: Seat, found: Explanation, language: str) -> Told:
    """An explanation as it is told: the rules nearest as sentences, all of them by name."""
    telling = _telling(found.reasons)
    return {
        "possible": False,
        "reasons": seat.published.sentences(language).of(telling[:REASONS_TOLD]),
        "picks": named(seat.published.model, (one for one in found.picks if one not in seat.locked)),
        "rules": [reason.name for reason in telling],
        "more": max(0, len(telling) - REASONS_TOLD),
        "alternatives": [],
    }


def why(seat: Seat, number: int, language: str) -> Told:
    """Why an option that is seen cannot be chosen now, and the least to give up for it."""
    model, state = seat.published.model, seat.session.state
    picks = _beside(seat, state, number)
    found = seat.published.explainer.explain(picks, number)
    if found is None:
        return {"reasons": [], "picks": [], "give_up": []}
    given_up: Sequence[tuple[int, ...]] = seat.published.explainer.give_up(picks, number, 1)
    told = _told(seat, found, language)
    return {
        "reasons": told["reasons"],
        "picks": told["picks"],
        "give_up": named(model, given_up[0]) if given_up else [],
    }


def _telling(reasons: Sequence[Reason]) -> list[Reason]:
    """What is worth telling: that one thing of a group is chosen goes without saying beside a rule."""
    rules = [one for one in reasons if one.kind in ("rule", "table", "limit")]
    return rules or list(reasons)


def _beside(seat: Seat, state: State, literal: int) -> list[int]:
    """The literals that stay when one more is taken: a pick takes the place of the other one in its group."""
    group = seat.published.model.group_of[abs(literal)]
    others = frozenset(group.options) if group.single and literal > 0 else frozenset({abs(literal)})
    return [one for one in seat.literals(state) if one not in others and one != -literal]


def _alternative(seat: Seat, state: State, literal: int, given_up: Sequence[int]) -> Told:
    """The configuration with the literal and without what is given up, as near as can be to what was chosen."""
    published, model = seat.published, seat.published.model
    left = [one for one in _beside(seat, state, literal) if one not in given_up]
    kept = [one for one in left if one > 0 and one not in seat.locked]
    number = [literal] if literal > 0 else []
    whole = nearest(published, [*left, literal], state.base if state.base is not None else [*kept, *number])
    return {
        "give_up": named(model, given_up),
        "choices": model.choices([*kept, *number]),
        "price": from_units(seat.price(whole)),
    }
