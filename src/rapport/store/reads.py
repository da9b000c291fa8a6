"""Every question the loop asks the online plane, in SQL that both databases understand."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any, ClassVar, Final

from rapport.core.customer import CustomerRow, IdentifierRow
from rapport.core.decision import DecisionRow, Offer
from rapport.core.event import StoredEvent
from rapport.core.identifier import Identifier, Link, Refusal
from rapport.ports.store import Cursors, KeyRow, ModelRow, RejectionRow, ReviewRow, Suppression
from rapport.store.sql import Row
from rapport.store.writes import REVIEW_COLUMNS

_CUSTOMER: Final = "SELECT c.id, c.profile, s.body FROM customers c LEFT JOIN scores s ON s.customer_id = c.id"
_FIND: Final = """
SELECT c.id, c.profile, s.body, i.shared FROM identifiers i JOIN customers c ON c.id = i.customer_id
LEFT JOIN scores s ON s.customer_id = c.id WHERE i.namespace = ? AND i.value = ?"""
_IDENTIFIER: Final = "SELECT id, namespace, value, customer_id, first_seq, first_us, beside, shared FROM identifiers"
_LINK: Final = """
SELECT id, kind, a_namespace, a_value, b_namespace, b_value, rule, actor, evidence, time_us, event_seq FROM links"""
_APART: Final = f"""{_LINK} AS n WHERE n.kind = 'never' AND NOT EXISTS (
SELECT 1 FROM links AS l WHERE l.a_namespace = n.a_namespace AND l.a_value = n.a_value
AND l.b_namespace = n.b_namespace AND l.b_value = n.b_value
AND l.kind = 'link' AND l.rule = 'manual' AND l.event_seq > n.event_seq) ORDER BY n.id"""  # noqa: S608 - a text from above
_PAIR: Final = "a_namespace, a_value, b_namespace, b_value"
_REFUSAL: Final = """
SELECT a_namespace, a_value, b_namespace, b_value, reason, first_seq, last_seq, times FROM refusals"""
_REVIEW: Final = f"SELECT {', '.join(REVIEW_COLUMNS)} FROM reviews"  # noqa: S608 - names from this package
_DECISION: Final = "SELECT id, customer_id, slot, made_at, body, seq FROM decisions"
_OFFER: Final = """
SELECT decision_id, action, customer_id, made_at, closes_at, outcome, value, settled_seq FROM offers"""
_EVENTS_OF: Final = "SELECT seq, body FROM events WHERE seq IN (SELECT seq FROM owned WHERE identifier_id IN ??{})"
_PARTS_A_QUERY: Final = 64
_MODEL: Final = "SELECT name, version, created_at, settled_seq, body FROM models WHERE name = ?"


class Reads(ABC):
    """The reading half of the store; a database supplies ``rows``."""

    holds: ClassVar[str]
    """Whether ``body`` contains some bytes, as this database says it."""
    says: ClassVar[str]
    """Whether ``body`` as text contains what ``said`` makes of one; letters of ASCII may be large or small."""

    @staticmethod
    @abstractmethod
    def said(text: str) -> str:
        """A text as ``says`` takes it."""

    @abstractmethod
    def rows(self, sql: str, *parameters: Any) -> list[Row]:
        """Rows of a query as of now, from any thread; a collection as parameter belongs to ``IN ??``."""

    def read_log(self, after: int, limit: int) -> list[StoredEvent]:
        """Events with ``seq > after``, in order."""
        found = self.rows("SELECT seq, body FROM events WHERE seq > ? ORDER BY seq LIMIT ?", after, limit)
        return [StoredEvent(*row) for row in found]

    def last_seq(self) -> int:
        """The newest committed ``seq``; 0 when the log is empty."""
        return int(self.rows("SELECT max(seq) FROM events")[0][0] or 0)

    def events_of(self, identifier_ids: Collection[int], before: int = 0, limit: int = 0) -> list[StoredEvent]:
        """The events that belong to these identifiers, oldest first; ``before``/``limit`` page from the newest."""
        sql = _EVENTS_OF.format(" AND seq < ?" if before else "")
        parameters: list[Any] = [_listed(identifier_ids)]
        if before:
            parameters.append(before)
        if limit:
            sql, parameters = f"{sql} ORDER BY seq DESC LIMIT ?", [*parameters, limit]
        return sorted((StoredEvent(*row) for row in self.rows(sql, *parameters)), key=lambda event: event.seq)

    def events_holding(self, parts: Sequence[bytes], after: int = 0) -> list[StoredEvent]:
        """Events after a position whose JSON contains any of these texts, in order; reads the whole log.

        Letters of ASCII may be large or small.
        """
        sql = "SELECT seq, body FROM events WHERE seq > ?"
        said = [self.said(part.decode()) for part in parts]
        found = {row[0]: row for row in self._holding(sql, self.says, said, after)}
        return [StoredEvent(*found[seq]) for seq in sorted(found)]

    def decisions_holding(self, parts: Sequence[bytes]) -> list[DecisionRow]:
        """Decisions whose record contains any of these bytes, in order; reads all of them."""
        found = {row[5]: row for row in self._holding(f"{_DECISION} WHERE seq > ?", self.holds, parts, 0)}
        return [DecisionRow(*found[seq]) for seq in sorted(found)]

    def suppressions(self) -> list[Suppression]:
        """The hashed identifiers of everybody who was erased."""
        found = self.rows("SELECT hash, entry, erased_at FROM suppressions ORDER BY erased_at, entry, hash")
        return [Suppression(*row) for row in found]

    def scan_identifiers(self, after: int = 0, limit: int = 1000) -> list[IdentifierRow]:
        """Identifiers by number, after a number."""
        return [_identifier(row) for row in self.rows(f"{_IDENTIFIER} WHERE id > ? ORDER BY id LIMIT ?", after, limit)]

    def _holding(self, sql: str, test: str, parts: Sequence[bytes | str], after: int) -> Iterable[Row]:
        """Rows of a query whose ``body`` passes a test for any of some parts."""
        for start in range(0, len(parts), _PARTS_A_QUERY):
            some = parts[start : start + _PARTS_A_QUERY]
            condition = " OR ".join([test] * len(some))
            yield from self.rows(f"{sql} AND ({condition})", after, *some)

    def events_at(self, seqs: Collection[int]) -> list[StoredEvent]:
        """The events at these positions, in order; those that are gone are left out."""
        found = self.rows("SELECT seq, body FROM events WHERE seq IN ?? ORDER BY seq", _listed(seqs))
        return [StoredEvent(*row) for row in found]

    def rejections(self, limit: int = 100) -> list[RejectionRow]:
        """The newest refused calls, newest first."""
        sql = "SELECT rejected_at, source, message_id, reason, body, id FROM rejections ORDER BY id DESC LIMIT ?"
        return [RejectionRow(*row) for row in self.rows(sql, limit)]

    def cursors(self) -> Cursors:
        """How far the fold has come."""
        found = self.rows("SELECT event, decision FROM cursors WHERE id = 1")
        return Cursors(*found[0]) if found else Cursors(0, 0)

    def identifiers(self, wanted: Collection[Identifier]) -> dict[Identifier, IdentifierRow]:
        """Those of the wanted that are known."""
        sql = f"{_IDENTIFIER} WHERE namespace = ? AND value IN ??"
        found = (row for namespace, values in _by_namespace(wanted) for row in self.rows(sql, namespace, values))
        return {row.identifier: row for row in map(_identifier, found)}

    def identifiers_of(self, customer_ids: Collection[str]) -> list[IdentifierRow]:
        """All identifiers of these customers, by ``id``."""
        found = self.rows(f"{_IDENTIFIER} WHERE customer_id IN ?? ORDER BY id", _listed(customer_ids))
        return [_identifier(row) for row in found]

    def next_identifier_id(self) -> int:
        """The number for the next new identifier (the fold holds the lease, so it may count on from here)."""
        return int(self.rows("SELECT max(id) FROM identifiers")[0][0] or 0) + 1

    def links_of(self, identifiers: Collection[Identifier]) -> list[Link]:
        """The ledger's lines that touch any of these, oldest first."""
        sql = f"{_LINK} WHERE a_namespace = ? AND a_value IN ?? UNION {_LINK} WHERE b_namespace = ? AND b_value IN ??"
        found: dict[int, Row] = {}
        for namespace, values in _by_namespace(identifiers):
            found.update((row[0], row) for row in self.rows(sql, namespace, values, namespace, values))
        return [_link(found[number]) for number in sorted(found)]

    def links_apart(self) -> list[Link]:
        """The ledger's ``never`` lines that no later link by hand ended, oldest first."""
        return [_link(row) for row in self.rows(_APART)]

    def links_withdrawn(self) -> list[Link]:
        """The ledger's ``unlink`` lines, oldest first."""
        return [_link(row) for row in self.rows(f"{_LINK} WHERE kind = 'unlink' ORDER BY id")]

    def identifiers_shared(self) -> list[IdentifierRow]:
        """The quarantined identifiers, by ``id``."""
        return [_identifier(row) for row in self.rows(f"{_IDENTIFIER} WHERE shared <> 0 ORDER BY id")]

    def identifiers_numbered(self, ids: Collection[int]) -> list[IdentifierRow]:
        """Identifiers by number."""
        return [_identifier(row) for row in self.rows(f"{_IDENTIFIER} WHERE id IN ?? ORDER BY id", _listed(ids))]

    def refusals_of(self, identifiers: Collection[Identifier]) -> list[Refusal]:
        """The refused joins that touch any of these, oldest first."""
        found = self._pairs_of(_REFUSAL, identifiers)
        return sorted((_refusal(row) for row in found), key=lambda refusal: (refusal.first_seq, refusal.a, refusal.b))

    def refusals(self, limit: int = 1000) -> list[Refusal]:
        """The refused joins that came most often, those first."""
        sql = f"{_REFUSAL} ORDER BY times DESC, first_seq, {_PAIR} LIMIT ?"
        return [_refusal(row) for row in self.rows(sql, limit)]

    def refusals_counted(self, limit: int = 1000) -> list[tuple[Identifier, str, int]]:
        """Who was refused most different identifiers, for which reason, and how many."""
        sql = """SELECT a_namespace, a_value, reason, COUNT(*) FROM refusals
        GROUP BY a_namespace, a_value, reason ORDER BY COUNT(*) DESC, a_namespace, a_value, reason LIMIT ?"""
        found = self.rows(sql, limit)
        return [(Identifier(namespace, value), reason, count) for namespace, value, reason, count in found]

    def reviews(self, status: str = "", limit: int = 100, after: tuple[float, str] | None = None) -> list[ReviewRow]:
        """Probable links of a status (empty: any), the most probable first; ``after`` a (probability, id)."""
        wanted = "WHERE status = ?" if status else "WHERE status <> ?"
        parameters: list[Any] = [status]
        if after is not None:
            wanted += " AND (probability < ? OR (probability = ? AND id > ?))"
            parameters += [after[0], *after]
        sql = f"{_REVIEW} {wanted} ORDER BY probability DESC, id LIMIT ?"
        return [read_review(row) for row in self.rows(sql, *parameters, limit)]

    def reviews_counted(self) -> dict[str, int]:
        """Status → how many probable links have it."""
        return {row[0]: row[1] for row in self.rows("SELECT status, COUNT(*) FROM reviews GROUP BY status")}

    def review(self, review_id: str) -> ReviewRow | None:
        """A probable link by its id."""
        found = self.rows(f"{_REVIEW} WHERE id = ?", review_id)
        return read_review(found[0]) if found else None

    def reviews_of(self, identifiers: Collection[Identifier]) -> list[ReviewRow]:
        """The probable links that touch any of these, the most probable first."""
        found = map(read_review, self._pairs_of(_REVIEW, identifiers))
        return sorted(found, key=lambda review: (-review.probability, review.a, review.b))

    def find(self, identifier: Identifier) -> CustomerRow | None:
        """The customer who owns an identifier, in one statement."""
        found = self.rows(_FIND, identifier.namespace, identifier.value)
        return _customer(found[0]) if found else None

    def customer(self, customer_id: str) -> CustomerRow | None:
        """A customer by id or alias."""
        found = self.rows(f"{_CUSTOMER} WHERE c.id = ?", customer_id) or self.rows(
            f"{_CUSTOMER} JOIN aliases a ON a.customer_id = c.id WHERE a.alias = ?", customer_id
        )
        return _customer(found[0]) if found else None

    def customers(self, customer_ids: Collection[str]) -> dict[str, CustomerRow]:
        """Several customers by current id."""
        found = self.rows(f"{_CUSTOMER} WHERE c.id IN ??", _listed(customer_ids))
        return {row[0]: _customer(row) for row in found}

    def scores_of(self, customer_ids: Collection[str]) -> dict[str, bytes]:
        """The scores (JSON) of those of these customers who have any, by current id."""
        found = self.rows("SELECT customer_id, body FROM scores WHERE customer_id IN ??", _listed(customer_ids))
        return {row[0]: bytes(row[1]) for row in found}

    def aliases_of(self, customer_id: str) -> list[str]:
        """Former ids that now lead to this customer, in id order."""
        return [
            row[0] for row in self.rows("SELECT alias FROM aliases WHERE customer_id = ? ORDER BY alias", customer_id)
        ]

    def scan_customers(self, after: str = "", limit: int = 1000) -> list[CustomerRow]:
        """Customers in id order, after an id."""
        return [_customer(row) for row in self.rows(f"{_CUSTOMER} WHERE c.id > ? ORDER BY c.id LIMIT ?", after, limit)]

    def count_customers(self) -> int:
        """How many customers there are."""
        return int(self.rows("SELECT count(*) FROM customers")[0][0])

    def decision(self, decision_id: str) -> DecisionRow | None:
        """A decision by id."""
        found = self.rows(f"{_DECISION} WHERE id = ?", decision_id)
        return DecisionRow(*found[0]) if found else None

    def decisions_of(self, customer_ids: Collection[str], limit: int = 50) -> list[DecisionRow]:
        """The newest decisions for these customer ids (pass the aliases too), newest first."""
        found = self.rows(
            f"{_DECISION} WHERE customer_id IN ?? ORDER BY seq DESC LIMIT ?", _listed(customer_ids), limit
        )
        return [DecisionRow(*row) for row in found]

    def read_decisions(self, after: int, limit: int) -> list[DecisionRow]:
        """Decisions with ``seq > after``, in order."""
        return [DecisionRow(*row) for row in self.rows(f"{_DECISION} WHERE seq > ? ORDER BY seq LIMIT ?", after, limit)]

    def offers_of(self, customer_ids: Collection[str], open_only: bool = False, since: int = -1) -> list[Offer]:
        """Offers to these customers, oldest first; only those made after a moment (µs)."""
        unsettled = " AND outcome = ''" if open_only else ""
        sql = f"{_OFFER} WHERE customer_id IN ?? AND made_at > ?{unsettled} ORDER BY made_at, decision_id, action"
        return self._offers(sql, _listed(customer_ids), since)

    def offers(self, decision_ids: Collection[str]) -> list[Offer]:
        """The offers of these decisions, oldest decision first."""
        return self._offers(f"{_OFFER} WHERE decision_id IN ?? ORDER BY decision_id, action", _listed(decision_ids))

    def offers_closing(self, before: int, limit: int) -> list[Offer]:
        """Open offers whose window closed before a moment (µs), oldest first."""
        sql = f"{_OFFER} WHERE outcome = '' AND closes_at < ? ORDER BY closes_at, decision_id, action LIMIT ?"
        return self._offers(sql, before, limit)

    def offers_settled(self, after_seq: int, limit: int) -> list[Offer]:
        """Settled offers with ``settled_seq > after_seq``, in that order.

        One event may settle several offers: those of the last event come complete, even beyond ``limit``, so that
        the next page may start after it.
        """
        order = "ORDER BY settled_seq, decision_id, action"
        found = self._offers(f"{_OFFER} WHERE settled_seq > ? {order} LIMIT ?", after_seq, limit)
        if not found or len(found) < limit:
            return found
        last = found[-1].settled_seq
        complete = self._offers(f"{_OFFER} WHERE settled_seq = ? {order}", last)
        return [offer for offer in found if offer.settled_seq < last] + complete

    def model(self, name: str, version: int = 0) -> ModelRow | None:
        """A version of a model; 0 for the newest."""
        newest = f"{_MODEL} ORDER BY version DESC LIMIT 1"
        found = self.rows(f"{_MODEL} AND version = ?", name, version) if version else self.rows(newest, name)
        return ModelRow(*found[0]) if found else None

    def model_versions(self) -> dict[str, list[int]]:
        """The stored versions of every model, the oldest first."""
        found: defaultdict[str, list[int]] = defaultdict(list)
        for name, version in self.rows("SELECT name, version FROM models ORDER BY name, version"):
            found[name].append(version)
        return dict(found)

    def count_rejections(self, before: int) -> int:
        """How many refused calls came before a moment (µs)."""
        return int(self.rows("SELECT count(*) FROM rejections WHERE rejected_at < ?", before)[0][0])

    def keys(self) -> list[KeyRow]:
        """All API keys, oldest first."""
        found = self.rows(
            "SELECT id, digest, scopes, label, created_at, revoked_at FROM api_keys ORDER BY created_at, id"
        )
        return [KeyRow(key, digest, tuple(scopes.split()), *rest) for key, digest, scopes, *rest in found]

    def state(self, name: str) -> bytes | None:
        """A small named value (import receipts, refresh marks, counters)."""
        found = self.rows("SELECT value FROM state WHERE name = ?", name)
        return found[0][0] if found else None

    def states(self, prefix: str) -> dict[str, bytes]:
        """All small named values whose name starts so, in name order."""
        sql = "SELECT name, value FROM state WHERE substr(name, 1, ?) = ? ORDER BY name"
        return {row[0]: row[1] for row in self.rows(sql, len(prefix), prefix)}

    def _pairs_of(self, select: str, identifiers: Collection[Identifier]) -> list[Row]:
        """Rows about two identifiers of which at least one is given, each once."""
        sql = f"{select} WHERE a_namespace = ? AND a_value IN ?? UNION {select} WHERE b_namespace = ? AND b_value IN ??"
        found: dict[Row, Row] = {}
        for namespace, values in _by_namespace(identifiers):
            found.update((row[:4], row) for row in self.rows(sql, namespace, values, namespace, values))
        return list(found.values())

    def _offers(self, sql: str, *parameters: Any) -> list[Offer]:
        return [_offer(row) for row in self.rows(sql, *parameters)]


