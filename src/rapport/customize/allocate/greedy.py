"""What allocations are measured against: first come, first served; everybody's best offer while it lasts."""

from __future__ import annotations

import numpy as np

from rapport.customize.allocate.problem import Problem
from rapport.customize.allocate.rounding import Offers, serve


def first_come(problem: Problem) -> Offers:
    """(customers, cap): in the customers' order each gets what earns most of what is left; floors are not looked at."""
    return serve(problem, np.zeros(problem.limits.size))
