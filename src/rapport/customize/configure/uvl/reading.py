"""The text of a UVL file → a model.

The root feature is the product itself: it is always there, so it is no option, and a constraint that names it names
what is true. Every other feature is an option, numbered in the order of the file. A choice is a group with the name of
the feature above it; where several stand below one feature, each also tells its kind: ``Engine (optional)``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count
from typing import Final

from rapport.customize.configure.model import ROOT, Group, Model, Option, Rule
from rapport.customize.configure.uvl.attributes import option_of
from rapport.customize.configure.uvl.constraints import read_constraint
from rapport.customize.configure.uvl.tokens import Line, Token, UnreadableUvl, lines_of
from rapport.customize.configure.uvl.tree import Feature, FeatureGroup, read_tree, walk

_SECTIONS: Final = ("namespace", "include", "imports", "features", "constraints")
_LEVELS: Final = ("Boolean", "Arithmetic", "Type")


def read_uvl(text: str, *, name: str = "", where: str = "") -> Model:
    """The model of a UVL text, called ``name``, else as its namespace, else as its root feature.

    Raises ``UnreadableUvl`` with line and column, in the file ``where``, for what it does not know.
    """
    try:
        return _Reader(text).model(name)
    except UnreadableUvl as fault:
        raise UnreadableUvl(
            fault.message, line=fault.line, column=fault.column, where=where, hint=fault.hint
        ) from None  # fmt: skip


class _Reader:
    """Reads one file, section by section."""

    def __init__(self, text: str) -> None:
        self._sections: dict[str, tuple[Line, list[Line]]] = {}
        for line in lines_of(text):
            self._sort(line)

    def model(self, name: str) -> Model:
        """The whole model."""
        self._refuse_other_files()
        if "features" not in self._sections:
            raise UnreadableUvl("there are no features", line=1, column=1, hint="a UVL file has a line 'features'")
        heading, lines = self._sections["features"]
        root = read_tree(lines, heading.first)
        numbers = _numbered(root)
        options = tuple(option_of(feature.name, feature.attributes) for feature in walk(root))
        product = options[ROOT]
        return Model(
            name=name or self._namespace() or root.name, title=product.title or root.name, options=options[1:],
            groups=tuple(_groups(root, numbers, options)), rules=tuple(self._rules(numbers)),
            price=product.price, cost=product.cost,
        )  # fmt: skip

    def _sort(self, line: Line) -> None:
        """Puts a line below the heading that it belongs to."""
        if line.indent == 0 or not self._sections:
            first = line.first
            if not first.says(*_SECTIONS):
                first.refuse(f"'{first.text}' opens no part of a UVL file", f"a part is one of {', '.join(_SECTIONS)}")
            if first.text in self._sections:
                first.refuse(f"a second part '{first.text}'", "write both as one")
            if len(line.tokens) > 1 and first.text != "namespace":
                line.tokens[1].refuse(f"'{line.tokens[1].text}' after '{first.text}'", "start a new, indented line")
            self._sections[first.text] = (line, [])
        else:
            list(self._sections.values())[-1][1].append(line)

    def _refuse_other_files(self) -> None:
        if "imports" in self._sections:
            first = self._sections["imports"][0].first
            first.refuse("imports are not read", "put the features and constraints of the other file into this one")
        for line in self._sections["include"][1] if "include" in self._sections else ():
            if not line.first.says(*_LEVELS):
                line.first.refuse(f"'{line.first.text}' is no language level", f"known are {', '.join(_LEVELS)}")

    def _namespace(self) -> str:
        heading = self._sections.get("namespace")
        return "".join(token.text for token in heading[0].tokens[1:]) if heading else ""

    def _rules(self, numbers: dict[str, int]) -> Iterator[Rule]:
        for line in self._sections["constraints"][1] if "constraints" in self._sections else ():
            yield Rule(name=f"line {line.first.line}", term=read_constraint(line.tokens, numbers))


def _numbered(root: Feature) -> dict[str, int]:
    """Name → number, the root's being ``ROOT``; refuses a name that is there twice."""
    numbers: dict[str, int] = {}
    places: dict[str, Token] = {}
    for number, feature in enumerate(walk(root)):
        if feature.name in numbers:
            first = places[feature.name].line
            feature.token.refuse(f"the feature '{feature.name}' is there twice, first in line {first}", "rename one")
        numbers[feature.name], places[feature.name] = number, feature.token
    return numbers


def _groups(root: Feature, numbers: dict[str, int], options: Sequence[Option]) -> Iterator[Group]:
    called = _called(root, numbers, options)
    for feature in walk(root):
        for group in feature.groups:
            least, most = group.bounds
            placed = tuple(numbers[below.name] for below in group.features)
            _refuse_same_names(group, [options[number].name for number in placed])
            name = called[group.token.at]
            yield Group(name=name, options=placed, least=least, most=most, parent=numbers[feature.name])


def choice_name(above: str, kind: str, choices: int) -> str:
    """How one of so many choices below a feature is called, if nothing else is."""
    return above if choices == 1 else f"{above} ({kind})"


def _called(root: Feature, numbers: dict[str, int], options: Sequence[Option]) -> dict[int, str]:
    """Place of a group in the text → its name; where two want the same, one that leaves a choice has it."""
    wanted: list[tuple[bool, int, str]] = []
    for feature in walk(root):
        above = options[numbers[feature.name]].name
        for group in feature.groups:
            name = choice_name(above, group.kind, len(feature.groups))
            wanted.append((group.kind == "mandatory", group.token.at, name))
    taken: set[str] = set()
    return {at: _free(name, taken) for _, at, name in sorted(wanted)}


def _free(name: str, taken: set[str]) -> str:
    """The name, with a number behind it where it is taken."""
    for number in count(1):
        free = name if number == 1 else f"{name} {number}"
        if free not in taken:
            break
    taken.add(free)
    return free


def _refuse_same_names(group: FeatureGroup, names: Sequence[str]) -> None:
    if len(set(names)) < len(names):
        group.token.refuse("two features of one choice have the same 'name'", "give them different ones")
