"""The namespaces of one business: those it declared, and the two that every tracking client sends."""

from __future__ import annotations

from rapport.core.identifier import ANONYMOUS_ID, USER_ID
from rapport.workspace.built_in import NAMESPACES
from rapport.workspace.definitions import Identity, Namespace

_ALWAYS = {name: NAMESPACES[name] for name in (USER_ID, ANONYMOUS_ID)}


def namespaces(identity: Identity) -> dict[str, Namespace]:
    """Every namespace by name, the strongest first; equal priorities in order of name.

    >>> list(namespaces(Identity(namespaces={"email": Namespace(priority=80)})))
    ['user_id', 'email', 'anonymous_id']
    """
    declared = _ALWAYS | identity.namespaces
    return {name: declared[name] for name in sorted(declared, key=lambda name: (-declared[name].priority, name))}
