"""The estimators: each writes what a policy earns as a sum over decisions divided by another, ``Σ above / Σ below``.

So they share their errors and their bootstrap, and a new one is a file and a line here.
"""

from collections.abc import Callable, Mapping
from typing import Final

from rapport.learn.offpolicy.estimators import direct, dr, dr_os, ips, snips, switch_dr
from rapport.learn.offpolicy.log import Floats, Sample

Estimator = Callable[[Sample], tuple[Floats, Floats]]
ESTIMATORS: Final[Mapping[str, Estimator]] = {
    "dr": dr.terms,
    "switch_dr": switch_dr.terms,
    "dr_os": dr_os.terms,
    "snips": snips.terms,
    "ips": ips.terms,
    "dm": direct.terms,
}
