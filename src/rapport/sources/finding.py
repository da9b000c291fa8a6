"""Which files a command means, and which mappings are for them."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatch
from pathlib import Path, PurePath
from typing import NamedTuple

from rapport.core.errors import NotFound, did_you_mean
from rapport.workspace.definitions import Source


class Target(NamedTuple):
    """One file and the mapping it goes through; None when no mapping is for it."""

    path: Path
    source: Source | None


def targets(sources: Mapping[str, Source], root: Path, paths: Sequence[str | Path], source: str | None) -> list[Target]:
    """The files to load. A path may be a file, a folder (its mapped files), a glob, or the name of a source.

    No path at all means the files that the sources name. ``$VARIABLES`` and ``~`` are resolved. Raises ``NotFound``
    for what is not there.
    """
    if source is not None and source not in sources:
        raise NotFound(f"no source '{source}'", where="sources/", hint=did_you_mean(source, sources))
    chosen = {source: sources[source]} if source else dict(sources)
    if not paths:
        found = [target for one in chosen.values() for target in _declared(one, root)]
        if not found:
            raise NotFound("no file to load", where="sources/", hint="name one: rapport load FILE")
        return found
    return [target for path in paths for target in _named(str(path), chosen, root, fixed=source is not None)]


def _named(text: str, sources: Mapping[str, Source], root: Path, *, fixed: bool) -> list[Target]:
    path = _resolved(text)
    if path.is_dir():
        inside = [target for file in sorted(path.iterdir()) if file.is_file() for target in _mapped(file, sources)]
        if inside:
            return inside
        raise NotFound("no file in the folder has a mapping", where=text, hint="name the file to have one proposed")
    if path.is_file():
        mapped = [Target(path, one) for one in sources.values()] if fixed else _mapped(path, sources)
        return mapped or [Target(path, None)]
    if text in sources:
        return _declared(sources[text], root, must=True)
    matches = [Path(match) for match in sorted(glob.glob(str(path), recursive=True)) if Path(match).is_file()]
    if not matches:
        known = [*sources, *(other.name for other in path.parent.glob("*"))]
        raise NotFound("no such file", where=text, hint=did_you_mean(path.name, known))
    return [target for match in matches for target in _named(str(match), sources, root, fixed=fixed)]


def _resolved(text: str) -> Path:
    return Path(os.path.expandvars(text)).expanduser()


def _mapped(path: Path, sources: Mapping[str, Source]) -> list[Target]:
    return [Target(path, source) for source in sources.values() if _fits(path, source.files)]


def _fits(path: Path, patterns: Iterable[str]) -> bool:
    """Whether a pattern names the file; a pattern with folders must match them too, unless they are a variable's."""
    for pattern in patterns:
        wanted = PurePath(os.path.expandvars(pattern))
        if fnmatch(path.name.lower(), wanted.name.lower()) and (
            len(wanted.parts) == 1 or "$" in pattern or path.resolve().match(str(wanted))
        ):
            return True
    return False


def _declared(source: Source, root: Path, *, must: bool = False) -> list[Target]:
    """The files that a source names and that are there."""
    patterns = [str(root / _resolved(pattern)) for pattern in source.files]
    files = [Path(match) for pattern in patterns for match in sorted(glob.glob(pattern, recursive=True))]
    if must and not files:
        raise NotFound(
            f"no file of source '{source.name}'", where=", ".join(source.files), hint="name it: rapport load FILE"
        )
    return [Target(file, source) for file in files if file.is_file()]
