"""A confirmed proposal into the workspace: its mapping, and the traits and identifiers it needs.

What the user wrote stays as it is, comments included; only missing names are added.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap

from rapport.core.errors import InvalidDefinition
from rapport.sources.propose import Proposal
from rapport.workspace.writing import said, write_source


def declare(root: Path, proposal: Proposal) -> list[Path]:
    """Writes ``sources/<name>.yaml`` and adds to ``traits.yaml`` and ``identity.yaml`` what is missing there.

    Returns the files that changed. Raises ``InvalidDefinition`` when one of them is not a mapping of names.
    """
    changed = [write_source(root, proposal.source.name, proposal.source)]
    if proposal.traits:
        changed.append(_added(root / "traits.yaml", [], proposal.traits))
    if proposal.namespaces:
        changed.append(_added(root / "identity.yaml", ["namespaces"], proposal.namespaces))
    if proposal.phone_region:
        changed.append(_set(root / "identity.yaml", "phone_region", proposal.phone_region))
    return list(dict.fromkeys(changed))


def _yaml() -> YAML:
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 120
    return yaml


def _document(path: Path) -> Any:
    found = _yaml().load(path.read_text(encoding="utf-8")) if path.is_file() else None
    document = CommentedMap() if found is None else found
    if not isinstance(document, CommentedMap):
        raise InvalidDefinition("not a mapping of names", where=path.name, hint="it should read NAME: {type: text}")
    return document


def _write(path: Path, document: Any) -> Path:
    with path.open("w", encoding="utf-8") as stream:
        _yaml().dump(document, stream)
    return path


def _added(path: Path, below: list[str], definitions: Mapping[str, msgspec.Struct]) -> Path:
    document = _document(path)
    place = document
    for key in below:
        if place.get(key) is None:
            place[key] = CommentedMap()
        place = place[key]
    for name, definition in definitions.items():
        if name not in place:
            place[name] = said(definition)
    return _write(path, document)


def _set(path: Path, key: str, value: str) -> Path:
    document = _document(path)
    document[key] = value
    return _write(path, document)
