"""What erasure asks a store: who says something, what a copy holds, and whether bytes are gone from the file."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from rapport.core.decision import DecisionRow
from rapport.core.errors import InvalidInput
from rapport.core.event import LogEntry, StoredEvent
from rapport.ports.store import Erasure, Store, Suppression
from rapport.store import open_store


def silent(_share: float) -> None:
    """No progress shown."""


def test_events_are_found_by_what_they_say_in_any_case(store: Store) -> None:
    bodies = [b'{"a":"Ann@X.example"}', b'{"a":"50%_off"}', '{"a":"Z\u00fcrich"}'.encode(), b'{"a":"back\\\\slash"}']
    store.append([LogEntry(str(number), body) for number, body in enumerate(bodies)]).result()

    def said(*parts: bytes, after: int = 0) -> list[bytes]:
        return [event.body for event in store.events_holding(parts, after)]

    assert said(b"ann@x.EXAMPLE") == bodies[:1]
    assert said(b"50%_o") == bodies[1:2]
    assert said(b"5_%") == []
    assert said("Z\u00fcrich".encode(), b"slash") == bodies[2:]
    assert said(b"\\\\") == bodies[3:]
    assert said(b'"a"', after=2) == bodies[2:]
    assert said(*[b"nobody %d" % number for number in range(200)], b"ann@x") == bodies[:1]


def test_decisions_are_found_by_their_bytes(store: Store) -> None:
    store.record(DecisionRow("d1", "c1", "home", 1, b"\xffuser_id:ann")).result()
    store.record(DecisionRow("d2", "c2", "home", 1, b"user_id:bob\x00")).result()
    assert [row.id for row in store.decisions_holding([b"user_id:ann"])] == ["d1"]
    assert [row.id for row in store.decisions_holding([b"bob\x00", b"\xff"])] == ["d1", "d2"]


def test_events_of_others_are_rewritten_and_suppressions_taken_over(store: Store) -> None:
    store.append([LogEntry("m1", b"old")]).result()
    seq = store.last_seq()
    first = [Suppression("h1", "e1", 1), Suppression("h2", "e1", 1)]
    assert store.erase(Erasure(events=[StoredEvent(seq, b"new")], suppressed=first)).result() == {"events rewritten": 1}
    assert [event.body for event in store.read_log(0, 9)] == [b"new"]
    store.erase(Erasure(suppressed=[Suppression("h2", "e2", 5), Suppression("h3", "e2", 5)])).result()
    assert store.suppressions() == [
        Suppression("h1", "e2", 1), Suppression("h2", "e2", 5), Suppression("h3", "e2", 5),
    ]  # fmt: skip


def test_a_copy_holds_every_row_and_says_so(store: Store, tmp_path: Path) -> None:
    store.append([LogEntry(f"m{number}", b"{}") for number in range(5)]).result()
    store.save_state("mark", b"here").result()
    file = tmp_path / "copy.db"
    store.copy(str(file), silent)
    facts = store.examine_copy(str(file), "mark", silent)
    assert (facts.rows["events"], facts.rows["state"], facts.apart) == (5, 0, b"here")
    copy = store.open_copy(str(file))
    assert copy.append([LogEntry("m1", b"{}"), LogEntry("m9", b"{}")]).result().appended == 1
    assert copy.last_seq() > store.last_seq()
    copy.close()
    assert store.examine_copy(str(file), "mark", silent).digest != facts.digest


def test_what_is_no_copy_is_refused(store: Store, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    other.write_bytes(b"no database")
    with pytest.raises(InvalidInput):
        store.examine_copy(str(other), "", silent)


def test_deleted_bytes_are_in_no_file(tmp_path: Path) -> None:
    store = open_store("sqlite:///shop.db", tmp_path)
    store.append([LogEntry(f"m{number}", b"xyzzy %d" % number * 50) for number in range(2_000)]).result()
    assert store.erase(Erasure(seqs=list(range(1, 2_001, 2)))).result() == {"events": 1_000}
    assert store.wipe([b"xyzzy 6 "]) == []
    assert (tmp_path / "shop.db-wal").stat().st_size == 0
    body = (tmp_path / "shop.db").read_bytes()
    assert b"xyzzy 7x" in body
    assert [number for number in range(0, 2_000, 2) if b"xyzzy %dx" % number in body] == []
    store.close()


def test_a_store_knows_whether_it_is_shared(store_url: str) -> None:
    one = open_store(store_url, Path())
    alone = one.shared()
    other = open_store(store_url, Path())
    assert one.shared()
    other.close()
    assert one.shared() is alone
    one.close()


PEER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("SELECT COUNT(*) FROM events").fetchall()
connection.close()
"""


def test_wiping_drops_no_lock_of_the_process_that_writes(tmp_path: Path) -> None:
    """A second process that comes and goes would take the WAL along if ours no longer held its locks."""
    store = open_store("sqlite:///log.db", tmp_path)
    store.append([LogEntry("m1", b"{}")]).result()
    store.wipe([b"xyzzy"])
    store.append([LogEntry("m2", b"{}")]).result()
    subprocess.run([sys.executable, "-c", PEER, str(tmp_path / "log.db")], check=True)
    assert (tmp_path / "log.db-wal").exists()
    store.append([LogEntry("m3", b"{}")]).result()
    with closing(open_store("sqlite:///log.db", tmp_path)) as other:
        assert len(other.read_log(0, 10)) == 3
    store.close()
