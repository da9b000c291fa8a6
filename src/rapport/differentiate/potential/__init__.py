"""Potential value: customers' history → what each is going to spend within a horizon.

In: a frame. Out: ``potential_spend``. Method: ``learning`` looks at every customer on past days, with nothing known but
what was known then, and learns (``predictor``) what they spent after; ``validation`` judges the ranking on customers
and days that took no part, beside recency–frequency–monetary quintiles and past spend (``ranking``), and past spend
takes over where it ranks better. ``backtest`` does the same for the indicators of ``value.yaml``, and refuses those
that look ahead of their date.
"""

from rapport.differentiate.potential.part import Potential, PotentialModel, build

__all__ = ["Potential", "PotentialModel", "build"]
