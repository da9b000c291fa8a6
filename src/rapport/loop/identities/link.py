"""Probable links: customers whom no event joined, but whose traits and identifiers say that they are one person.

One record a customer, from the customer table of the last refresh. What is sure becomes an act in the log and is
folded like any other; what is likely waits in ``reviews`` for a person; what a person refused, told apart or unlinked
is never proposed again. A repeated run finds the same and writes it once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, get_args

import msgspec

from rapport.core.acts import PROBABLE, Act, act_event
from rapport.core.errors import InvalidDefinition, did_you_mean
from rapport.core.event import entry
from rapport.core.identifier import ANONYMOUS_ID, USER_ID, Identifier
from rapport.core.linkage import MODEL, Pair
from rapport.identify.link import Field, FieldKind, LinkModel
from rapport.identify.link.fields import NAMING, kind_of, read_fields
from rapport.identify.link.judge import Apart, Question
from rapport.identify.link.scorer import Scorer
from rapport.identify.link.waterfall import explain
from rapport.identify.namespaces import namespaces
from rapport.identify.stitch import ACTOR
from rapport.loop import generation
from rapport.loop.identities.identity import settle
from rapport.loop.identities.linkage import Columns, Linkage, link_records, prepare_columns
from rapport.loop.runtime import Runtime
from rapport.ports.store import LINKED, OPEN, REFUSED, ModelRow, ReviewRow
from rapport.ports.warehouse import Progress

_HARDLY: Final = 0.05
"""A model serves again while the number of records has changed by no more than this share."""
_ALL: Final = 1_000_000
_FIELDS_LEAST: Final = 2
"""A customer of whom fewer fields are known is left out: he would resemble everybody."""


class LinkReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a search for probable links found, and did."""

    fields: dict[str, str]
    """Trait or namespace → what it was taken for."""
    left_out: list[str]
    """Traits that say something of a person, and take no part because they are sensitive and not declared."""
    records: int
    """Customers that took part."""
    compared: int
    """Pairs that had enough in common to be compared."""
    trained: bool
    """Whether the weights were learnt now, or an earlier model still served."""
    expected: float
    """So many pairs are one person, by the model's estimate."""
    linked: int
    """Links written to the log that it did not hold."""
    reviews: int
    """Questions for a person that are new."""
    renewed: int
    """Questions that waited already, and now show what this look found."""
    dropped: int
    """Questions that waited, and that this look no longer asks."""
    largest: int
    """Customers in the largest group that became one person."""
    reasons: dict[str, int]
    """Why pairs were left to a person → how many."""


class _Done(msgspec.Struct, frozen=True):
    """What was written, each as ``LinkReport`` counts it."""

    linked: int = 0
    reviews: int = 0
    renewed: int = 0
    dropped: int = 0


class _People(msgspec.Struct, frozen=True):
    """Everybody who takes part."""

    ids: list[str]
    columns: Columns
    names: dict[str, Identifier]
    """Customer → the identifier that stands for him: of his strongest kind the oldest."""
    unique: dict[str, dict[str, str]]
    """Customer → what a person has one of."""
    left_out: list[str]
    """Traits that say something of a person and are not read."""


def link(rt: Runtime, progress: Progress | None = None, *, dry_run: bool = False) -> LinkReport:
    """Looks for probable links, and with ``dry_run`` only tells what would be done.

    Raises ``Conflict`` before the first refresh, ``InvalidDefinition`` for a declared field that there is not.
    """
    tell = progress or (lambda _doing, _share: None)
    began = generation.current(rt.store)
    fields = _fields(rt)
    people = _people(rt, fields)
    linkage = _search(rt, fields, people, tell) if len(people.ids) > 1 and fields else None
    if linkage is None:
        return _report(fields, people, None, _Done())
    if generation.current(rt.store) != began:
        # Somebody was erased meanwhile: nothing that was read before may be written.
        return link(rt, progress, dry_run=dry_run)
    queue = _compare(rt, list(_rows(rt, fields, people, linkage)))
    links = [row for row in queue.fresh if row.status == LINKED]
    done = _Done(len(links), len(queue.fresh) - len(links), len(queue.renewed), len(queue.dropped))
    if not dry_run:
        tell("writing links", 0.95)
        if linkage.trained:
            _save(rt, linkage.model)
        _act(rt, links)
        rt.store.save_reviews([*queue.fresh, *queue.renewed]).result()
        rt.store.drop_reviews(queue.dropped).result()
    return _report(fields, people, linkage, done)


