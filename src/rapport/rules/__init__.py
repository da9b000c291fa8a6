"""Rules: one SQL expression over typed columns, run as Python and as SQL with the same answers.

In: a text and the columns it may name, ``parse(text, columns)`` for conditions, ``parse_number`` for calculations.
Out: a ``Rule`` (``holds(row)``, ``sql()``, ``uses``), a ``NumberExpression`` (``value(row)``, ``sql()``, ``uses``), or
``InvalidRule`` with the place and what to do; ``compile_all`` makes one function of many rules. By: sqlglot parses,
a whitelist checks and types the tree (``checking``), two writers spell it (``python``, ``sql``). The language is
described in docs/reference/rules.md.
"""

from rapport.core.errors import InvalidRule
from rapport.rules.rule import NumberExpression, Rule, check_syntax, compile_all, parse, parse_number

__all__ = ["InvalidRule", "NumberExpression", "Rule", "check_syntax", "compile_all", "parse", "parse_number"]
