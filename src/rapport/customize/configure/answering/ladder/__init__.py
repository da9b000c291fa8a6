"""Answers for models that do not compile: at once what is certain at once, and what people see exactly.

In: the clauses of a model, and picks. Out: the same answers as a circuit's, with what is not certain marked as such.
By: unit propagation and configurations found before settle most options, a SAT solver the visible ones, a solver of
0/1 programs the prices. Nothing impossible is ever said to be possible, and nothing runs without end.
"""

from rapport.customize.configure.answering.ladder.ladder import Ladder

__all__ = ["Ladder"]
