"""Groups: customers → who is like whom, and how they like to be served.

In: a frame, and ``groups.yaml``. Out: ``similar_group`` (found, not declared: each with a rule that describes it and
can be saved as a segment) and ``customization_attitude``. Method: quantile scores (``axes``), k-means or a Gaussian
mixture that must be stable from sample to sample (``clusters``), boxes that describe a group in a few conditions
(``boxes``), and Dirichlet posteriors over days of behaviour (``attitude``).
"""

from rapport.differentiate.groups.part import GroupsModel, GroupsPart, build

__all__ = ["GroupsModel", "GroupsPart", "build"]
