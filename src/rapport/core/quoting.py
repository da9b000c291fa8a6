"""How names, texts and moments are spelt in SQL, so that none of them can be read as anything else."""

from __future__ import annotations

from rapport.core.time import from_us


def name_sql(name: str) -> str:
    """A name, quoted.

    >>> name_sql('of "all"')
    '"of ""all\"""'
    """
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text, quoted.

    >>> literal("it's")
    "'it''s'"
    """
    return "'" + text.replace("'", "''") + "'"


def moment_sql(time_us: int) -> str:
    """A moment in UTC, without a zone.

    >>> moment_sql(0)
    "CAST('1970-01-01 00:00:00' AS TIMESTAMP)"
    """
    return f"CAST('{from_us(time_us).replace(tzinfo=None).isoformat(sep=' ')}' AS TIMESTAMP)"
