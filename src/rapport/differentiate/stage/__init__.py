"""Where each customer is in the buying cycle: need, research, evaluation, selection, after-sales, feedback, loyalty,
advocacy; and what a visit is about.

In: a frame. Out: ``buying_stage``, ``buying_category``, ``buying_probability``, ``visit_intent``; for one customer the
probability of each stage by category, with its signals (``build`` makes the part).

Method: signals fade and add up to points (``evidence``), time since the last purchase over the customer's own gap adds
its own (``cycle``), the posterior mean of a Dirichlet makes them probabilities. A hidden Markov model (``hmm``) takes
the place of that where it predicts purchases better on customers that it was not fitted to (``judge``).
"""

from rapport.differentiate.stage.model import StageModel
from rapport.differentiate.stage.part import StagePart, build

__all__ = ["StageModel", "StagePart", "build"]
