"""What answers teach: the models and their life, lessons, and what they are worth.

In: decisions with what came of them. Out: models in use or beside them, lessons, findings, reports on other policies.
By: reading the log in its order, leaving out what is withdrawn, judging on what a model was not fitted to.

=============== ============================================================================
``learner``     the model in memory: a checkpoint, and the outcomes settled since
``models``      what is fitted when, compared, promoted, rolled back
``refit``       all answers → a boosted model; ``shadow`` judges it, ``second`` is its place
``answered``    decisions beside what became of their offers; ``answers`` as columns
``meanings``    what each action is, and since when
``lessons``     what one customer taught us; ``unlearn`` takes one back, or restores it
``withdrawn``   which parts of the log do not count
``depth``       how well one customer is known, in bits; ``depth_report`` over all
``evaluate``    what other policies would have earned: ``rivals``, on ``evidence``
``attribution`` which offers share the credit for the outcomes
``findings``    what the answers say, in sentences, from settled ``showings``
=============== ============================================================================
"""
