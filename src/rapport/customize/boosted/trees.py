"""Trees as plain arrays: what scikit-learn fitted, without scikit-learn; read back, scored and kept as bytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int32]

LEAF: Final = -1
NUMBER: Final = -1
WORDS: Final = 8
"""A set of categories is 256 bits."""


@dataclass(frozen=True, slots=True)
class Forest:
    """All trees, node by node. A leaf has the feature ``LEAF`` and a value in logits, of which a row sums one a tree.

    A number goes left where it is at most ``threshold``, a category where its bit is set in ``sets[subset]``, what is
    missing where ``missing_left`` says so.
    """

    feature: Places
    threshold: Floats
    left: Places
    right: Places
    missing_left: npt.NDArray[np.uint8]
    subset: Places
    """Which of the sets of categories decides; ``NUMBER`` where a threshold does."""
    value: Floats
    roots: Places
    sets: npt.NDArray[np.uint32]
    """Shape (sets, WORDS)."""
    baseline: float

    @property
    def trees(self) -> int:
        """How many trees there are."""
        return self.roots.size

    def logits(self, matrix: Floats) -> Floats:
        """The logit of each row of a matrix (rows, inputs), without the kernel: what fits and tests score with."""
        found = np.full(matrix.shape[0], self.baseline)
        for root in self.roots:
            at = np.full(matrix.shape[0], root, dtype=np.int32)
            while (inner := np.flatnonzero(self.feature[at] != LEAF)).size:
                node = at[inner]
                values = matrix[inner, self.feature[node]]
                at[inner] = np.where(self._goes_left(node, values), self.left[node], self.right[node])
            found += self.value[at]
        return found

    def _goes_left(self, node: Places, values: Floats) -> npt.NDArray[np.bool_]:
        missing = np.isnan(values)
        codes = np.where(missing, 0, values).astype(np.int64)
        subset = self.subset[node]
        if self.sets.size:
            words = self.sets[np.maximum(subset, 0), np.clip(codes // 32, 0, WORDS - 1)]
            member = (words >> (codes % 32).astype(np.uint32)) & 1 == 1
        else:
            member = np.zeros(values.size, dtype=np.bool_)
        with np.errstate(invalid="ignore"):
            below = values <= self.threshold[node]
        known = np.where(subset == NUMBER, below, member)
        goes: npt.NDArray[np.bool_] = np.where(missing, self.missing_left[node] == 1, known)
        return goes

    def to_body(self) -> ForestBody:
        """The arrays as bytes."""
        arrays = {name: getattr(self, name).tobytes() for name in _TYPES}
        return ForestBody(**arrays, baseline=self.baseline)

    @classmethod
    def from_body(cls, body: ForestBody) -> Forest:
        """The arrays of ``to_body``."""
        read: dict[str, Any] = {name: np.frombuffer(getattr(body, name), kind) for name, kind in _TYPES.items()}
        read["sets"] = read["sets"].reshape(-1, WORDS)
        return cls(**read, baseline=body.baseline)


class ForestBody(msgspec.Struct, array_like=True, frozen=True):
    """A forest as it is stored."""

    feature: bytes
    threshold: bytes
    left: bytes
    right: bytes
    missing_left: bytes
    subset: bytes
    value: bytes
    roots: bytes
    sets: bytes
    baseline: float


_TYPES: Final[dict[str, Any]] = {
    "feature": np.int32,
    "threshold": np.float64,
    "left": np.int32,
    "right": np.int32,
    "missing_left": np.uint8,
    "subset": np.int32,
    "value": np.float64,
    "roots": np.int32,
    "sets": np.uint32,
}


def exported(predictors: Sequence[Any], baseline: float) -> Forest:
    """The trees of a fitted ``HistGradientBoostingClassifier``, one of scikit-learn's predictors each."""
    starts = np.cumsum([0, *(one.nodes.size for one in predictors)])
    sets_before = np.cumsum([0, *(one.raw_left_cat_bitsets.shape[0] for one in predictors)])
    parts = [_tree(one.nodes, start, sets) for one, start, sets in zip(predictors, starts, sets_before, strict=False)]
    joined = {name: np.concatenate([part[name] for part in parts]).astype(_TYPES[name]) for name in parts[0]}
    sets = [np.asarray(one.raw_left_cat_bitsets, dtype=np.uint32).reshape(-1, WORDS) for one in predictors]
    return Forest(
        **joined, roots=starts[:-1].astype(np.int32), sets=np.concatenate(sets), baseline=baseline
    )  # fmt: skip


def _tree(nodes: Any, start: int, sets_before: int) -> dict[str, npt.NDArray[Any]]:
    leaf = nodes["is_leaf"] == 1
    category = (nodes["is_categorical"] == 1) & ~leaf
    return {
        "feature": np.where(leaf, LEAF, nodes["feature_idx"].astype(np.int64)),
        "threshold": np.where(leaf, 0.0, nodes["num_threshold"]),
        "left": np.where(leaf, 0, nodes["left"].astype(np.int64) + start),
        "right": np.where(leaf, 0, nodes["right"].astype(np.int64) + start),
        "missing_left": nodes["missing_go_to_left"],
        "subset": np.where(category, nodes["bitset_idx"].astype(np.int64) + sets_before, NUMBER),
        "value": np.where(leaf, nodes["value"], 0.0),
    }
