"""Definitions → files: a new workspace, and a mapping that was confirmed."""

from __future__ import annotations

import json
import os
import re
from importlib import resources
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import msgspec
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap

from rapport.core.errors import Conflict, InvalidDefinition, InvalidInput
from rapport.workspace.definitions import Source
from rapport.workspace.reading import check, definition_files
from rapport.workspace.segments import Segment

SEGMENTS_FILE: Final = "segments.yaml"
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


def write_segment(root: Path, name: str, segment: Segment, note: str) -> Path:
    """Adds a segment to ``segments.yaml``, or changes it there; comments stay, and ``note`` stands above it.

    The whole workspace is checked first, in a copy: raises ``InvalidDefinition`` with what would be wrong, and then
    nothing is written.
    """
    path = root / SEGMENTS_FILE
    text = _with_segment(path, name, segment, note)
    with TemporaryDirectory() as folder:
        copy = Path(folder)
        for one in definition_files(root):
            target = copy / one.relative_to(root)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(one.read_bytes())
        (copy / SEGMENTS_FILE).write_text(text, encoding="utf-8")
        if findings := check(copy):
            listed = "; ".join(str(finding) for finding in findings)
            raise InvalidDefinition(f"'{name}' is not saved", where=SEGMENTS_FILE, hint=listed)
    _write(path, text)
    return path


def _with_segment(path: Path, name: str, segment: Segment, note: str) -> str:
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 120
    document = (yaml.load(path.read_text(encoding="utf-8")) if path.is_file() else None) or CommentedMap()
    if not isinstance(document, CommentedMap):
        raise InvalidDefinition("not a mapping of names", where=path.name, hint="it should read NAME: {rule: …}")
    if isinstance(document.get(name), CommentedMap):
        document[name].update(said(segment))
    else:
        document[name] = CommentedMap(said(segment))
    document.yaml_set_comment_before_after_key(name, before=note)
    stream = StringIO()
    yaml.dump(document, stream)
    return stream.getvalue()


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
