"""One sentence a customer understands for every decision, in every language that there is a grammar for.

In: a decision's record and the workspace's words. Out: language → sentence, by ``Sentences.of``. Its reasons are those
of the record that speak for the pick, never a sensitive column; a column is called what its definition ``says``, or
what the grammar makes of its event, measure and window.
"""

from rapport.customize.sentence.telling import Sentences

__all__ = ["Sentences"]
