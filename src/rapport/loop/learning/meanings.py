"""What each action is, and since when: an action that keeps its name but becomes another offer is another action.

Its title, content, attributes, items and goal make its meaning. What it is worth, costs, or who may see it does not.
Answers to what it was before teach the model what all offers share, not what this one is.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

import msgspec

from rapport.ports.store import Store

if TYPE_CHECKING:
    from rapport.loop.runtime import Runtime
    from rapport.workspace.definitions import Action

STATE: Final = "meanings"
Meanings = dict[str, list[tuple[int, str]]]
_decode = msgspec.json.Decoder(Meanings).decode


def fingerprint(action: Action) -> str:
    """64 bits over what an action is."""
    said = (action.title, action.content, action.attributes, action.items, action.goal)
    return blake2b(msgspec.json.encode(said, order="sorted"), digest_size=8).hexdigest()


def meanings(store: Store) -> Meanings:
    """Action → its meanings, each with the moment (µs) since which it holds; 0 for the first."""
    body = store.state(STATE)
    return _decode(body) if body else {}


def changed(store: Store) -> dict[str, int]:
    """Action → the moment (µs) since which it is what it is now, of those that were something else before."""
    return _changed(meanings(store))


def since(rt: Runtime) -> dict[str, int]:
    """``changed``, of the actions that are defined: what was decided before says nothing of them."""
    return {name: moment for name, moment in changed(rt.store).items() if name in rt.workspace.actions}


def note(rt: Runtime) -> list[str]:
    """Writes down what the actions are now; returns those whose meaning changed, and has them learnt anew.

    For who holds the fold's lease. Once a process: an older process that still folds by former definitions says nothing
    after its start. The model is saved before the change is, so that a crash between the two repeats it.
    """
    if rt.learner.noted:
        return []
    before = meanings(rt.store)
    now_us = rt.clock.now_us()
    after, turned = _following(before, rt.workspace.actions, now_us)
    if turned:
        rt.learner.relearn(rt.store, _changed(after), now_us)
    if after != before:
        rt.learner.adopt(rt.store, {STATE: msgspec.json.encode(after)}, rewritten=bool(turned))
    rt.learner.noted = True
    return turned


def _changed(said: Meanings) -> dict[str, int]:
    return {name: one[-1][0] for name, one in said.items() if len(one) > 1}


def _following(before: Meanings, actions: Mapping[str, Action], now_us: int) -> tuple[Meanings, list[str]]:
    after, turned = {name: list(said) for name, said in before.items()}, []
    for name, action in actions.items():
        mark = fingerprint(action)
        if name not in after:
            after[name] = [(0, mark)]
        elif after[name][-1][1] != mark:
            after[name].append((now_us, mark))
            turned.append(name)
    return after, turned
