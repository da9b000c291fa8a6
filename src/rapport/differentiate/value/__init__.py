"""Value: what a customer is worth now, and could be worth.

In: the indicators of ``value.yaml``, each a calculation over a customer's columns. Out: ``value_current`` and
``value_potential`` from 0 to 1, the quadrant of the two, and what every indicator contributed.

Method: a number becomes a score (``scoring``), the scores of a dimension are weighed (``weighing``) and added.
"""

from rapport.differentiate.value.model import ValueModel
from rapport.differentiate.value.part import ValuePart, build
from rapport.differentiate.value.quadrants import quadrant

__all__ = ["ValueModel", "ValuePart", "build", "quadrant"]
