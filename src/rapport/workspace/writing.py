"""Definitions → files: a new workspace, and a mapping that was confirmed."""

from __future__ import annotations

import json
import os
import re
from importlib import resources
from io import StringIO
from pathlib import Path
from typing import Any, Final

import msgspec
from ruamel.yaml import YAML

from rapport.core.errors import Conflict, InvalidInput
from rapport.workspace.definitions import Source

_NAME_MARK: Final = '"NAME"'
_FILE_NAME: Final = re.compile(r"[\w][\w. -]{0,99}")


def create(root: Path, name: str) -> None:
    """Writes a small commented workspace into a new or empty folder, ready to load orders and decide.

    Raises ``Conflict`` where a workspace stands already or a file that would be overwritten.
    """
    starter = resources.files("rapport.workspace") / "starter"
    with resources.as_file(starter) as templates:
        texts = {path.relative_to(templates): path.read_text("utf-8") for path in sorted(templates.rglob("*.yaml"))}
    for relative in texts:
        if (root / relative).exists():
            raise Conflict(f"{relative.as_posix()} exists already", where=str(root), hint="choose a new folder")
    for relative, text in texts.items():
        written = text.replace(_NAME_MARK, json.dumps(name, ensure_ascii=False))
        _write(root / relative, written)
    (root / ".gitignore").write_text("data/\n", encoding="utf-8")


def write_source(root: Path, name: str, source: Source) -> Path:
    """Writes ``sources/<name>.yaml`` with what the mapping says, defaults left out; returns the path.

    Raises ``InvalidInput`` for a name that is no file name.
    """
    if not _FILE_NAME.fullmatch(name):
        raise InvalidInput(f"'{name}' is no name for a source", hint="use letters, digits, _ and -")
    path = root / "sources" / f"{name}.yaml"
    stated = {key: value for key, value in said(source).items() if not (key == "name" and value == name)}
    stream = StringIO()
    yaml = YAML()
    yaml.default_flow_style = False
    yaml.width = 120
    yaml.dump(stated, stream)
    _write(path, stream.getvalue())
    return path


def said(definition: msgspec.Struct) -> dict[str, Any]:
    """What a definition says beyond its defaults, as plain values.

    >>> said(Source(event="Order Completed", delimiter=";"))
    {'delimiter': ';', 'event': 'Order Completed'}
    """
    values = {}
    for field in msgspec.structs.fields(definition):
        value = getattr(definition, field.name)
        default = field.default_factory() if field.default_factory is not msgspec.NODEFAULT else field.default
        if value != default:
            values[field.name] = _plain(value)
    return values


def _plain(value: Any) -> Any:
    if isinstance(value, msgspec.Struct):
        return said(value)
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    return [_plain(part) for part in value] if isinstance(value, list) else value


def _write(path: Path, text: str) -> None:
    """Writes a whole file or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.part")
    unfinished.write_text(text, encoding="utf-8")
    os.replace(unfinished, path)
