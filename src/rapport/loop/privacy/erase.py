"""The right to be forgotten: one person leaves the store, the warehouse, files, models and backups, for good.

What leaves the store leaves in one transaction, which also writes down what has to follow (``Intent``). A process that
is killed meanwhile loses nothing: whoever opens the workspace next finishes it, and every step may be done twice.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from rapport.core.customer import encode_profile
from rapport.core.event import OURS, StoredEvent, encode_event
from rapport.core.identifier import Identifier
from rapport.core.time import SECOND_US, iso
from rapport.identify.traces import Traces
from rapport.learn.lessons.withdrawal import left_out
from rapport.loop import backups, generation
from rapport.loop.deciding.ledger import keep_spent
from rapport.loop.deciding.stock import keep_count
from rapport.loop.identities.restitch import folded
from rapport.loop.intake.fold import alone, fold_all
from rapport.loop.intake.rebuild import replay
from rapport.loop.privacy.leaving import SEARCHED_MAX, leaving, mentions
from rapport.loop.privacy.suppress import LOOK_EVERY_US, SECRET, entries, secret_of
from rapport.loop.refreshing.recommend_refit import again_without
from rapport.loop.runtime import Runtime
from rapport.loop.view import find
from rapport.ports.store import Erasure, FoldBatch
from rapport.sources import papers

PENDING: Final = "erasing:"
"""Small state under which an erasure that is under way waits for its end."""
RECEIPT: Final = "erasure:"
MANY: Final = 20_000
"""So many people leave in one transaction."""
BEYOND: Final = "copies outside the workspace: exports, logs and backups that were taken elsewhere"


class Intent(msgspec.Struct, kw_only=True):
    """A removal that left the store and has to leave everything else; all of it may be done again."""

    entry: str
    at: int
    by: str = ""
    suppressed: bool = True
    """Whether a person asked for it: then nothing comes back, and files and backups are searched too."""
    identifiers: list[str]
    customer_ids: list[str]
    refold: list[str] = []
    rebuild: bool = False
    exported: bool = False
    relearn: bool = False
    removed: dict[str, int] = {}
    position: int = 0
    """The log's end when the person left."""


_encode = msgspec.json.encode
_decode = msgspec.json.Decoder(Intent).decode


def erase(rt: Runtime, who: Mapping[str, str], *, by: str = "") -> dict[str, Any]:
    """Erases a customer; returns the receipt, which holds nothing personal. Raises ``NotFound``, ``Busy``.

    Nobody folds meanwhile, so that nothing of theirs is missed and nothing comes back. ``by`` is who did it.
    """
    with alone(rt):
        fold_all(rt)
        customer = find(rt, who)
        intent = _leave(rt, customer.identifiers, [customer.id, *customer.aliases], by=by, suppressed=True)
        return _finish(rt, intent)


def forget_many(rt: Runtime, customer_ids: Collection[str]) -> dict[str, int]:
    """Removes customers whom nobody needs any more; returns how many rows left each table, and files rewritten.

    They may come back with any event. Backups, rejects and exports keep what they hold until they are removed
    themselves. Unknown ids are left out. Raises ``Busy``.
    """
    removed: Counter[str] = Counter()
    wanted = sorted(customer_ids)
    with alone(rt):
        fold_all(rt)
        for start in range(0, len(wanted), MANY):
            some = wanted[start : start + MANY]
            names = [row.identifier for row in rt.store.identifiers_of(some)]
            if names:
                removed.update(_finish(rt, _leave(rt, names, some, by="retention", suppressed=False))["removed"])
    return dict(removed)


def resume(rt: Runtime) -> int:
    """Finishes erasures that a killed process left under way; returns how many. Whoever is at it is left alone."""
    if not any(rt.store.states(PENDING).values()):
        return 0
    with rt.store.fold_lease() as mine:
        waiting = [_decode(body) for body in rt.store.states(PENDING).values() if body] if mine else []
        for intent in waiting:
            _finish(rt, intent)
    return len(waiting)


def receipts(rt: Runtime) -> list[dict[str, Any]]:
    """The receipts of all erasures, newest first."""
    found = [msgspec.json.decode(body) for body in rt.store.states(RECEIPT).values()]
    return sorted(found, key=lambda receipt: (receipt["erased_at"], receipt["entry"]), reverse=True)


def receipt(rt: Runtime, entry: str) -> dict[str, Any] | None:
    """The receipt of one erasure."""
    body = rt.store.state(f"{RECEIPT}{entry}")
    return dict(msgspec.json.decode(body)) if body else None


