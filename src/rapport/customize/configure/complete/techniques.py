"""How the chance of an option under picks is estimated from the past: one technique one file, and a line here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from rapport.customize.configure.complete.counted import Counted
from rapport.customize.configure.complete.naive_bayes import NaiveBayes
from rapport.customize.configure.complete.neighbours import Neighbours
from rapport.customize.configure.complete.pairs import PAIRED_MAX
from rapport.customize.configure.complete.places import Floats
from rapport.customize.configure.complete.pooled import Pooled
from rapport.customize.configure.complete.popular import Popular
from rapport.customize.configure.complete.tree import Tree


class Estimator(Protocol):
    """Learnt from a past."""

    def chances(self, evidence: Sequence[int]) -> Floats:
        """Shape (cells,): the chance of every cell where these cells hold; each place adds up to 1."""
        ...


@dataclass(frozen=True, slots=True)
class Technique:
    """How it learns, and up to how many cells that vary it answers within a few milliseconds."""

    learn: Callable[[Counted], Estimator]
    cells_max: int


_NO_END: Final = 2**62
_TREE_MAX: Final = 600
"""Messages pass a tree of so many cells in about 3 ms."""
TECHNIQUES: Final[dict[str, Technique]] = {
    "popular": Technique(Popular, _NO_END),
    "neighbours": Technique(Neighbours, _NO_END),
    "naive_bayes": Technique(NaiveBayes, PAIRED_MAX),
    "tree": Technique(Tree, _TREE_MAX),
    "pooled": Technique(Pooled, _TREE_MAX),
}
DEFAULT: Final = "neighbours"
"""Where the past is too small to choose by, and where another may not be used."""
