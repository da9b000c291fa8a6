"""Items like an item: the cosine of who showed interest in them, shrunk where few did.

Sarwar et al. (2001), "Item-based collaborative filtering recommendation algorithms", §3.1.1; the shrinkage of Bell and
Koren (2007), §2.2: cos(i, j) = xᵢ·xⱼ / (|xᵢ| |xⱼ| + s).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rapport.customize.recommend.scorer import Neighbours, strongest

if TYPE_CHECKING:
    from scipy.sparse import csr_array

NEIGHBOURS = 100


def fit(strengths: csr_array, shrinkage: float) -> Neighbours:
    """The nearest of each item, of rows × items (customers, or baskets for what is taken together)."""
    columns = strengths.tocsc()
    norms = np.sqrt(np.asarray(columns.multiply(columns).sum(axis=0)).ravel())
    turned = columns.T.tocsr()
    return strongest(
        strengths.shape[1], NEIGHBOURS,
        lambda first, last: (
            (turned[first:last] @ columns).toarray() / (norms[first:last, None] * norms[None, :] + shrinkage)
        ),
    )  # fmt: skip
