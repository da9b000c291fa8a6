"""Which choices are filled in without asking: time saved against the cost of a wrong default.

Filling in an option of chance p saves one question with p, and costs a correction with 1 - p, so it pays where
p · asked ≥ (1 - p) · wrong, that is from p = wrong / (wrong + asked) on. To think and point takes 2.65 s, to notice a
wrong default, take it back and choose again 6.65 s, which is 2.5 times as long (Card, Moran and Newell, The
Keystroke-Level Model, CACM 23(7), 1980); that ``Product.wrong_default`` is 3 unless said counts in what nobody notices.
"""

from __future__ import annotations

from rapport.customize.configure.complete.completing import Completion


def chance_min(wrong_default: float) -> float:
    """From which chance on an option is filled in, where a wrong one costs so many times a question.

    >>> chance_min(3.0)
    0.75
    """
    return wrong_default / (wrong_default + 1.0)


def prefilled(completion: Completion, wrong_default: float) -> list[int]:
    """The options of a completion that are sure enough to be filled in unasked; what is forced is among them."""
    least = chance_min(wrong_default)
    return [one.option for one in completion.because if one.source == "only" or one.chance >= least]
