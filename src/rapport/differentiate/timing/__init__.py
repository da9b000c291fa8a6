"""Timing: purchases so far → when the next is due, how probable it is, and of what category.

In: a frame. Out: ``next_purchase_days``, ``p_purchase_30d``, ``next_category``, ``next_category_probability``.
Method: ``renewal`` (gaps between purchases, each customer's own pace and regularity learnt as far as there is
evidence, the rest from everybody, and a chance after each purchase that it was the last) and ``category`` (own habits,
what tends to follow the last basket, what sells). ``holdout`` measures both on days that they had not seen.
"""

from rapport.differentiate.timing.part import Timing, TimingModel, build

__all__ = ["Timing", "TimingModel", "build"]
