"""Backups: the whole business in one file, which a workspace on either database can take back.

A backup is a store on SQLite, as of one moment, with the workspace's definitions and a digest of all its rows. It is
made beside its place and renamed there when it has been read back whole, so that half a backup never looks like one.
The workspace remembers its backups, and whoever is erased is erased in them.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

import msgspec

from rapport import __version__
from rapport.core.errors import Conflict, InvalidInput, NotFound
from rapport.core.identifier import Identifier
from rapport.core.time import iso
from rapport.identify.graph import mentioned
from rapport.loop import generation
from rapport.loop.intake.fold import alone
from rapport.loop.privacy.leaving import leaving
from rapport.loop.privacy.suppress import SECRET, matching, same_secret
from rapport.loop.runtime import Runtime
from rapport.ports.store import CopyFacts, Store
from rapport.workspace.reading import definition_files

Progress = Callable[[str, float], None]
KNOWN: Final = "backups:"
"""Small state under which the workspace remembers its backups."""
ABOUT: Final = "copy:about"
FILE: Final = "copy:file:"
RESTORED: Final = "restored"
"""Small state of a store that was put in place of another: the warehouse is still to be emptied."""
SUFFIX: Final = ".rapport"
_LEFT_OUT: Final = ("idempotency:", KNOWN, "erasing:", RESTORED)
_KEPT: Final = (KNOWN, "erasure:")
_WORK: Final = ".making-"
_PAGE: Final = 10_000


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup says of itself."""

    name: str
    made_at: int
    release: str
    definitions: str
    """Version of the workspace."""
    rows: dict[str, int] = {}
    digest: str = ""


class Backup(msgspec.Struct, frozen=True, kw_only=True):
    """One backup as its workspace remembers it."""

    name: str
    path: str
    made_at: int
    events: int
    bytes: int
    digest: str
    there: bool = True


_encode = msgspec.json.encode
_decode_about = msgspec.json.Decoder(About).decode
_decode = msgspec.json.Decoder(Backup).decode


def folder(rt: Runtime) -> Path:
    """Where backups go unless another folder is named."""
    return Path(rt.workspace.root) / "data" / "backups"


def store_files(rt: Runtime) -> list[Path]:
    """The files of a store on SQLite."""
    scheme, _, path = rt.workspace.settings.store.partition(":///")
    place = Path(rt.workspace.root) / path
    return sorted(place.parent.glob(f"{place.name}*")) if scheme == "sqlite" else []


def listing(rt: Runtime) -> list[Backup]:
    """The backups that the workspace made, newest first, and whether each is still where it was written."""
    known = [_decode(body) for body in rt.store.states(KNOWN).values()]
    found = [msgspec.structs.replace(one, there=Path(one.path).is_file()) for one in known]
    return sorted(found, key=lambda one: (one.made_at, one.name), reverse=True)


def backup(rt: Runtime, to: Path | None = None, progress: Progress | None = None) -> Backup:
    """Makes a backup in a folder, while others read and write, and reads it back. Raises ``StoreFailure``."""
    target = (to or folder(rt)).resolve()
    made_at = rt.clock.now_us()
    with _one_at_a_time(rt), _workplace(target) as work:
        copy = work / "store.db"
        rt.store.copy(str(copy), _said(progress, "copying the store", 0.0, 0.6))
        name = _free_name(target, made_at)
        about = _complete(rt, copy, name, made_at, progress)
        made = Backup(
            name=name,
            path=str(target / name),
            made_at=made_at,
            events=about.rows["events"],
            bytes=copy.stat().st_size,
            digest=about.digest,
        )
        # Known before it is there: an erasure must never miss one.
        rt.store.save_state(f"{KNOWN}{name}", _encode(made)).result()
        _put(copy, Path(made.path))
    return made


def restore(rt: Runtime, file: Path, progress: Progress | None = None) -> dict[str, Any]:
    """Puts a backup in the place of all that the store holds, at once or not at all, and closes the workspace.

    Who was erased since the backup was made is erased in it first; keys, receipts and the list of backups stay as they
    are now. The definitions stay, too; those that differ are named. Opening the workspace again empties the warehouse,
    which the next refresh fills. Raises ``NotFound``, ``InvalidInput`` for a file that is no whole backup, ``Conflict``
    while another process has the SQLite database open or for a backup of another business.
    """
    about = examine(rt.store.examine_copy, file, _said(progress, "reading the backup", 0.0, 0.3))
    with _one_at_a_time(rt), _workplace(folder(rt)) as work, alone(rt):
        copy = work / "store.db"
        shutil.copyfile(file, copy)
        rt.counts.write(rt.store, rt.chance, rt.clock.now_us())
        with closing(rt.store.open_copy(str(copy))) as staged:
            differing = _differing(rt, staged)
            erased = _erase_since(rt, staged, about.made_at)
            _carry_over(rt, staged)
            staged.wipe([])
        rt.store.replace(str(copy), _said(progress, "putting it in place", 0.5, 1.0))
    rt.warehouse.close()
    return {
        "restored": file.name,
        "made_at": iso(about.made_at),
        "events": about.rows["events"],
        "erased_again": erased,
        "definitions_that_differ": differing,
    }


