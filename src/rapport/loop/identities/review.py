"""Probable links that a person is asked about: the queue, one pair with all that speaks for and against, the answer.

An answer is given once. ``accept`` writes a link by hand into the log, where it is folded like any other act;
``refuse`` keeps the pair from being proposed again, and with ``never`` tells the two apart whatever events show. Of two
stewards who answer at once the first prevails, and the second is told who that was.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any, Final, Literal, NoReturn

import msgspec

from rapport.core.acts import MANUAL, Act, ActKind, act_event
from rapport.core.errors import Conflict, InvalidInput, NotFound, did_you_mean
from rapport.core.event import entry
from rapport.core.identifier import Identifier
from rapport.core.time import iso
from rapport.identify.link.waterfall import Waterfall
from rapport.loop.identities.identity import settle
from rapport.loop.runtime import Runtime
from rapport.loop.who import CUSTOMER_ID, identifier_of
from rapport.ports.store import ReviewRow

Status = Literal["open", "linked", "refused"]
STATUSES: Final[tuple[Status, ...]] = ("open", "linked", "refused")
PAGE_MAX: Final = 500
_BECAUSE: Final = "because"
_NEVER: Final = "never"
_REASON: Final = "reason"


def queue(rt: Runtime, status: str = "open", limit: int = 50, cursor: str = "") -> dict[str, Any]:
    """A page of pairs, the most probable first: ``{"data": […], "next_cursor": …}``; pass the cursor back.

    Raises ``InvalidInput`` for an unknown status (empty: any), a limit out of bounds or a strange cursor.
    """
    if status and status not in STATUSES:
        raise InvalidInput(f"unknown status '{status}'", where="status", hint=did_you_mean(status, STATUSES))
    if not 1 <= limit <= PAGE_MAX:
        raise InvalidInput(f"limit {limit}", where="limit", hint=f"ask for 1 to {PAGE_MAX}")
    rows = rt.store.reviews(status, limit, _place(cursor) if cursor else None)
    last = _cursor(rows[-1]) if len(rows) == limit else None
    return {"data": [_told(row, customers) for row, customers in _with_customers(rt, rows)], "next_cursor": last}


def show(rt: Runtime, review_id: str) -> dict[str, Any]:
    """One pair: what the queue says of it, and the account of every field (``evidence``)."""
    row = _found(rt, review_id)
    ((_, customers),) = _with_customers(rt, [row])
    return _told(row, customers) | {"evidence": _evidence(row)}


def account(rt: Runtime, review_id: str) -> Waterfall | None:
    """What speaks for and against one person, as it was when the pair was found; None where it was not kept."""
    return waterfall(_found(rt, review_id).evidence)


def accept(rt: Runtime, review_id: str, *, actor: str, because: str = "") -> dict[str, Any]:
    """Says that both are one person, and waits until that is folded; doing it again changes nothing.

    Raises ``NotFound``, ``Conflict`` when the pair was refused before or told apart, ``Busy`` when the fold takes too
    long.
    """
    _refuse_apart(rt, review_id)
    row = _decide(rt, review_id, "linked", actor=actor, said={_BECAUSE: because})
    _act(rt, row, "link")
    return _outcome(rt, row, actor)


def refuse(rt: Runtime, review_id: str, *, actor: str, because: str = "", never: bool = False) -> dict[str, Any]:
    """Says that this pair is not to be proposed again; with ``never``, that they are two people whatever events show.

    Raises ``NotFound``, ``Conflict`` when the pair was linked before, ``Busy`` when the fold takes too long.
    """
    row = _decide(rt, review_id, "refused", actor=actor, said={_BECAUSE: because, _NEVER: never})
    if never or _said(row).get(_NEVER):
        _act(rt, row, "never")
    return _outcome(rt, row, actor)


def find(rt: Runtime, a: dict[str, str], b: dict[str, str]) -> str:
    """The id of the pair that two customers (each by any of their names) stand in; raises ``NotFound``."""
    owners = [_names(rt, who) for who in (a, b)]
    for row in rt.store.reviews_of(owners[0]):
        if (row.a in owners[0] and row.b in owners[1]) or (row.b in owners[0] and row.a in owners[1]):
            return row.id
    raise NotFound("these two are in no review", hint="rapport identity review list shows who is")


def waterfall(evidence: bytes) -> Waterfall | None:
    """The account that a pair's evidence holds; None for evidence of another kind."""
    try:
        return msgspec.json.decode(evidence, type=Waterfall)
    except msgspec.MsgspecError:
        return None


def _names(rt: Runtime, who: dict[str, str]) -> set[Identifier]:
    asked = identifier_of(rt, who)
    found = rt.store.customer(asked.value) if asked.namespace == CUSTOMER_ID else rt.store.find(asked)
    if found is None:
        raise NotFound(f"no customer with {asked}", hint="check the spelling")
    return {row.identifier for row in rt.store.identifiers_of([found.id])}


def _found(rt: Runtime, review_id: str) -> ReviewRow:
    row = rt.store.review(review_id)
    if row is None:
        raise NotFound(f"no review {review_id}", where="id", hint="rapport identity review list shows them")
    return row


