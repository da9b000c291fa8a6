"""What a workspace says about one business, checked and frozen. Each default stands here and nowhere else."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from rapport.core.columns import ColumnType as ColumnType  # noqa: PLC0414 - whoever reads definitions needs it
from rapport.workspace.accounts import Account
from rapport.workspace.budgets import Budget
from rapport.workspace.capabilities import Capabilities, Treated
from rapport.workspace.catalogue import Catalogue, Items
from rapport.workspace.definition import Definition
from rapport.workspace.experiments import Experiment, Holdout
from rapport.workspace.games import Game
from rapport.workspace.gates import Gates
from rapport.workspace.groups import Groups
from rapport.workspace.learning import Learning
from rapport.workspace.lists import ListRules
from rapport.workspace.needs import Needs
from rapport.workspace.products import Product
from rapport.workspace.segments import Segment
from rapport.workspace.stages import Stages
from rapport.workspace.value import Value
from rapport.workspace.wording import Words

Measure = Literal["count", "sum", "mean", "min", "max", "distinct", "first", "last", "days_since", "exists"]
TraitKind = Literal["engagement", "psychographic", "behaviour", "response"]
Survivor = Literal["trusted", "newest"]


class Settings(Definition, frozen=True):
    """``rapport.yaml``."""

    name: str = "My business"
    """What the business is called."""
    currency: str = "EUR"
    """The currency of every amount (ISO 4217)."""
    timezone: str = "UTC"
    """The zone in which a calendar day begins and ends (IANA name)."""
    languages: list[str] = msgspec.field(default_factory=lambda: ["en"])
    """Languages of content, the preferred one first (BCP 47)."""
    store: str = "sqlite:///data/rapport.db"
    """SQLAlchemy URL; a relative SQLite path is relative to the workspace. ``postgresql://…`` for several processes."""
    warehouse: str = "data/warehouse"
    """Folder of the Parquet hand-over, relative to the workspace."""
    attribution_window: str = "7d"
    """How long after a decision an outcome still counts for it, unless the action says otherwise."""
    exploration_floor: float = 0.01
    """Share of decisions spread evenly over all eligible actions."""
    noise: float = 0.1
    """How strongly the posterior's spread moves the choice (v in N(mean, v²·variance))."""


class Namespace(Definition, frozen=True):
    """One kind of identifier, in ``identity.yaml``."""

    normalise: Literal["exact", "lower", "email", "phone", "digits"] = "exact"
    """How different spellings of one value become the same."""
    found_in: list[str] = []
    """Paths beside the wire's own fields: ``traits.email``, ``properties.card``."""
    priority: int = 50
    """The identifier with the highest priority is the event's subject."""
    unique: bool = False
    """A person has at most one: two different values are never joined."""
    limit: int = 20
    """A person has at most so many; beyond, new links are refused."""
    limits: dict[str, int] = {}
    """Within a window a person gains at most so many: ``{1d: 5, 30d: 50}``; beyond, new links are refused."""
    shared_by: int = 5
    """So many may share it: seen beside more different identifiers of one stronger kind, it is quarantined."""
    held_by: int = 5
    """The same, counting identifiers of a unique kind, which are as many people: 1 quarantines a family's tablet."""
    blocked: list[str] = []
    """Regular expressions of values that identify nobody."""


class Provenance(Definition, frozen=True):
    """How far one source of values is believed, in ``identity.yaml``."""

    confidence: float = 0.8
    """How sure a value of this source is, 0 to 1; of two sources the surer one survives."""
    expires: str = ""
    """After so long a value of this source no longer counts: ``180d``; empty: never."""
    third_party: bool = False
    """Bought or given by others: shown as such, and never preferred to what the customer said."""


