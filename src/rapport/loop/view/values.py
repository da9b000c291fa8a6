"""A customer's values, each with where it comes from, how far it is believed, and why it and no other is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, get_args

from rapport.core.customer import Customer, IdentifierRow
from rapport.core.time import iso
from rapport.identify.because import because_not, because_shown, when
from rapport.identify.survivors import Judged
from rapport.loop.runtime import Runtime
from rapport.workspace.definitions import Feature, Trait, TraitKind

_TRAITS = "traits."


def traits(rt: Runtime, customer: Customer, now_us: int) -> dict[str, dict[str, Any]]:
    """Every declared trait that any source stated, by name; and those kept only as identifiers, with their namespace.

    Where all values have expired ``value`` is None and ``others`` hold them.
    """
    declared = rt.workspace.traits
    told = {
        name: _trait(rt, name, declared[name], rt.survivors.judged(name, values, now_us))
        for name, values in customer.profile.traits.items()
        if name in declared
    }
    for name, namespace in _namespaces(rt).items():
        if name in told:
            told[name]["namespace"] = namespace
        elif name not in declared:
            rows = [row for row in customer.names if row.identifier.namespace == namespace]
            if rows:
                told[name] = _identifier_only(rt, namespace, rows)
    return dict(sorted(told.items()))


def by_kind(
    rt: Runtime,
    customer: Customer,
    told: Mapping[str, Mapping[str, Any]],
    *,
    features: Mapping[str, Any],
    answers: Sequence[Mapping[str, Any]],
    now_us: int,
) -> dict[str, list[dict[str, Any]]]:
    """The same in four kinds, each a list of values with source, time, confidence and purpose where there is one.

    Behaviour takes in what was counted from events, response what was answered to offers.
    """
    kinds: dict[str, list[dict[str, Any]]] = {kind: [] for kind in get_args(TraitKind)}
    for name, trait in told.items():
        if trait["kind"] and trait["value"] is not None:
            kept = {key: trait[key] for key in ("value", "source", "time", "confidence", "purpose")}
            kinds[trait["kind"]].append({"name": name, **kept})
    profile = customer.profile
    kinds["behaviour"].append(_counted("events", profile.events, "every event", profile.last_seen))
    kinds["behaviour"] += [
        _counted(name, features[name], _origin(feature), now_us) for name, feature in rt.workspace.features.items()
    ]
    kinds["response"] += [dict(answer) for answer in answers]
    return kinds


def _trait(rt: Runtime, name: str, trait: Trait, judged: Sequence[Judged]) -> dict[str, Any]:
    first = judged[0]
    shown = {**_value(first)} if not first.expired else {**_value(first), "value": None, "source": "", "time": None,
                                                         "expires_at": None, "valid": None}  # fmt: skip
    losers = judged if first.expired else judged[1:]
    return {
        **shown,
        "kind": trait.kind,
        "purpose": trait.purpose,
        "why": because_shown(judged, trait.survivor, rt.zone),
        "others": [{**_value(one), "because": because_not(one, first, rt.zone)} for one in losers],
    }


def _value(one: Judged) -> dict[str, Any]:
    return {
        "value": one.held.value,
        "source": one.held.source,
        "time": iso(one.held.time),
        "confidence": one.belief.confidence,
        "third_party": one.belief.third_party,
        "valid": one.valid,
        "expires_at": iso(one.expires_at) if one.expires_at else None,
    }


def _namespaces(rt: Runtime) -> dict[str, str]:
    """Trait → the namespace that reads it as an identifier, the strongest one."""
    found: dict[str, str] = {}
    for namespace in rt.normalisers:
        declared = rt.workspace.identity.namespaces.get(namespace)
        for path in declared.found_in if declared else ():
            if path.startswith(_TRAITS):
                found.setdefault(path.removeprefix(_TRAITS), namespace)
    return found


def _identifier_only(rt: Runtime, namespace: str, rows: Sequence[IdentifierRow]) -> dict[str, Any]:
    """An identifier shown among the traits, where a user would look for it: the one first seen last."""
    newest, *older = sorted(rows, key=lambda row: (row.first_seq, row.id), reverse=True)
    since = when(newest.first_us, rt.zone)
    return {
        "value": newest.identifier.value,
        "source": "",
        "time": iso(newest.first_us),
        "confidence": None,
        "third_party": False,
        "valid": None,
        "expires_at": None,
        "kind": "",
        "purpose": "",
        "why": f"kept as an identifier only, first seen {since}: traits.yaml does not declare it",
        "others": [
            {"value": row.identifier.value, "time": iso(row.first_us), "because": "an identifier too, seen earlier"}
            for row in older
        ],
        "namespace": namespace,
    }


def _counted(name: str, value: Any, source: str, time_us: int) -> dict[str, Any]:
    return {"name": name, "value": value, "source": source, "time": iso(time_us), "confidence": None, "purpose": ""}


def _origin(feature: Feature) -> str:
    of = f" of {feature.of}" if feature.of else ""
    window = f", last {feature.window}" if feature.window else ""
    return f"{feature.measure}{of} over '{feature.event}'{window}"
