"""ALS: a short vector for each item and customer whose products tell interest from its absence.

Hu, Koren and Volinsky (2008), "Collaborative filtering for implicit feedback datasets": preference 1 with confidence
1 + αr where there is interest r, preference 0 with confidence 1 elsewhere (eq. 3); each side is solved with the other
fixed (eq. 4, 5), here by a few conjugate gradient steps for all rows at once (Takács, Pilászy and Tikk 2011).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import msgspec
import numpy as np

from rapport.customize.recommend.interactions import Floats, Places

if TYPE_CHECKING:
    import numpy.typing as npt
    from scipy.sparse import csr_array

    Dense = npt.NDArray[np.float32]

ROUNDS = 12
STEPS = 3
"""Conjugate gradient steps a round; a customer's own vector takes twice as many."""
_BLOCK = 20_000_000
"""So many numbers of gathered vectors are in memory at once."""


class Factors(msgspec.Struct, frozen=True):
    """Of each of n items a vector of f numbers, and what it takes to place a customer among them."""

    vectors: Any
    """n × f, float32."""
    regularisation: float
    confidence: float
    """α: how much more interest says than its absence."""
    kind: ClassVar[str] = "factors"

    def one(self, items: Places, strengths: Floats) -> Floats:
        """A score of every item, about 1 where interest is expected."""
        own = self.vectors[items].astype(np.float64)
        ours = self.vectors.astype(np.float64)
        left = ours.T @ ours + self.regularisation * np.eye(ours.shape[1])
        left += (own.T * (self.confidence * strengths)) @ own
        customer = np.linalg.solve(left, own.T @ (1.0 + self.confidence * strengths))
        found: Floats = ours @ customer
        return found

    def many(self, strengths: csr_array) -> Dense:
        """Customers × items."""
        start = np.zeros((strengths.shape[0], self.vectors.shape[1]), np.float32)
        customers = solved(strengths, self.vectors, start, self.regularisation, self.confidence, 2 * STEPS)
        found: Dense = customers @ self.vectors.T
        return found


def fit(strengths: csr_array, regularisation: float, confidence: float, *, factors: int, seed: int) -> Factors:
    """The items' vectors of customers × items; ``factors`` numbers each."""
    rng = np.random.default_rng(seed)
    customers = np.zeros((strengths.shape[0], factors), np.float32)
    items = (0.01 * rng.standard_normal((strengths.shape[1], factors))).astype(np.float32)
    turned = strengths.T.tocsr()
    for _ in range(ROUNDS):
        customers = solved(strengths, items, customers, regularisation, confidence, STEPS)
        items = solved(turned, customers, items, regularisation, confidence, STEPS)
    return Factors(items, regularisation, confidence)


def solved(  # noqa: PLR0917 - the six of the equation
    strengths: csr_array, fixed: Dense, start: Dense, regularisation: float, confidence: float, steps: int
) -> Dense:
    """The rows' vectors with the columns' fixed: (YᵀY + αYᵀRY + λI)x = Yᵀ(1 + αr), by conjugate gradients."""
    gram = fixed.T @ fixed + np.float32(regularisation) * np.eye(fixed.shape[1], dtype=np.float32)
    found = start.copy()
    rows = max(1, _BLOCK // (fixed.shape[1] * max(1, -(-strengths.nnz // max(strengths.shape[0], 1)))))
    for first in range(0, strengths.shape[0], rows):
        block = strengths[first : first + rows]
        found[first : first + rows] = _solved(block, fixed, gram, found[first : first + rows], confidence, steps)
    return found


def _solved(  # noqa: PLR0917
    block: csr_array, fixed: Dense, gram: Dense, start: Dense, confidence: float, steps: int
) -> Dense:
    from scipy.sparse import csr_array  # noqa: PLC0415 - half a second that starting the program need not wait for

    row = np.repeat(np.arange(block.shape[0]), np.diff(block.indptr))
    near = fixed[block.indices]
    extra = (confidence * block.data).astype(np.float32)

    def spread(values: Dense) -> Dense:
        table = csr_array((values, block.indices, block.indptr), shape=block.shape)
        out: Dense = table @ fixed
        return out

    def times(x: Dense) -> Dense:
        out: Dense = x @ gram + spread(extra * np.einsum("ij,ij->i", near, x[row]))
        return out

    x = start
    residual = spread(np.float32(1.0) + extra) - times(x)
    direction = residual.copy()
    size = np.einsum("ij,ij->i", residual, residual)
    for _ in range(steps):
        moved = times(direction)
        length = size / np.maximum(np.einsum("ij,ij->i", direction, moved), 1e-20)
        x = x + length[:, None] * direction
        residual = residual - length[:, None] * moved
        fresh = np.einsum("ij,ij->i", residual, residual)
        direction = residual + (fresh / np.maximum(size, 1e-20))[:, None] * direction
        size = fresh
    return x.astype(np.float32)
