"""Online = offline: of several sources' values the same one survives in the profile and in the warehouse."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlglot
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rapport.core.customer import Profile
from rapport.core.time import DAY_US
from rapport.differentiate.features_sql import customer_query
from rapport.identify import profile as folding
from rapport.identify.survivors import Survivors
from rapport.workspace.definitions import Identity, Provenance, Trait
from rapport.workspace.survivorship import survivorship

NOW_US = 20_000 * DAY_US
OWNERS = {"user_id:ann": "c1", "anonymous_id:a1": "c1", "user_id:bob": "c2"}
SOURCES = ["", "web", "crm", "till", "it's bought", "old list"]
TRAITS = {
    "city": Trait(),
    "mood": Trait(survivor="newest"),
    "job": Trait(expires="30d"),
    "taste": Trait(survivor="newest", expires="999999d"),
}
DECLARED = {
    "crm": Provenance(confidence=0.95),
    "till": Provenance(confidence=0.95, expires="10d"),
    "it's bought": Provenance(confidence=0.99, expires="20d", third_party=True),
    "old list": Provenance(confidence=0.3),
}

times = st.one_of(st.integers(0, 60).map(lambda days: NOW_US - days * DAY_US), st.sampled_from([0, NOW_US]))
statements = st.lists(
    st.tuples(
        times,
        st.sampled_from([-1, 0, 0, 1]),
        st.sampled_from(SOURCES),
        st.sampled_from(list(OWNERS)),
        st.dictionaries(st.sampled_from(list(TRAITS)), st.sampled_from(["Ulm", "Bonn", "Kiel", "北京"]), max_size=4),
    ),
    max_size=12,
)


def online(events: list[Any], identity: Identity) -> dict[str, dict[str, Any]]:
    survivors = Survivors(TRAITS, survivorship(identity))
    profiles = {customer: Profile() for customer in OWNERS.values()}
    for seq, event in enumerate(events, start=1):
        folding.add(profiles[OWNERS[event.subject]], event, seq)
    rows = {}
    for customer, profile in profiles.items():
        shown = survivors.shown(profile.traits, NOW_US)
        rows[customer] = {name: shown[name].value if name in shown else None for name in TRAITS}
    return rows


def offline(sides: Any, events: list[Any], identity: Identity) -> dict[str, dict[str, Any]]:
    rows = sides(events, OWNERS).offline({}, "Europe/Paris", NOW_US, TRAITS, identity)
    return {customer: {name: row[name] for name in TRAITS} for customer, row in rows.items()}


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    stated=statements,
    declared=st.sets(st.sampled_from(sorted(DECLARED))).map(lambda names: {name: DECLARED[name] for name in names}),
)
def test_the_same_value_survives_on_both_planes(sides, make, reread, stated, declared):
    identity = Identity(sources=declared)
    events = [
        reread(make(min(max(time + shift, 0), NOW_US), "", subject, type="identify", source=source, traits=traits))
        for time, shift, source, subject, traits in stated
    ]
    assert offline(sides, events, identity) == online(events, identity)


@pytest.mark.parametrize("declared", [{}, DECLARED])
def test_the_query_carries_over_to_spark(declared):
    query = customer_query({}, TRAITS, survivorship(Identity(sources=declared)), ZoneInfo("UTC"), NOW_US)
    spark = sqlglot.transpile(query, read="duckdb", write="spark", unsupported_level=sqlglot.ErrorLevel.RAISE)[0]
    assert "MAX_BY" in spark
    assert ("'it\\'s bought'" in spark) == bool(declared)


def test_who_says_nothing_of_sources_pays_nothing():
    query = customer_query({}, TRAITS, survivorship(Identity()), ZoneInfo("UTC"), NOW_US)
    assert "CASE e.source" not in query
    assert "'rank'" not in query
