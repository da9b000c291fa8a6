"""Identity that can be explained and undone: shared identifiers, refused joins, links for review, erased people."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    _identifiers()
    op.create_index("links_apart", "links", ["id"], sqlite_where=APART, postgresql_where=APART)
    pair = ("a_namespace", "a_value", "b_namespace", "b_value")
    op.create_table(
        "refusals",
        *map(_word, pair),
        _word("reason"),
        _number("first_seq"),
        _number("last_seq"),
        _number("times"),
        sa.PrimaryKeyConstraint(*pair),
    )
    op.create_index("refusals_b", "refusals", ["b_namespace", "b_value"])
    op.create_table(
        "reviews",
        *map(_word, pair),
        _word("status"),
        sa.Column("probability", sa.Double(), nullable=False),
        sa.Column("weight", sa.Double(), nullable=False),
        sa.Column("evidence", sa.LargeBinary(), nullable=False),
        _number("found_at"),
        _number("decided_at"),
        _word("decided_by"),
        _word("id"),
        sa.PrimaryKeyConstraint(*pair),
    )
    op.create_index("reviews_b", "reviews", ["b_namespace", "b_value"])
    op.create_index("reviews_status", "reviews", ["status", "probability"])
    op.create_index("reviews_id", "reviews", ["id"], unique=True)
    op.create_table(
        "suppressions",
        sa.Column("hash", WORD, primary_key=True),
        _word("entry"),
        _number("erased_at"),
    )


def _identifiers() -> None:
    """The table anew and empty: what its new columns hold is read off the log, so the projection is folded again."""
    op.drop_table("identifiers")
    op.create_table(
        "identifiers",
        sa.Column("id", SERIAL, primary_key=True, autoincrement=False),
        _word("namespace"),
        _word("value"),
        _word("customer_id"),
        _number("first_seq"),
        _number("first_us"),
        _word("beside"),
        _number("shared"),
    )
    op.create_index("identifiers_name", "identifiers", ["namespace", "value"], unique=True)
    op.create_index("identifiers_customer", "identifiers", ["customer_id"])
    op.create_index("identifiers_shared", "identifiers", ["id"], sqlite_where=SHARED, postgresql_where=SHARED)
    for table in ("aliases", "customers", "scores", "owned", "offers", "cursors", "models"):
        op.execute(f"DELETE FROM {table}")  # noqa: S608 - a name from the line above
    op.execute("DELETE FROM links WHERE event_seq > 0")
    op.execute("DELETE FROM state WHERE name LIKE 'projection:%'")


SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SHARED = sa.text("shared <> 0")
APART = sa.text("kind = 'never'")


def _word(name: str) -> "sa.Column[Any]":
    return sa.Column(name, WORD, nullable=False)


def _number(name: str) -> "sa.Column[Any]":
    return sa.Column(name, sa.BigInteger(), nullable=False)
