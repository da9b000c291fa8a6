"""What to write instead of SQL that a rule may not hold."""

from __future__ import annotations

from typing import Final

from sqlglot import exp

_JOIN_HINT: Final = "join two conditions with AND or OR"
_TIME_HINT: Final = "time is a column: compare recency_days, days_since features or a fixed DATE '2024-01-31'"
_CAST_HINT: Final = "columns have a type already; write DATE '2024-01-31' or TIMESTAMP '2024-01-31 18:30:00'"
_QUERY_HINT: Final = "a rule sees one row: declare a feature for what must be counted"
_HINTS: Final[tuple[tuple[tuple[type[exp.Expr], ...], str], ...]] = (
    ((exp.CurrentDate, exp.CurrentTimestamp, exp.CurrentTime, exp.Interval, exp.Date), _TIME_HINT),
    ((exp.Cast,), _CAST_HINT),
    ((exp.Alias, exp.Tuple), _JOIN_HINT),
    ((exp.RegexpLike, exp.SimilarTo, exp.Glob), "use LIKE, STARTS_WITH or CONTAINS"),
    ((exp.DPipe, exp.Concat), "compare the parts one by one"),
    ((exp.IntDiv,), "use / and ROUND"),
    ((exp.If,), "write CASE WHEN … THEN … ELSE … END"),
    ((exp.NullSafeEQ, exp.NullSafeNEQ), "compare with = and IS NULL"),
    ((exp.Query, exp.Subquery, exp.AggFunc, exp.Window, exp.Exists, exp.Star, exp.DDL, exp.Command), _QUERY_HINT),
    ((exp.Dot, exp.Bracket, exp.JSONExtract), "name one column, without a dot; quote a name that has one: \"a.b\""),
)  # fmt: skip
_NAMES: Final[dict[type[exp.Expr], str]] = {
    exp.Alias: "one expression after another",
    exp.Anonymous: "this function",
    exp.CurrentDate: "CURRENT_DATE",
    exp.CurrentTimestamp: "CURRENT_TIMESTAMP",
    exp.DPipe: "||",
    exp.IntDiv: "//",
    exp.Pow: "^",
}


def name_of(node: exp.Expr) -> str:
    """What the author wrote, as far as one word says it."""
    return _NAMES.get(type(node), node.key.upper())


def hint_for(node: exp.Expr) -> str:
    """The advice for a kind of node that is refused; empty when there is none."""
    return next((hint for kinds, hint in _HINTS if isinstance(node, kinds)), "")
