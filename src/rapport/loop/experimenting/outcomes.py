# ruff: noqa: S608 - this file composes SQL; names and texts from definitions go through name_sql and matches.
"""What customers did after they first met an experiment, and the same before, read in the warehouse."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rapport.core.ecommerce import canonical_name
from rapport.core.event_sql import matches
from rapport.core.path import EventColumn, Path
from rapport.core.quoting import name_sql
from rapport.learn.experiment import Measured
from rapport.loop.runtime import Runtime
from rapport.workspace.definitions import Workspace
from rapport.workspace.durations import duration_us
from rapport.workspace.experiments import Metric

Array = NDArray[Any]
NAMED: Final = ("properties.experiment_name", "properties.variation_name")
"""Where ``Experiment Viewed`` says what was met (Segment's spec of A/B testing)."""


def metrics_of(workspace: Workspace) -> list[Metric]:
    """Every metric of the experiments and the holdout."""
    found = [workspace.policy.holdout.metric]
    for one in workspace.experiments.values():
        found += [one.metric, *one.secondary.values(), *one.guardrails.values()]
    return [metric for metric in found if metric is not None]


def event_columns(workspace: Workspace) -> set[str]:
    """The event columns that experiments read beside the fixed ones (``core.path.EventColumn``)."""
    columns = {str(_value_column(metric)) for metric in metrics_of(workspace) if metric.of}
    columns |= {path for metric in metrics_of(workspace) for path in metric.where if Path.parse(path).steps}
    return columns | (set(NAMED) if any(one.outside for one in workspace.experiments.values()) else set())


def measure(
    rt: Runtime, metrics: Mapping[str, Metric], customer_ids: Array, met_us: Array, as_of_us: int
) -> dict[str, Measured]:
    """Each metric of customers in the order in which they were met; only spans over by a moment (µs) count.

    A customer who did nothing has 0.
    """
    named = {f"m{place}": metric for place, metric in enumerate(metrics.values())}
    given = {
        "place": np.arange(len(met_us)),
        "customer_id": customer_ids,
        "met": met_us,
    }
    found = rt.warehouse.arrays(_query(named), given, {"place": "integer", "met": "integer"})
    return {
        name: _measured(f"m{place}", metric, found, met_us, as_of_us)
        for place, (name, metric) in enumerate(metrics.items())
    }


def times_seen(rt: Runtime, metric: Metric) -> int:
    """How often a metric's event was ever seen, as the last refresh knows."""
    ((count,),) = rt.warehouse.query(f"SELECT COUNT(*) FROM events AS e WHERE {_matches(metric)}")
    return int(count)


def _measured(short: str, metric: Metric, found: Mapping[str, Array], met_us: Array, as_of_us: int) -> Measured:
    dense = {}
    for part in ("value", "count", "value_before", "count_before"):
        if f"{short}_{part}" in found:
            dense[part] = np.zeros(len(met_us))
            dense[part][found["place"]] = np.nan_to_num(found[f"{short}_{part}"].astype(np.float64))
    if metric.cap is not None:
        for part in ("value", "value_before"):
            dense[part] = np.minimum(dense[part], metric.cap)
    before = [dense[part] for part in ("value_before", "count_before") if part in dense]
    over = met_us + duration_us(metric.within) <= as_of_us
    return Measured(
        value=dense["value"],
        count=dense.get("count"),
        before=np.column_stack(before),
        counted=int(over.sum()),
    )


def _query(metrics: Mapping[str, Metric]) -> str:
    """``place`` of each customer who did anything, and each metric's value after and before."""
    picked, wanted = [], set()
    for short, metric in metrics.items():
        after = f"e.us >= g.met AND e.us < g.met + {duration_us(metric.within)}"
        before = f"e.us < g.met AND e.us >= g.met - {duration_us(metric.before)}"
        for suffix, span in (("", after), ("_before", before)):
            picked.append(f"{_aggregate(metric, span)} AS {short}_value{suffix}")
            if metric.per:
                per = f"{matches('e', canonical_name(metric.per))} AND {span}"
                picked.append(f"COUNT(*) FILTER (WHERE {per}) AS {short}_count{suffix}")
        wanted |= {_matches(metric), *([matches("e", canonical_name(metric.per))] if metric.per else [])}
    return (
        f"SELECT g.place, {', '.join(picked)} FROM given AS g JOIN identifiers AS i ON i.customer_id = g.customer_id"
        " JOIN (SELECT *, EPOCH_US(e.time) AS us FROM events AS e"
        f" WHERE {' OR '.join(f'({one})' for one in sorted(wanted))}) AS e ON e.subject = i.subject GROUP BY g.place"
    )


def _aggregate(metric: Metric, span: str) -> str:
    where = f"FILTER (WHERE {_matches(metric)} AND {span})"
    if metric.measure == "sum":
        column = _value_column(metric)
        value = f"e.{name_sql(str(column))}"
        return f"CAST(SUM({f'LIST_SUM({value})' if column.path.many else value}) {where} AS DOUBLE)"
    counted = f"CAST(COUNT(*) {where} AS DOUBLE)"
    return f"LEAST({counted}, 1.0)" if metric.measure == "exists" else counted


def _matches(metric: Metric) -> str:
    return matches("e", canonical_name(metric.event), sorted(metric.where.items()))


def _value_column(metric: Metric) -> EventColumn:
    return EventColumn(Path.parse(metric.of), "number")