def finish_restore(rt: Runtime) -> bool:
    """Empties the warehouse after a restore; returns whether there was one to finish. Any process may, at any time."""
    if rt.store.state(RESTORED) is None:
        return False
    rt.warehouse.clear()
    rt.store.replace_states([RESTORED], {}).result()
    return True


def examine(
    read: Callable[[str, str, Callable[[float], None]], CopyFacts], file: Path, progress: Callable[[float], None]
) -> About:
    """What a backup says of itself, once all of it has been read. Raises ``NotFound``, ``InvalidInput``."""
    if not file.is_file():
        raise NotFound(f"no file {file.name}", where=str(file.parent), hint="rapport backup --list shows what there is")
    facts = read(str(file), ABOUT, progress)
    if not facts.apart:
        raise InvalidInput("a database, but no backup", where=str(file), hint="rapport backup makes one")
    about = _decode_about(facts.apart)
    if about.digest != facts.digest:
        raise InvalidInput("not as it was written: a damaged backup", where=str(file), hint="take another one")
    return about


def definitions(staged: Store) -> dict[str, bytes]:
    """The definition files in a backup: path within the workspace → content."""
    return {name.removeprefix(FILE): body for name, body in staged.states(FILE).items()}


def erase_in_all(
    rt: Runtime, identifiers: Collection[Identifier], customer_ids: Collection[str], *, entry: str
) -> tuple[list[str], list[str]]:
    """Takes a person out of every backup of the workspace; names those rewritten, and those that are not there."""
    rewritten: list[str] = []
    missing: list[str] = []
    with _one_at_a_time(rt):
        for one in listing(rt):
            if not one.there:
                missing.append(one.name)
                continue
            path = Path(one.path)
            with _workplace(path.parent) as work:
                copy = work / "store.db"
                shutil.copyfile(path, copy)
                about = _sealed(rt.store, copy, _erase_in(rt, copy, identifiers, customer_ids, entry))
                _put(copy, path)
            changed = msgspec.structs.replace(
                one, events=about.rows["events"], bytes=path.stat().st_size, digest=about.digest
            )
            rt.store.save_state(f"{KNOWN}{one.name}", _encode(changed)).result()
            rewritten.append(one.name)
    return rewritten, missing


def _erase_in(
    rt: Runtime, copy: Path, identifiers: Collection[Identifier], customer_ids: Collection[str], entry: str
) -> About:
    with closing(rt.store.open_copy(str(copy))) as staged:
        plan = leaving(staged, identifiers, rt.workspace.identity, customer_ids)
        secret = rt.store.state(SECRET)
        if secret:
            plan.erasure.suppressed = [one for one in rt.store.suppressions() if one.entry == entry]
            plan.erasure.state[SECRET] = secret
        staged.erase(plan.erasure).result()
        if plan.rebuild or plan.refold:
            staged.reset_projection().result()
        staged.wipe([text.encode() for text in plan.traces.telling])
        return _decode_about(staged.state(ABOUT) or b"{}")


def _complete(rt: Runtime, copy: Path, name: str, made_at: int, progress: Progress | None) -> About:
    """Adds the definitions to a fresh copy, takes out what only counts here and now, and seals it."""
    root = Path(rt.workspace.root)
    files = {f"{FILE}{path.relative_to(root).as_posix()}": path.read_bytes() for path in definition_files(root)}
    with closing(rt.store.open_copy(str(copy))) as staged:
        under_way = staged.states("erasing:")
        gone = [one for one in staged.states("") if one.startswith(_LEFT_OUT)]
        staged.replace_states(gone, files).result()
        if under_way:
            staged.reset_projection().result()
        staged.wipe([])
    blank = About(
        name=name,
        made_at=made_at,
        release=__version__,
        definitions=rt.workspace.version,
    )
    return _sealed(rt.store, copy, blank, progress)


