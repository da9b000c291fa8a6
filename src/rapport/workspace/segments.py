"""``segments.yaml``: groups of customers by name."""

from __future__ import annotations

from rapport.workspace.definition import Definition


class Segment(Definition, frozen=True):
    """One segment. Its name is a boolean column of the customer, which later segments, actions and others may use."""

    rule: str
    """Who belongs to it: a SQL boolean expression over the customer's columns and the segments above it."""
    title: str = ""
    """What people read in reports."""
    notify: bool = True
    """Whether entering and leaving it is an event of the customer's."""