class Linking(Definition, frozen=True):
    """How probable links between customers are found, in ``identity.yaml``."""

    enabled: bool = False
    """Whether ``refresh`` looks for them; ``identity link`` does whenever it is asked."""
    fields: dict[str, str] = {}
    """Trait or namespace → what it is (``given_name``, ``surname``, ``full_name``, ``date_of_birth``, ``street``,
    ``house_number``, ``city``, ``postcode``, ``region``, ``email``, ``phone``, ``id_number``, ``text``); empty: read
    off the names."""
    accept: float = 0.99
    """Linked by itself from this probability on, if nothing speaks against it."""
    review: float = 0.8
    """From this probability on a person is asked; below, nothing happens."""


class Identity(Definition, frozen=True):
    """``identity.yaml``."""

    namespaces: dict[str, Namespace] = {}
    """Kinds of identifier by name; a built-in kind keeps what is not said here."""
    blocked: list[str] = msgspec.field(
        default_factory=lambda: [r"^$", r"^[0\-]*$", r"(?i)^(null|none|undefined|anonymous|unknown|n/?a)$"]
    )
    """Regular expressions of values that identify nobody, in every namespace."""
    phone_region: str = "US"
    """Region in which phone numbers without a country code are read (ISO 3166)."""
    sources: dict[str, Provenance] = {}
    """Source of values (a file's mapping, an API key's label) → how far it is believed."""
    linking: Linking = Linking()
    """Probable links, found in batch."""


class Trait(Definition, frozen=True):
    """One declared trait, in ``traits.yaml``; the undeclared is not kept."""

    type: ColumnType = "text"
    """Type of its column; a value that does not fit is not kept."""
    kind: TraitKind = "engagement"
    """What it says about the customer."""
    purpose: str = ""
    """Why it is kept, in the words a customer would be told."""
    sensitive: bool = False
    """Never an input of the model that chooses, and of linkage only if it is a name or a date of birth, or among
    ``linking.fields``."""
    survivor: Survivor = "trusted"
    """Which of several sources' values is shown: the surest source's newest, or simply the newest. A third party's
    only where nobody else has one."""
    expires: str = ""
    """After so long a value no longer counts: ``365d``; empty: never."""
    valid: str = ""
    """Regular expression that the whole value must match, as text, to count as valid."""
    says: Words = {}
    """Language → how it is called to the customer's face, as a noun: ``{en: the language you read, zh: 您阅读的语言}``;
    empty: ``what we know about you``."""


class Feature(Definition, frozen=True):
    """One derived column, in ``features.yaml``: a measure of one kind of event within a window."""

    event: str
    """Event name, or a type such as ``page``; ``*`` for any."""
    measure: Measure
    """What is computed from those events."""
    of: str = ""
    """Path of the measured value: ``properties.revenue``, ``properties.products[].category``, ``context.channel``."""
    window: str = ""
    """``90d`` or ``36h``; empty for the whole history. The current day or hour counts as the first."""
    where: dict[str, Any] = {}
    """Only events whose paths equal these values, for instance ``{properties.channel: shop}``."""
    kind: TraitKind | None = None
    """What it says about the customer; unless said: ``response`` for answers to offers, else ``behaviour``."""
    says: Words = {}
    """Language → how it is called to the customer's face, as a noun: ``{en: the crime novels you looked at}``; empty:
    made from event, measure, window and where."""


class Goal(Definition, frozen=True):
    """The event that counts as acceptance of an action."""

    event: str
    """Name of the event."""
    where: dict[str, Any] = {}
    """Only events whose paths equal these values."""
    value: str = ""
    """Path of the earned value, such as ``properties.revenue``; in a list of items only that of the very item."""
    item: str = ""
    """Path of the item's id, for actions with ``items``: only the item that was offered counts; unless said where the
    catalogue's interests look for it."""


