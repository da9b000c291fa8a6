"""What an earlier import of a source left in the log: when it forbids another one, and how it is replaced."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from rapport.core.errors import Conflict
from rapport.loop.intake.rebuild import rebuild
from rapport.loop.runtime import Runtime
from rapport.sources.mapping import fingerprint
from rapport.workspace.definitions import Source

Progress = Callable[[str, float], None]
_RECEIPT = "import:"
_UNFINISHED = "replacing:"
_READ_EVENTS = 10_000


class _Receipt(msgspec.Struct):
    """What a receipt says of the mapping that made its events."""

    source: str
    at: int
    mapping: str = ""


def keep_receipt(rt: Runtime, source: Source, file: str, report: Any) -> None:
    """Remembers what one file became, and by which mapping."""
    told = {"at": rt.clock.now_us(), "mapping": fingerprint(source), **msgspec.to_builtins(report)}
    rt.store.save_state(f"{_RECEIPT}{source.name}:{file}", msgspec.json.encode(told)).result()


def replaces(source: Source) -> bool:
    """Whether the files of one command are the whole truth of their source."""
    return source.on_reimport == "replace"


def check_mapping(rt: Runtime, source: Source, progress: Progress) -> None:
    """Raises ``Conflict`` for a source that would load the rows of its earlier events again, as other events."""
    if replaces(source):
        return
    found = rt.store.states(f"{_RECEIPT}{source.name}:").values()
    receipts = [receipt for receipt in map(_decode_receipt, found) if receipt.source == source.name]
    last = max(receipts, key=lambda receipt: receipt.at, default=None)
    if last is None or last.mapping == fingerprint(source):
        return
    if next(_imported(rt, source.name, progress), None) is not None:
        raise Conflict(
            "loaded before with another mapping: these rows would count twice",
            where=f"sources/{source.name}.yaml",
            hint=f"set on_reimport: replace in sources/{source.name}.yaml and load again, to take the earlier events "
            "back",
        )


def take_back(rt: Runtime, source: str, keep: set[str], progress: Progress) -> int:
    """Takes the events of earlier imports whose message id is not in ``keep`` out of the log; tells how many.

    Profiles are folded anew, and the next refresh hands the whole log over. A replacement that was cut short is
    finished by the next one. Raises ``Conflict`` when there is nothing to keep.
    """
    if not keep:
        raise Conflict(
            "the files made no event, so nothing was replaced",
            where=f"sources/{source}.yaml",
            hint="look at the rejects; a replacement by nothing is not meant",
        )
    stale = [seq for seq, message_id in _imported(rt, source, progress) if message_id not in keep]
    unfinished = f"{_UNFINISHED}{source}"
    if not stale and not rt.store.state(unfinished):
        return 0
    rt.store.save_state(unfinished, b"1").result()
    taken = rt.store.retract(stale).result()
    rt.warehouse.restart()
    rebuild(rt, progress)
    rt.store.save_state(unfinished, b"").result()
    return taken


class _Imported(msgspec.Struct, rename="camel"):
    message_id: str
    source: str = ""
    live: bool = True


_decode_receipt = msgspec.json.Decoder(_Receipt).decode
_decode_imported = msgspec.json.Decoder(_Imported).decode


def _imported(rt: Runtime, source: str, progress: Progress) -> Iterator[tuple[int, str]]:
    """Log position and message id of every event that imports of this source made."""
    prefix = f"{source[:60]}:"
    last = max(rt.store.last_seq(), 1)
    cursor = 0
    while found := rt.store.read_log(cursor, _READ_EVENTS):
        for stored in found:
            event = _decode_imported(stored.body)
            if event.source == source and not event.live and event.message_id.startswith(prefix):
                yield stored.seq, event.message_id
        cursor = found[-1].seq
        progress("comparing with earlier imports", min(cursor / last, 1.0))