def _sealed(store: Store, copy: Path, about: About, progress: Progress | None = None) -> About:
    """Reads a copy back, and writes into it what it holds."""
    facts = store.examine_copy(str(copy), ABOUT, _said(progress, "reading it back", 0.6, 1.0))
    about = msgspec.structs.replace(about, rows=facts.rows, digest=facts.digest)
    with closing(store.open_copy(str(copy))) as staged:
        staged.save_state(ABOUT, _encode(about)).result()
        staged.wipe([])
    return about


def _erase_since(rt: Runtime, staged: Store, made_at: int) -> int:
    """Erases in a copy whom the present store erased after it was made; returns how many people."""
    secret, theirs = rt.store.state(SECRET), staged.state(SECRET)
    present = rt.store.suppressions()
    if not present or secret is None:
        return 0
    if theirs is not None and not same_secret(secret, theirs):
        raise Conflict(
            "the backup of another business: its erasures are sealed with another secret",
            where="restore",
            hint="restore it into a new folder",
        )
    since = {one.hash: one.entry for one in present if one.erased_at > made_at}
    names = matching(_all_identifiers(staged), since.keys(), secret)
    plan = leaving(staged, names, rt.workspace.identity)
    plan.erasure.suppressed = present
    plan.erasure.state[SECRET] = secret
    staged.erase(plan.erasure).result()
    if plan.rebuild or plan.refold:
        staged.reset_projection().result()
    staged.wipe([text.encode() for text in plan.traces.telling])
    return len(set(since.values())) if names else 0


def _all_identifiers(staged: Store) -> set[Identifier]:
    """Every identifier that a copy knows, or that events mention which it has not folded yet."""
    found: set[Identifier] = set()
    after = 0
    while rows := staged.scan_identifiers(after, _PAGE):
        found.update(row.identifier for row in rows)
        after = rows[-1].id
    after = staged.cursors().event
    while events := staged.read_log(after, _PAGE):
        found.update(Identifier(*key) for one in events for key in mentioned(one.event))
        after = events[-1].seq
    return found


def _carry_over(rt: Runtime, staged: Store) -> None:
    """What stays as it is now: keys and their revocation, receipts, the list of backups."""
    keys = rt.store.keys()
    for one in keys:
        staged.save_key(one).result()
    kept = {name: body for name, body in rt.store.states("").items() if name.startswith(_KEPT)}
    gone = [name for name in staged.states("") if name.startswith((FILE, ABOUT))]
    staged.replace_states(gone, kept | generation.following(rt.store) | {RESTORED: b"1"}).result()


def _differing(rt: Runtime, staged: Store) -> list[str]:
    """Definition files that are not what they were when the backup was made."""
    root = Path(rt.workspace.root)
    present = {path.relative_to(root).as_posix(): path.read_bytes() for path in definition_files(root)}
    then = definitions(staged)
    return sorted(name for name in present.keys() | then.keys() if present.get(name) != then.get(name))


def _free_name(target: Path, made_at: int) -> str:
    stem = iso(made_at)[:19].replace(":", "").replace("-", "")
    taken = {path.name for path in target.glob(f"*{SUFFIX}")}
    names = [f"{stem}Z{suffix}{SUFFIX}" for suffix in ("", *(f"-{number}" for number in range(2, len(taken) + 3)))]
    return next(name for name in names if name not in taken)


@contextmanager
def _one_at_a_time(rt: Runtime) -> Iterator[None]:
    """One process makes, rewrites or restores backups; the lock goes with it."""
    place = folder(rt)
    place.mkdir(parents=True, exist_ok=True)
    with (place / ".lock").open("wb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


@contextmanager
def _workplace(target: Path) -> Iterator[Path]:
    """A folder to work in beside the place where the result goes; those of killed processes are cleared."""
    target.mkdir(parents=True, exist_ok=True)
    for litter in target.glob(f"{_WORK}*"):
        with _locked(litter) as free:
            if free:
                shutil.rmtree(litter)
    work = Path(tempfile.mkdtemp(prefix=_WORK, dir=target))
    with _locked(work):
        try:
            yield work
        finally:
            shutil.rmtree(work, ignore_errors=True)


@contextmanager
def _locked(work: Path) -> Iterator[bool]:
    """Whether nobody else works in a folder; the lock goes with the process."""
    handle = os.open(work, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield True
    except BlockingIOError:
        yield False
    finally:
        os.close(handle)


def _put(copy: Path, path: Path) -> None:
    """Renames a file to its place, durably."""
    for place, then in ((copy, True), (path.parent, False)):
        handle = os.open(place, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)
        if then:
            copy.replace(path)


def _said(progress: Progress | None, what: str, start: float, end: float) -> Callable[[float], None]:
    """A part of the whole progress."""

    def tell(share: float) -> None:
        if progress is not None:
            progress(what, start + share * (end - start))

    return tell
