"""What the serving process and the process that hands the log over say to each other, as lines of JSON."""

from __future__ import annotations

from typing import Final

import msgspec


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What to hand over, whither, and how much memory and how many events at a time that may take."""

    store: str
    """SQLAlchemy URL of the store; a SQLite path is absolute."""
    folder: str
    columns: tuple[str, ...] = ()
    """Typed columns (``core.path.EventColumn``) beside the fixed ones."""
    memory: str = "1GB"
    threads: int = 2
    segment_events_max: int = 1_000_000


class Step(msgspec.Struct, frozen=True):
    """What is being done, and the share of it done, 0–1."""

    doing: str
    share: float


IDENTIFIERS_OF_CUSTOMERS: Final = """
SELECT i.namespace, i.value, i.customer_id, i.first_seq
FROM identifiers AS i JOIN customers AS c ON c.id = i.customer_id
"""
"""Who owns which identifier, in SQL of both stores. One that no event belongs to is nobody's yet."""
