"""The demand chain: what sessions of configuring say of what to make, to stock, to allow and to charge.

In: ``Session`` and ``Design``, read off the log's events (``sessions.read``), and the ``Modules`` of the product. Out:
values with sample sizes and 95% intervals, refused where the data is too thin. By: counting with Wilson's intervals,
customers resampled for means, logistic lines over the weeks, sessions compared at the same step; one question a file.
"""

from rapport.learn.demand.estimates import LEAST, Mean, Share
from rapport.learn.demand.modules import Module, Modules, Parts, Pick
from rapport.learn.demand.sessions import Design, Row, Session

__all__ = ["LEAST", "Design", "Mean", "Module", "Modules", "Parts", "Pick", "Row", "Session", "Share"]
