"""Findings: patterns in what customers answered, that marketers, sales and service read without an analyst.

In: offers with their outcomes and what was known of the customer, beside the chance with which each was shown. Out:
findings, each made on one half of the customers and confirmed on the other, with size, interval and how many patterns
were looked at. By: weighted differences within each offer (``contrast``), the correction of Benjamini and Hochberg
(``screen``).
"""

from rapport.learn.findings.contrast import Contrast, Shown, contrast, counting
from rapport.learn.findings.screen import Outcome, Screened, half, screen

__all__ = ["Contrast", "Outcome", "Screened", "Shown", "contrast", "counting", "half", "screen"]