def _leave(
    rt: Runtime, identifiers: Sequence[Identifier], customer_ids: Sequence[str], *, by: str, suppressed: bool
) -> Intent:
    """Everything that leaves the store at once, and the intent that says what has to follow."""
    plan = leaving(rt.store, identifiers, rt.workspace.identity, customer_ids)
    intent = Intent(
        entry=rt.chance.new_id("e_"),
        at=rt.clock.now_us(),
        by=by,
        suppressed=suppressed,
        identifiers=sorted(map(str, plan.traces.identifiers)),
        customer_ids=plan.erasure.customer_ids,
        refold=plan.refold,
        rebuild=plan.rebuild,
        exported=plan.exported,
        relearn=plan.relearn,
        position=rt.store.last_seq(),
    )
    erasure = plan.erasure
    keep_count(rt.store, erasure, rt.workspace.actions)
    keep_spent(rt.store, erasure, rt.budgets.resources)
    if suppressed:
        secret, new = secret_of(rt.store)
        erasure.suppressed = entries(plan.traces.identifiers, secret, intent.entry, intent.at)
        erasure.state |= {SECRET: secret} if new else {}
    erasure.state |= generation.following(rt.store) | {f"{PENDING}{intent.entry}": _encode(intent)}
    intent.removed = rt.store.erase(erasure).result()
    rt.store.save_state(f"{PENDING}{intent.entry}", _encode(intent)).result()
    rt.suppressed.refresh()
    return intent


def _finish(rt: Runtime, intent: Intent) -> dict[str, Any]:
    """Everything that follows, for who holds the fold's lease; returns the receipt."""
    began = time.monotonic()
    names = [Identifier.parse(text) for text in intent.identifiers]
    # Others whose events changed leave the tables, too: the next refresh brings them back as they are now.
    files = rt.warehouse.erase(intent.identifiers, [*intent.customer_ids, *intent.refold])
    if intent.exported:
        rt.warehouse.restart()
    removed = Counter(intent.removed)
    not_reached = [BEYOND]
    rewritten: list[str] = []
    if intent.suppressed:
        removed.update(_papers(rt, names, intent))
        rewritten, missing = backups.erase_in_all(rt, names, intent.customer_ids, entry=intent.entry)
        not_reached += [f"backup {name}, which is no longer where it was written" for name in missing]
        if rt.store.shared():
            # Another process may have judged an event a moment before it learnt of the erasure.
            time.sleep(max(0.0, _NOTICED_S - (time.monotonic() - began)))
    removed.update(_sweep(rt, names, intent.at))
    _mend(rt, intent)
    again_without(rt)
    not_reached += rt.store.wipe(_parts(rt, names))
    told = {
        "entry": intent.entry,
        "erased_at": iso(intent.at),
        "finished_at": iso(rt.clock.now_us()),
        "by": intent.by,
        "removed": dict(removed),
        "files_rewritten": files,
        "backups_rewritten": rewritten,
        "model_relearnt": intent.relearn,
        "log_replayed": intent.rebuild,
        "not_reached": not_reached,
    }
    kept = {f"{RECEIPT}{intent.entry}": _encode(told)} if intent.suppressed else {}
    rt.store.replace_states([f"{PENDING}{intent.entry}"], kept).result()
    # The intent named them until now: a copy that its deletion left between pages goes as well.
    rt.store.wipe(_parts(rt, names))
    return told


_NOTICED_S: Final = LOOK_EVERY_US / SECOND_US + 0.2


def _papers(rt: Runtime, names: Sequence[Identifier], intent: Intent) -> dict[str, int]:
    """Files beside the store."""
    root = Path(rt.workspace.root)
    settings = rt.workspace.settings
    ours = [root / settings.warehouse, backups.folder(rt), *backups.store_files(rt)]
    traces = Traces(names, rt.workspace.identity)
    return papers.erase(root, rt.workspace.sources, traces, intent.customer_ids, ours)


def _sweep(rt: Runtime, names: Sequence[Identifier], at: int) -> dict[str, int]:
    """Events that came between the last step of the fold and the moment when every process knew; none is folded yet."""
    traces = Traces(names, rt.workspace.identity)
    late = Erasure()
    for stored in mentions(rt.store, traces, rt.store.cursors().event):
        event = stored.event
        if event.time > at:
            continue
        if traces.owns(event):
            late.seqs.append(stored.seq)
        elif (cleaned := traces.without(event)) is not event:
            late.events.append(StoredEvent(stored.seq, encode_event(cleaned)))
    return rt.store.erase(late).result() if late.seqs or late.events else {}


def _mend(rt: Runtime, intent: Intent) -> None:
    """What the people who stay and the model are without the person."""
    if intent.rebuild:
        replay(rt)
        return
    if intent.refold:
        cursors = rt.store.cursors()
        profiles = [(one, _profile(rt, one)) for one in sorted(rt.store.customers(intent.refold))]
        batch = FoldBatch(event_cursor=cursors.event, decision_cursor=cursors.decision, profiles=profiles)
        rt.store.apply(batch).result()
    rt.learner.follow(rt.store)
    rt.learner.checkpoint(rt.store, rt.clock.now_us())


def _profile(rt: Runtime, customer_id: str) -> bytes:
    """A customer's profile, folded anew from his own events."""
    stored = rt.store.events_of([row.id for row in rt.store.identifiers_of([customer_id])])
    events = [(one.seq, one.event) for one in stored]
    own = [(seq, event) for seq, event in events if event.type not in OURS]
    return encode_profile(folded(rt, own, left_out(events)))


def _parts(rt: Runtime, names: Sequence[Identifier]) -> list[bytes]:
    """Bytes that the store's files must not hold any more; those of a few people, that can mean nobody else."""
    telling = Traces(names, rt.workspace.identity).telling if len(names) <= SEARCHED_MAX else []
    return [text.encode() for text in telling]
