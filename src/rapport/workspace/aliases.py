"""YAML's aliases: refused where one contains itself, or where they multiply beyond measure."""

from __future__ import annotations

from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.nodes import MappingNode, SequenceNode

SIZE_MAX: Final = 1_000_000
"""So many values a file may stand for once its aliases are written out."""


def check_aliases(text: str) -> None:
    """Raises ``MarkedYAMLError`` with the place; the parser itself would leave a value out, or never end."""
    if "&" in text and "*" in text:
        root = YAML(typ="safe", pure=True).compose(text)
        if root is not None:
            _size(root, {})


def _size(node: Any, sizes: dict[int, int]) -> int:
    """How many values a node stands for; ``sizes`` has 0 for those that are being counted."""
    if id(node) in sizes:
        if not sizes[id(node)]:
            raise _refused("an alias contains itself", node)
        return sizes[id(node)]
    sizes[id(node)] = 0
    size = 1 + sum(_size(part, sizes) for part in _parts(node))
    if size > SIZE_MAX:
        raise _refused(f"aliases stand for more than {SIZE_MAX} values", node)
    sizes[id(node)] = size
    return size


def _parts(node: Any) -> list[Any]:
    if isinstance(node, MappingNode):
        return [part for pair in node.value for part in pair]
    return list(node.value) if isinstance(node, SequenceNode) else []


def _refused(problem: str, node: Any) -> MarkedYAMLError:
    return MarkedYAMLError(problem=problem, problem_mark=node.start_mark, note="write it out, without * and &")
