"""YAML files as plain values that remember where each of them stands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from rapport.workspace.aliases import check_aliases
from rapport.workspace.findings import Finding

Keys = tuple[str | int, ...]
Mark = tuple[int, int]
"""Line and column, from 0."""


class Document:
    """One parsed file. ``root`` is a plain dict, list or scalar; None when the file is empty."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.lines = text.split("\n")
        check_aliases(text)
        self._tree = _parser().load(text)
        self.root = _plain(self._tree)

    def key_mark(self, keys: Keys) -> Mark:
        """Where a key (or the value, in a list) stands."""
        return self._mark(keys, 0)

    def value_mark(self, keys: Keys) -> Mark:
        """Where the value at a path of keys stands; for one that is missing, where its parent stands."""
        return self._mark(keys, 2)

    def _mark(self, keys: Keys, offset: int) -> Mark:
        node, mark = self._tree, (0, 0)
        for key in keys:
            places = node.lc.data if isinstance(node, (CommentedMap, CommentedSeq)) else None
            if not places or key not in places:
                break
            place = places[key]
            mark = (place[offset], place[offset + 1]) if len(place) > 2 else (place[0], place[1])
            node = node[key]
        return mark


class Place(msgspec.Struct, frozen=True):
    """One value of one document."""

    document: Document
    keys: Keys = ()

    def below(self, *keys: str | int) -> Place:
        """A value inside this one."""
        return Place(self.document, (*self.keys, *keys))

    @property
    def where(self) -> str:
        """``actions/tea.yaml:3``."""
        return f"{self.document.name}:{self.document.value_mark(self.keys)[0] + 1}"

    def finding(self, message: str, hint: str = "", *, on_key: bool = False, position: int = 0) -> Finding:
        """A finding about this value, or about its key; ``position`` counts characters into a one-line text."""
        mark = self.document.key_mark(self.keys) if on_key else self.document.value_mark(self.keys)
        line, column = mark
        return Finding(self.document.name, line + 1, column + 1 + position, message, hint)

    def position_in(self, text: str, position: int) -> int:
        """A position within a text as a position within its line of the file; 0 where the text spans lines."""
        line, column = self.document.value_mark(self.keys)
        written = self.document.lines[line][column:]
        for opening in ("", '"', "'"):
            if written.startswith(opening + text):
                return len(opening) + position
        return 0


def read_document(root: Path, path: Path) -> Document | Finding:
    """A file's document, or what keeps it from being read."""
    name = path.relative_to(root).as_posix()
    try:
        return Document(name, path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        return Finding(name, 1, 1, f"not UTF-8 text (byte {error.start + 1})", "save the file as UTF-8")
    except MarkedYAMLError as error:
        return _unreadable(name, error)
    except RecursionError:
        return Finding(name, 1, 1, "nested too deeply", "a definition needs few levels")
    except YAMLError as error:
        return Finding(name, 1, 1, f"not YAML: {str(error).splitlines()[0]}")


def _parser() -> YAML:
    return YAML(typ="rt")


def _unreadable(name: str, error: MarkedYAMLError) -> Finding:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)
    if isinstance(error, DuplicateKeyError):
        return Finding(name, line, column, "this key is given twice", "keep one of them")
    problem = str(error.problem or error.context or "cannot be read").splitlines()[0]
    hint = error.note or "put text with ':' or '#' or a leading symbol in quotes"
    return Finding(name, line, column, f"not YAML: {problem}", hint)


def _plain(node: Any) -> Any:
    """ruamel's values as Python's own, which msgspec knows."""
    if isinstance(node, dict):
        return {key if not isinstance(key, str) else str(key): _plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_plain(item) for item in node]
    for kind in (bool, int, float, str):
        if isinstance(node, kind):
            return kind(node)
    return bool(node) if type(node).__name__ == "ScalarBoolean" else node
