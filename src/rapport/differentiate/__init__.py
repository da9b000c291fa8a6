"""Differentiate: people → how they differ.

In: one customer's events as they are folded (``features.FeatureFold``), or the views ``events`` and ``identifiers``
of the warehouse. Out: the declared features as columns, the same from both (``features_sql.customer_query`` is the
offline twin), and recency–frequency–monetary scores with their groups (``rfm``).

Method: every measure is a commutative monoid over exact numbers (``measures``), kept whole or one piece a day or
hour of its window (``pieces``, ``windows``), so that neither order nor merging changes a value.
"""

from rapport.differentiate.features import FeatureFold
from rapport.differentiate.features_sql import customer_query, event_columns
from rapport.differentiate.rfm import Cutpoints, score, segment

__all__ = ["Cutpoints", "FeatureFold", "customer_query", "event_columns", "score", "segment"]
