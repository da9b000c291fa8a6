"""Brings a database's tables to the version this release expects, with Alembic, when it is opened."""

# ruff: noqa: PLC0415 - Alembic and SQLAlchemy take half a second to import; an up-to-date database needs neither.

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from rapport.core.errors import StoreFailure

if TYPE_CHECKING:
    from sqlalchemy import Connection

HEAD: Final = "0004"
"""The newest version in ``migrations/versions``."""

VERSION_QUERY: Final = "SELECT version_num FROM alembic_version"
_FOLDER: Final = Path(__file__).parent / "migrations"


def upgrade(driver: str, connect: Callable[[], Any], turn: str, place: str) -> None:
    """Runs the missing migrations in one transaction, which the statement ``turn`` opens or holds to one process.

    ``connect`` makes a connection of the driver's. Raises ``StoreFailure`` when the tables are newer than this
    release, and the driver's own error when the database refuses.
    """
    from sqlalchemy import NullPool, create_engine
    from sqlalchemy.exc import DBAPIError

    engine = create_engine(driver, creator=connect, poolclass=NullPool)
    try:
        with engine.connect() as session:
            session.exec_driver_sql(turn)
            _run(session, place)
            session.commit()
    except DBAPIError as error:
        raise error.orig or error from error


def _run(session: Connection, place: str) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = session
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise StoreFailure(
            f"the tables are of another release ({error})",
            where=place,
            hint="use the release that wrote them, or newer",
        ) from error
