"""What ``accounts.yaml`` must say beside having the right types."""

from __future__ import annotations

import re
from typing import Final

from rapport.workspace.accounts import Account
from rapport.workspace.checks import wording
from rapport.workspace.documents import Place
from rapport.workspace.draft import Draft

_COLOUR: Final = re.compile(r"#(?:[0-9a-fA-F]{3}){1,2}")
_LOGO: Final = re.compile(r"(?:https?://|/(?!/))[^\s\"'<>]+")


def check(draft: Draft, name: str, account: Account, place: Place) -> None:
    """Adds to the draft every finding about one account."""
    wording.check(draft, account.titles, place.below("titles"), told="an account")
    if not name.strip():
        draft.report(place, "an account without a name", "write acme: {title: Acme Ltd}", on_key=True)
    if account.accent and not _COLOUR.fullmatch(account.accent):
        draft.report(place.below("accent"), f"'{account.accent}' is no colour", "write '#0a5' or '#00aa55', in quotes")
    if account.logo and not _LOGO.fullmatch(account.logo):
        hint = "write https://…/logo.svg, or /… on your own site"
        draft.report(place.below("logo"), f"'{account.logo}' is no address of a picture", hint)
    if not 0 <= account.off < 1:
        draft.report(place.below("off"), f"{account.off} is no share of a price", "0.05 is 5% off")
    named = any(name in one.approved for entry in draft.products.values() for one in entry.definition.variants.values())
    if account.only_approved and not named:
        hint = "name it under approved: of a product's variant"
        draft.report(place.below("only_approved"), "no configuration is approved for it, so its shop is empty", hint)
