"""The words for configuring a product: the events of a session, as the log keeps them.

A session's events carry ``product``, ``session``, ``revision`` (counts the steps, from 0) and ``version`` (of the
model). Sessions of products that forget (adaptive, cosmetic) are logged without a customer.
"""

from __future__ import annotations

from typing import Final

CONFIGURATION_STARTED: Final = "Configuration Started"
"""With ``way``, ``start`` (``standard``, ``remembered``, ``owned``, ``variant`` or ``empty``) and ``choices``."""
CONFIGURATION_CHANGED: Final = "Configuration Changed"
"""One step: ``choices`` and ``refused`` after it, ``step`` (``pick``, ``refuse``, ``clear``, ``undo``, ``standard``,
``variant`` or ``complete``), and ``group`` with ``option`` where one was touched."""
CONFIGURATION_BLOCKED: Final = "Configuration Blocked"
"""Something was wanted that is not possible: ``group``, ``option``, and ``rules``, the names of what is against it."""
CONFIGURATION_COMPLETED: Final = "Configuration Completed"
"""The customer took it: ``choices`` (whole), ``price`` of one and ``cost`` in currency, ``quantity``,
``standard_price``, and ``offered``, the completion that was suggested first."""
CONFIGURATION_PROPOSED: Final = "Configuration Proposed"
"""A design that a customer hands in: ``choices``, ``title``, ``minutes`` that it took them."""
SESSION_EVENTS: Final = (
    CONFIGURATION_STARTED, CONFIGURATION_CHANGED, CONFIGURATION_BLOCKED, CONFIGURATION_COMPLETED,
)  # fmt: skip
