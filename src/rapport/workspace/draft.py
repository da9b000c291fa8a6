"""A workspace on its way in: definitions with the places they came from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from rapport.core.columns import ColumnType
from rapport.workspace.accounts import Account
from rapport.workspace.budgets import Budget
from rapport.workspace.capabilities import Capabilities
from rapport.workspace.catalogue import Catalogue
from rapport.workspace.columns import SYSTEM_COLUMNS, feature_type
from rapport.workspace.definitions import Action, Feature, Identity, Policy, Settings, Source, Trait
from rapport.workspace.documents import Place
from rapport.workspace.experiments import Experiment
from rapport.workspace.findings import Finding
from rapport.workspace.games import Game
from rapport.workspace.groups import Groups
from rapport.workspace.needs import Needs
from rapport.workspace.products import Product
from rapport.workspace.segments import Segment
from rapport.workspace.stages import Stages
from rapport.workspace.value import Value

Definition = TypeVar("Definition")


@dataclass(frozen=True, slots=True)
class Entry(Generic[Definition]):
    """One definition and where it stands; ``place`` is None for what no file says."""

    definition: Definition
    place: Place | None


@dataclass(slots=True)
class Draft:
    """Everything that could be read, and the findings so far."""

    settings: Entry[Settings]
    identity: Entry[Identity]
    policy: Entry[Policy]
    traits: dict[str, Entry[Trait]] = field(default_factory=dict)
    features: dict[str, Entry[Feature]] = field(default_factory=dict)
    actions: dict[str, Entry[Action]] = field(default_factory=dict)
    sources: dict[str, Entry[Source]] = field(default_factory=dict)
    value: Entry[Value] | None = None
    needs: Entry[Needs] | None = None
    stages: Entry[Stages] | None = None
    capabilities: Entry[Capabilities] | None = None
    groups: Entry[Groups] | None = None
    segments: dict[str, Entry[Segment]] = field(default_factory=dict)
    catalogue: Entry[Catalogue] | None = None
    games: dict[str, Entry[Game]] = field(default_factory=dict)
    budgets: dict[str, Entry[Budget]] = field(default_factory=dict)
    experiments: dict[str, Entry[Experiment]] = field(default_factory=dict)
    products: dict[str, Entry[Product]] = field(default_factory=dict)
    accounts: dict[str, Entry[Account]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    """Names that are declared, but not so that they could be read."""
    unreadable: set[str] = field(default_factory=set)
    """Files that are no YAML at all."""

    @property
    def columns(self) -> dict[str, ColumnType]:
        """The customer's columns, as far as they are known."""
        columns = {name: type_ for name, (type_, _) in SYSTEM_COLUMNS.items()}
        columns.update((name, entry.definition.type) for name, entry in self.traits.items())
        columns.update((name, feature_type(entry.definition)) for name, entry in self.features.items())
        columns.update(dict.fromkeys(self.segments, "boolean"))
        return columns

    @property
    def columns_are_complete(self) -> bool:
        """False when a column may be missing only because its declaration could not be read."""
        return not self.broken and not self.unreadable & {
            "traits.yaml",
            "features.yaml",
            "policy.yaml",
            "segments.yaml",
        }

    def report(
        self, place: Place | None, message: str, hint: str = "", *, on_key: bool = False, position: int = 0
    ) -> None:
        """Adds a finding; what no file says is never wrong."""
        if place is not None:
            self.findings.append(place.finding(message, hint, on_key=on_key, position=position))
