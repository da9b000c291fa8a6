"""The Python door: ``rapport.open(folder)`` gives an object with the verbs of the loop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import msgspec

from rapport.api_configure import Configuration, begin
from rapport.bootstrap import open_runtime
from rapport.core.decision import Outcome
from rapport.loop.configure.step import prepare
from rapport.loop.deciding.decide import Ask, answer, decide
from rapport.loop.deciding.respond import Answer, respond
from rapport.loop.intake.fold import catch_up
from rapport.loop.intake.ingest import Ingested, ingest
from rapport.loop.intake.load import LoadReport, load
from rapport.loop.refreshing.refresh import RefreshReport, refresh
from rapport.loop.view import show


class Rapport:
    """One open workspace. Use it in a ``with`` block, or call ``close``.

    Customers are named by id, or by one of their identifiers: ``"c_…"``, ``{"email": "ann@example.com"}``.
    ``refresh``, ``customer`` and ``decide`` fold the log first, so that they see what was sent before. Errors are those
    of ``rapport.core.errors``.
    """

    def __init__(self, folder: str | Path) -> None:
        self._folder = Path(folder)
        self.runtime = open_runtime(self._folder)

    def send(self, calls: Sequence[Mapping[str, Any]], *, source: str = "python") -> Ingested:
        """Appends calls in Segment's shape and waits until they are on disk; returns what was accepted and refused."""
        taken = ingest(self.runtime, [msgspec.json.encode(call) for call in calls], source=source)
        taken.saved.result()
        return taken

    def load(self, *paths: str | Path, dry_run: bool = False, accept: bool = False) -> LoadReport:
        """Imports files through ``sources/``; ``accept`` takes the proposal for a file without a mapping."""
        report = load(self.runtime, paths, dry_run=dry_run, accept=accept)
        if accept and any(file.proposal is not None for file in report.files):
            self._reopen()
        return report

    def refresh(self) -> RefreshReport:
        """Computes features and scores for every customer."""
        return refresh(self.runtime)

    def customer(self, who: str | Mapping[str, str]) -> dict[str, Any]:
        """Everything known of one customer; raises ``NotFound``."""
        self.fold()
        return show(self.runtime, _named(who))

    def decide(
        self,
        who: str | Mapping[str, str],
        slot: str,
        *,
        context: Mapping[str, Any] | None = None,
        limit: int = 1,
        explain: bool = False,
    ) -> dict[str, Any]:
        """Decides what to offer, records it and says why; raises ``NotFound`` for an unknown slot."""
        self.fold()
        ask = Ask(customer=_named(who), slot=slot, context=dict(context or {}), limit=limit, explain=explain)
        decided = decide(self.runtime, ask)
        decided.saved.result()
        return answer(self.runtime, decided, explain=explain, private=True)

    def respond(self, decision_id: str, action: str, outcome: Outcome, value: float | None = None) -> None:
        """Records what the customer did with an offer, and learns from it."""
        respond(self.runtime, Answer(decision_id=decision_id, action=action, outcome=outcome, value=value)).result()
        self.fold()

    def configure(
        self,
        product: str,
        *,
        choices: Mapping[str, str | Sequence[str]] | None = None,
        customer: str | Mapping[str, str] = "",
        session: str = "",
        **said: Any,
    ) -> Configuration:
        """Begins to configure a product, or goes on with a ``session``; the object has the verbs.

        ``said`` are the other fields of the route's body, such as ``way``, ``owned``, ``account`` and ``language``.
        """
        self.fold()
        prepare(self.runtime, product)
        who = _named(customer) if customer else {}
        return begin(self.runtime, product, choices=choices, customer=who, session=session, **said)

    def _reopen(self) -> None:
        """The definitions changed: what was compiled from them is made again."""
        self.runtime.close()
        self.runtime = open_runtime(self._folder)

    def fold(self) -> int:
        """Folds what is new in the log; returns how many events and decisions that was."""
        return catch_up(self.runtime)

    def close(self) -> None:
        """Saves what was learnt and closes the workspace."""
        self.runtime.close()

    def __enter__(self) -> Rapport:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_workspace(folder: str | Path) -> Rapport:
    """Opens the workspace in a folder; raises ``NotFound`` and ``InvalidDefinition``. Exported as ``rapport.open``."""
    return Rapport(folder)


def _named(who: str | Mapping[str, str]) -> dict[str, str]:
    return {"id": who} if isinstance(who, str) else dict(who)
