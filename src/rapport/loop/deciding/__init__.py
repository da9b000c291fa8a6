"""One customer, one slot → one recorded, explained decision, and the answer to it.

In: an ask, or everybody under budgets. Out: a record with its reasons and chances, or a plan. By: steps that each add
to or take from a ``contest``, in the order of ``decide.STEPS``; what a step needs at hand lies beside it.

============== ================================================================================
``decide``     an ask → a decision; ``what_if`` records nothing; ``in_flight``: not yet on disk
``contest``    who is in the running, on what terms: what each step changes
``trials``     who is held out, which arms of which experiments are followed
``treatment``  what the customer's marketing mode leaves
``stock``      what there is a limited number of
``recommend``  items of the ``catalogue`` in the place of an action that offers items
``budgets``    what is used up, what is scarce; the ``ledger`` knows what is spent
``lean``       towards what was picked in a ``game`` of this or that
``uplift``     whom an offer changes, measured and used; ``uplifts`` is what was measured
``gatekeeper`` whether the data carries what a step asks for
``respond``    an answer to a decision → an event
``allocate``   everybody, budgets → who gets which offer; ``plan_file`` writes the plan
============== ================================================================================
"""
