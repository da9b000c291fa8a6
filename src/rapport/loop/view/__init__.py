"""What we know of one customer, and why.

In: one of the names a customer goes by. Out: plain documents, as the command line, HTTP and the console show them:
``show`` (the 360° view), ``timeline``, ``lessons``, ``listing``; ``find`` gives the customer itself.
"""

from __future__ import annotations

from rapport.loop.view.finding import find, listing
from rapport.loop.view.offers import lessons
from rapport.loop.view.paging import PAGE_MAX
from rapport.loop.view.portrait import show
from rapport.loop.view.timeline import timeline

__all__ = ["PAGE_MAX", "find", "lessons", "listing", "show", "timeline"]
