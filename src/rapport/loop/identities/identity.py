"""Who is who, by hand: merge, unmerge, tell apart; and a report of what protects against wrong merges.

An act is an event: it is durable before it is acknowledged, takes its place in the log, and is folded in that order,
so that two stewards (or two processes) who act at once are served one after the other.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from rapport.core.acts import MANUAL, Act, ActKind, act_event
from rapport.core.customer import IdentifierRow
from rapport.core.errors import Busy, InvalidInput, NotFound
from rapport.core.event import entry
from rapport.core.identifier import Identifier
from rapport.identify.graph import new_customer_id
from rapport.identify.namespaces import namespaces
from rapport.identify.stitch import APART
from rapport.loop.identities.overruled import joined, overrule
from rapport.loop.identities.restitch import waiting
from rapport.loop.intake.fold import catch_up
from rapport.loop.runtime import Runtime
from rapport.loop.who import CUSTOMER_ID, identifier_of

SHOWN = 100
WAIT_S = 0.02
WAITS_MAX = 1_500
"""So often a folding process elsewhere is asked whether it has come to our act: half a minute."""

Names = Mapping[str, str]


def merge(rt: Runtime, a: Names, b: Names, *, actor: str, because: str = "") -> dict[str, Any]:
    """Says that two customers are one person; returns who they are now.

    Raises ``NotFound`` for a customer nobody met, ``InvalidInput`` where one is shared by too many people to be one,
    or where they (or two of their names) were told apart.
    """
    one, other = _two(rt, a, b)
    _refuse_shared(rt, one, other)
    act(rt, "link", one, other, actor=actor, because=because)
    result = _outcome(rt, one, other)
    if not result["merged"]:
        refusals = [refusal for refusal in rt.store.refusals_of([one, other]) if refusal.reason == APART]
        between = f"{refusals[0].a} and {refusals[0].b}" if refusals else f"{one} and {other}"
        hint = "merge those two first if they are one person after all: identity links shows what was said"
        raise InvalidInput(f"two of their names were told apart ({between})", where="identity", hint=hint)
    return result


def unmerge(rt: Runtime, a: Names, b: Names, *, actor: str, because: str = "", never: bool = False) -> dict[str, Any]:
    """Says that two customers are not one person; returns who they are now.

    Links by hand or by likeness between them are withdrawn: both are what they would have been without them. If events
    alone hold them together, or with ``never``, they are told apart for good, whatever events show. Raises
    ``InvalidInput`` where there is nothing to take back.
    """
    one, other = _two(rt, a, b)
    rows = rt.store.identifiers([one, other])
    if not never and rows[one].customer_id != rows[other].customer_id:
        hint = '--never (or "never": true) keeps them apart, whatever events show'
        raise InvalidInput(f"{one} and {other} are two people already", where="identity", hint=hint)
    answered = joined(rt, one, other)
    act(rt, "never" if never else "unlink", one, other, actor=actor, because=because)
    overrule(rt, answered, actor=actor, because=because)
    return _outcome(rt, one, other)


def act(rt: Runtime, kind: ActKind, a: Identifier, b: Identifier, *, actor: str, because: str = "") -> None:
    """Writes a steward's act into the log and waits until it is folded. Raises ``Busy`` when that takes too long."""
    said = Act(kind=kind, a=a, b=b, rule=MANUAL, actor=actor, evidence=because)
    event = act_event(said, message_id=rt.chance.new_id("act_"), now_us=rt.clock.now_us())
    rt.store.append([entry(event)]).result()
    settle(rt)


def settle(rt: Runtime) -> None:
    """Waits until everything that is in the log by now is folded, here or by the process that folds.

    Raises ``Busy`` when that takes too long; what was written stays, and is folded in its turn.
    """
    last = rt.store.last_seq()
    for _ in range(WAITS_MAX):
        catch_up(rt)
        if rt.store.cursors().event >= last and waiting(rt) is None:
            return
        time.sleep(WAIT_S)
    hint = "another process folds what came before: what was said is in the log and will be folded in its turn"
    raise Busy("the log is not folded yet", hint=hint)


