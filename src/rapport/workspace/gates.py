"""What each stage asks of the one before it, in ``policy.yaml``: while it is not met, the later stage stays closed."""

from __future__ import annotations

from rapport.workspace.definition import Definition


class Gates(Definition, frozen=True):
    """Least shares and sample sizes, as measured at each refresh on the workspace's own data."""

    closed: bool = True
    """Whether a stage that is not ready is closed; false only tells."""
    identified: float = 0.5
    """Share of events in the last 90 days that belong to customers whose identity is not in doubt."""
    fresh: str = "90d"
    """The newest event is at most so old."""
    customers: int = 1
    """Customers that there must be before they are told apart."""
    coverage: float = 0.05
    """Share of customers for whom a stage's columns must be known before later ones rely on them."""