def _decide(rt: Runtime, review_id: str, status: Status, *, actor: str, said: dict[str, Any]) -> ReviewRow:
    """The pair as it stands once this answer, or one before it, counts."""
    row = _found(rt, review_id)
    if row.status == "open":
        decided = msgspec.structs.replace(
            row, status=status, decided_at=rt.clock.now_us(), decided_by=actor, evidence=_with(row.evidence, said)
        )
        now = rt.store.settle_review(decided).result()
        if now is None:
            raise NotFound(f"no review {review_id} any more", hint="one of the two was erased just now")
        row = now
    if row.status != status:
        _refuse(row)
    return row


def _refuse(row: ReviewRow) -> NoReturn:
    was = f"{row.decided_by or 'somebody'} {'linked' if row.status == 'linked' else 'refused'} this pair"
    undo = "identity unmerge" if row.status == "linked" else "identity merge"
    raise Conflict(
        f"{was} at {iso(row.decided_at)}", where=row.id, hint=f"to say otherwise: rapport {undo} {_asked(row)}"
    )


def _asked(row: ReviewRow) -> str:
    """Both as the command line names them."""
    return " ".join(f"{one.namespace}={one.value}" for one in (row.a, row.b))


def _refuse_apart(rt: Runtime, review_id: str) -> None:
    row = _found(rt, review_id)
    for line in rt.store.links_apart() if row.status == "open" else []:
        if {line.a, line.b} == {row.a, row.b}:
            raise Conflict(
                f"{line.actor} told these two apart at {iso(line.time_us)}",
                where=row.id,
                hint=f"refuse this review, or take that back with rapport identity merge {_asked(row)}",
            )


def _act(rt: Runtime, row: ReviewRow, kind: ActKind) -> None:
    """Writes the act, once however often it is asked: its message id comes from the answer that counts."""
    said = Act(kind=kind, a=row.a, b=row.b, rule=MANUAL, actor=row.decided_by, evidence=_words(row))
    event = act_event(said, message_id=f"review:{row.id}:{kind}:{row.decided_at}", now_us=row.decided_at)
    rt.store.append([entry(event)]).result()
    settle(rt)


def _words(row: ReviewRow) -> str:
    """What the ledger keeps of an answer: the steward's words, and how probable it was."""
    because = str(_said(row).get(_BECAUSE, ""))
    reviewed = f"reviewed at a probability of {row.probability:.4f} ({row.weight:.1f} bits)"
    return f"{because} ({reviewed})" if because else reviewed


def _with(evidence: bytes, said: dict[str, Any]) -> bytes:
    kept = msgspec.json.decode(evidence) if evidence else {}
    return msgspec.json.encode((kept if isinstance(kept, dict) else {"found": kept}) | said)


def _said(row: ReviewRow) -> dict[str, Any]:
    kept = msgspec.json.decode(row.evidence) if row.evidence else {}
    return kept if isinstance(kept, dict) else {}


def _outcome(rt: Runtime, row: ReviewRow, actor: str) -> dict[str, Any]:
    ((_, customers),) = _with_customers(rt, [row])
    return _told(row, customers) | {"joined": customers[0] == customers[1], "yours": row.decided_by == actor}


def _with_customers(rt: Runtime, rows: list[ReviewRow]) -> list[tuple[ReviewRow, tuple[str, str]]]:
    """Each pair with the ids of the customers whose names it holds now; empty where one is gone."""
    known = rt.store.identifiers({one for row in rows for one in (row.a, row.b)})
    owner = {identifier: row.customer_id for identifier, row in known.items()}
    return [(row, (owner.get(row.a, ""), owner.get(row.b, ""))) for row in rows]


def _told(row: ReviewRow, customers: tuple[str, str]) -> dict[str, Any]:
    return {
        "id": row.id,
        "status": row.status,
        "a": {"identifier": str(row.a), "customer_id": customers[0]},
        "b": {"identifier": str(row.b), "customer_id": customers[1]},
        "probability": row.probability,
        "weight": row.weight,
        "found_at": iso(row.found_at),
        "decided_at": iso(row.decided_at) if row.decided_at else None,
        "decided_by": row.decided_by,
        "because": str(_said(row).get(_BECAUSE, "")),
        "reason": str(_said(row).get(_REASON, "")),
    }


def _evidence(row: ReviewRow) -> dict[str, Any]:
    """The account with what each step means, or the evidence as it was found where it is no account."""
    found = waterfall(row.evidence)
    if found is None:
        return {name: value for name, value in _said(row).items() if name not in (_BECAUSE, _NEVER, _REASON)}
    steps = [msgspec.to_builtins(step) | {"factor": step.factor} for step in found.steps]
    return {"prior_bits": found.prior_bits, "steps": steps, "weight": found.weight, "probability": found.probability}


def _cursor(row: ReviewRow) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode([row.probability, row.id])).decode().rstrip("=")


def _place(cursor: str) -> tuple[float, str]:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        return msgspec.json.decode(base64.urlsafe_b64decode(padded), type=tuple[float, str])
    except (binascii.Error, ValueError, msgspec.MsgspecError) as error:
        raise InvalidInput(f"cursor {cursor!r}", where="cursor", hint="pass back next_cursor unchanged") from error
