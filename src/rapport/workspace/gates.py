"""What each stage asks of the one before it, in ``policy.yaml``: while it is not met, the later stage stays closed."""

from __future__ import annotations

from rapport.workspace.definition import Definition


class Gates(Definition, frozen=True):
    """Least shares and sample sizes, as measured at each refresh on the workspace's own data.

    A share fails only when its whole 95% interval lies below what is asked: a handful of customers closes nothing.
    """

    closed: bool = True
    """Whether a stage that is not ready is closed; false only tells."""
    fresh: str = "90d"
    """The newest event arrived at most so long ago."""
    identified: float = 0.5
    """Share of the last 90 days' events whose identifier is not shared by too many people."""
    known: float = 0.0
    """Share of customers known by more than an anonymous id."""
    valid: float = 0.5
    """Share of a trait's values that fit its type and pattern; a trait with fewer is withheld by itself."""
    customers: int = 1
    """Customers that there must be before they are told apart."""
    purchasers: int = 0
    """Customers who have bought that there must be before their value is told."""
    coverage: float = 0.05
    """Share of customers of whom a stage's columns must be known before later ones rely on them."""
