"""Experiments: customers drawn by lot, treatments compared, and how sure the comparison is.

In: customers' arms and outcomes in the order in which they were met, and what was laid down before (``Design``). Out:
who is in which arm (``Split``, ``held_out``), effects with intervals that hold for the looks taken (``read``), how many
customers it takes (``customers_needed``). By: salted hashing (``assignment``), confidence sequences (``sequential``) or
planned looks (``group_sequential``), with what was known before taken out (``cuped``).
"""

from rapport.learn.experiment.assignment import Split, held_out
from rapport.learn.experiment.estimate import Design, Measured
from rapport.learn.experiment.power import Baseline, customers_needed, days_needed
from rapport.learn.experiment.summary import Asked, Reading, read

__all__ = [
    "Asked",
    "Baseline",
    "Design",
    "Measured",
    "Reading",
    "Split",
    "customers_needed",
    "days_needed",
    "held_out",
    "read",
]
