"""What every definition of a workspace is made of."""

from __future__ import annotations

import msgspec


class Definition(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base: an unknown key is an error that ``rapport check`` explains."""
