"""What definitions must say beside having the right types. One function for each file of the workspace."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from rapport.core.decision import ITEM_MARK
from rapport.core.errors import did_you_mean
from rapport.workspace import checks
from rapport.workspace.checks.asking import (
    check_duration,
    check_event,
    check_expression,
    check_not_negative,
    check_optional_duration,
    check_path,
    check_pattern,
    check_patterns,
    check_rule,
    check_where,
    check_zone,
    only_suggestion,
)
from rapport.workspace.columns import SYSTEM_COLUMNS
from rapport.workspace.definitions import (
    Action,
    Feature,
    Identity,
    Linking,
    Namespace,
    Policy,
    Provenance,
    Settings,
    Source,
    SourceField,
    Trait,
)
from rapport.workspace.documents import Place
from rapport.workspace.draft import Draft, Entry

NAME_LENGTH_MAX: Final = 100
_NEEDS_OF: Final = frozenset({"sum", "mean", "min", "max", "distinct", "first", "last"})
_FEATURE_WINDOW: Final = re.compile(r"[1-9][0-9]{0,5}[dh]")
_CURRENCY: Final = re.compile(r"[A-Z]{3}")
_REGION: Final = re.compile(r"[A-Z]{2}")


def validate(draft: Draft) -> None:
    """Adds to the draft every finding about what its definitions say."""
    _each(draft, {"": draft.settings}, _settings)
    _each(draft, {"": draft.identity}, _identity)
    _each(draft, {"": draft.policy}, _policy)
    _column_names(draft)
    _each(draft, draft.traits, _trait)
    _each(draft, draft.features, _feature)
    _each(draft, draft.actions, _action)
    _each(draft, draft.sources, _source)
    for entry, check in _CHECKS.items():
        _whole(draft, getattr(draft, entry), check)
    _each(draft, draft.segments, checks.segments.check)
    _each(draft, draft.experiments, checks.experiments.check)
    _each(draft, draft.games, checks.games.check)
    _each(draft, draft.budgets, checks.budgets.check)
    _each(draft, draft.products, checks.products.check)
    _each(draft, draft.accounts, checks.accounts.check)


def _whole(draft: Draft, entry: Entry[Any] | None, check: Callable[[Draft, Any, Place], None]) -> None:
    """Checks what one file says, if there is such a file."""
    if entry is not None and entry.place is not None:
        check(draft, entry.definition, entry.place)


_CHECKS: Final[dict[str, Callable[[Draft, Any, Place], None]]] = {
    "value": checks.value.check,
    "needs": checks.needs.check,
    "stages": checks.stages.check,
    "capabilities": checks.capabilities.check,
    "catalogue": checks.catalogue.check,
    "groups": checks.groups.check,
}
"""File of the workspace → what checks it."""


def _each(draft: Draft, entries: Mapping[str, Any], check: Callable[[Draft, str, Any, Place], None]) -> None:
    for name, entry in entries.items():
        if entry.place is not None:
            check(draft, name, entry.definition, entry.place)


def _settings(draft: Draft, _name: str, settings: Settings, place: Place) -> None:
    check_zone(draft, settings.timezone, place.below("timezone"))
    if not _CURRENCY.fullmatch(settings.currency):
        draft.report(place.below("currency"), f"'{settings.currency}' is no currency code", "write EUR, USD, CNY …")
    if not settings.languages:
        draft.report(place.below("languages"), "no language", "write [en]")
    if not settings.store.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
        hint = "write sqlite:///data/rapport.db or postgresql://user@host/name"
        draft.report(place.below("store"), f"'{settings.store}' is no store", hint)
    check_duration(draft, settings.attribution_window, place.below("attribution_window"))
    if not 0 <= settings.exploration_floor <= 0.5:
        draft.report(place.below("exploration_floor"), "a share between 0 and 0.5 is needed", "0.01 explores with 1%")
    check_not_negative(draft, settings.noise, place.below("noise"))


def _identity(draft: Draft, _name: str, identity: Identity, place: Place) -> None:
    check_patterns(draft, identity.blocked, place.below("blocked"))
    if not _REGION.fullmatch(identity.phone_region):
        hint = "write two capital letters: US, AT, CN"
        draft.report(place.below("phone_region"), f"'{identity.phone_region}' is no region", hint)
    for name, namespace in identity.namespaces.items():
        _namespace(draft, name, namespace, place.below("namespaces", name))
    for name, source in identity.sources.items():
        _provenance(draft, source, place.below("sources", name))
    _linking(draft, identity.linking, place.below("linking"))


def _provenance(draft: Draft, source: Provenance, place: Place) -> None:
    if not 0 <= source.confidence <= 1:
        hint = f"{Provenance().confidence} is the default"
        draft.report(place.below("confidence"), "a confidence between 0 and 1 is needed", hint)
    check_optional_duration(draft, source.expires, place.below("expires"))


def _linking(draft: Draft, linking: Linking, place: Place) -> None:
    if not 0 < linking.review <= linking.accept <= 1:
        hint = "write 0 < review ≤ accept ≤ 1, such as 0.8 and 0.999"
        draft.report(place, "the two probabilities are out of order", hint)


def _namespace(draft: Draft, name: str, namespace: Namespace, place: Place) -> None:
    if not name.isidentifier():
        draft.report(place, f"'{name}' is no name of a kind of identifier", "use letters, digits and _", on_key=True)
    if namespace.limit < 1:
        draft.report(place.below("limit"), "a limit is at least 1")
    for key, most in (("shared_by", namespace.shared_by), ("held_by", namespace.held_by)):
        if most < 1:
            draft.report(place.below(key), "at least one person has it")
    for window, limit in namespace.limits.items():
        check_duration(draft, window, place.below("limits", window))
        if limit < 1:
            draft.report(place.below("limits", window), "a limit is at least 1")
    for index, path in enumerate(namespace.found_in):
        check_path(draft, path, place.below("found_in", index))
    check_patterns(draft, namespace.blocked, place.below("blocked"))


def _policy(draft: Draft, _name: str, policy: Policy, place: Place) -> None:
    for name in policy.context:
        _column_name(draft, name, place.below("context", name))
    kept = policy.retention
    for key, length in (("anonymous", kept.anonymous), ("inactive", kept.inactive), ("refused", kept.refused)):
        check_optional_duration(draft, length, place.below("retention", key))
    if kept.model_versions < 1:
        draft.report(place.below("retention", "model_versions"), "at least one version is kept")
    checks.gates.check(draft, policy.gates, place.below("gates"))
    checks.learning.check(draft, policy.learning, place.below("learning"))
    checks.lists.check(draft, policy.lists, place.below("lists"))
    for name, words in policy.says.items():
        if name not in policy.context:
            hint = did_you_mean(name, policy.context)
            draft.report(place.below("says", name), f"no entry of the context is called '{name}'", hint, on_key=True)
        checks.wording.check(draft, words, place.below("says", name))
    checks.experiments.check_holdout(draft, policy.holdout, place.below("holdout"))


def _column_names(draft: Draft) -> None:
    taken = {name.lower(): f"a column of every customer ('{name}')" for name in SYSTEM_COLUMNS}
    for kind, entries in (("trait", draft.traits), ("feature", draft.features), ("segment", draft.segments)):
        for name, entry in entries.items():
            if entry.place is None:
                continue
            _column_name(draft, name, entry.place)
            if name.lower() in taken:
                draft.report(
                    entry.place, f"'{name}' is already {taken[name.lower()]}", "choose another name", on_key=True
                )
            taken[name.lower()] = f"a {kind} ('{name}')"


def _column_name(draft: Draft, name: str, place: Place) -> None:
    if not name or not name.isprintable() or name != name.strip() or len(name) > NAME_LENGTH_MAX:
        hint = f"at most {NAME_LENGTH_MAX} printable characters, no space at either end"
        draft.report(place, f"'{name}' is no name of a column", hint, on_key=True)


def _trait(draft: Draft, _name: str, trait: Trait, place: Place) -> None:
    check_optional_duration(draft, trait.expires, place.below("expires"))
    if trait.valid:
        check_pattern(draft, trait.valid, place.below("valid"))
    checks.wording.check(draft, trait.says, place.below("says"))


def _feature(draft: Draft, _name: str, feature: Feature, place: Place) -> None:
    check_event(draft, feature.event, place.below("event"))
    if feature.measure in _NEEDS_OF and not feature.of:
        hint = "add of: properties.revenue, for instance"
        draft.report(place.below("measure"), f"{feature.measure} needs a value to measure", hint)
    if feature.of:
        check_path(draft, feature.of, place.below("of"))
    if feature.window and not _FEATURE_WINDOW.fullmatch(feature.window):
        draft.report(place.below("window"), f"'{feature.window}' is no window", "write days or hours, as 90d or 36h")
    check_where(draft, feature.where, place.below("where"))
    checks.wording.check(draft, feature.says, place.below("says"))


def _action(draft: Draft, name: str, action: Action, place: Place) -> None:
    if ITEM_MARK in name:
        hint = f"choose a name without '{ITEM_MARK}', which stands between an action and an item that it offers"
        draft.report(place, f"'{name}' is no name of an action", hint, on_key=True)
    if not action.slots:
        draft.report(place, f"the action '{name}' has no slot", "add slots: [homepage]", on_key=True)
    for index, slot in enumerate(action.slots):
        if not slot.strip():
            draft.report(place.below("slots", index), "a slot without a name")
    checks.wording.check(draft, action.titles, place.below("titles"))
    check_rule(draft, action.rule, draft.columns, place.below("rule"))
    for rule, factor in action.context.items():
        check_rule(draft, rule, draft.policy.definition.context, place.below("context", rule), on_key=True)
        check_not_negative(draft, factor, place.below("context", rule))
    amounts = {"value": action.value, "cost": action.cost, "lever": action.lever, "stock": action.stock or 0}
    for key, amount in amounts.items():
        check_not_negative(draft, amount, place.below(key))
    check_optional_duration(draft, action.window, place.below("window"))
    checks.capabilities.check_action(draft, action, place)
    checks.catalogue.check_action(draft, action, place)
    _goal(draft, action, place)


def _goal(draft: Draft, action: Action, place: Place) -> None:
    if action.goal is not None:
        check_event(draft, action.goal.event, place.below("goal", "event"))
        check_where(draft, action.goal.where, place.below("goal", "where"))
        if action.goal.value:
            check_path(draft, action.goal.value, place.below("goal", "value"))
    elif action.incremental:
        hint = "name the event that says so: goal: {event: Order Completed}"
        draft.report(place.below("incremental"), "nobody can be seen to do it without the offer", hint)


def _source(draft: Draft, _name: str, source: Source, place: Place) -> None:
    if source.type == "track" and not (source.event or source.event_rules):
        draft.report(place, "the events have no name", "add event: Order Completed")
    if source.type == "track" and source.time is None:
        draft.report(place, "no time", "add time: {column: …, type: timestamp}")
    if not source.identifiers:
        draft.report(place, "no identifier says whose events these are", "add identifiers: {user_id: {column: …}}")
    _encoding(draft, source.encoding, place)
    _identifiers(draft, source, place)
    _source_traits(draft, source, place)
    for part in ("identifiers", "properties", "traits", "lines"):
        for key, field in getattr(source, part).items():
            _source_field(draft, field, place.below(part, key))
    if source.time is not None:
        _source_field(draft, source.time, place.below("time"))
    if source.lines and not source.group_by:
        draft.report(place.below("lines"), "lines of what?", "add group_by: the columns that make rows one event")
    for part in ("event_rules", "totals", "require"):
        for key, rule in getattr(source, part).items():
            check_expression(draft, rule, place.below(part, key))


def _source_field(draft: Draft, field: SourceField, place: Place) -> None:
    given = [bool(field.column), field.value is not None, bool(field.expression)]
    if sum(given) != 1:
        draft.report(place, "one of column, value and expression is needed", "write {column: NAME}")
    if field.expression:
        check_expression(draft, field.expression, place.below("expression"))
    if field.timezone:
        check_zone(draft, field.timezone, place.below("timezone"))


def _identifiers(draft: Draft, source: Source, place: Place) -> None:
    known = draft.identity.definition.namespaces
    for name in source.identifiers:
        if name not in known and "identity.yaml" not in draft.unreadable:
            hint = did_you_mean(name, known)
            draft.report(place.below("identifiers", name), f"unknown kind of identifier '{name}'", hint, on_key=True)


def _source_traits(draft: Draft, source: Source, place: Place) -> None:
    for name in source.traits:
        hint = only_suggestion(did_you_mean(name, draft.traits))
        if name not in draft.traits and hint and draft.columns_are_complete:
            draft.report(place.below("traits", name), f"the trait '{name}' is not declared", hint, on_key=True)


def _encoding(draft: Draft, encoding: str, place: Place) -> None:
    try:
        codecs.lookup(encoding)
    except LookupError:
        draft.report(place.below("encoding"), f"unknown encoding '{encoding}'", "write utf-8, gbk, utf-16, cp1252 …")
