"""Needs: what, when, where, why, how many, at what price, paid how, how often, each as a distribution.

In: a frame's tallies of readings (``readings``) and purchases. Out: the columns of ``needs`` in
``workspace.columns.PART_COLUMNS``, and for one customer every distribution with its evidence, age and source.

Method: a Dirichlet posterior per facet, a customer's fading evidence shrunk to the segment and the segment to
everybody; the strengths are those that foretell held-out days best (``fit``). A shift is told by a Bayes factor
(``kernels.change``). Ladders of means and ends are counted in ``ladders``, needs and value together in ``worth``.
"""

from rapport.differentiate.needs.model import Gain, NeedsModel
from rapport.differentiate.needs.part import NeedsPart, build

__all__ = ["Gain", "NeedsModel", "NeedsPart", "build"]
