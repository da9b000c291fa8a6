"""``accounts.yaml``: companies that buy, each with a shop of its own."""

from __future__ import annotations

from typing import Final

from rapport.workspace.definition import Definition
from rapport.workspace.wording import Words

ACCOUNT_TRAIT: Final = "account"
"""The trait that says to which account a customer belongs, unless a request says it."""


class Account(Definition, frozen=True):
    """One company that buys. A request says for whom it asks, or else the customer's trait ``account`` does."""

    title: str = ""
    """What people read; empty: its name."""
    titles: Words = {}
    """Language → the title in it."""
    accent: str = ""
    """The colour of its shop, ``#0a5`` or ``#00aa55``; empty: Rapport's."""
    logo: str = ""
    """Address of the picture at the head of its shop: ``https://…/logo.svg``."""
    only_approved: bool = False
    """Whether its shop offers nothing but the variants that name it under ``approved``."""
    off: float = 0.0
    """Share that its quotes take off every price, beside the quantity's: ``0.05``."""