def _listed(values: Iterable[Any]) -> list[Any]:
    return list(values)


def _by_namespace(identifiers: Collection[Identifier]) -> Iterable[tuple[str, list[str]]]:
    """The values wanted, one list a namespace, so that each is one statement."""
    grouped: defaultdict[str, list[str]] = defaultdict(list)
    for identifier in identifiers:
        grouped[identifier.namespace].append(identifier.value)
    return grouped.items()


def _identifier(row: Row) -> IdentifierRow:
    number, namespace, value, customer_id, first_seq, first_us, beside, shared = row
    seen = tuple(beside.split()) if beside else ()
    return IdentifierRow(number, Identifier(namespace, value), customer_id, first_seq, first_us, seen, shared != 0)


def _refusal(row: Row) -> Refusal:
    a_namespace, a_value, b_namespace, b_value, reason, first_seq, last_seq, times = row
    return Refusal(a=Identifier(a_namespace, a_value), b=Identifier(b_namespace, b_value), reason=reason,
                   first_seq=first_seq, last_seq=last_seq, times=times)  # fmt: skip


def read_review(row: Row) -> ReviewRow:
    """A probable link, of the columns ``REVIEW_COLUMNS``."""
    a_namespace, a_value, b_namespace, b_value, *rest = row
    return ReviewRow(Identifier(a_namespace, a_value), Identifier(b_namespace, b_value), *rest)


def _link(row: Row) -> Link:
    _, kind, a_namespace, a_value, b_namespace, b_value, rule, actor, evidence, time_us, event_seq = row
    return Link(kind=kind, a=Identifier(a_namespace, a_value), b=Identifier(b_namespace, b_value), rule=rule,
                actor=actor, evidence=evidence, time_us=time_us, event_seq=event_seq)  # fmt: skip


def _customer(row: Row) -> CustomerRow:
    return CustomerRow(row[0], row[1], row[2] or b"{}", len(row) > 3 and row[3] != 0)


def _offer(row: Row) -> Offer:
    decision_id, action, customer_id, made_at, closes_at, outcome, value, settled_seq = row
    return Offer(decision_id=decision_id, action=action, customer_id=customer_id, made_at=made_at, closes_at=closes_at,
                 outcome=outcome, value=value, settled_seq=settled_seq)  # fmt: skip
