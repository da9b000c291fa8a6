"""A database that migrations made is the database the schema describes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from rapport.core.errors import StoreFailure
from rapport.store import migrate, open_store
from rapport.store.schema import schema

SQLITE_TABLES = "SELECT name, sql FROM sqlite_master WHERE name NOT LIKE '%alembic%' AND sql IS NOT NULL ORDER BY name"
POSTGRES_TABLES = """
SELECT table_name, column_name, ordinal_position, data_type, is_nullable, collation_name, is_identity, column_default
FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'alembic_version'
UNION ALL
SELECT tablename, indexname, 0, indexdef, '', '', '', '' FROM pg_indexes
WHERE schemaname = 'public' AND tablename <> 'alembic_version' ORDER BY 1, 2, 3"""


def made(url: str, query: str) -> list[Any]:
    """What a database says of its tables and indexes."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        rows = [tuple(" ".join(str(cell).split()) for cell in row) for row in connection.exec_driver_sql(query)]
    engine.dispose()
    return rows


def create_at_once(url: str, dialect: str) -> None:
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    schema(dialect).create_all(engine)
    engine.dispose()


def test_sqlite_migrates_to_the_schema(tmp_path: Path) -> None:
    migrated, described = (f"sqlite:///{tmp_path}/{name}.db" for name in ("migrated", "described"))
    open_store(migrated, Path()).close()
    create_at_once(described, "sqlite")
    assert made(migrated, SQLITE_TABLES) == made(described, SQLITE_TABLES) != []


def test_postgres_migrates_to_the_schema(postgres_url: str, shared_postgres: Any) -> None:
    described = shared_postgres.fresh()
    open_store(postgres_url, Path()).close()
    create_at_once(described, "postgresql")
    assert made(postgres_url, POSTGRES_TABLES) == made(described, POSTGRES_TABLES) != []


def test_the_head_is_the_newest_version() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
    assert ScriptDirectory.from_config(config).get_heads() == [migrate.HEAD]


def test_processes_that_open_a_new_database_at_once_all_succeed(store_url: str) -> None:
    program = (
        "import sys, pathlib; from rapport.store import open_store; open_store(sys.argv[1], pathlib.Path()).close()"
    )
    children = [
        subprocess.Popen([sys.executable, "-c", program, store_url], stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    complaints = [child.communicate(timeout=60)[1] for child in children]
    assert [child.returncode for child in children] == [0, 0, 0], complaints


def test_an_up_to_date_database_opens_without_the_migration_tools(store_url: str) -> None:
    open_store(store_url, Path()).close()
    program = """
import sys, pathlib
from rapport.store import open_store
open_store(sys.argv[1], pathlib.Path()).close()
sys.exit(", ".join({"alembic", "sqlalchemy"} & sys.modules.keys()) or None)"""
    done = subprocess.run([sys.executable, "-c", program, store_url], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.fixture
def change(store_url: str) -> Callable[[str], None]:
    """Runs a statement behind the store's back."""

    def run(statement: str) -> None:
        if store_url.startswith("postgresql"):
            with psycopg.connect(store_url) as connection:
                connection.execute(statement)
        else:
            engine = create_engine(store_url)
            with engine.begin() as session:
                session.exec_driver_sql(statement)
            engine.dispose()

    return run


def test_tables_of_a_newer_release_are_left_alone(store_url: str, change: Callable[[str], None]) -> None:
    open_store(store_url, Path()).close()
    change("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreFailure, match="another release"):
        open_store(store_url, Path())
