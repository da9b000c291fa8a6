"""Files into the log: through a source's mapping, or through one that is proposed, shown and accepted.

Imported history is never live. A row is loaded (its event went to the log, or the log already held it) or refused
with a reason, and the report says which: ``rows_read == rows_loaded + rows_rejected``, always.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from rapport.core.errors import Busy, InvalidInput
from rapport.core.event import AppendReceipt, Event, LogEntry, encode_event
from rapport.core.time import iso
from rapport.identify.arrival import Arrivals
from rapport.identify.not_kept import Missed, NotKept, by_name
from rapport.loop.identities.identity import settle as wait_until_folded
from rapport.loop.intake.enrich import enriching, is_third_party
from rapport.loop.intake.losses import Losses, Lost
from rapport.loop.intake.reimport import check_mapping, keep_receipt, replaces, take_back
from rapport.loop.privacy.suppress import ERASED_ON_REQUEST
from rapport.loop.runtime import Runtime
from rapport.sources.assemble import OTHER_CUSTOMER, Assembled, assemble
from rapport.sources.declare import declare
from rapport.sources.examine import examine
from rapport.sources.finding import Target, targets
from rapport.sources.mapping import Plan, plan
from rapport.sources.propose import Proposal
from rapport.sources.staging import Laid, Staging
from rapport.workspace import read
from rapport.workspace.definitions import Identity, Source, Trait, Workspace

Progress = Callable[[str, float], None]
BATCH_EVENTS = 1_000
IN_FLIGHT_MAX = 8
EXAMPLES = 3


class FileReport(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one file. Without a ``source`` its mapping is only proposed, and nothing was loaded."""

    path: str
    source: str = ""
    rows_read: int = 0
    rows_loaded: int = 0
    rejected: dict[str, int] = {}
    """Reason → rows."""
    events: dict[str, int] = {}
    """Event name (or type) → events made of the loaded rows."""
    appended: int = 0
    """Events that were new to the log; 0 in a dry run."""
    duplicates: int = 0
    """Events that the log already held."""
    retracted: int = 0
    """Events of earlier imports that a ``replace`` took back."""
    first_time: str = ""
    last_time: str = ""
    undeclared: dict[str, int] = {}
    """Traits and identifiers nobody declared, and how often they were dropped."""
    ill_typed: dict[str, int] = {}
    """Declared traits, and how often a value was dropped that is not of their type."""
    rejects_file: str = ""
    examples: list[dict[str, Any]] = []
    """The first event of each name, in a dry run."""
    proposal: Proposal | None = None

    @property
    def rows_rejected(self) -> int:
        """Rows that made no event."""
        return sum(self.rejected.values())


class LoadReport(msgspec.Struct, frozen=True, kw_only=True):
    """What became of all files of one command."""

    files: list[FileReport]
    dry_run: bool

    @property
    def proposals(self) -> list[Proposal]:
        """Mappings that wait to be accepted."""
        return [file.proposal for file in self.files if file.proposal is not None and not file.source]

    @property
    def rows_read(self) -> int:
        """Rows of all files."""
        return sum(file.rows_read for file in self.files)

    @property
    def rows_loaded(self) -> int:
        """Rows that went into events."""
        return sum(file.rows_loaded for file in self.files)

    @property
    def rows_rejected(self) -> int:
        """Rows that made no event."""
        return sum(file.rows_rejected for file in self.files)

    @property
    def appended(self) -> int:
        """Events new to the log."""
        return sum(file.appended for file in self.files)

    @property
    def duplicates(self) -> int:
        """Events that the log already held."""
        return sum(file.duplicates for file in self.files)


def _silent(_what: str, _share: float) -> None:
    """No progress shown."""


def propose(path: Path | str, workspace: Workspace | None = None) -> Proposal:
    """A mapping for a file that has none, from its columns' names and contents; nothing is written.

    Raises ``InvalidInput`` for a file that is no table or has no column that could name a customer.
    """
    if workspace is None:
        return examine(Path(path), Identity(), {}, ())
    proposal = examine(Path(path), workspace.identity, workspace.traits, workspace.sources)
    zone = workspace.settings.timezone
    notes = [*proposal.assumptions, f"times without a zone are those of {zone}, as rapport.yaml says"]
    known = any("phone" in source.identifiers for source in workspace.sources.values())
    region = "" if known else proposal.phone_region
    return msgspec.structs.replace(proposal, assumptions=notes, phone_region=region)


