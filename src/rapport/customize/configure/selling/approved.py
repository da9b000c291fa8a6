"""Which ready variants an account's own shop offers."""

from __future__ import annotations

from collections.abc import Mapping

from rapport.core.errors import NotFound, did_you_mean
from rapport.workspace.accounts import Account
from rapport.workspace.products import Product, ReadyVariant


def approved_for(product: Product, account: str = "") -> dict[str, ReadyVariant]:
    """The variants that an account's shop offers: those approved for it; where there are none, everybody's."""
    own = {name: one for name, one in product.variants.items() if account and account in one.approved}
    return own or {name: one for name, one in product.variants.items() if not one.approved}


def account_named(accounts: Mapping[str, Account], name: str) -> Account | None:
    """An account by its name; None for no name. Raises ``NotFound`` for one that nobody declared."""
    if name and name not in accounts:
        raise NotFound(f"no account '{name}'", where="account", hint=did_you_mean(name, accounts))
    return accounts.get(name)