def _two(rt: Runtime, a: Names, b: Names) -> tuple[Identifier, Identifier]:
    """Two different names, once everything in the log is folded."""
    settle(rt)
    one, other = known(rt, a), known(rt, b)
    if one == other:
        raise InvalidInput(f"{one} is one name, given twice", where="identity", hint="name two different names")
    return one, other


def known(rt: Runtime, who: Names) -> Identifier:
    """One name of a customer we have met: the one asked for, or the oldest behind a customer id.

    Raises ``NotFound``, and ``InvalidInput`` as ``identifier_of``.
    """
    asked = identifier_of(rt, who)
    if asked.namespace == CUSTOMER_ID:
        return _behind(rt, asked.value)
    if asked not in rt.store.identifiers([asked]):
        raise NotFound(
            f"nobody is known as {asked}", where="identity", hint="check the spelling; load or send it first"
        )
    return asked


def _behind(rt: Runtime, customer_id: str) -> Identifier:
    """The identifier that gave a customer id, current or former."""
    found = rt.store.customer(customer_id)
    rows = rt.store.identifiers_of([found.id]) if found else []
    for row in rows:
        if new_customer_id(row.identifier) == customer_id:
            return row.identifier
    raise NotFound(f"no customer {customer_id}", where="identity", hint="name it by an identifier, as email=…")


def _refuse_shared(rt: Runtime, *identifiers: Identifier) -> None:
    for row in rt.store.identifiers(identifiers).values():
        if row.shared:
            hint = "raise its namespace's shared_by in identity.yaml if it is one person's after all"
            raise InvalidInput(f"{row.identifier} is shared by too many people to be one", where="identity", hint=hint)


def _outcome(rt: Runtime, a: Identifier, b: Identifier) -> dict[str, Any]:
    rows = rt.store.identifiers([a, b])
    if len(rows) < len({a, b}):
        raise NotFound("one of the two is not there any more", where="identity", hint="somebody was erased just now")
    customers = sorted({row.customer_id for row in rows.values()})
    return {
        "merged": len(customers) == 1,
        "customers": [
            {"id": one, "identifiers": [str(row.identifier) for row in rt.store.identifiers_of([one])]}
            for one in customers
        ],
        "apart": _apart(rt, a, b),
    }


def _apart(rt: Runtime, a: Identifier, b: Identifier) -> bool:
    return any({line.a, line.b} == {a, b} for line in rt.store.links_apart())


def report(rt: Runtime, shown: int = SHOWN) -> dict[str, Any]:
    """What protects against wrong merges: shared identifiers, joins that were refused, customers whose ids rotate."""
    shared, apart = rt.store.identifiers_shared(), rt.store.links_apart()
    refused = rt.store.refusals_counted(1_000_000)
    reasons: dict[str, int] = {}
    for _, reason, count in refused:
        reasons[reason] = reasons.get(reason, 0) + count
    rotating = [one for one in refused if " gains at most " in one[1]]
    return {
        "shared": {"count": len(shared), "identifiers": [_shared(rt, row) for row in shared[:shown]]},
        "refused": {"count": sum(reasons.values()), "reasons": reasons},
        "rotating": {
            "count": len({identifier for identifier, _, _ in rotating}),
            "identifiers": [
                {"identifier": str(identifier), "reason": reason, "refused": count}
                for identifier, reason, count in rotating[:shown]
            ],
        },
        "told_apart": {
            "count": len(apart),
            "pairs": [
                {"a": str(line.a), "b": str(line.b), "actor": line.actor, "because": line.evidence}
                for line in apart[:shown]
            ],
        },
    }


def _shared(rt: Runtime, row: IdentifierRow) -> dict[str, Any]:
    counts: dict[str, int] = {}
    for seen in row.beside:
        namespace = seen.partition(":")[0]
        counts[namespace] = counts.get(namespace, 0) + 1
    rules = namespaces(rt.workspace.identity)[row.identifier.namespace]
    most = {"shared_by": rules.shared_by, "held_by": rules.held_by}
    return {"identifier": str(row.identifier), "seen_with": counts, "at_most": most}