def load(
    rt: Runtime,
    paths: Sequence[Path | str],
    *,
    source: str | None = None,
    dry_run: bool = False,
    accept: bool = False,
    progress: Progress = _silent,
) -> LoadReport:
    """Loads files (or, with ``dry_run``, says what would be loaded).

    A file that no source is for gets a proposal; ``accept`` writes it into the workspace and goes on. Raises
    ``NotFound`` for a missing file or source, ``InvalidDefinition`` and ``InvalidRule`` for a mapping that does not
    fit its file, ``Conflict``, before anything is written, for a source whose mapping changed since it was last
    loaded, and for a replacement by nothing. Files of third parties come last: they only add to customers we know.
    """
    files = []
    opened = rt
    replaced: dict[str, _Replacement] = {}
    wanted = targets(rt.workspace.sources, Path(rt.workspace.root), paths, source)
    wanted.sort(key=lambda target: target.source is not None and is_third_party(rt, target.source.name))
    if not dry_run:
        for declared in {one.source.name: one.source for one in wanted if one.source}.values():
            check_mapping(rt, declared, progress)
    for target in wanted:
        if target.source is not None:
            if is_third_party(rt, target.source.name):
                wait_until_folded(opened)
            files.append(
                _load_file(rt, target.path, target.source, dry_run=dry_run, replaced=replaced, progress=progress)
            )
        else:
            rt, report = _unmapped(rt, target, dry_run, accept, progress)
            files.append(report)
    if not dry_run:
        rt.counts.write(rt.store, rt.chance, rt.clock.now_us())
        files = [_settle(rt, report, replaced, progress) for report in files]
    return LoadReport(files=files, dry_run=dry_run)


def _unmapped(
    rt: Runtime, target: Target, dry_run: bool, accept: bool, progress: Progress
) -> tuple[Runtime, FileReport]:
    """Proposes; goes on with the proposal when it is accepted or when nothing is written anyway."""
    proposal = propose(target.path, rt.workspace)
    if not dry_run and not accept:
        return rt, FileReport(path=str(target.path), proposal=proposal)
    if accept and not dry_run:
        check_mapping(rt, proposal.source, progress)
        root = Path(rt.workspace.root)
        declare(root, proposal)
        rt = _with(rt, read(root))
    else:
        rt = _with(rt, _extended(rt.workspace, proposal))
    report = _load_file(rt, target.path, proposal.source, dry_run=dry_run, replaced={}, progress=progress)
    return rt, msgspec.structs.replace(report, proposal=proposal)


class _Replacement:
    """What the files of one command say of a source that they replace."""

    def __init__(self) -> None:
        self.ids: set[str] = set()
        """Message ids of its events."""
        self.not_kept = NotKept()
        """What its events lost, those included that the log already held."""


def _settle(rt: Runtime, report: FileReport, replaced: dict[str, _Replacement], progress: Progress) -> FileReport:
    """Takes back, once for each source, what earlier imports left in the log and these files no longer have."""
    source = rt.workspace.sources.get(report.source)
    if source is None or not replaces(source):
        return report
    if source.name in replaced:
        whole = replaced.pop(source.name)
        taken = take_back(rt, source.name, whole.ids, progress)
        rt.counts.forget(rt.store, source.name)
        rt.counts.not_kept.include(whole.not_kept.counts())
        rt.counts.write(rt.store, rt.chance, rt.clock.now_us())
        report = msgspec.structs.replace(report, retracted=taken)
    keep_receipt(rt, source, Path(report.path).name, report)
    return report


def _with(rt: Runtime, workspace: Workspace) -> Runtime:
    return replace(rt, workspace=workspace, arrivals=Arrivals(workspace.identity, workspace.traits, rt.counts.not_kept))


def _extended(workspace: Workspace, proposal: Proposal) -> Workspace:
    """The workspace as it would be with the proposal."""
    namespaces = {**proposal.namespaces, **workspace.identity.namespaces}
    traits: dict[str, Trait] = {**proposal.traits, **workspace.traits}
    region = proposal.phone_region or workspace.identity.phone_region
    identity = msgspec.structs.replace(workspace.identity, namespaces=namespaces, phone_region=region)
    sources = {**workspace.sources, proposal.source.name: proposal.source}
    return msgspec.structs.replace(workspace, identity=identity, traits=traits, sources=sources)


