"""Why something is not possible, and what to give up for it.

In: a formula, picks, what is wanted. Out: minimal reasons, what to give up, sentences; what is wrong with a model as a
whole. By: ``Explainer``, ``Sentences`` and ``analysis``.
"""
