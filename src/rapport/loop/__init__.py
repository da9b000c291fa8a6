"""The only place where stages meet; one use case a file.

In: what the edges were asked (calls, asks, answers, rules, files). Out: receipts, decisions, views. By: composing the
stages over a ``Runtime``, which holds the workspace, the ports and what was compiled from the definitions.

What happens as it comes:

============== ==========================================================================
``ingest``     calls → events, durable before they are acknowledged
``load``       files → events; ``reimport`` replaces an earlier import
``enrich``     what third parties say, added to customers we know
``fold``       the log → identities, profiles, outcomes, and what the ``learner`` learns
``decide``     one customer, one slot → one recorded, explained decision
``respond``    an answer to a decision → an event
``rebuild``    the projection, replayed from the log; ``definitions`` asks for it
============== ==========================================================================

Who is who:

============== ==========================================================================
``identity``   merge, unmerge, tell apart; what protects against wrong merges
``restitch``   customers whose past changed, stitched, folded and scored anew
``link``       everybody's records → probable links; ``linkage`` is one such search
``review``     a probable link → a person's answer, once
``hint``       a customer, or a form's answers → who may be the same person
============== ==========================================================================

Everybody at once, and what is told of it:

================== ======================================================================
``refresh``        features and scores for everybody: ``everybody`` learns and scores, ``write_back``
                   brings the scores to the store
``segments``       a rule → how many customers; the declared segments, and a new one saved
``view``           the 360° view, timeline, lessons
``quality``        how good the data is, measured at each refresh
``usage``          what uses each trait
``dropped``        what was not kept, of which ``counts`` keeps count
``customer_table`` the analysis-ready table, column by column
================== ======================================================================

How customers differ, and what is told of it:

================= =======================================================================
``differentiate`` the parts brought to the few customers whom live events touched
``memberships``   who entered or left a segment, as events of the log
``treatment``     what a customer's marketing mode leaves of a decision; ``in_flight`` counts
``gates``         what the data carries, counted at each refresh; ``gatekeeper`` judges it
``value``         the report on value; ``value_history`` remembers; likewise ``lifetime``,
                  ``potential``, ``timing``, ``needs``, ``stage``, ``selection`` with
                  ``mode_effect``, ``abandonment``
================= =======================================================================

What a customer may ask for, and what leaves:

============== ==========================================================================
``consent``    who allowed what, by which proof
``export``     all about one customer, as a document or as tables
``rights``     requests of access, portability and erasure, worked off in the background
``erase``      one customer out of everything; ``leaving`` plans it, ``suppress`` keeps it
``retain``     what is past its time leaves
``backups``    the whole business in one file, and back
============== ==========================================================================

Beside them: ``runtime`` (what every use case works with), ``who`` (whom a request names), ``columns`` (a customer as a
row), ``keys`` (who may call), ``generation`` and ``refreshed`` (what the store remembers of rewritings and refreshes).
"""
