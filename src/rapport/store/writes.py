"""Every change but the two hottest, as statements inside an open transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from rapport.core.customer import IdentifierRow
from rapport.core.decision import DecisionRow, Offer
from rapport.core.identifier import Link, Refusal
from rapport.ports.store import Cursors, FoldBatch, KeyRow, ModelRow, RejectionRow, ReviewRow
from rapport.store.sql import Insert, Row, Transaction, upsert

PROJECTION_STATE: Final = "projection:"
"""Small named values whose name starts so belong to the projection and go when it is rebuilt."""

DECISIONS: Final = Insert(
    "decisions",
    (("id", "text"), ("customer_id", "text"), ("slot", "text"), ("made_at", "bigint"), ("body", "bytea")),
    "(id) DO NOTHING",
)
_SCORES = upsert("scores", ["customer_id"], customer_id="text", body="bytea")
_SCORES_OF_NOBODY: Final = """
DELETE FROM scores WHERE customer_id IN ?? AND NOT EXISTS (SELECT 1 FROM customers WHERE id = scores.customer_id)"""
_IDENTIFIERS = upsert(
    "identifiers", ["id"], id="bigint", namespace="text", value="text", customer_id="text", first_seq="bigint",
    first_us="bigint", beside="text", shared="bigint",
)  # fmt: skip
_PAIR = {"a_namespace": "text", "a_value": "text", "b_namespace": "text", "b_value": "text"}
_REFUSALS = Insert(
    "refusals",
    (*_PAIR.items(), ("reason", "text"), ("first_seq", "bigint"), ("last_seq", "bigint"), ("times", "bigint")),
    "(a_namespace, a_value, b_namespace, b_value) DO UPDATE SET"
    " reason = excluded.reason, last_seq = excluded.last_seq, times = refusals.times + excluded.times",
    key=len(_PAIR),
)
_REVIEW: Final = {
    **_PAIR, "status": "text", "probability": "float8", "weight": "float8", "evidence": "bytea", "found_at": "bigint",
    "decided_at": "bigint", "decided_by": "text",
}  # fmt: skip
REVIEW_COLUMNS: Final = tuple(_REVIEW)
"""What a probable link is read from."""
_ANY_REVIEW: Final = upsert("reviews", list(_PAIR), **_REVIEW, id="text")
_OPEN_REVIEWS: Final = msgspec.structs.replace(
    _ANY_REVIEW, on_conflict=f"{_ANY_REVIEW.on_conflict} WHERE reviews.status = 'open'"
)
_LINKS = Insert(
    "links",
    (
        ("kind", "text"), ("a_namespace", "text"), ("a_value", "text"), ("b_namespace", "text"), ("b_value", "text"),
        ("rule", "text"), ("actor", "text"), ("evidence", "text"), ("time_us", "bigint"), ("event_seq", "bigint"),
    ),
)  # fmt: skip
_ALIASES = upsert("aliases", ["alias"], alias="text", customer_id="text")
_PROFILES = upsert("customers", ["id"], id="text", profile="bytea")
_OWNED = Insert("owned", (("identifier_id", "bigint"), ("seq", "bigint")), "DO NOTHING")
_OFFERS = upsert(
    "offers", ["decision_id", "action"], decision_id="text", action="text", customer_id="text", made_at="bigint",
    closes_at="bigint", outcome="text", value="float8", settled_seq="bigint",
)  # fmt: skip
_CURSORS = upsert("cursors", ["id"], id="bigint", event="bigint", decision="bigint")
_MODELS = upsert(
    "models", ["name", "version"], name="text", version="bigint", created_at="bigint", settled_seq="bigint",
    body="bytea",
)  # fmt: skip
_KEYS = upsert(
    "api_keys", ["id"], id="text", digest="text", scopes="text", label="text", created_at="bigint",
    revoked_at="bigint",
)  # fmt: skip
REJECTIONS_KEPT: Final = 100_000
_REJECTIONS = Insert(
    "rejections",
    (("rejected_at", "bigint"), ("source", "text"), ("message_id", "text"), ("reason", "text"), ("body", "bytea")),
)
_STATE = upsert("state", ["name"], name="text", value="bytea")


def apply(tx: Transaction, batch: FoldBatch) -> None:
    """One step of the fold, its cursors included."""
    _insert(tx, _IDENTIFIERS, [_identifier(row) for row in batch.identifiers])
    _insert(tx, _LINKS, [_link(link) for link in batch.links])
    _refusals(tx, batch)
    _profiles(tx, batch)
    _insert(tx, _SCORES, batch.scores)
    _insert(tx, _OWNED, batch.owned)
    _insert(tx, _OFFERS, [_offer(offer) for offer in batch.offers])
    _insert(tx, _STATE, list(batch.state.items()))
    cursors(tx, Cursors(batch.event_cursor, batch.decision_cursor))


def cursors(tx: Transaction, reached: Cursors) -> None:
    """How far the fold has come."""
    tx.insert(_CURSORS, [(1, reached.event, reached.decision)])


def scores(tx: Transaction, rows: Sequence[tuple[str, bytes]]) -> int:
    """Scores of several customers; returns how many were given. Who left meanwhile gets none."""
    _insert(tx, _SCORES, rows)
    tx.execute(_SCORES_OF_NOBODY, [customer_id for customer_id, _ in rows])
    return len(rows)


def model(tx: Transaction, row: ModelRow) -> None:
    """A version of a model; saving it again (after a failure whose outcome was unclear) changes nothing else."""
    tx.insert(_MODELS, [(row.name, row.version, row.created_at, row.settled_seq, row.body)])


def key(tx: Transaction, row: KeyRow) -> None:
    """An API key."""
    tx.insert(_KEYS, [(row.id, row.digest, " ".join(row.scopes), row.label, row.created_at, row.revoked_at)])


def state(tx: Transaction, name: str, value: bytes) -> None:
    """A small named value."""
    tx.insert(_STATE, [(name, value)])


def states(tx: Transaction, gone: list[str], kept: Mapping[str, bytes]) -> None:
    """Forgets small named values and sets others."""
    tx.execute("DELETE FROM state WHERE name IN ??", gone)
    _insert(tx, _STATE, list(kept.items()))


def identifiers(tx: Transaction, rows: Sequence[IdentifierRow]) -> None:
    """New or changed identifiers."""
    _insert(tx, _IDENTIFIERS, [_identifier(row) for row in rows])


def rejections(tx: Transaction, rows: Sequence[RejectionRow]) -> None:
    """Refused calls; only the newest ``REJECTIONS_KEPT`` stay."""
    _insert(tx, _REJECTIONS, [_rejection(row) for row in rows])
    tx.execute("DELETE FROM rejections WHERE id <= (SELECT max(id) FROM rejections) - ?", REJECTIONS_KEPT)


def drop_rejections(tx: Transaction, before: int) -> int:
    """Forgets the refused calls that came before a moment; returns how many."""
    return _drop(tx, "rejections WHERE rejected_at < ?", before)


def drop_models(tx: Transaction, name: str, before: int) -> int:
    """Forgets the versions of a model before one; returns how many."""
    return _drop(tx, "models WHERE name = ? AND version < ?", name, before)


def _drop(tx: Transaction, what: str, *parameters: Any) -> int:
    gone = int(tx.rows(f"SELECT COUNT(*) FROM {what}", *parameters)[0][0])  # noqa: S608 - a text from above
    tx.execute(f"DELETE FROM {what}", *parameters)  # noqa: S608 - a text from above
    return gone


def retract(tx: Transaction, seqs: list[int]) -> int:
    """Deletes events from the log; returns how many it held."""
    held = tx.rows("SELECT COUNT(*) FROM events WHERE seq IN ??", seqs)[0][0]
    tx.execute("DELETE FROM events WHERE seq IN ??", seqs)
    return int(held)


def nothing(tx: Transaction) -> None:
    """A change that changes nothing, and that a read-only database refuses all the same."""
    tx.execute("DELETE FROM state WHERE name = ''")


def reset_projection(tx: Transaction) -> None:
    """Forgets what the log can rebuild; log, decisions, keys, reviews and other small values stay.

    A model that learnt from settled offers goes with them; one that learnt from records (probable links) stays. So do
    the scores: they are the last refresh's, and the replay gives the same customers the same ids.
    """
    for table in ("identifiers", "refusals", "aliases", "customers", "owned", "offers", "cursors"):
        tx.execute(f"DELETE FROM {table}")  # noqa: S608 - a name from the line above
    tx.execute("DELETE FROM models WHERE settled_seq > 0")
    tx.execute("DELETE FROM links WHERE event_seq > 0")
    tx.execute("DELETE FROM state WHERE substr(name, 1, ?) = ?", len(PROJECTION_STATE), PROJECTION_STATE)


def decision(row: DecisionRow) -> Row:
    """A decision as the columns of ``DECISIONS``; the database gives the ``seq``."""
    return row.id, row.customer_id, row.slot, row.made_at, row.body


def _insert(tx: Transaction, insert: Insert, rows: Sequence[Row]) -> None:
    if rows:
        tx.insert(insert, rows)


def reviews(tx: Transaction, rows: Sequence[ReviewRow]) -> None:
    """Probable links, each pair once; what was decided stays."""
    _insert(tx, _OPEN_REVIEWS, [_review(row) for row in rows])


def settle_review(tx: Transaction, row: ReviewRow, was: str) -> Row | None:
    """What was decided of a pair whose status is ``was``; returns the columns ``REVIEW_COLUMNS`` after that."""
    tx.execute(
        "UPDATE reviews SET status = ?, evidence = ?, decided_at = ?, decided_by = ? WHERE id = ? AND status = ?",
        row.status,
        row.evidence,
        row.decided_at,
        row.decided_by,
        row.id,
        was,
    )
    found = tx.rows(f"SELECT {', '.join(REVIEW_COLUMNS)} FROM reviews WHERE id = ?", row.id)  # noqa: S608 - names above
    return found[0] if found else None


def drop_reviews(tx: Transaction, ids: Sequence[str]) -> None:
    """Deletes those of these pairs about which nobody decided."""
    for one in ids:
        tx.execute("DELETE FROM reviews WHERE id = ? AND status = 'open'", one)


def _refusals(tx: Transaction, batch: FoldBatch) -> None:
    """Refused joins; those of identifiers that were stitched anew make room first."""
    for one in batch.restitched:
        tx.execute("DELETE FROM refusals WHERE a_namespace = ? AND a_value = ?", one.namespace, one.value)
        tx.execute("DELETE FROM refusals WHERE b_namespace = ? AND b_value = ?", one.namespace, one.value)
    _insert(tx, _REFUSALS, [_refusal(row) for row in batch.refusals])


def _profiles(tx: Transaction, batch: FoldBatch) -> None:
    """Profiles, then aliases, then removals: who has a profile answers for himself, who was removed has none."""
    if batch.dissolved:
        tx.execute("DELETE FROM aliases WHERE customer_id IN ??", batch.dissolved)
        tx.execute("DELETE FROM customers WHERE id IN ??", batch.dissolved)
        tx.execute("DELETE FROM scores WHERE customer_id IN ??", batch.dissolved)
    if batch.profiles:
        _insert(tx, _PROFILES, batch.profiles)
        tx.execute("DELETE FROM aliases WHERE alias IN ??", [customer_id for customer_id, _ in batch.profiles])
    if batch.aliases:
        _insert(tx, _ALIASES, _current(tx, dict(batch.aliases)))
    if batch.removed:
        tx.execute("DELETE FROM customers WHERE id IN ??", batch.removed)
        tx.execute("DELETE FROM scores WHERE customer_id IN ??", batch.removed)


def _current(tx: Transaction, moved: dict[str, str]) -> list[Row]:
    """The aliases to write so that every former id leads in one step to the customer who answers for it now."""
    onward: dict[str, str] = dict(
        tx.rows("SELECT alias, customer_id FROM aliases WHERE alias IN ??", list(set(moved.values())))
    )
    leading = tx.rows("SELECT alias, customer_id FROM aliases WHERE customer_id IN ??", list(moved))
    onward.update(leading)
    onward.update(moved)
    return [(alias, _end(alias, onward)) for alias in {**dict(leading), **moved}]


def _end(alias: str, onward: dict[str, str]) -> str:
    passed = {alias}
    target = onward[alias]
    while target in onward and target not in passed:
        passed.add(target)
        target = onward[target]
    return target


def _rejection(row: RejectionRow) -> Row:
    return row.rejected_at, _legible(row.source), _legible(row.message_id), _legible(row.reason), row.body


def _legible(text: str) -> str:
    """A refused call may hold what no database keeps as text: NUL, or half a surrogate pair."""
    return text.replace("\x00", "\ufffd").encode(errors="replace").decode()


def _identifier(row: IdentifierRow) -> Row:
    return (row.id, row.identifier.namespace, row.identifier.value, row.customer_id, row.first_seq, row.first_us,
            " ".join(row.beside), int(row.shared))  # fmt: skip


def _refusal(row: Refusal) -> Row:
    return (row.a.namespace, row.a.value, row.b.namespace, row.b.value, row.reason, row.first_seq, row.last_seq,
            row.times)  # fmt: skip


def _review(row: ReviewRow) -> Row:
    return (row.a.namespace, row.a.value, row.b.namespace, row.b.value, row.status, row.probability, row.weight,
            row.evidence, row.found_at, row.decided_at, row.decided_by, row.id)  # fmt: skip


def _link(link: Link) -> Row:
    return (link.kind, link.a.namespace, link.a.value, link.b.namespace, link.b.value, link.rule, link.actor,
            link.evidence, link.time_us, link.event_seq)  # fmt: skip


def _offer(offer: Offer) -> Row:
    return (offer.decision_id, offer.action, offer.customer_id, offer.made_at, offer.closes_at, offer.outcome,
            offer.value, offer.settled_seq)  # fmt: skip
