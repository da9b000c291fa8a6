"""Customize: what to offer whom, now.

In: the actions of a workspace, a customer's columns, the request's context, a seed. Out: who may see what, a ranking
with exact probabilities, the six answers; from answers, a better model. By: rules (``eligibility``), Bayesian logistic
regression (``encoding``, ``posterior``, ``regression``), Thompson sampling with a floor (``choice``, ``sampling``),
propensity × value × context × lever (``moment``, ``arbitration``), and sentences (``because``).

The parts are imported from their files, because numba and numpy load slowly: ``from rapport.customize.arbitration
import Arbiter``.
"""
