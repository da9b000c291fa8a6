"""Hashes of erased message ids, where the log itself does not keep them."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.create_table("erased", sa.Column("hash", sa.BigInteger(), primary_key=True, autoincrement=False))
