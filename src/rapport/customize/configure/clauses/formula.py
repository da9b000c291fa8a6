"""A model → clauses over its options, each with the reason it is there.

Cardinalities count step by step; Sinz, Towards an Optimal CNF Encoding of Boolean Cardinality Constraints, CP 2005,
with both directions, so that every auxiliary variable has exactly one value per configuration.
"""

from __future__ import annotations

from collections.abc import Sequence

from rapport.customize.configure.clauses.limits import write_limit
from rapport.customize.configure.clauses.tables import write_table
from rapport.customize.configure.clauses.writer import Formula, Kind, Reason, Sum, Writer
from rapport.customize.configure.model import ROOT, Group, Model

__all__ = ["Formula", "Kind", "Reason", "Writer", "formula_of"]


def formula_of(model: Model) -> Formula:
    """The clauses of a model: its models are the configurations, one for one."""
    writer = Writer(len(model.options))
    for group in model.groups:
        _group(writer, group)
    for rule in model.rules:
        writer.because("rule", rule.name)
        writer.require(rule.term)
    for table in model.tables:
        writer.because("table", table.name)
        write_table(writer, table, model.group_of)
    for limit in model.limits:
        writer.because("limit", limit.name)
        write_limit(writer, limit, model.group_of)
    return writer.formula()


def _group(writer: Writer, group: Group) -> None:
    below = [] if group.parent == ROOT else [-group.parent]
    writer.because("parent", group.name)
    for number in group.options if below else ():
        writer.add(-number, group.parent)
    size = len(group.options)
    first = writer.written
    writer.because("least", group.name)
    if group.least == size:
        for number in group.options:
            writer.add(number, *below)
    elif group.least == 1:
        writer.add(*group.options, *below)
    if group.most == 1:
        writer.because("most", group.name)
        writer.at_most_one(group.options)
    elif group.most < size or 1 < group.least < size:
        _count(writer, group, below)
        bounds = (group.least or None, group.most if group.most < size else None)
        each = dict.fromkeys(group.options, 1)
        writer.sums.append(Sum(each, *bounds, group.parent, (), (first, writer.written)))


def _count(writer: Writer, group: Group, below: Sequence[int]) -> None:
    """``reached[k]`` holds exactly where at least k + 1 of the options so far are chosen."""
    writer.because("count", group.name)
    reached: list[int] = []
    for place, number in enumerate(group.options):
        upto = min(place + 1, max(group.most + 1, group.least))
        reached = [_stepped(writer, reached, k, number) for k in range(upto)]
    writer.because("most", group.name)
    if group.most < len(group.options):
        writer.add(-reached[group.most])
    writer.because("least", group.name)
    if 1 < group.least < len(group.options):
        writer.add(reached[group.least - 1], *below)


def _stepped(writer: Writer, reached: Sequence[int], k: int, number: int) -> int:
    """At least k + 1 with one more option: it was so before, or k were reached and this one is chosen."""
    below = number if k == 0 else _both(writer, reached[k - 1], number)
    return writer.define_or([reached[k], below]) if k < len(reached) else below


def _both(writer: Writer, one: int, other: int) -> int:
    return -writer.define_or([-one, -other])
