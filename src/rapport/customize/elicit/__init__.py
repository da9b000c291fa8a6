"""Asking by playing: a few picks between two real offers tell what a customer would like.

In: the attributes of actions, the picks so far, and the offers in the running with what each would earn. Out: the pair
whose answer would raise what decisions earn by most, or that none would; the utilities that the picks tell, as offsets
of an offer's logit; and how sure each value of an attribute is. By: ``Attributes``, ``belief.after``,
``asking.next_pair``, ``stating.stated``, ``leaning.factors``.

Method: utilities add up over attributes (conjoint analysis), a Gaussian belief about them is moved by each pick through
assumed-density filtering, and pairs are compared by the value of information for the decision, not for the parameters.
"""

from rapport.customize.elicit.asking import Asked, next_pair
from rapport.customize.elicit.attributes import Attributes
from rapport.customize.elicit.belief import Belief, Said, after, part_worths
from rapport.customize.elicit.games import Games
from rapport.customize.elicit.leaning import factors
from rapport.customize.elicit.stating import stated
from rapport.customize.elicit.worth import Running

__all__ = [
    "Asked", "Attributes", "Belief", "Games", "Running", "Said", "after", "factors", "next_pair", "part_worths",
    "stated",
]  # fmt: skip
