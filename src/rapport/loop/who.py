"""Whom a request means: one of the names a customer goes by, turned into the customer behind it."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import structs

from rapport.core.customer import CustomerRow
from rapport.core.errors import InvalidInput, NotFound, did_you_mean
from rapport.core.identifier import ANONYMOUS_ID, USER_ID, Identifier
from rapport.identify.graph import new_customer_id
from rapport.loop.runtime import Runtime

CUSTOMER_ID = "id"
WIRE_NAMES = {"userId": USER_ID, "anonymousId": ANONYMOUS_ID, "customer_id": CUSTOMER_ID}


def identifier_of(rt: Runtime, who: Mapping[str, str]) -> Identifier:
    """The strongest identifier in ``{"userId": …}``, ``{"email": …}`` or any declared namespace; ``id`` wins.

    Raises ``InvalidInput`` for an empty request, an undeclared namespace or a value that identifies nobody.
    """
    named = {WIRE_NAMES.get(name, name): value for name, value in who.items() if value not in (None, "")}
    if not named:
        raise InvalidInput("no customer named", where="customer", hint="name one by userId, anonymousId or email")
    if CUSTOMER_ID in named:
        return Identifier(CUSTOMER_ID, str(named[CUSTOMER_ID]))
    for name in named:
        if name not in rt.normalisers:
            known = [*WIRE_NAMES, *rt.normalisers]
            raise InvalidInput(f"unknown identifier '{name}'", where="customer", hint=did_you_mean(name, known))
    strongest = next(name for name in rt.normalisers if name in named)
    value = rt.normalisers[strongest](str(named[strongest]))
    if value is None:
        raise InvalidInput(f"{strongest} {named[strongest]!r} identifies nobody", where="customer")
    return Identifier(strongest, value)


def whom(rt: Runtime, who: Mapping[str, str]) -> tuple[Identifier, str, CustomerRow | None]:
    """The identifier asked for, the customer's id, and the stored customer, if we have met them.

    Somebody we have not met gets the id that their first event would give them. Raises ``NotFound`` for an unknown
    customer id, ``InvalidInput`` as ``identifier_of``.
    """
    asked = identifier_of(rt, who)
    if asked.namespace != CUSTOMER_ID:
        found = rt.store.find(asked)
        return asked, found.id if found else new_customer_id(asked), found
    found = rt.store.customer(asked.value)
    if found is None:
        hint = f"that is not an id that Rapport gave; name it as user_id={asked.value} or email=…"
        raise NotFound(f"no customer {asked.value}", where="id", hint=hint)
    names = rt.store.identifiers_of([found.id])
    if not names:
        raise NotFound(f"no customer {asked.value} any more", hint="it was merged or erased just now: ask again")
    shared = all(row.shared for row in names)
    return names[0].identifier, found.id, structs.replace(found, shared=True) if shared else found
