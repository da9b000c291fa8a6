"""Drivers' errors in Rapport's words: what went wrong, in which database, what to do."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Final

from rapport.core.errors import Conflict, InvalidInput, RapportError, StoreFailure

if TYPE_CHECKING:
    import psycopg

_SQLITE_HINTS: Final = {
    "SQLITE_FULL": "free space on the disk; nothing that was acknowledged is lost",
    "SQLITE_IOERR": "look at the disk and its space; nothing that was acknowledged is lost",
    "SQLITE_READONLY": "make the database file and its folder writable for this user",
    "SQLITE_CANTOPEN": "make the database file and its folder writable for this user",
    "SQLITE_BUSY": "another process holds the database: wait for it, or use PostgreSQL for several writers",
    "SQLITE_LOCKED": "another process holds the database: wait for it, or use PostgreSQL for several writers",
    "SQLITE_CORRUPT": "restore the newest backup",
    "SQLITE_NOTADB": "point 'store' in rapport.yaml at a database of Rapport's",
}
_POSTGRES_HINTS: Final = {
    "25": "let this user write: the session or the server is read-only",
    "28": "check user and password in the store's URL",
    "3D": "create the database, or correct its name in the store's URL",
    "42": "let this user own the tables, and open the workspace with a current release",
    "53": "free space on the server's disk or raise its limits; nothing that was acknowledged is lost",
    "57": "wait until the server is back; what was not acknowledged must be sent again",
    "58": "look at the server's disk; nothing that was acknowledged is lost",
}
_UNREACHABLE: Final = "see that the server runs and the URL is right; what was not acknowledged must be sent again"


def sqlite_failure(error: sqlite3.Error, place: str) -> RapportError:
    """A ``sqlite3`` error as ``StoreFailure``, or ``Conflict`` where a unique key refused."""
    name = getattr(error, "sqlite_errorname", "") or ""
    if isinstance(error, sqlite3.IntegrityError):
        return Conflict(f"the database refused a second row ({error})", where=place, hint="read again, then write")
    hint = next((text for code, text in _SQLITE_HINTS.items() if name.startswith(code)), "run 'rapport doctor'")
    return StoreFailure(f"the database refused ({error})", where=place, hint=hint)


def postgres_failure(error: psycopg.Error, place: str) -> RapportError:
    """A ``psycopg`` error as ``StoreFailure``, ``Conflict`` (class 23) or ``InvalidInput`` (class 22)."""
    kind = (error.sqlstate or "")[:2]
    what = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    if kind == "23":
        return Conflict(f"the database refused a second row ({what})", where=place, hint="read again, then write")
    if kind == "22":
        return InvalidInput(f"the database cannot hold this value ({what})", where=place, hint="send printable text")
    return StoreFailure(f"the database refused ({what})", where=place, hint=_POSTGRES_HINTS.get(kind, _UNREACHABLE))
