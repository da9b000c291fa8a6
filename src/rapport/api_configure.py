"""The Python door to configurations: ``rapport.open("shop/").configure("window")`` is one session."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rapport.loop.configure import step as stepping
from rapport.loop.configure.asking import Step, Touch
from rapport.loop.runtime import Runtime

Chosen = Mapping[str, str | Sequence[str]]


class Configuration:
    """One customer, or nobody, at one product. ``told`` is the last answer, as the HTTP route gives it.

    Every verb returns that answer. What the rules forbid raises ``Blocked`` (a ``Conflict``), whose ``told`` says why.
    """

    def __init__(self, rt: Runtime, product: str, first: Step) -> None:
        self._rt = rt
        self.product = product
        self.told: dict[str, Any] = {}
        self._take(first)

    @property
    def session(self) -> str:
        """What names the session, here and over HTTP."""
        return str(self.told["session"])

    @property
    def choices(self) -> dict[str, Any]:
        """What is chosen: group → option, or several."""
        return dict(self.told["choices"])

    @property
    def count(self) -> str | None:
        """How many configurations are left; None where that has too many digits."""
        count: str | None = self.told["count"]
        return count

    @property
    def valid(self) -> dict[str, list[str]]:
        """What can still be chosen, of the options that are shown."""
        return dict(self.told["valid"])

    @property
    def variants(self) -> list[dict[str, Any]]:
        """The nearest ready configurations, the standard product first."""
        return [self.told["standard"], *self.told["variants"]]

    @property
    def completion(self) -> dict[str, Any]:
        """The whole configuration that is suggested."""
        return dict(self.told["completion"])

    def pick(self, group: str, option: str) -> dict[str, Any]:
        """Chooses an option."""
        return self._go(pick=Touch(group=group, option=option))

    def refuse(self, group: str, option: str) -> dict[str, Any]:
        """Rules an option out."""
        return self._go(refuse=Touch(group=group, option=option))

    def clear(self, group: str, option: str = "") -> dict[str, Any]:
        """Takes back what was chosen in a group, or one option of it."""
        return self._go(clear=Touch(group=group, option=option))

    def undo(self) -> dict[str, Any]:
        """One step back."""
        return self._go(undo=True)

    def take(self, variant: str = "standard") -> dict[str, Any]:
        """Takes the standard product, or a ready variant, as it is."""
        return self._go(variant=variant)

    def complete(self) -> dict[str, Any]:
        """Takes the suggestion for all that is open."""
        return self._go(complete=True)

    def finish(self, quantity: int = 0) -> dict[str, Any]:
        """Takes the configuration; with a number of pieces the answer has a quote."""
        return self._go(finish=True, quantity=quantity)

    def quote(self, quantity: int) -> dict[str, Any] | None:
        """The quote for so many pieces; None while something is open."""
        found: dict[str, Any] | None = self._go(quantity=quantity)["quote"]
        return found

    def explain(self, group: str, option: str) -> dict[str, Any]:
        """Why an option is not possible, and what to give up for it."""
        asked = stepping.ask(self._rt, self.product, Step(session=self.session), Touch(group=group, option=option))
        if asked.saved is not None:
            asked.saved.result()
        return asked.told

    def _go(self, **asked: Any) -> dict[str, Any]:
        return self._take(Step(session=self.session, revision=int(self.told["revision"]), **asked))

    def _take(self, step: Step) -> dict[str, Any]:
        try:
            taken = stepping.take(self._rt, self.product, step)
        except stepping.Blocked as error:
            if error.saved is not None:
                error.saved.result()
            raise
        if taken.saved is not None:
            stepping.settle(self._rt, taken, taken.saved.result())
        self.told = taken.told
        return self.told


def begin(
    rt: Runtime, product: str, *, choices: Chosen | None, customer: Mapping[str, str], session: str, **said: Any
) -> Configuration:
    """A new session, or one that is gone on with."""
    chosen = {group: one if isinstance(one, str) else list(one) for group, one in (choices or {}).items()}
    step = Step(choices=chosen or None, customer=dict(customer), session=session, **said)
    return Configuration(rt, product, step)
