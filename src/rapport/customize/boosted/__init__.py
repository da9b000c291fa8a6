"""A second opinion on every chance: gradient-boosted trees over all answers, fitted again now and then.

In: answered offers as their decisions recorded them (``inputs.Rows``), how much each weighs. Out: a ``model.Boosted``,
which scores all candidates of a decision at once and is blended with the posterior by logit mean. By: scikit-learn's
histogram trees, fitted offline (``fit``), kept as plain arrays (``trees``) and walked by a kernel of ours (``walk``).
"""
