"""The reasons of an explanation as sentences: a rule's own, or one made from what it says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

from rapport.customize.configure.clauses.formula import Kind, Reason
from rapport.customize.configure.explaining.words import ENGLISH, WORDS, Words
from rapport.customize.configure.model import ROOT, Group, Limit, Model, Rule, Table
from rapport.customize.configure.terms import FALSE, TRUE, Term, negated

LISTED_MAX: Final = 6
"""A sentence names so many options; of longer lists the rest is counted."""
FULL_MAX: Final = 8
"""A rule of no common form is told in full where it names options so often at most."""
_ORDER: Final[tuple[Kind, ...]] = ("rule", "table", "limit", "most", "least", "parent")


class Sentences:
    """Tells the reasons of one model in one language; an unknown language is told in English."""

    def __init__(self, model: Model, language: str) -> None:
        self._model = model
        self._language = language
        self._words = WORDS.get(language, ENGLISH)
        self._names = Counter(self._title(number) for number in range(1, len(model.options) + 1))
        self._rules = {rule.name: rule for rule in model.rules}
        self._tables = {table.name: table for table in model.tables}
        self._limits = {limit.name: limit for limit in model.limits}

    def of(self, reasons: Sequence[Reason]) -> list[str]:
        """A sentence for each, rules before what follows from how the product is built; none twice."""
        ordered = sorted(reasons, key=lambda reason: _ORDER.index(reason.kind))
        return list(dict.fromkeys(self._reason(reason) for reason in ordered))

    def option(self, number: int) -> str:
        """How people know an option: its title, with that of its group where others have the same."""
        title = self._title(number)
        group = self._model.group_of.get(number)
        if self._names[title] == 1 or group is None:
            return title
        return self._words.inside.format(option=title, group=self._group(group))

    def _title(self, number: int) -> str:
        said = self._model.option(number)
        return said.titles.get(self._language) or said.title or said.name

    def _group(self, group: Group) -> str:
        return group.titles.get(self._language) or group.title or group.name

    def _reason(self, reason: Reason) -> str:
        if reason.kind == "rule":
            return self._rule(self._rules[reason.name])
        if reason.kind == "table":
            return self._table(self._tables[reason.name])
        if reason.kind == "limit":
            return self._limit(self._limits[reason.name])
        return self._choice(reason.kind, self._model.by_group[reason.name])

    def _rule(self, rule: Rule) -> str:
        return self._own(rule) or _told(rule.term, self._words, self.option) or self._words.rule.format(
            rule=self._words.quote.format(rule.name)
        )  # fmt: skip

    def _own(self, said: Rule | Table | Limit) -> str:
        return said.says_in.get(self._language) or said.says

    def _table(self, table: Table) -> str:
        groups = [self._group(self._model.group_of[column[0]]) for column in table.columns if column]
        pattern = self._words.table if table.allows else self._words.table_not
        together = _listed(groups, self._words, self._words.conjunction)
        return self._own(table) or pattern.format(a=together, table=self._words.quote.format(table.name))

    def _limit(self, limit: Limit) -> str:
        return self._own(limit) or self._words.limit.format(limit=self._words.quote.format(limit.name))

    def _choice(self, kind: Kind, group: Group) -> str:
        words = self._words
        above = words.quote.format(self.option(group.parent)) if group.parent != ROOT else ""
        title = words.quote.format(self._group(group))
        if kind == "parent":
            return words.below.format(group=title, above=above)
        if kind == "most":
            return (words.only_one if group.single else words.at_most).format(group=title, count=group.most)
        with_above = words.with_above.format(above=above) if above else ""
        if group.least == len(group.options):
            listed = _listed([self.option(number) for number in group.options], words, words.conjunction)
            return words.all_of.format(a=listed, with_above=with_above)
        pattern = words.needs_one if group.least == 1 else words.at_least
        return pattern.format(group=title, count=group.least, with_above=with_above)


def _told(term: Term, words: Words, name: Callable[[int], str]) -> str:
    """A sentence for a rule of a common form, else for any that is short enough; empty for others.

    Of its parts one must hold: refused ones do not go together, or go only with a chosen one.
    """
    term = _simple(term)
    parts = term.parts if term.operator == "or" else (term,)
    when = [inner for part in parts for inner in _refused(part)]
    then = [part for part in parts if not _refused(part)]
    if all(one.operator == "option" for one in (*when, *then)):
        return _clause([one.option for one in when], [one.option for one in then], words, name)
    return _told_of_groups(parts, words, name) or _told_in_full(parts, words, name)


def _simple(term: Term) -> Term:
    """The same without operators inside the like, and without what is always true or false."""
    if term.operator == "option":
        return term
    parts = [_simple(part) for part in term.parts]
    if term.operator == "not":
        inner = parts[0]
        if inner.operator in ("and", "or") and not inner.parts:
            return TRUE if inner == FALSE else FALSE
        return negated(inner)
    flat = [inner for part in parts for inner in (part.parts if part.operator == term.operator else (part,))]
    ends = FALSE if term.operator == "and" else TRUE
    return ends if ends in flat else flat[0] if len(flat) == 1 else Term(term.operator, tuple(flat))


def _refused(part: Term) -> Sequence[Term]:
    """The parts that may not all hold."""
    if part.operator != "not":
        return ()
    inner = part.parts[0]
    return inner.parts if inner.operator == "and" else (inner,)


def _clause(when: Sequence[int], then: Sequence[int], words: Words, name: Callable[[int], str]) -> str:
    """What is chosen together (``when``) goes only with one of ``then``."""
    together = _listed([name(one) for one in when], words, words.conjunction)
    one_of = _listed([name(one) for one in then], words, words.alternative)
    if when and then:
        return (words.needs if len(when) == 1 else words.need).format(a=together, b=one_of)
    if when:
        return (words.never if len(when) == 1 else words.apart).format(a=together)
    return (words.always if len(then) == 1 else words.one_of).format(b=one_of) if then else ""


def _told_of_groups(parts: Sequence[Term], words: Words, name: Callable[[int], str]) -> str:
    """``a or b goes only with c or d``, and ``a or b does not go with c, d``."""
    if len(parts) != 2 or parts[0].operator != "not":
        return ""
    when, then = _options(parts[0].parts[0], "or"), _options(parts[1], "or")
    refused = _options(Term("or", tuple(negated(one) for one in parts[1].parts)), "or")
    if not when or not (then or (refused and parts[1].operator == "and")):
        return ""
    any_of = _listed([name(one) for one in when], words, words.alternative)
    pattern, others = (words.needs, then) if then else (words.against, refused)
    return pattern.format(a=any_of, b=_listed([name(one) for one in others], words, words.alternative))


def _told_in_full(parts: Sequence[Term], words: Words, name: Callable[[int], str]) -> str:
    """Any rule that is short enough, with parentheses where it nests."""
    if sum(one.operator == "option" for part in parts for one in part.walk()) > FULL_MAX:
        return ""
    if len(parts) == 2 and parts[0].operator == "not":
        when, then = _phrase(parts[0].parts[0], words, name), _phrase(parts[1], words, name)
        return words.needs.format(a=when, b=then)
    return words.holds.format(a=words.alternative.join(_phrase(part, words, name) for part in parts))


def _phrase(term: Term, words: Words, name: Callable[[int], str]) -> str:
    if term.operator == "option":
        return words.quote.format(name(term.option))
    if term.operator == "not":
        return words.without.format(_phrase(term.parts[0], words, name))
    joined = words.conjunction if term.operator == "and" else words.alternative
    return f"({joined.join(_phrase(part, words, name) for part in term.parts)})"


def _options(term: Term, operator: str) -> list[int]:
    """The options that a plain list names; empty for what is no such list."""
    parts = term.parts if term.operator == operator else (term,)
    return [one.option for one in parts] if all(one.operator == "option" for one in parts) else []


def _listed(names: Sequence[str], words: Words, last: str) -> str:
    """Names in quotes; beyond ``LISTED_MAX`` the rest is counted."""
    shown = [words.quote.format(name) for name in dict.fromkeys(names)]
    if len(shown) > LISTED_MAX:
        shown = [*shown[: LISTED_MAX - 1], words.more.format(len(shown) - LISTED_MAX + 1)]
    return last.join([words.comma.join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)
