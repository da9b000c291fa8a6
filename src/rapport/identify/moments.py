"""When something happened: what clients write, and what their clocks are worth."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from rapport.core.time import SECOND_US, to_us

_SECONDS_MAX: Final = 10**11
"""Numbers below are seconds (year 5138), then milliseconds up to a thousand times that, then microseconds."""
_MICROSECONDS_MAX: Final = 10**17


def moment_us(value: str | float) -> int | None:
    """Microseconds since the epoch of an ISO 8601 text (UTC unless it says otherwise) or of a Unix time.

    A number counts seconds, milliseconds or microseconds, by its size; it may also be written as text. None for
    what is no moment.

    >>> moment_us("1970-01-01T01:00:00.5+01:00"), moment_us(2), moment_us("1700000000000"), moment_us("yesterday")
    (500000, 2000000, 1700000000000000, None)
    """
    if value.__class__ is str:
        try:
            return to_us(datetime.fromisoformat(value))
        except ValueError:
            return _epoch_text_us(str(value).strip())
    return _epoch_us(value)  # type: ignore[arg-type]


def happened_us(original: int, sent_at: int | None, received_at: int) -> int:
    """When a live event happened by our clock, from when the client's clock said it did (all in µs).

    A client whose clock is wrong is wrong by the same amount when it sends, so ``received_at - (sent_at - original)``
    (https://segment.com/docs/connections/spec/common/#timestamps). Nothing that we received happens later.

    >>> happened_us(original=5_000, sent_at=5_300, received_at=1_000)
    700
    """
    corrected = original if sent_at is None else received_at - (sent_at - original)
    return min(corrected, received_at)


def _epoch_text_us(text: str) -> int | None:
    try:
        return _epoch_us(float(text)) if text[:1] not in "-+" else None
    except ValueError:
        return None


def _epoch_us(number: float) -> int | None:
    if not -_SECONDS_MAX < number < _MICROSECONDS_MAX:
        return None
    if number < _SECONDS_MAX:
        return round(number * SECOND_US)
    return round(number * 1_000) if number < _SECONDS_MAX * 1_000 else round(number)
