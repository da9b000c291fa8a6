"""Differentiate: people → how they differ.

In: one customer's events as they are folded (``features.FeatureFold``, ``history.HistoryFold``), or the views
``events`` and ``identifiers`` of the warehouse. Out: the declared features as columns, the same from both
(``features_sql.customer_query`` is the offline twin); histories as a ``Frame``, the same from both (``history.gather``,
``history_sql``); and from a frame the columns of every part (``parts``): recency–frequency–monetary value, lifetime,
timing, potential, needs, stage, value, fit, selection, mode, groups, segments.

Method: every measure is a commutative monoid over exact numbers, so that neither order nor merging changes a value; a
part learns from a sample (``fit``) and is computed by one function (``score``) for one customer or all.
"""

from rapport.differentiate.features import FeatureFold
from rapport.differentiate.features_sql import customer_query, event_columns
from rapport.differentiate.frame import Frame
from rapport.differentiate.history import HistoryFold
from rapport.differentiate.parts import Part, parts_of
from rapport.differentiate.readings import readings_of

__all__ = [
    "FeatureFold",
    "Frame",
    "HistoryFold",
    "Part",
    "customer_query",
    "event_columns",
    "parts_of",
    "readings_of",
]
