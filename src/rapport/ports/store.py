"""What the loop needs from the online plane. One contract suite holds SQLite and PostgreSQL to it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager
from hashlib import blake2b
from typing import Final, Protocol

import msgspec

from rapport.core.customer import CustomerRow, IdentifierRow
from rapport.core.decision import DecisionRow, Offer
from rapport.core.event import AppendReceipt, LogEntry, StoredEvent
from rapport.core.identifier import Identifier, Link, Refusal


class FoldBatch(msgspec.Struct, kw_only=True):
    """Everything one step of the fold changes; written in one transaction, together with its cursors."""

    event_cursor: int
    decision_cursor: int
    identifiers: list[IdentifierRow] = []
    """New or moved identifiers (upsert by id)."""
    links: list[Link] = []
    """Appended to the ledger."""
    refusals: list[Refusal] = []
    """Joins that were refused (``times`` is added to what is there)."""
    restitched: list[Identifier] = []
    """Identifiers whose refused joins are forgotten before those of this batch are written."""
    dissolved: list[str] = []
    """Customer ids that lose profile, scores and aliases before those of this batch are written."""
    aliases: list[tuple[str, str]] = []
    """(old customer id, the id that answers for it now)."""
    profiles: list[tuple[str, bytes]] = []
    """(customer id, encoded profile), upsert."""
    scores: list[tuple[str, bytes]] = []
    """(customer id, scores as JSON), upsert; for customers who have a profile."""
    removed: list[str] = []
    """Customer ids whose profile went into another."""
    owned: list[tuple[int, int]] = []
    """(identifier id, event seq): which events belong to which identifier."""
    offers: list[Offer] = []
    """New or settled offers (upsert by decision and action)."""
    state: dict[str, bytes] = {}
    """Small named values (upsert by name)."""


class Cursors(msgspec.Struct, frozen=True):
    """How far the fold has come, in the log and in the decisions."""

    event: int
    decision: int


class ModelRow(msgspec.Struct, frozen=True):
    """One stored version of a model: its parameters and the settlement up to which it has learnt."""

    name: str
    version: int
    created_at: int
    settled_seq: int
    body: bytes


class KeyRow(msgspec.Struct, frozen=True):
    """One API key; only its SHA-256 is kept."""

    id: str
    digest: str
    scopes: tuple[str, ...]
    label: str
    created_at: int
    revoked_at: int = 0


class RejectionRow(msgspec.Struct, frozen=True):
    """One refused call: when (µs), from which source, what it was and why it was refused."""

    rejected_at: int
    source: str
    message_id: str
    reason: str
    body: bytes
    id: int = 0
    """Its number, once it is kept."""


class Suppression(msgspec.Struct, frozen=True):
    """One identifier of an erased person, hashed with the store's secret.

    ``entry`` names the erasure, and is all that the hashes of one person share; ``erased_at`` is in µs.
    """

    hash: str
    entry: str
    erased_at: int


class Erasure(msgspec.Struct, kw_only=True):
    """Everything that leaves or changes when somebody is erased; written in one transaction."""

    customer_ids: list[str] = []
    """Theirs, and all they ever had: profile, scores, aliases, offers and decisions go."""
    identifiers: list[IdentifierRow] = []
    """Go with every event that belongs to them, and every line about them in ledger, refusals and reviews."""
    seqs: list[int] = []
    """Further events that go."""
    decisions: list[str] = []
    """Further decisions that go, by id, with their offers."""
    rejections: list[int] = []
    """Refused calls that go, by number."""
    models: list[str] = []
    """Models whose versions all go."""
    events: list[StoredEvent] = []
    """Other people's events, as they read from now on."""
    remade: list[DecisionRow] = []
    """Other people's decisions, as they read from now on."""
    others: list[IdentifierRow] = []
    """Other people's identifiers, as they are from now on."""
    suppressed: list[Suppression] = []
    """Takes over the entries of the same hashes."""
    state: dict[str, bytes] = {}
    dropped: list[str] = []
    """Small named values that go."""


class CopyFacts(msgspec.Struct, frozen=True):
    """What is in a copy of a store: rows by table, and a digest of them all."""

    rows: dict[str, int]
    digest: str
    apart: bytes = b""
    """The small named value that the digest leaves out."""


OPEN: Final = "open"
LINKED: Final = "linked"
REFUSED: Final = "refused"
"""What became of a probable link: nobody has decided yet, they are one person, they are not."""


class ReviewRow(msgspec.Struct, frozen=True):
    """A probable link between two customers, each named by one identifier: what speaks for it, what became of it."""

    a: Identifier
    b: Identifier
    status: str
    """``OPEN``, ``LINKED`` or ``REFUSED``."""
    probability: float
    weight: float
    """Match weight in bits: log2 of the Bayes factor, the prior included."""
    evidence: bytes
    """JSON: what each field contributed."""
    found_at: int
    decided_at: int = 0
    decided_by: str = ""

    @property
    def id(self) -> str:
        """The pair's id, which names nobody: 80 bits of BLAKE2b over both identifiers."""
        return "r_" + blake2b(f"{self.a}\n{self.b}".encode(), digest_size=10).hexdigest()


