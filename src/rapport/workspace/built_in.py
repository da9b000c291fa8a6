"""The kinds of identifier that every workspace knows, whatever its ``identity.yaml`` says."""

from __future__ import annotations

from typing import Final

from rapport.core.identifier import ANONYMOUS_ID, USER_ID
from rapport.workspace.definitions import Namespace

NAMESPACES: Final = {
    USER_ID: Namespace(priority=100, unique=True),
    "card": Namespace(priority=90, normalise="digits", found_in=["traits.card", "properties.card"]),
    "email": Namespace(priority=80, normalise="email", found_in=["traits.email"], held_by=3),
    "phone": Namespace(priority=70, normalise="phone", found_in=["traits.phone"]),
    ANONYMOUS_ID: Namespace(priority=10, limit=200, limits={"1d": 20}, shared_by=2, held_by=1),
}
"""What a declaration in ``identity.yaml`` does not say, it takes from here. Browsers forget anonymous ids after days,
so that one person collects many; and a device on which two people sign in is nobody's."""
