"""The reference of the customer table: what each column that every workspace has means, and how the others come about.

``python -m rapport.workspace.customer_table`` prints it; a test holds ``docs/reference/customer_table.md`` to it.
"""

from __future__ import annotations

import sys
from typing import Final

from rapport.core.columns import ColumnType
from rapport.workspace.columns import MEASURES, SYSTEM_COLUMNS

PARQUET_TYPES: Final[dict[ColumnType, str]] = {
    "boolean": "BOOLEAN",
    "integer": "BIGINT (64 bit)",
    "number": "DOUBLE",
    "text": "VARCHAR (UTF-8)",
    "date": "DATE",
    "timestamp": "TIMESTAMP (microseconds, UTC)",
}
_ALWAYS: Final = frozenset(
    {"customer_id", "events_total", "anonymous", "personalized", "opted_out", "frequency", "monetary"}
)
"""System columns that are never NULL in the table."""
_OPENING: Final = """\
# The customer table

<!-- Written by rapport.workspace.customer_table; a test keeps them equal. -->

`rapport refresh` writes one row for each customer, with every column that a rule may name, as of one moment. It is
ready for analysis as it stands: identities are resolved, of several sources' values the most believed one is chosen,
values have the declared types, and what has expired is NULL. No question needs it rebuilt.

It lies as one Parquet file in the workspace's warehouse, `data/warehouse/tables/customers.parquet` unless
`rapport.yaml` says otherwise; any tool that reads Parquet may read it at any time, and the next refresh replaces it as
a whole. `rapport report customers` describes the table of your own workspace, column by column: type, kind, purpose,
source, how many customers have a value, and what uses it. `rapport report customers --to FILE` copies it to a file
whose name ends with `.parquet`, `.csv` or `.jsonl`.

A copy holds personal data, and erasing a customer does not reach it.
"""


def reference() -> str:
    """The text of docs/reference/customer_table.md."""
    return "\n".join([_OPENING, _system(), _traits(), _features(), _types()])


def _system() -> str:
    rows = [
        f"| `{name}` | {type_} | {'no' if name in _ALWAYS else 'yes'} | {meaning} |"
        for name, (type_, meaning) in SYSTEM_COLUMNS.items()
    ]
    head = ["| column | type | may be NULL | meaning |", "|---|---|---|---|"]
    return "\n".join(["## Columns that every customer has", "", *head, *rows, ""])


def _traits() -> str:
    return """\
## A column for each trait

Named and typed as `traits.yaml` declares it: `city: {type: text}` is a column `city`. NULL where nobody stated a value,
where the value has expired, and where it cannot be read as the type. A value that does not match the trait's pattern
`valid` stands in the table all the same; `rapport report quality` counts it.
"""


def _features() -> str:
    rows = [f"| `{measure}` | {type_} | {meaning} |" for measure, (type_, meaning) in MEASURES.items()]
    opening = "Named as in `features.yaml`, typed by its measure, over the events up to the moment of the refresh."
    head = ["| measure | type | value |", "|---|---|---|"]
    return "\n".join(["## A column for each feature", "", opening, "", *head, *rows, ""])


def _types() -> str:
    rows = [f"| {type_} | {stored} |" for type_, stored in PARQUET_TYPES.items()]
    return "\n".join(["## Types in the file", "", "| type | in Parquet |", "|---|---|", *rows, ""])


if __name__ == "__main__":
    sys.stdout.write(reference())
