"""Who uses which column: the rules and definitions that name it, and the model's weights."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

import msgspec

from rapport.core.customer import decode_profile
from rapport.core.path import Path
from rapport.core.time import iso
from rapport.identify.usage import Use, Weight
from rapport.identify.usage import usage as judged
from rapport.loop.columns import customer_row
from rapport.loop.runtime import Runtime
from rapport.rules import parse, parse_number
from rapport.workspace.capabilities import Capabilities

CUSTOMERS_READ: Final = 300
"""The model's influence is measured over so many customers; ids are hashes, so the first of them are a fair sample."""
NOTES: Final = (
    "The influence of a column is how far it moves the chances of different customers apart, not whether it is right.",
    "Texts are hashed into the model: two values can share a weight by accident.",
    "Uses outside Rapport cannot be seen here: reports and exports that read the customer table are not known.",
)


def usage(rt: Runtime) -> dict[str, Any]:
    """Every declared trait: named by a definition, measurably leaned on by the model, or used by nothing."""
    answers = _answers(rt)
    traits = judged(rt.workspace.traits, uses(rt), rt.arbiter.inputs, weights(rt), answers)
    return {
        "as_of": iso(rt.clock.now_us()),
        "model": rt.learner.name,
        "answers": answers,
        "traits": [msgspec.to_builtins(one) for one in traits],
        "candidates_to_drop": [one.name for one in traits if one.level == "nothing"],
        "notes": list(NOTES),
    }


def uses(rt: Runtime) -> dict[str, list[Use]]:
    """Column → the definitions that name it."""
    found: dict[str, list[Use]] = {}
    for name, use in (*_rules(rt), *_differences(rt), *_paths(rt), *_link_fields(rt)):
        if name in rt.columns:
            found.setdefault(name, []).append(use)
    return found


def _rules(rt: Runtime) -> Iterator[tuple[str, Use]]:
    for name, action in rt.workspace.actions.items():
        for column in sorted(parse(action.rule, rt.columns).uses):
            yield column, Use("rule", f"action {name}")


def _differences(rt: Runtime) -> Iterator[tuple[str, Use]]:
    """Columns that segments, values, needs, groups and capabilities name."""
    workspace = rt.workspace
    for name, segment in workspace.segments.items():
        yield from _named(rt, segment.rule, Use("segment", name))
    for name, experiment in workspace.experiments.items():
        yield from _named(rt, experiment.rule, Use("experiment", name))
    if (value := workspace.value) is not None:
        for indicator, said in (*value.current.indicators.items(), *value.potential.indicators.items()):
            yield from _counted(rt, said.of, Use("value indicator", indicator))
        for column in filter(None, (value.lifetime.by, value.lifetime.contract)):
            yield column, Use("lifetime", "value.yaml")
    if workspace.needs is not None:
        yield workspace.needs.segment_by, Use("needs", "segment_by")
    for column in workspace.groups.columns if workspace.groups else ():
        yield column, Use("groups", "columns")
    if workspace.capabilities is not None:
        yield from _selection(rt, workspace.capabilities)


def _selection(rt: Runtime, said: Capabilities) -> Iterator[tuple[str, Use]]:
    for name, capability in said.capabilities.items():
        yield from _named(rt, capability.serves, Use("capability", name))
    for key, calculation in (("value", said.value), ("growth", said.growth)):
        if calculation:
            yield from _counted(rt, calculation, Use("selection", key))
    yield from ((column, Use("selection", "differ_by")) for column in said.differ_by)


def _named(rt: Runtime, rule: str, use: Use) -> Iterator[tuple[str, Use]]:
    yield from ((column, use) for column in sorted(parse(rule, rt.columns).uses))


def _counted(rt: Runtime, calculation: str, use: Use) -> Iterator[tuple[str, Use]]:
    yield from ((column, use) for column in sorted(parse_number(calculation, rt.columns).uses))


def _paths(rt: Runtime) -> Iterator[tuple[str, Use]]:
    """Traits that identifiers, features and needs are read from."""
    for name, namespace in rt.workspace.identity.namespaces.items():
        for path in namespace.found_in:
            yield from _trait(path, Use("identifier", name))
    for name, feature in rt.workspace.features.items():
        for path in (feature.of, *feature.where):
            yield from _trait(path, Use("feature", name))
    for attribute, need in rt.workspace.needs.attributes.items() if rt.workspace.needs else ():
        for reading in need.readings:
            for path in (reading.of, reading.occasion, *reading.where):
                yield from _trait(path, Use("need", attribute))


def _trait(text: str, use: Use) -> Iterator[tuple[str, Use]]:
    if text and not text.startswith("@") and (path := Path.parse(text)).root == "traits" and path.steps:
        yield path.steps[0], use


def _link_fields(rt: Runtime) -> Iterator[tuple[str, Use]]:
    linking = rt.workspace.identity.linking
    for name, meaning in linking.fields.items():
        yield name, Use("link field", meaning)


def weights(rt: Runtime) -> dict[str, Weight]:
    """Column that the model reads → how much it moves it; nothing while there was no answer to learn from."""
    if not rt.learner.settled_seq:
        return dict.fromkeys(rt.arbiter.inputs, Weight(0.0, 0.0))
    found = rt.arbiter.influences(rt.learner.posterior, islice(_rows(rt), CUSTOMERS_READ))
    return {name: Weight(round(one.share, 4), round(one.evidence, 2)) for name, one in found.items()}


def _rows(rt: Runtime) -> Iterator[dict[str, Any]]:
    now_us = rt.clock.now_us()
    for stored in rt.store.scan_customers(limit=CUSTOMERS_READ):
        yield customer_row(rt, stored.id, decode_profile(stored.profile), stored.scores, now_us)


def _answers(rt: Runtime) -> int:
    """Outcomes that the model has learnt from."""
    answers, after = 0, 0
    while page := rt.store.offers_settled(after, _PAGE):
        answers += sum(1 for offer in page if offer.settled_seq <= rt.learner.settled_seq)
        after = page[-1].settled_seq
    return answers


_PAGE: Final = 5_000
