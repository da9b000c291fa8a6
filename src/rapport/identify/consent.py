"""Consent: who allowed what to whom, read off events, and what the newest word on it is.

A category is a purpose (``marketing``) or a purpose in one channel (``marketing.email``). What holds for a purpose in a
channel is the newest statement on either; of two statements of one event the refusal holds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from rapport.core.customer import TraitValue

PERSONALIZATION: Final = "personalization"
MARKETING: Final = "marketing"
CONSENT_TRAITS: Final = {"personalization": PERSONALIZATION, "personalisation": PERSONALIZATION, "marketing": MARKETING}
"""Spellings of our two purposes; boolean traits of these names count as consent, declared or not."""
GIVEN_UNTIL_WITHDRAWN: Final = frozenset({PERSONALIZATION, MARKETING})
"""Purposes that hold while nothing was stated; every other has to be given first."""
GPC: Final = "Sec-GPC"
"""The proof of what a browser refused by that header (https://w3c.github.io/gpc/)."""
PROOF_ENTRIES_MAX: Final = 16
PROOF_TEXT_MAX: Final = 500
"""Characters of a proof's text that are kept."""


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """One word on one category, as an event carried it."""

    category: str
    given: bool
    proof: Any = None
    """The form and its version as the client named them, ``Sec-GPC``, or None."""
    actor: str = ""
    """Which member of staff entered it; empty where the customer's own client stated it."""


def category(purpose: str, channel: str = "") -> str:
    """The category of a purpose, in a channel if one is named.

    >>> category("Marketing", "Email"), category("personalisation"), category("sharing", "partners")
    ('marketing.email', 'personalization', 'sharing.partners')
    """
    return canonical(f"{purpose}.{channel}" if channel else purpose)


def canonical(name: str) -> str:
    """A category in our spelling where its purpose is one of ours; any other as it stands.

    >>> canonical("Personalisation"), canonical("MARKETING.SMS"), canonical("C0001")
    ('personalization', 'marketing.sms', 'C0001')
    """
    if name in GIVEN_UNTIL_WITHDRAWN:
        return name
    purpose, dot, channel = name.partition(".")
    ours = CONSENT_TRAITS.get(purpose.lower())
    return name if ours is None else f"{ours}{dot}{channel.lower()}"


def kept(context: Mapping[str, Any], traits: Mapping[str, Any], withheld: Sequence[str] = ()) -> dict[str, Any]:
    """What an event keeps of a call's consent: the category preferences, their proof, and what a header withheld.

    Stated preferences win over traits; ``withheld`` purposes are refused whatever the same call states. Nobody's
    ``actor`` is kept: only we may say that staff entered it.

    >>> kept({"consent": {"categoryPreferences": {"Marketing": True}, "proof": "form 7"}}, {}, ["marketing"])
    {'categoryPreferences': {'marketing': False}, 'proof': 'form 7', 'gpc': ['marketing']}
    """
    given = {ours: traits[name] for name, ours in CONSENT_TRAITS.items() if isinstance(traits.get(name), bool)}
    given |= {canonical(name): answer for name, answer in preferences(context).items()}
    given |= {canonical(purpose): False for purpose in withheld}
    if not given:
        return {}
    found: dict[str, Any] = {"categoryPreferences": given}
    consent = context.get("consent")
    proof = kept_proof(consent.get("proof")) if isinstance(consent, dict) else None
    if proof:
        found["proof"] = proof
    if withheld:
        found["gpc"] = [canonical(purpose) for purpose in withheld]
    return found


def preferences(context: Mapping[str, Any]) -> dict[str, bool]:
    """What an event says about consent: category → given or withheld; what is not a boolean says nothing.

    >>> preferences({"consent": {"categoryPreferences": {"marketing": False, "ads": "maybe"}}})
    {'marketing': False}
    """
    consent = context.get("consent")
    stated = consent.get("categoryPreferences") if isinstance(consent, dict) else None
    if not isinstance(stated, dict):
        return {}
    return {name: given for name, given in stated.items() if isinstance(given, bool)}


def statements(context: Mapping[str, Any]) -> list[Statement]:
    """The statements of one event, each with its proof.

    >>> carried = {"categoryPreferences": {"ads": True, "sharing": False}, "proof": "form 7", "gpc": ["sharing"]}
    >>> [(one.category, one.given, one.proof) for one in statements({"consent": carried})]
    [('ads', True, 'form 7'), ('sharing', False, 'Sec-GPC')]
    """
    stated = preferences(context)
    if not stated:
        return []
    consent = context["consent"]
    by_header, proof, actor = consent.get("gpc", ()), consent.get("proof"), consent.get("actor", "")
    return [
        Statement(category=name, given=given, proof=GPC if name in by_header else proof, actor=actor)
        for name, given in stated.items()
    ]


def deciding(consents: Mapping[str, TraitValue], purpose: str, channel: str = "") -> tuple[str, TraitValue] | None:
    """The category and statement that decide for a purpose, in a channel if one is named; None if nothing was said."""
    general = canonical(purpose)
    if not channel:
        return (general, consents[general]) if general in consents else None
    applying = [(name, consents[name]) for name in (general, category(purpose, channel)) if name in consents]
    return max(applying, key=lambda one: (one[1].time, one[1].seq, not one[1].value), default=None)


def allowed(consents: Mapping[str, TraitValue], purpose: str, channel: str = "") -> bool:
    """Whether a purpose is allowed, in a channel if one is named.

    >>> consents = {"marketing": TraitValue(True, 5, 1, "web"), "marketing.sms": TraitValue(False, 9, 2, "web")}
    >>> allowed(consents, "marketing"), allowed(consents, "marketing", "sms"), allowed(consents, "marketing", "email")
    (True, False, True)
    >>> allowed({}, "personalization"), allowed({}, "sharing")
    (True, False)
    """
    found = deciding(consents, purpose, channel)
    return canonical(purpose) in GIVEN_UNTIL_WITHDRAWN if found is None else bool(found[1].value)


def kept_proof(stated: Any) -> str | dict[str, Any] | None:
    """A text, or an object of scalars: the form, its version, the wording that was shown."""
    if isinstance(stated, str):
        return stated[:PROOF_TEXT_MAX]
    if not isinstance(stated, dict):
        return None
    scalars = [(name, value) for name, value in stated.items() if isinstance(value, str | int | float)]
    return {name: _cut(value) for name, value in scalars[:PROOF_ENTRIES_MAX]}


def _cut(value: str | float) -> str | float:
    return value[:PROOF_TEXT_MAX] if isinstance(value, str) else value
