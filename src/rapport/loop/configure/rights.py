"""What a customer may configure: every module, ready variants only, or nothing but the standard product.

A company's shop may sell approved configurations only, and a marketing mode says how far its customers are served
(``configure`` in ``capabilities.yaml``). Who is not known, or not treated by a mode, may choose every module.
"""

from __future__ import annotations

from typing import Final

from rapport.core.errors import Conflict
from rapport.loop.columns import customer_row
from rapport.loop.configure.quoting import only_approved
from rapport.loop.configure.remember import Party
from rapport.loop.runtime import Runtime
from rapport.workspace.capabilities import Configure

_MODULES: Final = frozenset({"pick", "refuse", "clear", "choices"})


def rights_of(rt: Runtime, who: Party, account: str) -> Configure:
    """What somebody may configure in a shop."""
    if only_approved(rt, account):
        return "choose"
    capabilities = rt.workspace.capabilities
    if capabilities is None or not capabilities.modes or not who.known or who.found is None:
        return "full"
    row = customer_row(rt, who.customer_id, who.profile, who.found.scores, rt.clock.now_us())
    treatment = next((one for mode, one in capabilities.modes.items() if mode == rt.treatments.mode(row)), None)
    return treatment.configure if treatment is not None else "full"


def check_rights(rights: Configure, step: str) -> None:
    """Raises ``Conflict`` for a step that goes further than the rights."""
    if rights != "full" and step in _MODULES:
        hint = "take one of the variants" if rights == "choose" else "take the standard product"
        raise Conflict("ready configurations only are offered here", where=step, hint=hint)
    if rights == "none" and step == "variant":
        raise Conflict("the standard product only is offered here", where=step, hint="take the standard product")
