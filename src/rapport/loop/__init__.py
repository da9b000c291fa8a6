"""The only place where stages meet; one use case a file, in rooms.

In: what the edges were asked (calls, asks, answers, rules, files). Out: receipts, decisions, views. By: composing the
stages over a ``Runtime``, which holds the workspace, the ports and what was compiled from the definitions.

================= ==============================================================
``intake``        calls, files and entries → events; the log, folded
``identities``    who is who: merge, unmerge, probable links, hints
``deciding``      one customer, one slot → a decision; its steps, and the answer
``learning``      what answers teach: models, lessons, findings, other policies
``experimenting`` experiments and the holdout
``configure``     products that customers put together: a session, a step, its answer
``demand``        what customers configure, told once a refresh
``refreshing``    everybody at once: learnt, scored, written back
``reports``       what is told of all customers, and of the data
``view``          what is told of one customer: the 360° view, timeline, offers
``privacy``       consent, export, requests, erasure, retention
================= ==============================================================

What every room works with lies here: ``runtime``, ``definitions`` (a changed one is a re-fold), ``generation`` and
``refreshed`` (what the store remembers of rewritings and refreshes), ``kept`` (reports kept from refresh to refresh),
``who`` (whom a request names), ``columns`` (a customer as a row), ``keys`` (who may call), ``backups`` (the whole
business in one file, and back).
"""
