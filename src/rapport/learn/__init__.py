"""Learn: what happened after we spoke, and what it says about how we decide.

In: decisions, the events after them, the actions. Out: offers with their outcomes, labelled examples for the model;
estimates of what another policy would have earned. By: last-touch attribution within a window (``attribution``), and
off-policy evaluation that refuses thin evidence (``offpolicy``).
"""