def _load_file(
    rt: Runtime,
    path: Path,
    source: Source,
    *,
    dry_run: bool,
    replaced: dict[str, _Replacement],
    progress: Progress,
) -> FileReport:
    root = Path(rt.workspace.root)
    with Staging() as staging:
        laid = staging.lay(path, source, progress, root)
        compiled = plan(source, laid.cells, rt.workspace.settings.timezone)
        progress(f"mapping {path.name}", 0.0)
        refused = staging.map(compiled)
        whole = replaced.setdefault(source.name, _Replacement()) if not dry_run and replaces(source) else None
        losses = Losses(rt.store, whole.not_kept if whole else rt.counts.not_kept, every=whole is not None)
        loading = _Loading(rt, source, None if dry_run else _Appender(rt.store.append, losses))
        loading.ids = whole.ids if whole else None
        loading.run(staging, compiled, path, progress)
        rejects = root / "rejects" / f"{source.name}-{path.name}.csv"
        written = staging.write_rejects(rejects, laid.cells)
    report = _report(path, source, laid, refused, loading)
    report = msgspec.structs.replace(report, rejects_file=str(rejects) if written else "")
    if not dry_run and not replaces(source):
        keep_receipt(rt, source, path.name, report)
    return report


def _report(path: Path, source: Source, laid: Laid, refused: dict[str, int], loading: _Loading) -> FileReport:
    reasons = Counter(laid.unreadable) + Counter(refused) + loading.reasons
    return FileReport(
        path=str(path),
        source=source.name,
        rows_read=laid.rows,
        rows_loaded=loading.rows,
        rejected=dict(reasons.most_common()),
        events=dict(loading.events.most_common()),
        appended=loading.appender.appended if loading.appender else 0,
        duplicates=loading.appender.duplicates if loading.appender else 0,
        first_time=iso(loading.first_us) if loading.rows else "",
        last_time=iso(loading.last_us) if loading.rows else "",
        undeclared=dict(by_name(loading.lost.counts(), "undeclared")),
        ill_typed=dict(by_name(loading.lost.counts(), "ill_typed")),
        examples=list(loading.examples.values()) if loading.appender is None else [],
    )


