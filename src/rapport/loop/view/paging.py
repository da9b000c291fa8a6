"""Pages of a list, and the cursors that lead from one to the next."""

from __future__ import annotations

from rapport.core.errors import InvalidInput

PAGE_MAX = 500


def page_size(limit: int) -> int:
    """The limit, if it is one that may be asked for; raises ``InvalidInput`` otherwise."""
    if not 1 <= limit <= PAGE_MAX:
        raise InvalidInput(f"limit {limit}", where="limit", hint=f"ask for 1 to {PAGE_MAX}")
    return limit


def place_before(cursor: str) -> tuple[int, int]:
    """The place before which a page of events lies, as (time, seq); raises ``InvalidInput`` for what is no cursor."""
    if not cursor:
        return (2**63, 0)
    time, _, seq = cursor.partition("-")
    if not (time.isdecimal() and seq.isdecimal()):
        raise InvalidInput(f"cursor {cursor!r}", where="before", hint="pass back next_cursor unchanged")
    return int(time), int(seq)