class Action(Definition, frozen=True):
    """One offer, in ``actions/*.yaml``."""

    name: str = ""
    """How decisions and reports call it; empty: its key in the file, or the file's name."""
    slots: list[str] = []
    """Where it may appear; at least one."""
    title: str = ""
    """What people read in reports and reasons."""
    titles: Words = {}
    """Language → the title in it, for customers: ``{zh: 一壶茶}``."""
    rule: str = "TRUE"
    """Who may see it: a SQL boolean expression over the customer's columns."""
    value: float = 1.0
    """What an acceptance is worth, in the workspace's currency."""
    cost: float = 0.0
    """What an acceptance costs, in the workspace's currency."""
    lever: float = 1.0
    """The business's thumb on the scale; 1 leaves it alone."""
    context: dict[str, float] = {}
    """Rule over the request's context → multiplier, for instance ``{"weather = 'rain'": 1.5}``."""
    attributes: dict[str, str | float | bool] = {}
    """What the offer is, for the model: category, price band, …"""
    content: dict[str, Any] = {}
    """What is handed to the channel or page as it stands."""
    window: str = ""
    """Attribution window; empty takes the workspace's."""
    goal: Goal | None = None
    """The event that counts as acceptance, beside explicit responses; of an action with ``items`` unless said that
    the customer has the item."""
    personal: bool = True
    """False: shown also to those who switched personalisation off."""
    modes: list[Treated] = []
    """Only for customers in these marketing modes (or ``later``, ``exclude``); empty: for everybody."""
    contact: bool = False
    """Whether it reaches out to the customer, and so counts as a contact: a message, a call, a visit."""
    group: str = ""
    """Of the actions of one group at most one stands in a list; empty: none."""
    stock: int | None = None
    """So many acceptances there can be in all; unless said, no end."""
    incremental: bool = False
    """Whether only those acceptances count that would not have come without the offer."""
    items: Items | None = None
    """It offers items of the catalogue: each competes as ``NAME/ITEM``."""


class Retention(Definition, frozen=True):
    """How long what is kept is kept, in ``policy.yaml``; empty: for ever."""

    anonymous: str = ""
    """Customers known by nothing but anonymous or shared ids go so long after their last event: ``90d``."""
    inactive: str = ""
    """Customers go so long after their last event: ``1095d``."""
    refused: str = "30d"
    """Refused calls and rejected rows are kept so long."""
    model_versions: int = 20
    """So many old versions of a model are kept."""


class Policy(Definition, frozen=True):
    """``policy.yaml``: what decisions may look at beside the customer, and how long things are kept."""

    context: dict[str, ColumnType] = {}
    """Entry of a decision request's context → its type; actions' context rules may name these."""
    says: dict[str, Words] = {}
    """Entry of the context → language → how a customer would call it: ``{season: {en: the time of year}}``."""
    gpc: list[str] = msgspec.field(default_factory=lambda: ["personalization"])
    """Purposes withheld from who sends ``Sec-GPC: 1``: the request is served, and remembered, without them."""
    retention: Retention = Retention()
    """How long what is kept is kept."""
    gates: Gates = Gates()
    """What each stage asks of the one before it."""
    learning: Learning = Learning()
    """How the model keeps up."""
    lists: dict[str, ListRules] = {}
    """Slot → what may stand beside what in its lists."""
    holdout: Holdout = Holdout()
    """Customers who get what everybody gets."""


class SourceField(Definition, frozen=True):
    """How one target field is read: from a column, as a constant, or computed."""

    column: str = ""
    """The column it is read from."""
    value: Any = None
    """The same value for every row, instead of a column."""
    type: Literal["text", "number", "integer", "boolean", "date", "timestamp"] = "text"
    """What the text is read as."""
    format: str = ""
    """strptime format of dates, when the proposal found one."""
    decimal: Literal[".", ","] = "."
    """The decimal mark of numbers."""
    timezone: str = ""
    """Zone of moments that carry none; empty for the workspace's."""
    expression: str = ""
    """A numeric SQL expression over the row's columns, instead of a column."""


