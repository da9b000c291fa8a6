"""The features of a UVL file as a tree, read line by line so that no depth is too deep."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from rapport.customize.configure.uvl.attributes import Attributes, read_attributes
from rapport.customize.configure.uvl.tokens import Line, Token

_TYPES: Final = ("Boolean", "Integer", "Real", "String")
_KINDS: Final = ("mandatory", "optional", "or", "alternative")


@dataclass(slots=True)
class Feature:
    """One feature; ``groups`` are the choices below it."""

    token: Token
    attributes: Attributes
    groups: list[FeatureGroup] = field(default_factory=list)

    @property
    def name(self) -> str:
        """How constraints call it."""
        return self.token.text


@dataclass(slots=True)
class FeatureGroup:
    """One choice: ``mandatory``, ``optional``, ``or``, ``alternative`` or a cardinality such as ``1..3``."""

    token: Token
    features: list[Feature] = field(default_factory=list)

    @property
    def bounds(self) -> tuple[int, int]:
        """At least and at most so many of its features; refuses what its features cannot meet."""
        size = len(self.features)
        if self.token.kind != "cardinality":
            return {"mandatory": (size, size), "optional": (0, size), "or": (1, size), "alternative": (1, 1)}[self.kind]
        low, _, high = self.kind.partition("..")
        least, most = int(low), size if high == "*" else min(int(high or low), size)
        if least > most:
            self.token.refuse(f"[{self.kind}] cannot be met by {size} features", "lower it, or add features below it")
        return least, most

    @property
    def kind(self) -> str:
        """How the file names the choice, a cardinality without its brackets."""
        said = self.token.text
        return "".join(said[1:-1].split()) if self.token.kind == "cardinality" else said


def read_tree(lines: Sequence[Line], section: Token) -> Feature:
    """The root feature of the lines below ``features``; raises ``UnreadableUvl``."""
    if not lines:
        section.refuse("there is no feature", "name the product, indented, below 'features'")
    root = _feature(lines[0])
    above: list[tuple[int, Feature | FeatureGroup]] = [(lines[0].indent, root)]
    for line in lines[1:]:
        parent = _parent(above, line)
        above.append((line.indent, _place(parent, line)))
    for feature in walk(root):
        for group in feature.groups:
            if not group.features:
                group.token.refuse(f"'{group.kind}' has no feature below it", "add one, indented, or take it out")
    return root


def walk(root: Feature) -> Iterator[Feature]:
    """Every feature in the order of the file, the root first."""
    waiting = [root]
    while waiting:
        feature = waiting.pop()
        yield feature
        waiting.extend(below for group in reversed(feature.groups) for below in reversed(group.features))


def _parent(above: list[tuple[int, Feature | FeatureGroup]], line: Line) -> Feature | FeatureGroup:
    """What the line stands below; drops from ``above`` what has ended."""
    ended = line.indent
    while above and above[-1][0] >= line.indent:
        ended, _ = above.pop()
    if not above:
        line.first.refuse("a second root feature", "put everything below the first one; one file is one product")
    if ended != line.indent:
        line.first.refuse("the indentation fits no line above", "give lines of one level the same indentation")
    return above[-1][1]


def _place(parent: Feature | FeatureGroup, line: Line) -> Feature | FeatureGroup:
    if isinstance(parent, FeatureGroup):
        feature = _feature(line)
        parent.features.append(feature)
        return feature
    group = _group(line)
    parent.groups.append(group)
    return group


def _group(line: Line) -> FeatureGroup:
    first, *rest = line.tokens
    if first.kind != "cardinality" and not first.says(*_KINDS):
        first.refuse(
            f"'{first.text}' is no kind of choice",
            "below a feature stands mandatory, optional, or, alternative or [1..3], and the features below that",
        )
    if rest:
        rest[0].refuse(f"'{rest[0].text}' after the kind of choice", "start a new line for each feature")
    return FeatureGroup(first)


def _feature(line: Line) -> Feature:
    tokens = list(line.tokens)
    if len(tokens) > 1 and tokens[0].says(*_TYPES) and tokens[1].named:
        _refuse_numbers(tokens.pop(0))
    name, *rest = tokens
    if not name.named:
        name.refuse(f"'{name.text}' is no name of a feature", 'put it in double quotes: "1070"')
    if name.says(*_KINDS):
        name.refuse(f"'{name.text}' stands where a feature should", "indent it below a feature")
    if rest and rest[0].says("cardinality"):
        rest[0].refuse("features that occur several times are not read", "write one feature for each occurrence")
    if rest and not rest[0].says("{"):
        rest[0].refuse(f"'{rest[0].text}' after a feature's name", "attributes go in braces: {price 40}")
    return Feature(name, read_attributes(rest))


def _refuse_numbers(token: Token) -> None:
    if token.text != "Boolean":
        hint = "write the values that can be chosen as features of an alternative"
        token.refuse(f"features of type {token.text} are not read", hint)
