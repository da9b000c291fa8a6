"""The identifiers that a call carries: in its own fields, in its list of external ids, and where the business says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rapport.core.errors import InvalidDefinition, InvalidInput
from rapport.core.identifier import ANONYMOUS_ID, USER_ID
from rapport.core.path import ROOTS, Path
from rapport.core.wire import WireCall
from rapport.identify.namespaces import namespaces
from rapport.identify.normalise import Normaliser, as_text, normalisers
from rapport.identify.not_kept import EXTERNAL, NotKept
from rapport.workspace.definitions import Identity

_Path = tuple[int, str, tuple[str, ...]]
"""Number of the root in ``ROOTS``, key, and the keys below it."""


class CarriedIdentifiers:
    """Where one business finds identifiers, and how it spells them. What is undeclared or
    names nobody is counted, not kept.

    Raises ``InvalidDefinition`` for a ``found_in`` that is no path to one value.
    """

    def __init__(self, identity: Identity, not_kept: NotKept) -> None:
        spell = normalisers(identity)
        self._sources = [
            (name, spell[name], tuple(map(_path, namespace.found_in)))
            for name, namespace in namespaces(identity).items()
        ]
        self._spell = spell
        self._not_kept = not_kept

    def read(
        self,
        call: WireCall,
        properties: Mapping[str, Any],
        traits: Mapping[str, Any],
        context: Mapping[str, Any],
        source: str,
    ) -> dict[str, str]:
        """Namespace → agreed spelling, the strongest first. Raises ``InvalidInput`` when there is none."""
        given: dict[str, Any] = {USER_ID: call.user_id, ANONYMOUS_ID: call.anonymous_id}
        if call.external_ids or "externalIds" in context:
            self._add_external(given, call, context, source)
        roots = (properties, traits, context)
        identifiers = {}
        for name, spell, paths in self._sources:
            stated = given.get(name)
            agreed = None if stated is None else _agree(spell, stated)
            if agreed is None:
                for root, key, below in paths:
                    value = roots[root].get(key)
                    if value is None:
                        continue
                    stated = _below(value, below)
                    if (agreed := _agree(spell, stated)) is not None:
                        break
            if agreed is not None:
                identifiers[name] = agreed
            elif stated:
                self._not_kept.add(source, "unusable", name, stated)
        if not identifiers:
            self._refuse(call)
        return identifiers

    def previous(self, call: WireCall, identifiers: Mapping[str, str]) -> dict[str, str]:
        """What an alias call's ``previousId`` may mean, by namespace; the wire does not say which.

        Raises ``InvalidInput`` when the call joins nothing.
        """
        text = as_text(call.previous_id) or ""
        meant = {name: agreed for name in (USER_ID, ANONYMOUS_ID) if (agreed := self._spell[name](text))}
        if not meant and len(identifiers) == 1:
            found = f"an alias that joins nothing: previousId is {_short(call.previous_id)}"
            raise InvalidInput(found, where="previousId", hint="send the id that the user had before")
        return {name: agreed for name, agreed in meant.items() if identifiers.get(name) != agreed}

    def _add_external(self, given: dict[str, Any], call: WireCall, context: Mapping[str, Any], source: str) -> None:
        listed = [*(call.external_ids or {}).items(), *_listed(context.get("externalIds"))]
        for name, value in listed:
            if name not in self._spell:
                self._not_kept.add(source, "undeclared", EXTERNAL + name, value)
            elif given.get(name) is None:
                given[name] = value

    def _refuse(self, call: WireCall) -> None:
        found = f"userId is {_short(call.user_id)}, anonymousId is {_short(call.anonymous_id)}"
        others = ", ".join(name for name in self._spell if name not in (USER_ID, ANONYMOUS_ID))
        hint = "send a userId or an anonymousId" + (f", or one of: {others}" if others else "")
        raise InvalidInput(f"no identifier that names somebody: {found}", where="userId", hint=hint)


def _path(text: str) -> _Path:
    path = Path.parse(text, where="found_in")
    if path.many or not path.steps:
        hint = "name one value, such as 'traits.email'"
        raise InvalidDefinition(f"'{text}' is no place for an identifier", where="found_in", hint=hint)
    return ROOTS.index(path.root), path.steps[0], path.steps[1:]


def _agree(spell: Normaliser, value: Any) -> str | None:
    text = value if value.__class__ is str else as_text(value)
    return spell(text) if text else None


def _below(value: Any, keys: tuple[str, ...]) -> Any:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _listed(external: Any) -> Iterator[tuple[str, Any]]:
    """Segment's ``context.externalIds``: a list of ``{"type", "id", "encoding"}``."""
    for one in external if isinstance(external, list) else ():
        if isinstance(one, dict) and isinstance(one.get("type"), str) and one.get("encoding", "none") == "none":
            yield one["type"], one.get("id")


def _short(value: Any) -> str:
    printed = repr(value) if value is not None else "null"
    return printed if len(printed) <= 40 else f"{printed[:40]}…"