def _fields(rt: Runtime) -> tuple[Field, ...]:
    """Namespaces and traits that take part."""
    declared = rt.workspace.identity.linking.fields
    left_out = _sensitive(rt)
    columns = [*_spaces(rt), *(name for name in rt.workspace.traits if name not in left_out)]
    columns = list(dict.fromkeys(columns))
    known: dict[str, FieldKind] = {kind: kind for kind in get_args(FieldKind)}
    for name, kind in declared.items():
        if name not in columns:
            raise InvalidDefinition(
                f"no trait or namespace {name}", where="identity.yaml: linking.fields", hint=did_you_mean(name, columns)
            )
        if kind not in known:
            raise InvalidDefinition(
                f"no kind {kind}", where=f"identity.yaml: linking.fields.{name}", hint=did_you_mean(kind, known)
            )
    return read_fields(columns, {name: known[kind] for name, kind in declared.items()})


def _spaces(rt: Runtime) -> list[str]:
    return [name for name in namespaces(rt.workspace.identity) if name not in (ANONYMOUS_ID, USER_ID)]


def _sensitive(rt: Runtime) -> list[str]:
    """Sensitive traits that take no part: all but names and dates of birth, unless they are declared to."""
    declared = rt.workspace.identity.linking.fields
    return [
        name
        for name, trait in rt.workspace.traits.items()
        if trait.sensitive and name not in declared and kind_of(name) not in NAMING
    ]


def _left_out(rt: Runtime) -> list[str]:
    """Of the sensitive traits those that would else be compared; what is declared is all that is wanted."""
    if rt.workspace.identity.linking.fields:
        return []
    return [name for name in _sensitive(rt) if kind_of(name) and name not in _spaces(rt)]


def _people(rt: Runtime, fields: Sequence[Field]) -> _People:
    """The records: a trait's surviving value, else of several identifiers of the kind the newest."""
    traits = [field.column for field in fields if field.column in rt.workspace.traits]
    held = _identifiers(rt)
    rank = {name: place for place, name in enumerate(namespaces(rt.workspace.identity))}
    unique = {name for name, space in namespaces(rt.workspace.identity).items() if space.unique}
    values: dict[str, list[Any]] = {field.column: [] for field in fields}
    ids, names, single = [], {}, {}
    for customer_id, *known in rt.warehouse.customer_rows(traits):
        mine = held.get(customer_id, [])
        record = dict(mine) | {name: str(value) for name, value in zip(traits, known, strict=True) if value is not None}
        if not mine or sum(field.column in record for field in fields) < _FIELDS_LEAST:
            continue
        ids.append(customer_id)
        for column, cells in values.items():
            cells.append(record.get(column))
        names[customer_id] = Identifier(*min(mine, key=lambda one: (rank.get(one[0], len(rank)),)))
        single[customer_id] = {space: value for space, value in mine if space in unique}
    return _People(ids, prepare_columns(fields, values), names, single, _left_out(rt))


def _identifiers(rt: Runtime) -> dict[str, list[tuple[str, str]]]:
    """Customer → what he is known by, the oldest first, without what is shared by many."""
    shared = {row.identifier for row in rt.store.identifiers_shared()}
    held: dict[str, list[tuple[str, str]]] = {}
    sql = "SELECT customer_id, namespace, value FROM identifiers ORDER BY first_seq, subject"
    for customer_id, namespace, value in rt.warehouse.query(sql):
        if Identifier(namespace, value) not in shared:
            held.setdefault(customer_id, []).append((namespace, value))
    return held


def _search(rt: Runtime, fields: Sequence[Field], people: _People, tell: Progress) -> Linkage:
    apart = Apart(never=_refused(rt, people), unique=people.unique)
    with rt.warehouse.linking(people.ids, people.columns) as linking:
        return link_records(
            linking,
            fields,
            len(people.ids),
            thresholds=rt.workspace.identity.linking,
            apart=apart,
            model=_earlier(rt, fields, len(people.ids)),
            progress=tell,
        )


def _refused(rt: Runtime, people: _People) -> frozenset[tuple[str, str]]:
    """Pairs of customers that a person refused, told apart or unlinked, or whose link was refused or withdrawn."""
    pairs = [(row.a, row.b) for status in (REFUSED, LINKED) for row in rt.store.reviews(status, _ALL)]
    pairs += [(line.a, line.b) for line in (*rt.store.links_apart(), *rt.store.links_withdrawn())]
    known = rt.store.identifiers({one for pair in pairs for one in pair})
    owners = [(known[a].customer_id, known[b].customer_id) for a, b in pairs if a in known and b in known]
    here = people.names
    return frozenset((min(pair), max(pair)) for pair in owners if pair[0] != pair[1] and here.keys() >= set(pair))


def _earlier(rt: Runtime, fields: Sequence[Field], records: int) -> LinkModel | None:
    """The newest model, where it is for these fields and about as many records."""
    row = rt.store.model(MODEL)
    model = msgspec.json.decode(row.body, type=LinkModel) if row else None
    if model is None or model.fields != tuple(fields) or abs(records - model.records) > _HARDLY * model.records:
        return None
    return model


