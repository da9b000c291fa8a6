"""A changed definition is a re-fold: the projection remembers which definitions made it."""

from __future__ import annotations

import hashlib

import msgspec

from rapport.loop.runtime import Runtime

MARK = "projection:definitions"


def digest(rt: Runtime) -> bytes:
    """A fingerprint of all that shapes the projection: identifiers, traits, features, time zone, attribution.

    What only reading looks at (whose word counts, how probable links are found) is not in it.
    """
    workspace = rt.workspace
    identity = workspace.identity
    shaping: tuple[object, ...] = (
        (identity.namespaces, identity.blocked, identity.phone_region),
        [(name, trait.type) for name, trait in workspace.traits.items()],
        workspace.features,
        workspace.settings.timezone,
        workspace.settings.attribution_window,
        [(name, action.window, action.goal) for name, action in workspace.actions.items()],
        (rt.readings, rt.rates, workspace.settings.currency),
    )
    if rt.interests:
        shaping = (*shaping, rt.interests)
    return hashlib.sha256(msgspec.json.encode(shaping)).hexdigest().encode()


def refold_if_changed(rt: Runtime) -> bool:
    """Empties the projection if other definitions made it, so that the next fold starts at the log's beginning."""
    made_by, wanted = rt.store.state(MARK), digest(rt)
    if made_by == wanted:
        return False
    changed = made_by is not None
    if changed:
        rt.store.reset_projection().result()
        rt.learner.forget()
    rt.store.save_state(MARK, wanted).result()
    return changed
