"""EASE: the item-to-item weights that best rebuild every customer's interests, in closed form.

Steck (2019), "Embarrassingly shallow autoencoders for sparse data", eq. 8: with P = (XᵀX + λI)⁻¹ the weights are
B = -P / diag(P), 0 on the diagonal. An inverse of items × items: some seconds for 5,000 items, 8 times that for 10,000.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rapport.customize.recommend.scorer import Neighbours, strongest

if TYPE_CHECKING:
    from scipy.sparse import csr_array

ITEMS_MAX = 10_000
"""More items take too long and too much memory: then ALS stands in."""
NEIGHBOURS = 200
"""Of each item's weights so many are kept; the others are near 0."""


def fit(strengths: csr_array, regularisation: float) -> Neighbours:
    """The weights of customers × items; λ is ``regularisation`` times what a mean item's diagonal entry is."""
    from scipy.linalg import lapack  # noqa: PLC0415 - half a second that starting the program need not wait for

    gram = (strengths.T @ strengths).toarray().astype(np.float32)
    count = gram.shape[0]
    own = np.arange(count)
    gram[own, own] += regularisation * max(float(gram[own, own].mean()), 1e-6)
    factor, _ = lapack.spotrf(gram, lower=1, overwrite_a=1)
    inverse, _ = lapack.spotri(factor, lower=1, overwrite_c=1)
    inverse = np.tril(inverse) + np.tril(inverse, -1).T
    diagonal = np.diag(inverse).copy()
    # A row of B says what one item adds to the others, so that a customer's row times B is the score.
    return strongest(count, NEIGHBOURS, lambda first, last: -inverse[first:last] / diagonal)
