"""The tables of the online plane, said once for both databases (SQLAlchemy Core)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)

_WORD = Text().with_variant(Text(collation="C"), "postgresql")
"""Text that both databases order byte by byte."""
_NUMBER = BigInteger()
_SERIAL = BigInteger().with_variant(Integer(), "sqlite")
"""SQLite makes a column its row number only when the type reads INTEGER."""


def schema(dialect: str) -> MetaData:
    """The tables as ``sqlite`` or ``postgresql`` keeps them.

    They differ in one place. PostgreSQL finds a message id again through a unique index, and keeps the hashes of
    erased ones; SQLite finds both through the hashes in ``commits``, because a unique index over millions of random
    ids would slow every append.
    """
    metadata = MetaData()
    _log(metadata, dialect)
    _people(metadata)
    _outcomes(metadata)
    _small(metadata)
    return metadata


def _log(metadata: MetaData, dialect: str) -> None:
    events = Table("events", metadata, _serial("seq"), _word("message_id"), _body("body"))
    _table(metadata, "links", _serial("id"), _word("kind"), _word("a_namespace"), _word("a_value"),
           _word("b_namespace"), _word("b_value"), _word("rule"), _word("actor"), _word("evidence"),
           _number("time_us"), _number("event_seq"),
           Index("links_a", "a_namespace", "a_value"), Index("links_b", "b_namespace", "b_value"),
           _partial("links_apart", "id", "kind = 'never'"))  # fmt: skip
    if dialect == "sqlite":
        _table(metadata, "commits", _key("first_seq", _SERIAL), _body("hashes"))
    else:
        Index("events_message_id", events.c.message_id, unique=True)
        _table(metadata, "erased", _key("hash", _NUMBER))


def _people(metadata: MetaData) -> None:
    _table(metadata, "identifiers", _key("id", _SERIAL), _word("namespace"), _word("value"), _word("customer_id"),
           _number("first_seq"), _number("first_us"), _word("beside"), _number("shared"),
           Index("identifiers_name", "namespace", "value", unique=True),
           Index("identifiers_customer", "customer_id"),
           _partial("identifiers_shared", "id", "shared <> 0"))  # fmt: skip
    _pairs(metadata, "refusals", _word("reason"), _number("first_seq"), _number("last_seq"), _number("times"))
    _pairs(metadata, "reviews", _word("status"), Column("probability", Double(), nullable=False),
           Column("weight", Double(), nullable=False), _body("evidence"), _number("found_at"), _number("decided_at"),
           _word("decided_by"), _word("id"), Index("reviews_status", "status", "probability"),
           Index("reviews_id", "id", unique=True))  # fmt: skip
    _table(metadata, "suppressions", _key("hash", _WORD), _word("entry"), _number("erased_at"))
    _table(metadata, "aliases", _key("alias", _WORD), _word("customer_id"), Index("aliases_customer", "customer_id"),
           sqlite_with_rowid=False)  # fmt: skip
    _table(metadata, "customers", _key("id", _WORD), _body("profile"))
    _table(metadata, "scores", _key("customer_id", _WORD), _body("body"))
    _table(metadata, "owned", _number("identifier_id"), _number("seq"), PrimaryKeyConstraint("identifier_id", "seq"),
           sqlite_with_rowid=False)  # fmt: skip


def _outcomes(metadata: MetaData) -> None:
    _table(metadata, "decisions", _serial("seq"), _word("id"), _word("customer_id"), _word("slot"),
           _number("made_at"), _body("body"), Index("decisions_id", "id", unique=True),
           Index("decisions_customer", "customer_id"), sqlite_autoincrement=True)  # fmt: skip
    _table(metadata, "offers", _word("decision_id"), _word("action"), _word("customer_id"), _number("made_at"),
           _number("closes_at"), _word("outcome"), Column("value", Double(), nullable=False), _number("settled_seq"),
           PrimaryKeyConstraint("decision_id", "action"), Index("offers_customer", "customer_id"),
           _partial("offers_open", "closes_at", "outcome = ''"),
           Index("offers_settled", "settled_seq"), sqlite_with_rowid=False)  # fmt: skip


def _small(metadata: MetaData) -> None:
    _table(metadata, "cursors", _key("id", _SERIAL), _number("event"), _number("decision"))
    _table(metadata, "models", _word("name"), _number("version"), _number("created_at"), _number("settled_seq"),
           _body("body"), PrimaryKeyConstraint("name", "version"))  # fmt: skip
    _table(metadata, "api_keys", _key("id", _WORD), _word("digest"), _word("scopes"), _word("label"),
           _number("created_at"), _number("revoked_at"))  # fmt: skip
    _table(metadata, "state", _key("name", _WORD), _body("value"))
    _table(metadata, "rejections", _serial("id"), _number("rejected_at"), _word("source"), _word("message_id"),
           _word("reason"), _body("body"))  # fmt: skip


def _table(metadata: MetaData, name: str, *parts: Any, **options: Any) -> None:
    Table(name, metadata, *parts, **options)


def _pairs(metadata: MetaData, name: str, *parts: Any) -> None:
    """A table about two identifiers."""
    pair = ("a_namespace", "a_value", "b_namespace", "b_value")
    second = Index(f"{name}_b", "b_namespace", "b_value")
    _table(metadata, name, *map(_word, pair), *parts, PrimaryKeyConstraint(*pair), second)


def _partial(name: str, column: str, condition: str) -> Index:
    """An index of the few rows for which a condition holds."""
    return Index(name, column, sqlite_where=text(condition), postgresql_where=text(condition))


def _serial(name: str) -> Column[int]:
    return Column(name, _SERIAL, Identity(always=False), primary_key=True, autoincrement=True)


def _key(name: str, kind: Any) -> Column[Any]:
    return Column(name, kind, primary_key=True, autoincrement=False)


def _word(name: str) -> Column[str]:
    return Column(name, _WORD, nullable=False)


def _number(name: str) -> Column[int]:
    return Column(name, _NUMBER, nullable=False)


def _body(name: str) -> Column[bytes]:
    return Column(name, LargeBinary(), nullable=False)
