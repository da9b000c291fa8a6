"""A folder of YAML → a checked ``Workspace``, or everything that is wrong with it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec

from rapport.core.errors import InvalidDefinition, NotFound, did_you_mean
from rapport.workspace import product_files
from rapport.workspace.accounts import Account
from rapport.workspace.budgets import Budget
from rapport.workspace.built_in import NAMESPACES
from rapport.workspace.capabilities import Capabilities
from rapport.workspace.catalogue import Catalogue
from rapport.workspace.conversion import Conversion
from rapport.workspace.definitions import (
    Action,
    Feature,
    Identity,
    Namespace,
    Policy,
    Settings,
    Source,
    Trait,
    Workspace,
)
from rapport.workspace.documents import Document, Place, read_document
from rapport.workspace.draft import Draft, Entry
from rapport.workspace.experiments import Experiment
from rapport.workspace.findings import Finding
from rapport.workspace.games import Game
from rapport.workspace.goals import with_goals
from rapport.workspace.groups import Groups
from rapport.workspace.needs import Needs
from rapport.workspace.products import Product
from rapport.workspace.segments import Segment
from rapport.workspace.stages import Stages
from rapport.workspace.validation import validate
from rapport.workspace.value import Value

SETTINGS_FILE: Final = "rapport.yaml"
FILES: Final = (
    SETTINGS_FILE,
    "identity.yaml",
    "traits.yaml",
    "features.yaml",
    "policy.yaml",
    "value.yaml",
    "needs.yaml",
    "stages.yaml",
    "capabilities.yaml",
    "groups.yaml",
    "segments.yaml",
    "catalogue.yaml",
    "games.yaml",
    "budgets.yaml",
    "experiments.yaml",
    "accounts.yaml",
)
FOLDERS: Final = ("actions", "products", "sources")
_VERSION_DIGITS: Final = 12
Struct = TypeVar("Struct", bound=msgspec.Struct)


def read(root: Path) -> Workspace:
    """The workspace in a folder.

    Raises ``NotFound`` where there is no ``rapport.yaml``, ``InvalidDefinition`` that lists every finding.
    """
    draft = _draft(root)
    if draft.findings:
        listed = "\n".join(f"  {finding}" for finding in sorted(draft.findings))
        message = (
            "a fault in the workspace" if len(draft.findings) == 1 else f"{len(draft.findings)} faults in the workspace"
        )
        raise InvalidDefinition(message, where=str(root), hint=f"mend what rapport check lists\n{listed}")
    return Workspace(
        root=str(root),
        version=version(root),
        settings=draft.settings.definition,
        identity=draft.identity.definition,
        policy=draft.policy.definition,
        traits={name: entry.definition for name, entry in draft.traits.items()},
        features={name: entry.definition for name, entry in draft.features.items()},
        actions=with_goals({name: entry.definition for name, entry in draft.actions.items()}, _said(draft.catalogue)),
        sources={name: entry.definition for name, entry in draft.sources.items()},
        value=_said(draft.value),
        needs=_said(draft.needs),
        stages=_said(draft.stages),
        capabilities=_said(draft.capabilities),
        groups=_said(draft.groups),
        segments={name: entry.definition for name, entry in draft.segments.items()},
        catalogue=_said(draft.catalogue),
        games={name: entry.definition for name, entry in draft.games.items()},
        budgets={name: entry.definition for name, entry in draft.budgets.items()},
        experiments={name: entry.definition for name, entry in draft.experiments.items()},
        products={name: entry.definition for name, entry in draft.products.items()},
        accounts={name: entry.definition for name, entry in draft.accounts.items()},
    )


def check(root: Path) -> list[Finding]:
    """Everything that is wrong in a folder's workspace, in order of file and line; raises ``NotFound`` as ``read``."""
    return sorted(_draft(root).findings)


def product_places(root: Path) -> dict[str, Place]:
    """Where each product of a folder's workspace is written."""
    return {name: entry.place for name, entry in _draft(root).products.items() if entry.place is not None}


def version(root: Path) -> str:
    """The short sha256 over the names and contents of all definition files."""
    digest = hashlib.sha256()
    for path in definition_files(root):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(root).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:_VERSION_DIGITS]


def definition_files(root: Path) -> list[Path]:
    """The files that say what the workspace is, in order of name."""
    files = [root / name for name in FILES if (root / name).is_file()]
    named = (path for folder in FOLDERS for path in (root / folder).glob("*.yaml"))
    return sorted([*files, *named, *product_files.files(root)])


def _draft(root: Path) -> Draft:
    if not (root / SETTINGS_FILE).is_file():
        hint = "name the workspace with -w DIR, or make one: rapport init DIR"
        raise NotFound(f"no {SETTINGS_FILE}", where=str(root), hint=hint)
    reading = _Reading(root)
    draft = reading.draft()
    validate(draft)
    return draft


