"""Attribution rules: which offers share the credit for an outcome, by several conventions side by side.

In: the paths of customers (``Path``). Out: outcomes credited to each touch. None of the rules is causal; what an
experiment or a holdout shows is. A new rule is a file and a line here.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from rapport.learn.attribution_rules import last_touch, linear, position, removal, time_decay
from rapport.learn.attribution_rules.path import Path

Rule = Callable[[Sequence[Path]], dict[str, float]]
RULES: Final[Mapping[str, Rule]] = {
    "last_touch": last_touch.credit,
    "linear": linear.credit,
    "position": position.credit,
    "time_decay": time_decay.credit,
    "removal": removal.credit,
}

__all__ = ["RULES", "Path", "Rule"]
