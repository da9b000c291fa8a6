"""What happens as calls, files and people bring something: it becomes events, and the events are folded.

In: calls, lines of files, entries of staff. Out: events in the log with a receipt; identities, profiles, outcomes. By:
judging each on its own, writing what is good durably before anyone is told so, and folding the log in its order.

=========== ===============================================================================
``ingest``  calls → events, durable before they are acknowledged
``load``    files → events; ``reimport`` replaces an earlier import; ``losses`` counts once
``enrich``  what third parties say, added to customers we know
``staff``   what staff enters about a customer: a trait, a need, a note
``fold``    the log → identities, profiles, outcomes, and what the learner learns
``rebuild`` the projection, forgotten and replayed from the log
``counts``  what was not kept, counted for good; ``reports.dropped`` tells of it
=========== ===============================================================================
"""
