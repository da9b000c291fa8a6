"""The only place where stages meet; one use case a file.

In: what the edges were asked (calls, asks, answers, rules, files). Out: receipts, decisions, views. By: composing the
stages over a ``Runtime``, which holds the workspace, the ports and what was compiled from the definitions.

============== ==========================================================================
``ingest``     calls → events, durable before they are acknowledged
``fold``       the log → identities, profiles, outcomes, and what the model learns
``decide``     one customer, one slot → one recorded, explained decision
``respond``    an answer to a decision → an event
``refresh``    everybody at once: features and scores from the warehouse
``segments``   a rule → how many customers
``load``       files → events
``view``       the 360° view, timeline, lessons
``consent``    who allowed what, by which proof
``export``     all about one customer, as a document or as tables
``rights``     requests of access, portability and erasure, worked off in the background
``retain``     what is past its time leaves
``review``     a probable link → a person's answer, once
``hint``       a customer, or a form's answers → who may be the same person
``erase``      the customer's right to be forgotten: everywhere, resumed where it was cut short
``suppress``   what was before an erasure stays away
``backups``    the whole business as one file, and back
``keys``       who may call
``rebuild``    the projection, replayed from the log
============== ==========================================================================
"""
