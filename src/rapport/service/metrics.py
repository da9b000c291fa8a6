"""What Prometheus may count. One registry for the process, as prometheus_client keeps it."""

from __future__ import annotations

from functools import cache

from prometheus_client import Counter, Gauge, Histogram

_FAST = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)

REQUESTS = Counter("rapport_requests", "Requests to the hot routes, answered.", ("method", "route", "status"))
HOT_SECONDS = Histogram("rapport_request_seconds", "Time to answer on the hot routes.", ("route",), buckets=_FAST)
EVENTS_ACCEPTED = Counter("rapport_events_accepted", "Events that were accepted and are on disk.")
EVENTS_REJECTED = Counter("rapport_events_rejected", "Events that were refused one by one, with a reason.")
DECISIONS = Counter("rapport_decisions", "Decisions made and recorded.", ("slot",))
RESPONSES = Counter("rapport_responses", "Responses recorded.", ("outcome",))
FOLDED = Counter("rapport_folded", "Events and decisions consumed by the fold in this process.")
FOLD_FAILURES = Counter("rapport_fold_failures", "Steps of the fold that failed and were tried again.")
OPEN_STREAMS = Gauge("rapport_open_streams", "Clients that hold a stream of changes open.")
FOLD_LAG = Gauge("rapport_fold_lag_events", "Events in the log that the fold has not reached.")


@cache
def counted(method: str, route: str, status: int) -> tuple[Histogram, Counter]:
    """The clock and the counter of one route and status; looked up once, since labels cost more than counting."""
    return HOT_SECONDS.labels(route), REQUESTS.labels(method, route, str(status))


@cache
def decisions_in(slot: str) -> Counter:
    """The counter of one slot's decisions."""
    return DECISIONS.labels(slot)
