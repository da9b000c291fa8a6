"""Allocate: whom to give which offer, when budgets and places are scarce.

In: what each offer would earn from each customer, what an offer uses of each budget, what each budget holds, and which
groups get a share whatever it earns. Out: a plan that keeps to all of it, what one more unit of each budget would
earn, and a certificate: no plan at all earns more than this one by more than the gap. By: the Lagrangian dual
(``dual``, ``ascent``), rounding (``rounding``), where small an exact solver (``exact``); first come, first served for
comparison (``greedy``). ``pacing`` carries a plan's prices into single decisions.

The parts are imported from their files, because numba and scipy load slowly.
"""
