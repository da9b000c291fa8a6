"""Link: which customers are probably one person, when no event says so.

- In: columns and a profile of what they hold; out: what each column says of a person, by ``fields.read_fields``.
- In: raw values; out: the spelling under which they are compared, by ``prepare.prepare``.
- In: fields; out: ``LinkPlan``, Splink's comparisons and the blocks, by ``settings.plan``.
- In: counts of agreement patterns; out: ``LinkModel``, by ``train.fit``, without labels.
- In: scored pairs and what must stay apart; out: links, questions for a person, and clusters, by ``judge.judge``.
- In: a model and everybody's records; out: who may be the same person, at once, by ``hint.Index.look``.
- In: two records; out: what each field says, by ``waterfall.explain``, in words and as ``picture.svg``.

The warehouse runs Splink on what this room writes (``ports.warehouse``); the loop carries values between the two.
"""

from rapport.core.linkage import Pair
from rapport.identify.link.plan import Field, FieldKind, LinkModel, LinkPlan

__all__ = ["Field", "FieldKind", "LinkModel", "LinkPlan", "Pair"]
