"""What every use case works with: the workspace, the ports, and what was compiled from the definitions, once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from rapport.core.ecommerce import OUTCOME_BY_EVENT
from rapport.customize.arbitration import Arbiter
from rapport.customize.elicit import Games
from rapport.customize.eligibility import Eligibility
from rapport.customize.sentence import Sentences
from rapport.customize.treatment import Treatments
from rapport.differentiate.features import FeatureFold
from rapport.differentiate.history import HistoryFold
from rapport.differentiate.interests import interests_of
from rapport.differentiate.parts import Part, parts_of
from rapport.differentiate.readings import Tallied, readings_of
from rapport.identify.arrival import Arrivals
from rapport.identify.normalise import Normaliser, normalisers
from rapport.identify.stitch import Stitcher
from rapport.identify.survivors import Survivors
from rapport.loop.configure.published import Shelf
from rapport.loop.configure.session import Sessions
from rapport.loop.configure.tastes import Tastes
from rapport.loop.deciding.budgets import Budgets
from rapport.loop.deciding.catalogue import Shelves
from rapport.loop.deciding.gatekeeper import Gatekeeper
from rapport.loop.deciding.in_flight import InFlight
from rapport.loop.deciding.stock import Stock
from rapport.loop.deciding.uplifts import Uplifts
from rapport.loop.experimenting.running import Trials
from rapport.loop.intake.counts import Counts
from rapport.loop.learning.learner import Learner
from rapport.loop.privacy.suppress import Suppressed
from rapport.ports.clock import Chance, Clock
from rapport.ports.store import KeyRow, Store
from rapport.ports.warehouse import Warehouse
from rapport.workspace import customer_columns
from rapport.workspace.columns import score_columns
from rapport.workspace.definitions import ColumnType, Workspace
from rapport.workspace.durations import duration_us
from rapport.workspace.stages import Stages
from rapport.workspace.survivorship import Survivorship, survivorship

if TYPE_CHECKING:
    from rapport.identify.link.hint import Index


@dataclass(slots=True)
class KeyRing:
    """The API keys by digest, as last read from the store, and when that was (µs)."""

    by_digest: dict[str, KeyRow] = field(default_factory=dict)
    read_at: int = -1


@dataclass(slots=True)
class Hinting:
    """The index of hints, once somebody asked for one: of which model, up to where in which log, when last renewed."""

    index: Index | None = None
    version: int = 0
    event: int = 0
    generation: bytes = b""
    looked_at: int = 0
    lock: Lock = field(default_factory=Lock)


@dataclass(slots=True)
class Learnt:
    """What the parts of differentiate learnt at the last refresh that this process knows of."""

    refreshed_at: int = -1
    """When that refresh ended (µs)."""
    models: dict[str, Any] = field(default_factory=dict)
    digest: str = ""
    """Fingerprint of the definitions, once computed."""
    replayed: set[str] = field(default_factory=set)
    """Customers whom a turn before that refresh concerned, met again in a replay: their later events score them."""


@dataclass(frozen=True, slots=True)
class Runtime:
    """One open workspace. Frozen: what changes lives in the store, the learner and the key ring."""

    workspace: Workspace
    store: Store
    warehouse: Warehouse
    clock: Clock
    chance: Chance
    zone: ZoneInfo
    columns: dict[str, ColumnType]
    arrivals: Arrivals
    normalisers: dict[str, Normaliser]
    """One for each namespace, the strongest first."""
    stitcher: Stitcher
    sources: Survivorship
    """How far each source of values is believed."""
    survivors: Survivors
    features: FeatureFold
    readings: list[Tallied]
    """Where needs and stages are read."""
    interests: list[Tallied]
    """Where interest in items of the catalogue shows; empty without one."""
    histories: HistoryFold
    parts: list[Part]
    """How customers differ, part by part."""
    score_columns: dict[str, ColumnType]
    """The columns that the parts compute."""
    visit_us: int
    """After so long without an event a visit is over."""
    rates: Mapping[str, float]
    """Currency → what one unit is worth in the workspace's."""
    eligibility: Eligibility
    treatments: Treatments
    """What customers in each marketing mode get."""
    arbiter: Arbiter
    learner: Learner
    answering_events: frozenset[str]
    """Names of the events that may settle an offer: responses, and the goals of the actions."""
    slots: dict[str, list[str]]
    gatekeeper: Gatekeeper
    """Which stages the data does not carry."""
    trials: Trials
    """Which experiments run, and who is held out."""
    uplifts: Uplifts
    """What offers add, measured at the last refresh."""
    sentences: Sentences
    """Tells decisions to customers."""
    stock: Stock
    """What there is a limited number of."""
    budgets: Budgets
    """What is scarce, and what of it is spent."""
    games: Games | None
    """This or that: what customers may be asked by playing; None where no game is declared."""
    shelves: Shelves
    """What recommends items of the catalogue."""
    suppressed: Suppressed
    """Who was erased, for events that arrive."""
    shelf: Shelf
    """The products that are configured."""
    sessions: Sessions = field(default_factory=Sessions)
    """Who is at a configurator now."""
    tastes: Tastes = field(default_factory=Tastes)
    """What everybody takes of each product."""
    keyring: KeyRing = field(default_factory=KeyRing)
    hinting: Hinting = field(default_factory=Hinting)
    learnt: Learnt = field(default_factory=Learnt)
    in_flight: InFlight = field(default_factory=InFlight)
    """Decisions that are not on disk yet."""
    counts: Counts = field(default_factory=Counts)
    """What was not kept."""

    def close(self) -> None:
        """Saves what was learnt, unless another process folds and saves it itself, and closes the ports."""
        self.counts.write(self.store, self.chance, self.clock.now_us())
        with self.store.fold_lease() as mine:
            if mine:
                self.learner.checkpoint(self.store, self.clock.now_us())
        self.store.close()
        self.warehouse.close()


