"""The namespaces of one business: those it declared, and the two that every tracking client sends."""

from __future__ import annotations

from rapport.core.identifier import ANONYMOUS_ID, USER_ID
from rapport.workspace.definitions import Identity, Namespace

BUILT_IN = {
    USER_ID: Namespace(priority=100, unique=True),
    ANONYMOUS_ID: Namespace(priority=0, limit=200),
}
"""What user and anonymous ids are when ``identity.yaml`` is silent about them. Browsers forget anonymous ids after
days, so that one person collects many."""


def namespaces(identity: Identity) -> dict[str, Namespace]:
    """Every namespace by name, the strongest first; equal priorities in order of name.

    >>> list(namespaces(Identity(namespaces={"email": Namespace(priority=80)})))
    ['user_id', 'email', 'anonymous_id']
    """
    declared = BUILT_IN | identity.namespaces
    return {name: declared[name] for name in sorted(declared, key=lambda name: (-declared[name].priority, name))}
