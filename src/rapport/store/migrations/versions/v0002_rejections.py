"""Calls that were refused, with their reasons."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "rejections",
        sa.Column("id", SERIAL, sa.Identity(always=False), primary_key=True, autoincrement=True),
        sa.Column("rejected_at", sa.BigInteger(), nullable=False),
        sa.Column("source", WORD, nullable=False),
        sa.Column("message_id", WORD, nullable=False),
        sa.Column("reason", WORD, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("rejections")