class _Loading:
    """One file on its way into the log; without an appender nothing is written."""

    def __init__(self, rt: Runtime, source: Source, appender: _Appender | None) -> None:
        self.appender = appender
        self.rows = 0
        self.reasons: Counter[str] = Counter()
        self.events: Counter[str] = Counter()
        self.examples: dict[str, dict[str, Any]] = {}
        self.first_us = 0
        self.last_us = 0
        self.lost = NotKept()
        """What was lost of the rows that were loaded, whether the log knew them or not."""
        self.ids: set[str] | None = None
        self._source = source
        self._arrivals = Arrivals(rt.workspace.identity, rt.workspace.traits)
        self._rt = rt
        self._third_party = is_third_party(rt, source.name)
        self._waiting: list[tuple[Event, list[int], Counter[Missed]]] = []
        """Events of a third party, with their rows and what they lost, until it is known whom they name."""
        self._received_at = rt.clock.now_us()

    def run(self, staging: Staging, compiled: Plan, path: Path, progress: Progress) -> None:
        """Builds every event by the rules of arrival and appends it."""
        good = max(staging.count_good(), 1)
        refused: list[tuple[int, str]] = []
        step = 0
        for assembled in assemble(staging.stream(compiled), compiled, self._source, path.name):
            refused.extend((row, OTHER_CUSTOMER) for row in assembled.strangers)
            reason = self._take(assembled)
            if reason:
                refused.extend((row, reason) for row in assembled.rows)
            if len(self._waiting) >= BATCH_EVENTS:
                refused += self._enrich()
            if len(refused) >= BATCH_EVENTS:
                self._refuse(staging, refused)
            if self.rows - step >= BATCH_EVENTS:
                step = self.rows
                self._rt.counts.write(self._rt.store, self._rt.chance, self._rt.clock.now_us(), due=True)
                progress(f"loading {path.name}", min(step / good, 1.0))
        refused += self._enrich()
        self._refuse(staging, refused)
        if self.appender is not None:
            self.appender.finish()
        progress(f"loading {path.name}", 1.0)

    def _take(self, assembled: Assembled) -> str:
        """The event into the log; returns the reason when it is refused."""
        try:
            event = self._arrivals.event(
                assembled.call,
                received_at=self._received_at,
                source=self._source.name,
                live=False,
                fallback_id=lambda: "",
            )
            if self._rt.suppressed.look(self._rt.clock.now_us()):
                event = self._rt.suppressed.admit(event, self._rt.workspace.identity)
        except InvalidInput as error:
            self._arrivals.not_kept.take()
            return error.message
        lost = self._arrivals.not_kept.take()
        if self._third_party:
            self._waiting.append((event, assembled.rows, lost))
        else:
            self._keep(event, len(assembled.rows), lost)
        return ""

    def _enrich(self) -> list[tuple[int, str]]:
        """Lets in what a third party says of customers we know; returns the other rows, each with its reason."""
        waiting, self._waiting = self._waiting, []
        refused: list[tuple[int, str]] = []
        outcomes = enriching(self._rt, [event for event, _, _ in waiting])
        for (_, rows, lost), outcome in zip(waiting, outcomes, strict=True):
            if isinstance(outcome, str):
                refused.extend((row, outcome) for row in rows)
            else:
                self._keep(outcome, len(rows), lost)
        return refused

    def _keep(self, event: Event, rows: int, lost: Counter[Missed]) -> None:
        self._count(event, rows)
        if lost:
            self.lost.include(lost)
        if self.ids is not None:
            self.ids.add(event.message_id)
        if self.appender is not None:
            self.appender.add(LogEntry(event.message_id, encode_event(event)), lost)

    def _count(self, event: Event, rows: int) -> None:
        name = event.event or event.type
        self.first_us = min(self.first_us, event.time) if self.rows else event.time
        self.last_us = max(self.last_us, event.time) if self.rows else event.time
        self.rows += rows
        if name not in self.events and len(self.examples) < EXAMPLES:
            self.examples[name] = msgspec.to_builtins(event)
        self.events[name] += 1

    def _refuse(self, staging: Staging, refused: list[tuple[int, str]]) -> None:
        """Counts by what was wrong, without the value that arrival quotes behind a colon; the rejects file has both.

        Rows of somebody who was erased are counted, and written nowhere.
        """
        self.reasons.update(reason.partition(": ")[0] for _, reason in refused)
        staging.refuse([(row, reason) for row, reason in refused if reason != ERASED_ON_REQUEST])
        refused.clear()


class _Appender:
    """Entries in batches, a few of which may be on their way to the disk at once."""

    def __init__(self, append: Callable[[Sequence[LogEntry]], Future[AppendReceipt]], losses: Losses) -> None:
        self.appended = 0
        self.duplicates = 0
        self._append = append
        self._losses = losses
        self._waiting: list[LogEntry] = []
        self._lost: Lost = {}
        self._flying: deque[tuple[Future[AppendReceipt], Lost]] = deque()

    def add(self, entry: LogEntry, lost: Counter[Missed]) -> None:
        """Takes one entry, and what its event lost on arrival."""
        self._waiting.append(entry)
        if lost:
            self._lost.setdefault(entry.message_id, lost)
        if len(self._waiting) >= BATCH_EVENTS:
            self._send()

    def finish(self) -> None:
        """Returns once everything is on disk."""
        if self._waiting:
            self._send()
        while self._flying:
            self._land()

    def _send(self) -> None:
        batch, self._waiting = self._waiting, []
        lost, self._lost = self._lost, {}
        while len(self._flying) >= IN_FLIGHT_MAX:
            self._land()
        while True:
            try:
                self._flying.append((self._append(batch), lost))
            except Busy:
                if not self._flying:
                    raise
                self._land()
            else:
                return

    def _land(self) -> None:
        flying, lost = self._flying.popleft()
        receipt = flying.result()
        self._losses.landed(receipt, lost)
        self.appended += receipt.appended
        self.duplicates += receipt.duplicates
