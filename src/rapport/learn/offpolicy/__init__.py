"""Off-policy evaluation: what another policy would have earned, from what was recorded, without trying it.

In: recorded decisions as arrays (``Log``), the chances with which another policy would have made each pick. Out: what
it earns a decision, by several estimators with intervals by customer, or why that cannot be said (``Judged``). By: one
estimator a file (``estimators``), a cross-fitted model of the reward, a bootstrap of customers, checks of support.
"""

from rapport.learn.offpolicy.judge import HEADLINE, Judge, Judged
from rapport.learn.offpolicy.log import Log
from rapport.learn.offpolicy.notes import Note, text

__all__ = ["HEADLINE", "Judge", "Judged", "Log", "Note", "text"]
