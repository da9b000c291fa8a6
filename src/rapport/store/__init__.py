"""The online plane: one customer at a time, in milliseconds; what is acknowledged is on disk.

Comes in: events, decisions, what a step of the fold changed, scores, models, keys. Goes out: the log in commit order,
customers by any of their identifiers, decisions and offers. Method: ``open_store(url, root)`` returns a
:class:`rapport.ports.store.Store` on SQLite or PostgreSQL; writes return futures and share transactions (group
commit), reads answer at once from any thread.

    schema, migrations     the tables, and how older databases get there
    group_commit           one writer thread, one sync for all who wait
    message_index          has this message id been seen, among millions
    sql, reads, writes     the statements, said once for both databases
    erasure, wiping        one person's rows, and what deleted rows leave in files
    copying                all rows as one SQLite database, from either database and back
    sqlite, postgres       connections, transactions, the fold's lease
"""

from rapport.store.open import open_store

__all__ = ["open_store"]