def _save(rt: Runtime, model: LinkModel) -> None:
    before = rt.store.model(MODEL)
    version = before.version + 1 if before else 1
    body = msgspec.json.encode(model)
    rt.store.save_model(ModelRow(MODEL, version, rt.clock.now_us(), rt.store.last_seq(), body)).result()


def _rows(rt: Runtime, fields: Sequence[Field], people: _People, linkage: Linkage) -> Iterable[ReviewRow]:
    """Each link and each question as it is kept, with the account of its evidence."""
    scorer = Scorer(linkage.model)
    place = {customer_id: number for number, customer_id in enumerate(people.ids)}
    now = rt.clock.now_us()

    def record(customer_id: str) -> tuple[str | None, ...]:
        number = place[customer_id]
        return scorer.record({name: cells[number] for name, cells in people.columns.items()})

    def row(pair: Pair, status: str, reason: str) -> ReviewRow:
        a, b = sorted((people.names[pair.a], people.names[pair.b]))
        owners = (pair.a, pair.b) if people.names[pair.a] == a else (pair.b, pair.a)
        account = msgspec.to_builtins(explain(scorer, record(owners[0]), record(owners[1])))
        evidence = msgspec.json.encode(account | ({"reason": reason} if reason else {}))
        decided = (now, ACTOR) if status == LINKED else (0, "")
        return ReviewRow(a, b, status, pair.probability, pair.weight, evidence, now, *decided)

    yield from (row(pair, LINKED, "") for pair in linkage.judgement.linked)
    yield from (row(question.pair, OPEN, question.reason) for question in linkage.judgement.questions)


class _Queue(msgspec.Struct, frozen=True):
    """What a look changes of the pairs that wait, and of those that were decided."""

    fresh: list[ReviewRow]
    """Said for the first time: links, and questions."""
    renewed: list[ReviewRow]
    """Questions that wait already, and of which something else is to be said now."""
    dropped: list[str]
    """Questions that wait and that nothing proposes any more."""


def _compare(rt: Runtime, rows: Sequence[ReviewRow]) -> _Queue:
    """This look beside what the store holds: what a person decided stays as it was decided."""
    known = {row.id: row for row in rt.store.reviews_of({name for row in rows for name in (row.a, row.b)})}
    waiting = {row.id: row for row in rt.store.reviews(OPEN, _ALL)}
    fresh = [row for row in rows if row.id not in known or (row.id in waiting and row.status != OPEN)]
    renewed = [row for row in rows if row.status == OPEN and row.id in waiting and _says(row) != _says(waiting[row.id])]
    return _Queue(fresh, renewed, sorted(waiting.keys() - {row.id for row in rows}))


def _says(row: ReviewRow) -> tuple[float, float, bytes]:
    return row.probability, row.weight, row.evidence


def _act(rt: Runtime, rows: Sequence[ReviewRow]) -> None:
    """Appends the links as acts, each pair's once, and waits until they are folded."""
    acts = []
    for row in rows:
        said = Act(kind="link", a=row.a, b=row.b, rule=PROBABLE, actor=ACTOR, evidence=_without_values(row))
        acts.append(entry(act_event(said, message_id=f"probable:{row.id}", now_us=row.found_at)))
    if acts:
        rt.store.append(acts).result()
        settle(rt)


def _without_values(row: ReviewRow) -> str:
    """The account for the ledger: what each field said, and none of what anybody is called."""
    account = msgspec.json.decode(row.evidence)
    steps = [{name: step[name] for name in ("field", "level", "bits")} for step in account["steps"]]
    told = {"probability": row.probability, "weight": row.weight, "prior_bits": account["prior_bits"], "steps": steps}
    return msgspec.json.encode(told).decode()


def _report(fields: Sequence[Field], people: _People, linkage: Linkage | None, done: _Done) -> LinkReport:
    reasons: dict[str, int] = {}
    questions: Sequence[Question] = linkage.judgement.questions if linkage else ()
    for question in questions:
        reasons[question.reason] = reasons.get(question.reason, 0) + 1
    return LinkReport(
        fields={field.column: field.kind for field in fields},
        left_out=people.left_out,
        records=len(people.ids),
        compared=linkage.compared if linkage else 0,
        trained=linkage.trained if linkage else False,
        expected=_expected(linkage.model, len(people.ids)) if linkage else 0.0,
        linked=done.linked,
        reviews=done.reviews,
        renewed=done.renewed,
        dropped=done.dropped,
        largest=max((len(group) for group in linkage.judgement.groups), default=1) if linkage else 0,
        reasons=reasons,
    )


def _expected(model: LinkModel, records: int) -> float:
    share: float = model.settings["probability_two_random_records_match"]
    return round(share * records * (records - 1) / 2, 1)
