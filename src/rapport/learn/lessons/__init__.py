"""Lessons: what is known of a customer now that was not known before, from which contact, worth how many bits.

In: events, answers, and distributions of what a customer needs and would accept, beside everybody's. Out: the parts of
the log that a person took back (``withdrawal``), depth in bits (``depth``), and what a competitor would have to learn.
"""
