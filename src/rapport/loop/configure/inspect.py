"""Products looked at as a whole: what can never be chosen, what only seems to be a choice, rules that contradict."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from rapport.core.errors import InvalidRule, UsageError
from rapport.customize.configure.clauses.formula import formula_of
from rapport.customize.configure.explaining.analysis import Analysis, GoOn, analyse
from rapport.customize.configure.explaining.explain import Explainer
from rapport.customize.configure.explaining.sentences import Sentences
from rapport.customize.configure.model import ROOT, Model
from rapport.customize.configure.product import of_product
from rapport.customize.configure.uvl import UnreadableUvl
from rapport.workspace.documents import Place
from rapport.workspace.findings import Finding
from rapport.workspace.product_files import is_file_name
from rapport.workspace.products import Product

TOLD_MAX: Final = 20
"""So many options of a product are told of a kind; the rest is counted."""


@dataclass(frozen=True)
class Inspection:
    """``faults`` keep a product from being configured, ``warnings`` do not."""

    faults: list[Finding] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)


def inspect(products: Mapping[str, Product], places: Mapping[str, Place], clock: Callable[[], GoOn]) -> Inspection:
    """Looks at every product, each for as long as the ``GoOn`` that ``clock`` makes for it allows."""
    found = Inspection()
    for name, product in products.items():
        _Look(product, places[name], found).at(clock())
    return found


class _Look:
    """Looks at one product."""

    def __init__(self, product: Product, place: Place, found: Inspection) -> None:
        self._product = product
        self._place = place
        self._found = found

    def at(self, go_on: GoOn) -> None:
        """Adds what is found."""
        try:
            model = of_product(self._product)
            formula = formula_of(model)
        except UnreadableUvl as fault:
            self._found.faults.append(Finding(self._uvl_file, fault.line, fault.column, fault.message, fault.hint))
        except UsageError as fault:
            hint = f"{fault.excerpt.strip()}: {fault.hint}" if isinstance(fault, InvalidRule) else fault.hint
            self._found.faults.append(self._place.finding(f"{fault.message} ({fault.where})", hint))
        else:
            analysis = analyse(formula, model, go_on)
            _Told(self, model, Explainer(formula), go_on).tell(analysis)

    @property
    def found(self) -> Inspection:
        """What was found so far."""
        return self._found

    def finding(self, model: Model, number: int, message: str, hint: str) -> Finding:
        """A finding about an option, or, for ``ROOT``, about the product."""
        if self._product.uvl:
            line = _line_of(self._product.uvl, model.option(number).name) if number != ROOT else 1
            return Finding(self._uvl_file, line, 1, message, hint)
        return self._place.below(*_keys(model, number)).finding(message, hint, on_key=number != ROOT)

    @property
    def _uvl_file(self) -> str:
        root = self._place.document.root
        named = root.get("uvl", "") if isinstance(root, dict) else ""
        return f"products/{named}" if named and is_file_name(named) else self._place.document.name


class _Told:
    """Tells an analysis as findings, with the reasons of each."""

    def __init__(self, look: _Look, model: Model, explainer: Explainer, go_on: GoOn) -> None:
        self._look = look
        self._model = model
        self._explainer = explainer
        self._sentences = Sentences(model, "en")
        self._go_on = go_on

    def tell(self, analysis: Analysis) -> None:
        """Adds the findings."""
        faults, warnings = self._look.found.faults, self._look.found.warnings
        if not analysis.possible:
            faults.append(self._finding(ROOT, "no configuration is possible", self._because([], None)))
        warnings.extend(self._dead(analysis))
        warnings.extend(self._false_optional(analysis))
        if not analysis.complete:
            message = "the product is too large to look at all of it in time"
            warnings.append(self._finding(ROOT, message, "more options may never or always be chosen"))

    def _dead(self, analysis: Analysis) -> Iterator[Finding]:
        dead = set(analysis.dead)
        roots = [number for number in analysis.dead if self._model.group_of[number].parent not in dead]
        for number in roots[:TOLD_MAX]:
            message = f"'{self._sentences.option(number)}' can never be chosen"
            yield self._finding(number, message, self._because([], number))
        if len(roots) > TOLD_MAX:
            message = f"{len(roots) - TOLD_MAX} other options can never be chosen either"
            yield self._finding(ROOT, message, "mend those above first")

    def _false_optional(self, analysis: Analysis) -> Iterator[Finding]:
        for number in analysis.false_optional[:TOLD_MAX]:
            above = self._model.group_of[number].parent
            told = f" with '{self._sentences.option(above)}'" if above else ""
            message = f"'{self._sentences.option(number)}' is always chosen{told}, although its group leaves a choice"
            yield self._finding(number, message, self._because([above] if above else [], -number))
        if (more := len(analysis.false_optional) - TOLD_MAX) > 0:
            yield self._finding(ROOT, f"{more} other options only seem to be a choice", "mend those above first")

    def _because(self, picks: list[int], literal: int | None) -> str:
        """What speaks against a literal; empty once time is over."""
        found = self._explainer.explain(picks, literal) if self._go_on() else None
        return " ".join(self._sentences.of(found.reasons)[:TOLD_MAX]) if found else ""

    def _finding(self, number: int, message: str, hint: str) -> Finding:
        return self._look.finding(self._model, number, message, hint)


def _keys(model: Model, number: int) -> tuple[str, ...]:
    """Where an option stands below its product: group, option, group, option, and so on."""
    keys: list[str] = []
    while number != ROOT:
        group = model.group_of[number]
        keys[:0] = ["groups", group.name, "options", model.option(number).name]
        number = group.parent
    return tuple(keys)


def _line_of(text: str, feature: str) -> int:
    """The line, from 1, on which a feature of that name stands; 1 where its name is written otherwise."""
    for number, line in enumerate(text.splitlines(), 1):
        bare = line.strip().partition("{")[0].strip().removeprefix("Boolean ").strip('"')
        if bare == feature:
            return number
    return 1