class Lookup(Definition, frozen=True):
    """A second table whose columns join a source's rows: a product's category, a campaign's dates."""

    file: str
    """Path relative to the loaded file's folder, or to the workspace."""
    on: dict[str, str]
    """Column of the source → column of this table; the first row that matches counts."""
    columns: list[str]
    """Columns of this table that the mapping and its rules may then name."""
    format: Literal["csv", "parquet", "jsonl"] = "csv"
    """The table's file format."""
    encoding: str = "utf-8"
    """Character encoding of a text file."""
    delimiter: str = ","
    """What separates the columns of a CSV file."""


class Source(Definition, frozen=True):
    """``sources/*.yaml``: how a file's rows become events. Each row is one event, or one line of a grouped event."""

    name: str = ""
    """How reports call it; empty: the file's name."""
    files: list[str] = []
    """Glob patterns of the files that this mapping is for."""
    format: Literal["csv", "parquet", "jsonl"] = "csv"
    """The files' format."""
    encoding: str = "utf-8"
    """Character encoding of text files."""
    delimiter: str = ","
    """What separates the columns of a CSV file."""
    columns: list[str] = []
    """Names of the columns of a CSV file that has no header line."""
    lookups: dict[str, Lookup] = {}
    """Tables whose columns join each row before anything else is read."""
    types: dict[str, SourceField] = {}
    """Column → how it is read, for columns that only rules and totals name: ``{Menge: {type: number}}``."""
    type: Literal["track", "identify"] = "track"
    """What a row is: something that happened, or what is known of a customer."""
    event: str = ""
    """Name of the events, where no rule says otherwise."""
    event_rules: dict[str, str] = {}
    """Event name → rule over the row; the first that holds names the event, else ``event``."""
    message_id: list[str] = []
    """Columns that make a row unique; empty: all its cells, and which of the file's rows with the same cells it is."""
    group_by: list[str] = []
    """Rows with equal values are lines of one event; their ``lines`` become ``properties.products``."""
    time: SourceField | None = None
    """When it happened; only `identify` rows may leave it out."""
    identifiers: dict[str, SourceField] = {}
    """Kind of identifier → where it is read."""
    properties: dict[str, SourceField] = {}
    """Property of the event → where it is read."""
    traits: dict[str, SourceField] = {}
    """Trait → where it is read."""
    lines: dict[str, SourceField] = {}
    """Property of each entry of `properties.products` → where it is read."""
    totals: dict[str, str] = {}
    """Property → SQL expression summed over the lines, such as ``{revenue: "Quantity * UnitPrice"}``."""
    require: dict[str, str] = {}
    """Reason → rule over the row that must hold; else the row is rejected with that reason."""
    on_reimport: Literal["add", "replace"] = "add"
    """What a later load does: add what is new, or replace all that the source loaded before by the files given."""


class Workspace(msgspec.Struct, frozen=True, kw_only=True):
    """One business, loaded and checked."""

    root: str
    version: str
    """Short sha256 over all definition files."""
    settings: Settings
    identity: Identity
    traits: dict[str, Trait]
    features: dict[str, Feature]
    actions: dict[str, Action]
    sources: dict[str, Source]
    policy: Policy = Policy()
    value: Value | None = None
    needs: Needs | None = None
    stages: Stages | None = None
    capabilities: Capabilities | None = None
    groups: Groups | None = None
    segments: dict[str, Segment] = {}
    catalogue: Catalogue | None = None
    games: dict[str, Game] = {}
    budgets: dict[str, Budget] = {}
    experiments: dict[str, Experiment] = {}
    products: dict[str, Product] = {}
    accounts: dict[str, Account] = {}

    @property
    def slots(self) -> dict[str, list[str]]:
        """Slot → names of the actions that may fill it, in file order."""
        slots: dict[str, list[str]] = {}
        for name, action in self.actions.items():
            for slot in action.slots:
                slots.setdefault(slot, []).append(name)
        return slots