def assemble(workspace: Workspace, store: Store, warehouse: Warehouse, clock: Clock, chance: Chance) -> Runtime:
    """Compiles the definitions of a workspace around its ports."""
    columns = customer_columns(workspace)
    counts = Counts()
    zone = ZoneInfo(workspace.settings.timezone)
    readings = readings_of(workspace)
    interests = interests_of(workspace)
    rates = workspace.value.currencies if workspace.value else {}
    sources = survivorship(workspace.identity)
    arbiter = Arbiter(
        workspace.actions,
        columns,
        _never_inputs(workspace),
        floor=workspace.settings.exploration_floor,
        noise=workspace.settings.noise,
        memory=workspace.policy.learning.memory,
    )
    return Runtime(
        workspace=workspace,
        store=store,
        warehouse=warehouse,
        clock=clock,
        chance=chance,
        zone=zone,
        columns=columns,
        normalisers=normalisers(workspace.identity),
        arrivals=Arrivals(workspace.identity, workspace.traits, counts.not_kept),
        stitcher=Stitcher(workspace.identity),
        sources=sources,
        survivors=Survivors(workspace.traits, sources),
        features=FeatureFold(workspace.features, zone),
        readings=readings,
        histories=HistoryFold(readings, zone, workspace.settings.currency, rates, interests),
        interests=interests,
        parts=parts_of(workspace, columns),
        score_columns=score_columns(workspace),
        visit_us=duration_us((workspace.stages or Stages()).visit),
        rates=rates,
        eligibility=Eligibility(workspace.actions, columns),
        treatments=Treatments(workspace.capabilities, workspace.actions),
        arbiter=arbiter,
        learner=Learner.resume(store, arbiter),
        slots=workspace.slots,
        gatekeeper=Gatekeeper(workspace, columns),
        trials=Trials(workspace, columns),
        uplifts=Uplifts.of(workspace.actions),
        sentences=Sentences(workspace),
        stock=Stock(workspace.actions),
        budgets=Budgets(workspace, columns),
        games=Games.of(workspace),
        shelves=Shelves(workspace),
        suppressed=Suppressed(store),
        shelf=Shelf(workspace),
        counts=counts,
        answering_events=frozenset(OUTCOME_BY_EVENT)
        | {action.goal.event for action in workspace.actions.values() if action.goal},
    )


def _never_inputs(workspace: Workspace) -> frozenset[str]:
    """The traits that no model may read: the sensitive ones, and those that name a person."""
    sensitive = {name for name, trait in workspace.traits.items() if trait.sensitive}
    naming = {path for namespace in workspace.identity.namespaces.values() for path in namespace.found_in}
    return frozenset(sensitive | {path.removeprefix("traits.") for path in naming})
