"""The tables of the first release."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
UNSETTLED = sa.text("outcome = ''")


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    table("events", serial("seq"), *words("message_id"), body("body"))
    if sqlite:
        table("commits", key("first_seq", SERIAL), body("hashes"))
    else:
        op.create_index("events_message_id", "events", ["message_id"], unique=True)
    people()
    outcomes()
    table("cursors", key("id", SERIAL), *numbers("event", "decision"))
    table("models", *words("name"), *numbers("version", "created_at", "settled_seq"), body("body"),
          sa.PrimaryKeyConstraint("name", "version"))  # fmt: skip
    table("api_keys", key("id", WORD), *words("digest", "scopes", "label"), *numbers("created_at", "revoked_at"))
    table("state", key("name", WORD), body("value"))


def people() -> None:
    table("links", serial("id"), *words("kind", "a_namespace", "a_value", "b_namespace", "b_value", "rule", "actor",
          "evidence"), *numbers("time_us", "event_seq"))  # fmt: skip
    op.create_index("links_a", "links", ["a_namespace", "a_value"])
    op.create_index("links_b", "links", ["b_namespace", "b_value"])
    table("identifiers", key("id", SERIAL), *words("namespace", "value", "customer_id"), *numbers("first_seq"))
    op.create_index("identifiers_name", "identifiers", ["namespace", "value"], unique=True)
    op.create_index("identifiers_customer", "identifiers", ["customer_id"])
    table("aliases", key("alias", WORD), *words("customer_id"), sqlite_with_rowid=False)
    op.create_index("aliases_customer", "aliases", ["customer_id"])
    table("customers", key("id", WORD), body("profile"))
    table("scores", key("customer_id", WORD), body("body"))
    table("owned", *numbers("identifier_id", "seq"), sa.PrimaryKeyConstraint("identifier_id", "seq"),
          sqlite_with_rowid=False)  # fmt: skip


def outcomes() -> None:
    table("decisions", serial("seq"), *words("id", "customer_id", "slot"), *numbers("made_at"), body("body"),
          sqlite_autoincrement=True)  # fmt: skip
    op.create_index("decisions_id", "decisions", ["id"], unique=True)
    op.create_index("decisions_customer", "decisions", ["customer_id"])
    table("offers", *words("decision_id", "action", "customer_id"), *numbers("made_at", "closes_at"),
          *words("outcome"), sa.Column("value", sa.Double(), nullable=False), *numbers("settled_seq"),
          sa.PrimaryKeyConstraint("decision_id", "action"), sqlite_with_rowid=False)  # fmt: skip
    op.create_index("offers_customer", "offers", ["customer_id"])
    op.create_index("offers_open", "offers", ["closes_at"], sqlite_where=UNSETTLED, postgresql_where=UNSETTLED)
    op.create_index("offers_settled", "offers", ["settled_seq"])


def table(name: str, *parts: Any, **options: Any) -> None:
    op.create_table(name, *parts, **options)


def serial(name: str) -> sa.Column[int]:
    return sa.Column(name, SERIAL, sa.Identity(always=False), primary_key=True, autoincrement=True)


def key(name: str, kind: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, primary_key=True, autoincrement=False)


def words(*names: str) -> Iterable[sa.Column[str]]:
    return [sa.Column(name, WORD, nullable=False) for name in names]


def numbers(*names: str) -> Iterable[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger(), nullable=False) for name in names]


def body(name: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary(), nullable=False)
