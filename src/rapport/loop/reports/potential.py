# ruff: noqa: S608 - this file composes SQL from the names of its own tables and numbers.
"""The report on potential value, and the trial of value.yaml's indicators on a past date."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
import numpy as np

from rapport.core.errors import Conflict, InvalidInput
from rapport.core.money import SCALE
from rapport.core.quoting import name_sql
from rapport.core.time import DAY_US, iso, local_day
from rapport.differentiate import value as valuing
from rapport.differentiate.features_sql import customer_query
from rapport.differentiate.frame import Array, Frame, Purchases, Recent, Tallies
from rapport.differentiate.potential import backtest as trial
from rapport.differentiate.potential.part import PotentialModel
from rapport.differentiate.potential.ranking import Floats, quintile_scores, ranked
from rapport.loop.refreshed import last_refresh
from rapport.loop.refreshing import differentiate
from rapport.loop.refreshing.everybody import PURCHASES
from rapport.loop.runtime import Runtime
from rapport.rules import NumberExpression, Rule, parse_number
from rapport.workspace.definitions import Workspace

ON_DATE: Final = "backtest"
SEED: Final = 20_250_103
_DIMENSIONS: Final = ("current", "potential")
_PAST_SPEND: Final = "past spend"
_QUINTILES: Final = "recency–frequency–monetary quintiles"

_ONE_AT_A_TIME: Final = threading.Lock()
"""Held while a past day is tried: all trials write the one table ``backtest`` and read it back."""


def report(rt: Runtime) -> dict[str, Any]:
    """What customers are expected to spend, how that was learnt, and how good it was on what it had not seen.

    Raises ``Conflict`` without ``value.yaml`` and before the first refresh with it.
    """
    if not any(part.name == "potential" for part in rt.parts):
        raise Conflict("potential value is not asked for", hint="add a value.yaml, see docs/guides/potential.md")
    model: PotentialModel | None = differentiate.models(rt).get("potential")
    refreshed = last_refresh(rt)
    if model is None or refreshed is None:
        raise Conflict("potential value has not been learnt yet", hint="run `rapport refresh` first")
    told = ("refused", "horizon_days", "learnt_days", "customers", "method", "because")
    tested = model.ahead_in_time or model.across_customers
    ask = "SELECT COUNT(potential_spend), COALESCE(SUM(potential_spend), 0), MEDIAN(potential_spend) FROM customers"
    ((scored, total, median),) = rt.warehouse.query(ask)
    return {
        "as_of": iso(refreshed.as_of),
        **{name: getattr(model, name) for name in told},
        "learnt_from": [iso(cut * DAY_US)[:10] for cut in model.cuts],
        "shown_better": tested is not None and tested.shown,
        "scored": scored,
        "expected": round(float(total), 2),
        "median": None if median is None else round(float(median), 2),
        "across_customers": msgspec.to_builtins(model.across_customers),
        "ahead_in_time": msgspec.to_builtins(model.ahead_in_time),
    }


def backtest(rt: Runtime, as_of_us: int) -> dict[str, Any]:
    """How the indicators of value.yaml as of a past moment (µs) ranked what customers have spent since.

    Indicators that look ahead of the date are refused with the reason. Raises ``InvalidInput`` for a date after the
    last refresh, ``Conflict`` without indicators, before the first refresh, and where nobody had bought by then.
    """
    refreshed = last_refresh(rt)
    if refreshed is None or rt.workspace.value is None:
        raise Conflict("there are no indicators with a refresh to try", hint="add a value.yaml, run `rapport refresh`")
    day, last = local_day(as_of_us, rt.zone), local_day(refreshed.as_of, rt.zone)
    if day >= last:
        raise InvalidInput(f"{iso(as_of_us)[:10]} is not before the last refresh", where="backtest",
                           hint="name an earlier day")  # fmt: skip
    query = customer_query(rt.workspace.features, rt.workspace.traits, rt.sources, rt.zone, as_of_us)
    with _ONE_AT_A_TIME:
        refused = _refused(rt, query, as_of_us)
        found = _ranked(rt, trial.without(rt.workspace, refused), query, as_of_us, day)
    return {
        "as_of": iso(as_of_us)[:10],
        "until": iso(refreshed.as_of)[:10],
        "days": last - day,
        **found,
        "refused": [msgspec.to_builtins(one) for one in refused],
    }


def _refused(rt: Runtime, query: str, as_of_us: int) -> list[trial.Ahead]:
    """By definition, then by trial."""
    ahead = trial.looks_ahead(rt.workspace, rt.columns)
    left = trial.without(rt.workspace, ahead)
    uses = {name for _, _, uses in trial.uses_of(left, rt.columns) for name in uses}
    # Those measured from purchases are read from days up to the date and from no other.
    names = sorted(uses - trial.MEASURED_AGAIN)
    ((customers, *counts),) = rt.warehouse.query(trial.changed_query(names, query, as_of_us))
    return ahead + trial.differs(left, rt.columns, dict(zip(names, counts, strict=True)), customers)


def _ranked(rt: Runtime, workspace: Workspace, query: str, as_of_us: int, day: int) -> dict[str, Any]:
    """Each indicator and dimension judged beside past spend and quintiles, of who had bought by then."""
    table = f"SELECT * FROM ({trial.on_date_query(query, PURCHASES, day)}) AS known WHERE frequency > 0"
    count = rt.warehouse.save_table(ON_DATE, table)
    if not count:
        raise Conflict("nobody had bought by that date", hint="name a later day")
    frame = _frame(rt, as_of_us, day)
    spent = _spent_since(rt, day)
    known = rt.warehouse.arrays(f"SELECT recency_days, frequency, monetary FROM {ON_DATE} ORDER BY customer_id")
    measures = [known[name].astype(np.float64) for name in ("recency_days", "frequency", "monetary")]
    rivals = {_PAST_SPEND: measures[2], _QUINTILES: quintile_scores(*measures)}
    scores = {**_indicators(rt, workspace, frame), **_dimensions(rt, workspace, frame)}
    judged = ranked({**{name: _worst_where_unknown(each) for name, each in scores.items()}, **rivals}, spent,
                    _PAST_SPEND, SEED)  # fmt: skip
    return {
        "customers": count,
        "spenders": int(np.count_nonzero(spent)),
        "spent": round(float(spent.sum()), 2),
        "ranked": [{"score": name, **msgspec.to_builtins(one)} for name, one in judged.items()],
    }


def _indicators(rt: Runtime, workspace: Workspace, frame: Frame) -> dict[str, Floats]:
    """Dimension and indicator → its number for each customer, the better the higher."""
    named = [
        (f"{dimension}.{name}", one)
        for dimension in _DIMENSIONS
        for name, one in getattr(workspace.value, dimension).indicators.items()
    ]
    numbers = frame.evaluate([parse_number(one.of, rt.columns) for _, one in named])
    return {
        name: values if one.better == "more" else -values for (name, one), values in zip(named, numbers, strict=True)
    }


def _dimensions(rt: Runtime, workspace: Workspace, frame: Frame) -> dict[str, Floats]:
    """The dimensions, scored by what their indicators taught on the date."""
    part = valuing.build(workspace, rt.columns)
    if part is None:
        return {}
    found = part.score(part.fit(frame), frame)
    return {
        name: found[f"value_{name}"]
        for name in _DIMENSIONS
        if getattr(workspace.value, name).indicators and f"value_{name}" in found
    }


def _frame(rt: Runtime, as_of_us: int, day: int) -> Frame:
    """The customers of the date, whose expressions are asked of the table of that date."""
    found = rt.warehouse.arrays(f"SELECT customer_id, personalized FROM {ON_DATE} ORDER BY customer_id")

    def read(name: str) -> Array:
        return rt.warehouse.arrays(f"SELECT {name_sql(name)} AS c FROM {ON_DATE} ORDER BY customer_id")["c"]

    def ask(expressions: Sequence[Rule | NumberExpression], _scores: Mapping[str, Array]) -> list[Array]:
        if not expressions:
            return []
        picked = ", ".join(f"CAST(({one.sql('duckdb')}) AS DOUBLE) AS e{n}" for n, one in enumerate(expressions))
        answers = rt.warehouse.arrays(f"SELECT {picked} FROM {ON_DATE} ORDER BY customer_id")
        return [answers[f"e{n}"] for n in range(len(expressions))]

    none, counts = np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int64)
    return Frame(list(found["customer_id"]), as_of_us, day, found["personalized"].astype(np.bool_),
                 Purchases(none, none, counts, counts, counts, counts), Tallies(none, none, none, none, counts, []),
                 Recent(none, none, counts), read, ask)  # fmt: skip


def _spent_since(rt: Runtime, day: int) -> Floats:
    rows = rt.warehouse.arrays(
        f"SELECT CAST(COALESCE(SUM(p.revenue - p.refunds) FILTER (WHERE p.day > {day}), 0) AS DOUBLE) AS spent"
        f" FROM {ON_DATE} AS b LEFT JOIN {PURCHASES} AS p ON p.customer_id = b.customer_id"
        " GROUP BY b.customer_id ORDER BY b.customer_id"
    )
    spent: Floats = np.maximum(rows["spent"], 0.0) / SCALE
    return spent


def _worst_where_unknown(scores: Floats) -> Floats:
    known = scores[~np.isnan(scores)]
    return np.where(np.isnan(scores), known.min() - 1.0 if len(known) else 0.0, scores)
