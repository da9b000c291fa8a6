"""What happens when the disk, the database or the caller refuses: a clear error, nothing acknowledged is lost."""

from __future__ import annotations

import os
import resource
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest

from rapport.core.errors import Conflict, InvalidInput, StoreFailure
from rapport.core.event import AppendReceipt, LogEntry
from rapport.ports.store import FoldBatch, Store
from rapport.store import open_store, sqlite
from tests.postgres import PostgresServer

NOBODY = 65_534


def batch(name: str, size: int = 1) -> list[LogEntry]:
    return [LogEntry(name, b"x" * size)]


def names(store: Store) -> int:
    return len(store.read_log(0, 1_000))


@contextmanager
def files_no_larger_than(limit: int) -> Iterator[None]:
    """What a full disk does to a growing file, without filling one."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextmanager
def without_privileges() -> Iterator[None]:
    """File permissions do not bind root, so root steps down."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_full_disk_refuses_and_recovers(tmp_path: Path) -> None:
    with closing(open_store("sqlite:///rapport.db", tmp_path)) as store:
        assert store.append(batch("before")).result() == AppendReceipt(1, 0)
        with files_no_larger_than(1_000_000):
            with pytest.raises(StoreFailure) as refused:
                store.append(batch("too much", 2_000_000)).result()
            assert refused.value.where.endswith("rapport.db")
            assert "disk" in refused.value.hint
        assert store.append(batch("after")).result() == AppendReceipt(1, 0)
    again = open_store("sqlite:///rapport.db", tmp_path)
    assert [event.body for event in again.read_log(0, 10)] == [b"x", b"x"]
    assert again.append([*batch("before"), *batch("too much")]).result() == AppendReceipt(1, 1)
    again.close()


def test_a_folder_that_may_not_be_written_is_named() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        open_store("sqlite:///rapport.db", folder).close()
        for path in (*folder.iterdir(), folder):
            path.chmod(0o555)
        with without_privileges(), pytest.raises(StoreFailure, match="writable") as refused:
            open_store("sqlite:///rapport.db", folder)
        assert name in refused.value.where
        folder.chmod(0o755)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "rapport.db").write_text("Dear diary, " * 500)
    with pytest.raises(StoreFailure, match="point 'store'"):
        open_store("sqlite:///rapport.db", tmp_path)


def test_a_database_somebody_holds_is_waited_for_and_then_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "_BUSY_TIMEOUT_S", 0.1)
    with closing(open_store("sqlite:///rapport.db", tmp_path)) as store:
        holder = sqlite3.connect(tmp_path / "rapport.db", isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreFailure, match="another process"):
            store.append(batch("a")).result()
        with pytest.raises(StoreFailure, match="another process"):
            store.check()
        holder.execute("ROLLBACK")
        holder.close()
        assert store.append(batch("a")).result() == AppendReceipt(1, 0)


@pytest.mark.parametrize("url", ["mysql://x/y", "sqlite:///", "rapport.db", ""])
def test_another_url_is_refused_with_examples(url: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="write sqlite:///data"):
        open_store(url, tmp_path)


def test_a_server_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreFailure) as refused:
        open_store(f"postgresql://user:secret@/shop?host={tmp_path}", Path())
    assert "shop" in refused.value.where
    assert "secret" not in str(refused.value)
    assert "server" in refused.value.hint


def test_a_read_only_server_refuses_and_says_so(postgres_url: str) -> None:
    open_store(postgres_url, Path()).close()
    with psycopg.connect(postgres_url) as connection:
        connection.execute(f"ALTER DATABASE {connection.info.dbname} SET default_transaction_read_only = on")
    with closing(open_store(postgres_url, Path())) as store:
        assert store.last_seq() == 0
        with pytest.raises(StoreFailure, match="read-only"):
            store.append(batch("a")).result()
        with pytest.raises(StoreFailure, match="read-only"):
            store.check()


def test_the_server_crashes_and_comes_back(postgres_server: PostgresServer) -> None:
    with closing(open_store(postgres_server.fresh(), Path())) as store:
        assert store.append(batch("before")).result() == AppendReceipt(1, 0)
        assert names(store) == 1
        postgres_server.stop(crash=True)
        with pytest.raises(StoreFailure, match="sent again"):
            store.append(batch("meanwhile")).result()
        with pytest.raises(StoreFailure):
            names(store)
        with pytest.raises(StoreFailure):
            store.check()
        postgres_server.start()
        assert store.append([*batch("before"), *batch("meanwhile")]).result() == AppendReceipt(1, 1)
        assert names(store) == 2
        with store.fold_lease() as held:
            assert held
        store.check()


def test_connections_cut_by_the_server_are_replaced(postgres_url: str) -> None:
    with closing(open_store(postgres_url, Path())) as store:
        store.append(batch("a")).result()
        assert names(store) == 1
        cut(postgres_url)
        assert names(store) == 1
        with pytest.raises(StoreFailure, match="sent again"):
            store.append(batch("b")).result()
        assert store.append(batch("b")).result() == AppendReceipt(1, 0)


def test_a_fold_that_lost_its_lease_writes_nothing(postgres_url: str) -> None:
    with closing(open_store(postgres_url, Path())) as store:
        with store.fold_lease() as held:
            assert held
            store.apply(FoldBatch(event_cursor=1, decision_cursor=0)).result()
            cut(postgres_url)
            with pytest.raises(StoreFailure):
                store.apply(FoldBatch(event_cursor=2, decision_cursor=0)).result()
            with pytest.raises(Conflict, match="lease"):
                store.apply(FoldBatch(event_cursor=2, decision_cursor=0)).result()
        assert store.cursors().event == 1
        with store.fold_lease() as held:
            assert held
            store.apply(FoldBatch(event_cursor=2, decision_cursor=0)).result()


def cut(url: str) -> None:
    """Ends every other connection to the database."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
