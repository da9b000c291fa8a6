"""Uplift: whom an offer changes, beside who would have done it anyway.

In: a ``Trial``, decisions in which an action had a known chance of being shown, and what came of each. Out: a
``Model`` of what the offer adds, customer by customer, with its average effect, an honest test of whether it tells
customers apart, and the share of acceptances that the offer itself brings about. By: doubly robust and X-learners
(``dr_learner``, ``x_learner``), each judged on customers that it was not learnt from (``judge``, ``qini``).
"""

from rapport.learn.uplift.model import Effect, Model, learn
from rapport.learn.uplift.trial import Trial

__all__ = ["Effect", "Model", "Trial", "learn"]