class _Reading:
    """Reads one folder, file by file, into a draft."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._findings: list[Finding] = []
        self._convert = Conversion(self._findings)
        self._broken: set[str] = set()
        self._unreadable: set[str] = set()

    def draft(self) -> Draft:
        return Draft(
            settings=self._single(SETTINGS_FILE, Settings),
            identity=self._identity(),
            policy=self._single("policy.yaml", Policy),
            traits=self._names("traits.yaml", Trait),
            features=self._names("features.yaml", Feature),
            actions=self._actions(),
            sources=self._files("sources", Source),
            value=self._optional("value.yaml", Value),
            needs=self._optional("needs.yaml", Needs),
            stages=self._optional("stages.yaml", Stages),
            capabilities=self._optional("capabilities.yaml", Capabilities),
            groups=self._optional("groups.yaml", Groups),
            segments=self._names("segments.yaml", Segment),
            catalogue=self._optional("catalogue.yaml", Catalogue),
            games=self._names("games.yaml", Game),
            budgets=self._names("budgets.yaml", Budget),
            experiments=self._names("experiments.yaml", Experiment),
            products=self._products(),
            accounts=self._names("accounts.yaml", Account),
            findings=self._findings + list(self._strangers()),
            broken=self._broken,
            unreadable=self._unreadable,
        )

    def _document(self, path: Path) -> Document | None:
        if not path.is_file():
            return None
        document = read_document(self._root, path)
        if isinstance(document, Document):
            return document
        self._findings.append(document)
        self._unreadable.add(document.file)
        return None

    def _single(self, name: str, kind: type[Struct]) -> Entry[Struct]:
        document = self._document(self._root / name)
        if document is None:
            return Entry(kind(), None)
        definition = self._convert.definition(kind, document.root, Place(document))
        if definition is None:
            self._unreadable.add(name)
            return Entry(kind(), None)
        return Entry(definition, Place(document))

    def _optional(self, name: str, kind: type[Struct]) -> Entry[Struct] | None:
        """A file's definition; None where there is no such file, which is not the same as an empty one."""
        return self._single(name, kind) if (self._root / name).is_file() else None

    def _identity(self) -> Entry[Identity]:
        entry = self._single("identity.yaml", Identity)
        namespaces = dict(NAMESPACES)
        if entry.place is not None:
            declared = entry.place.document.root or {}
            for name, said in (declared.get("namespaces") or {}).items():
                place = entry.place.below("namespaces", name)
                base = NAMESPACES.get(name, Namespace())
                namespaces[name] = self._convert.definition(Namespace, said, place, base) or base
        return Entry(msgspec.structs.replace(entry.definition, namespaces=namespaces), entry.place)

    def _names(self, name: str, kind: type[Struct]) -> dict[str, Entry[Struct]]:
        document = self._document(self._root / name)
        return {} if document is None else self._entries(document, kind)

    def _entries(self, document: Document, kind: type[Struct]) -> dict[str, Entry[Struct]]:
        root = Place(document)
        if document.root is None:
            return {}
        if not isinstance(document.root, dict):
            self._convert.fault(root, "a mapping of names is needed here", "write NAME: {…}")
            self._unreadable.add(document.name)
            return {}
        entries = {}
        for key, value in document.root.items():
            place = root.below(key)
            if not isinstance(key, str):
                self._convert.fault(place, f"the name {key} is not text", "quote it", on_key=True)
            elif (definition := self._convert.definition(kind, value, place)) is not None:
                entries[key] = Entry(definition, place)
            else:
                self._broken.add(key)
        return entries

    def _actions(self) -> dict[str, Entry[Action]]:
        actions: dict[str, Entry[Action]] = {}
        for document in self._documents("actions"):
            if _is_mapping_of_mappings(document.root):
                entries = self._entries(document, Action)
            else:
                entries = self._named_after_file(document, Action)
            self._add(actions, {entry.definition.name or key: entry for key, entry in entries.items()}, "action")
        return {name: _named(name, entry) for name, entry in actions.items()}

    def _files(self, folder: str, kind: type[Struct]) -> dict[str, Entry[Struct]]:
        """One definition a file, by the name it gives itself or else the file's."""
        found: dict[str, Entry[Any]] = {}
        for document in self._documents(folder):
            entries = self._named_after_file(document, kind)
            self._add(found, {entry.definition.name or key: entry for key, entry in entries.items()}, folder[:-1])
        return {name: _named(name, entry) for name, entry in found.items()}

    def _products(self) -> dict[str, Entry[Product]]:
        """Products with what their files beside them say; a ``.uvl`` that none of them names is one by itself."""
        return product_files.with_files(self._root, self._files("products", Product), self._findings)

    def _documents(self, folder: str) -> list[Document]:
        paths = sorted((self._root / folder).glob("*.yaml"))
        return [document for path in paths if (document := self._document(path)) is not None]

    def _named_after_file(self, document: Document, kind: type[Struct]) -> dict[str, Entry[Any]]:
        definition = self._convert.definition(kind, document.root, Place(document))
        return {} if definition is None else {Path(document.name).stem: Entry(definition, Place(document))}

    def _add(self, known: dict[str, Entry[Any]], new: dict[str, Entry[Any]], kind: str) -> None:
        for name, entry in new.items():
            if name in known and entry.place is not None and known[name].place is not None:
                first = known[name].place
                self._convert.fault(entry.place, f"the {kind} '{name}' is already in {first.where if first else ''}",
                                    "choose another name", on_key=True)  # fmt: skip
            known.setdefault(name, entry)

    def _strangers(self) -> Iterator[Finding]:
        """Files whose name is nearly that of a definition file: they would silently not be read."""
        for path in sorted(self._root.glob("*.y*ml")):
            close = did_you_mean(f"{path.stem}.yaml", FILES)
            if path.name not in FILES and close.startswith("did you mean"):
                yield Finding(path.name, 1, 1, "this file is not read", close)
        for folder in FOLDERS:
            for path in sorted((self._root / folder).glob("*.yml")):
                yield Finding(f"{folder}/{path.name}", 1, 1, "this file is not read", f"rename it to {path.stem}.yaml")


def _said(entry: Entry[Struct] | None) -> Struct | None:
    return entry.definition if entry is not None else None


def _is_mapping_of_mappings(value: Any) -> bool:
    return value is None or (isinstance(value, dict) and all(isinstance(part, dict) for part in value.values()))


def _named(name: str, entry: Entry[Any]) -> Entry[Any]:
    return Entry(msgspec.structs.replace(entry.definition, name=name), entry.place)
