"""Lengths of time as a workspace writes them: ``7d``, ``36h``, ``30m``."""

from __future__ import annotations

import re
from typing import Final

from rapport.core.errors import InvalidDefinition
from rapport.core.time import DAY_US, HOUR_US, SECOND_US

_UNITS_US: Final = {"d": DAY_US, "h": HOUR_US, "m": 60 * SECOND_US, "s": SECOND_US}
_DURATION: Final = re.compile(r"([1-9][0-9]{0,5})([dhms])")


def duration_us(text: str) -> int:
    """Microseconds of a duration; raises ``InvalidDefinition`` for what is none.

    >>> duration_us("7d") == 7 * DAY_US
    True
    """
    match = _DURATION.fullmatch(text)
    if match is None:
        raise InvalidDefinition(f"'{text}' is no length of time", hint="write a number and d, h, m or s, as 7d or 36h")
    return int(match[1]) * _UNITS_US[match[2]]
