"""Rules that follow from what options say of themselves: interfaces that they need, stock that is gone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from rapport.customize.configure.model import Rule
from rapport.customize.configure.terms import either, implies, negated, option
from rapport.workspace.products import ModuleOption
from rapport.workspace.wording import worded

LISTED_MAX: Final = 4
"""So many options that have an interface are named in a sentence."""


@dataclass(frozen=True, slots=True)
class Placed:
    """An option as the workspace says it, with its group and name."""

    group: str
    name: str
    said: ModuleOption

    def called(self, language: str = "") -> str:
        """What people read."""
        return worded(self.said.titles, language, self.said.title, self.name)


def sold_out(placed: Mapping[int, Placed]) -> Iterator[Rule]:
    """An option of which none is left is not chosen."""
    for number, one in placed.items():
        if one.said.stock == 0:
            yield Rule(
                name=f"stock of {one.group}: {one.name}", term=negated(option(number)),
                says=f"{one.called()} is sold out.", says_in={"zh": f"{one.called('zh')}已售罄。"},
            )  # fmt: skip


def interface_rules(placed: Mapping[int, Placed]) -> Iterator[Rule]:
    """An option that needs an interface goes only with another that offers it."""
    offered: dict[str, list[int]] = {}
    for number, one in placed.items():
        for interface in dict.fromkeys(one.said.offers):
            offered.setdefault(interface, []).append(number)
    for number, one in placed.items():
        for interface in dict.fromkeys(one.said.needs):
            others = [other for other in offered.get(interface, ()) if other != number]
            yield Rule(
                name=f"{one.group}: {one.name} needs {interface}",
                term=implies(option(number), either(*map(option, others))),
                says=_needs(one, interface, [placed[other] for other in others]),
                says_in={"zh": _needs_in_chinese(one, interface, [placed[other] for other in others])},
            )  # fmt: skip


def _needs(one: Placed, interface: str, others: Sequence[Placed]) -> str:
    needed = f"{one.called()} needs {interface.replace('_', ' ')}"
    names = [other.called() for other in others]
    if not names:
        return f"{needed}, which nothing offers."
    if len(names) > LISTED_MAX:
        return f"{needed}, which the other choices must offer."
    return f"{needed}, which {_listed(names, ' or ')} offers."


def _needs_in_chinese(one: Placed, interface: str, others: Sequence[Placed]) -> str:
    needed = f"{one.called('zh')}需要接口“{interface.replace('_', ' ')}”"
    names = [other.called("zh") for other in others]
    if not names:
        return f"{needed}，但没有任何选项提供。"
    if len(names) > LISTED_MAX:
        return f"{needed}，须由其他选项提供。"
    return f"{needed}，可由{'、'.join(names)}提供。"


def _listed(names: Sequence[str], last: str) -> str:
    return last.join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