class Store(Protocol):
    """The online plane.

    Writes return a ``Future`` that completes once the change is on disk (group commit); reads are immediate and
    safe from any thread. Raises ``StoreFailure`` when the database refuses, ``Busy`` when the queue is full.
    """

    # the log
    def append(self, entries: Sequence[LogEntry]) -> Future[AppendReceipt]:
        """Appends what is new by message id, durably."""

    def read_log(self, after: int, limit: int) -> list[StoredEvent]:
        """Events with ``seq > after``, in order."""

    def last_seq(self) -> int:
        """The newest committed ``seq``; 0 when the log is empty."""

    def events_of(self, identifier_ids: Collection[int], before: int = 0, limit: int = 0) -> list[StoredEvent]:
        """The events that belong to these identifiers, oldest first; ``before``/``limit`` page from the newest."""

    def events_at(self, seqs: Collection[int]) -> list[StoredEvent]:
        """The events at these positions, in order; those that are gone are left out."""

    # the projection
    def fold_lease(self) -> AbstractContextManager[bool]:
        """True inside for the one process that may fold now; released on exit or death."""

    def cursors(self) -> Cursors:
        """How far the fold has come."""

    def apply(self, batch: FoldBatch) -> Future[None]:
        """Writes one step of the fold atomically."""

    def identifiers(self, wanted: Collection[Identifier]) -> dict[Identifier, IdentifierRow]:
        """Those of the wanted that are known."""

    def identifiers_of(self, customer_ids: Collection[str]) -> list[IdentifierRow]:
        """All identifiers of these customers, by ``id``."""

    def next_identifier_id(self) -> int:
        """The number for the next new identifier (the fold holds the lease, so it may count on from here)."""

    def links_of(self, identifiers: Collection[Identifier]) -> list[Link]:
        """The ledger's lines that touch any of these, oldest first."""

    def links_apart(self) -> list[Link]:
        """The ledger's ``never`` lines that no later link by hand ended, oldest first."""

    def links_withdrawn(self) -> list[Link]:
        """The ledger's ``unlink`` lines, oldest first."""

    def identifiers_shared(self) -> list[IdentifierRow]:
        """The quarantined identifiers, by ``id``."""

    def identifiers_numbered(self, ids: Collection[int]) -> list[IdentifierRow]:
        """Identifiers by number."""

    def refusals_of(self, identifiers: Collection[Identifier]) -> list[Refusal]:
        """The refused joins that touch any of these, oldest first."""

    def refusals(self, limit: int = 1000) -> list[Refusal]:
        """The refused joins that came most often, those first."""

    def refusals_counted(self, limit: int = 1000) -> list[tuple[Identifier, str, int]]:
        """Who was refused most different identifiers, for which reason, and how many."""

    def reviews(self, status: str = "", limit: int = 100, after: tuple[float, str] | None = None) -> list[ReviewRow]:
        """Probable links of a status (empty: any), the most probable first; ``after`` a (probability, id)."""

    def reviews_counted(self) -> dict[str, int]:
        """Status → how many probable links have it."""

    def review(self, review_id: str) -> ReviewRow | None:
        """A probable link by its id."""

    def reviews_of(self, identifiers: Collection[Identifier]) -> list[ReviewRow]:
        """The probable links that touch any of these, the most probable first."""

    def save_reviews(self, reviews: Sequence[ReviewRow]) -> Future[None]:
        """Creates probable links, each pair once, or updates those still open: what was decided stays."""

    def settle_review(self, decided: ReviewRow, was: str = OPEN) -> Future[ReviewRow | None]:
        """Writes what was decided of a pair whose status still is ``was``; tells how the pair stands after that.

        Of several who decide at once the first prevails, and the others are told the first one's row; None when the
        pair is not there (any more).
        """

    def drop_reviews(self, ids: Sequence[str]) -> Future[None]:
        """Forgets pairs that nothing proposes any more; what was decided stays."""

    def find(self, identifier: Identifier) -> CustomerRow | None:
        """The customer who owns an identifier, in one statement."""

    def customer(self, customer_id: str) -> CustomerRow | None:
        """A customer by id or alias."""

    def customers(self, customer_ids: Collection[str]) -> dict[str, CustomerRow]:
        """Several customers by current id."""

    def aliases_of(self, customer_id: str) -> list[str]:
        """Former ids that now lead to this customer."""

    def scores_of(self, customer_ids: Collection[str]) -> dict[str, bytes]:
        """The scores (JSON) of those of these customers who have any, by current id."""

    def scan_customers(self, after: str = "", limit: int = 1000) -> list[CustomerRow]:
        """Customers in id order, after an id."""

    def count_customers(self) -> int:
        """How many customers there are."""

    def write_scores(self, scores: Iterable[tuple[str, bytes]]) -> Future[int]:
        """Scores of many customers (JSON), upsert."""

    # decisions and outcomes
    def record(self, decision: DecisionRow) -> Future[None]:
        """Appends a decision, durably."""

    def decision(self, decision_id: str) -> DecisionRow | None:
        """A decision by id."""

    def decisions_of(self, customer_ids: Collection[str], limit: int = 50) -> list[DecisionRow]:
        """The newest decisions for these customer ids (pass the aliases too)."""

    def read_decisions(self, after: int, limit: int) -> list[DecisionRow]:
        """Decisions with ``seq > after``, in order."""

    def offers_of(self, customer_ids: Collection[str], open_only: bool = False, since: int = -1) -> list[Offer]:
        """Offers to these customers, oldest first; only those made after a moment (µs)."""

    def offers(self, decision_ids: Collection[str]) -> list[Offer]:
        """The offers of these decisions."""

    def offers_closing(self, before: int, limit: int) -> list[Offer]:
        """Open offers whose window closed before a moment (µs), oldest first."""

    def offers_settled(self, after_seq: int, limit: int) -> list[Offer]:
        """Settled offers with ``settled_seq > after_seq``, in that order."""

    # models, keys, small state
    def save_model(self, model: ModelRow) -> Future[None]:
        """A new version of a model; older versions stay."""

    def model(self, name: str, version: int = 0) -> ModelRow | None:
        """A version of a model; 0 for the newest."""

    def model_versions(self) -> dict[str, list[int]]:
        """The stored versions of every model, the oldest first."""

    def drop_models(self, name: str, before: int) -> Future[int]:
        """Forgets the versions of a model before one; tells how many."""

    def save_key(self, key: KeyRow) -> Future[None]:
        """Creates or updates an API key."""

    def keys(self) -> list[KeyRow]:
        """All API keys."""

    def state(self, name: str) -> bytes | None:
        """A small named value (import receipts, refresh marks, counters)."""

    def save_state(self, name: str, value: bytes) -> Future[None]:
        """Sets a small named value."""

    def states(self, prefix: str) -> dict[str, bytes]:
        """All small named values whose name starts so."""

    def replace_states(self, gone: Collection[str], kept: Mapping[str, bytes]) -> Future[None]:
        """Forgets small named values and sets others, in one transaction."""

    def keep_rejections(self, rejections: Sequence[RejectionRow]) -> Future[None]:
        """Keeps refused calls with their reasons; the oldest make room."""

    def rejections(self, limit: int = 100) -> list[RejectionRow]:
        """The newest refused calls, newest first."""

    def count_rejections(self, before: int) -> int:
        """How many refused calls came before a moment (µs)."""

    def drop_rejections(self, before: int) -> Future[int]:
        """Forgets the refused calls that came before a moment (µs); tells how many."""

    # leaving
    def erase(self, erasure: Erasure) -> Future[dict[str, int]]:
        """Deletes and rewrites all that an erasure names, at once; tells how many rows left or changed, by table.

        Message ids of deleted events are remembered as hashes, so that a client that sends them again brings nobody
        back.
        """

    def suppressions(self) -> list[Suppression]:
        """The hashed identifiers of everybody who was erased."""

    def events_holding(self, parts: Sequence[bytes], after: int = 0) -> list[StoredEvent]:
        """Events after a position whose JSON contains any of these texts, in order; reads the whole log.

        Letters of ASCII may be large or small.
        """

    def decisions_holding(self, parts: Sequence[bytes]) -> list[DecisionRow]:
        """Decisions whose record contains any of these bytes, in order; reads all of them."""

    def scan_identifiers(self, after: int = 0, limit: int = 1000) -> list[IdentifierRow]:
        """Identifiers by number, after a number."""

    def shared(self) -> bool:
        """Whether another process may have the store open: it tells SQLite's users apart, PostgreSQL always may."""

    def wipe(self, parts: Sequence[bytes]) -> list[str]:
        """Clears what deleted rows left behind in files; tells, in sentences, what it could not reach.

        ``parts`` are bytes that must be found nowhere afterwards.
        """

    # copies
    def copy(self, file: str, progress: Callable[[float], None]) -> None:
        """Writes every row, as of one moment, into a new SQLite database. ``progress`` is told the share done."""

    def examine_copy(self, file: str, apart_from: str, progress: Callable[[float], None]) -> CopyFacts:
        """Reads a whole copy; the digest leaves out the small named value ``apart_from``.

        Raises ``InvalidInput`` for a file that is no such copy, is damaged, or is of a newer release.
        """

    def open_copy(self, file: str) -> Store:
        """A copy as a store of its own; whoever opens it closes it."""

    def replace(self, file: str, progress: Callable[[float], None]) -> None:
        """Puts the rows of a copy in the place of all rows, at once or not at all, and closes the store.

        Raises ``Conflict`` while another process has the SQLite database open.
        """

    def retract(self, seqs: Collection[int]) -> Future[int]:
        """Takes events back out of the log (their message ids may come again once this is done); tells how many.

        What was folded of them stays until the caller resets the projection.
        """

    def reset_projection(self) -> Future[None]:
        """Forgets everything that the log can rebuild; the next fold starts at the beginning."""

    def check(self) -> None:
        """Raises ``StoreFailure`` when the database cannot be used."""

    def close(self) -> None:
        """Waits for pending writes and closes."""
