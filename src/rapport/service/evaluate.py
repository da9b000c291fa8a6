"""``GET /v1/reports/evaluation`` and ``/attribution``: what other policies would have earned; who shares the credit."""

from __future__ import annotations

from typing import Any

from litestar import Router, get
from litestar.datastructures import State
from litestar.params import FromQuery

from rapport.core.errors import InvalidInput
from rapport.loop.learning import attribution as credit
from rapport.loop.learning.evaluate import CONFIDENCE, Question, report
from rapport.loop.learning.evidence import VALUE
from rapport.service.guard import needs


@get("/", guards=[needs("read")], summary="Say what other policies would have earned", sync_to_thread=True)
def policies(  # noqa: PLR0917
    state: State,
    policy: FromQuery[str] = "",
    change: FromQuery[str] = "",
    reward: FromQuery[str] = VALUE,
    slot: FromQuery[str] = "",
    days: FromQuery[int] = 0,
    confidence: FromQuery[float] = CONFIDENCE,
) -> dict[str, Any]:
    """Estimates with intervals by customer, what they rest on, or why nothing can be said.

    ``policy`` names several between commas, ``change`` is ``ACTION.lever=2`` and the like between commas.
    """
    question = Question(
        policies=tuple(_parts(policy)), changes=dict(map(_change, _parts(change))), reward=reward, slot=slot,
        days=max(days, 0), confidence=confidence,
    )  # fmt: skip
    return report(state.rt, question)


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _change(text: str) -> tuple[str, float]:
    path, _, number = text.partition("=")
    try:
        return path, float(number)
    except ValueError:
        raise InvalidInput(f"'{text}'", where="change", hint="write ACTION.lever=2, between commas") from None


@get("/", guards=[needs("read")], summary="Say which offers share the credit", sync_to_thread=True)
def credits(
    state: State,
    days: FromQuery[int] = credit.DAYS,
    window_days: FromQuery[int] = credit.WINDOW_DAYS,
    by: FromQuery[str] = credit.BY[0],
) -> dict[str, Any]:
    """Outcomes credited to each action, or action and slot, by every rule; and what the holdout shows."""
    return credit.report(state.rt, days=max(days, 1), window_days=max(window_days, 1), by=by)


evaluation = Router("/v1/reports/evaluation", route_handlers=[policies], tags=["reports"])
attribution = Router("/v1/reports/attribution", route_handlers=[credits], tags=["reports"])
