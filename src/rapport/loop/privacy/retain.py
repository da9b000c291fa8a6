"""Retention: what the policy gives a time to stay leaves when that time is over, and what left is counted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec

from rapport.core.customer import CustomerRow, IdentifierRow
from rapport.core.identifier import ANONYMOUS_ID
from rapport.loop.intake.fold import catch_up
from rapport.loop.learning.second import BOOSTED, life
from rapport.loop.privacy.erase import forget_many
from rapport.loop.runtime import Runtime
from rapport.workspace.durations import duration_us

REJECTS: Final = "rejects"
"""Folder of the rows that loads rejected, in the workspace."""
_PAGE: Final = 1_000
_NEVER: Final = -1

Progress = Callable[[str, float], None]


class Retained(msgspec.Struct, frozen=True, kw_only=True):
    """What left, or with ``dry_run`` what would leave."""

    as_of: int
    """Microseconds since the epoch."""
    dry_run: bool
    anonymous: int
    """Customers known by nothing but anonymous or shared ids."""
    inactive: int
    """Other customers without an event for too long."""
    rejections: int
    """Refused calls."""
    reject_files: int
    """Files of rejected rows."""
    model_versions: int
    removed: dict[str, int] = {}
    """Of the customers: how many rows left each table, and how many files were written anew."""


def retain(rt: Runtime, *, dry_run: bool = False, progress: Progress | None = None) -> Retained:
    """Removes what is past its time by ``policy.yaml: retention``; events that wait are folded first.

    Who leaves leaves store, log, Parquet and models as if never met, and without a suppression: they may come back.
    Raises ``Busy`` while another process folds without end. Repeating it is safe at any point.
    """
    catch_up(rt, progress)
    now_us = rt.clock.now_us()
    anonymous, inactive = _past_their_time(rt, now_us)
    removed = forget_many(rt, [*anonymous, *inactive]) if (anonymous or inactive) and not dry_run else {}
    refused_before = _before(rt.workspace.policy.retention.refused, now_us)
    return Retained(
        as_of=now_us,
        dry_run=dry_run,
        anonymous=len(anonymous),
        inactive=len(inactive),
        rejections=_rejections(rt, refused_before, dry_run),
        reject_files=_reject_files(rt, refused_before, dry_run),
        model_versions=_models(rt, dry_run),
        removed=removed,
    )


class _Seen(msgspec.Struct):
    """The part of a profile that retention reads; of a million customers nothing else is decoded."""

    last_seen: int = 0


_decode_seen = msgspec.msgpack.Decoder(_Seen).decode


def _past_their_time(rt: Runtime, now_us: int) -> tuple[list[str], list[str]]:
    """The ids of anonymous, and of other, customers who leave."""
    kept = rt.workspace.policy.retention
    anonymous_before, inactive_before = _before(kept.anonymous, now_us), _before(kept.inactive, now_us)
    latest = max(anonymous_before, inactive_before)
    anonymous: list[str] = []
    inactive: list[str] = []
    for page in _pages(rt) if latest != _NEVER else ():
        seen = {row.id: last for row in page if (last := _decode_seen(row.profile).last_seen) < latest}
        nameless = _nameless(rt.store.identifiers_of(list(seen)))
        for customer_id, last in seen.items():
            if customer_id in nameless and last < anonymous_before:
                anonymous.append(customer_id)
            elif last < inactive_before:
                inactive.append(customer_id)
    return anonymous, inactive


def _pages(rt: Runtime) -> Iterator[Sequence[CustomerRow]]:
    after = ""
    while page := rt.store.scan_customers(after, _PAGE):
        yield page
        after = page[-1].id


def _nameless(rows: Iterable[IdentifierRow]) -> set[str]:
    """The customers whose identifiers are all anonymous, or shared with others."""
    named: dict[str, bool] = {}
    for row in rows:
        tells = row.identifier.namespace != ANONYMOUS_ID and not row.shared
        named[row.customer_id] = named.get(row.customer_id, False) or tells
    return {customer_id for customer_id, tells in named.items() if not tells}


def _before(length: str, now_us: int) -> int:
    """The moment before which something is past its time; ``_NEVER`` for what stays."""
    return now_us - duration_us(length) if length else _NEVER


def _rejections(rt: Runtime, before: int, dry_run: bool) -> int:
    return rt.store.count_rejections(before) if dry_run else rt.store.drop_rejections(before).result()


def _reject_files(rt: Runtime, before: int, dry_run: bool) -> int:
    """Counts, and removes, the files of rejected rows that no load has written since."""
    old = [path for path in (Path(rt.workspace.root) / REJECTS).glob("*.csv") if _written_us(path) < before]
    for path in [] if dry_run else old:
        path.unlink(missing_ok=True)
    return len(old)


def _written_us(path: Path) -> int:
    return path.stat().st_mtime_ns // 1_000


def _models(rt: Runtime, dry_run: bool) -> int:
    """Counts, and removes, the versions of each model before those that are kept."""
    kept = rt.workspace.policy.retention.model_versions
    count = 0
    for name, versions in rt.store.model_versions().items():
        in_use = life(rt.store).in_use if name == BOOSTED else 0
        old = [one for one in versions[:-kept] if not in_use or one < in_use]
        count += len(old)
        if old and not dry_run:
            rt.store.drop_models(name, old[-1] + 1).result()
    return count
