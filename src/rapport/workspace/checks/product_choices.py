"""What the standard product and the ready variants of a product must say."""

from __future__ import annotations

from collections.abc import Mapping

from rapport.core.errors import InvalidRule, did_you_mean
from rapport.workspace.checks import wording
from rapport.workspace.checks.asking import only_suggestion
from rapport.workspace.conditions import Condition, read_condition
from rapport.workspace.documents import Place
from rapport.workspace.draft import Draft
from rapport.workspace.products import Choices, ModuleGroup, Product, ProductRule, every_group


def check(draft: Draft, product: Product, place: Place) -> None:
    """Adds to the draft every finding about what stands ready."""
    checking = _Choices(draft, product)
    checking.check(product.standard, place.below("standard"))
    for name, variant in product.variants.items():
        here = place.below("variants", name)
        wording.check(draft, variant.titles, here.below("titles"), told="a product")
        if not variant.choices:
            draft.report(here, f"the variant '{name}' chooses nothing", "add choices: {frame: oak}", on_key=True)
        checking.check(variant.choices, here.below("choices"))
        _approved(draft, variant.approved, here.below("approved"))


def _approved(draft: Draft, accounts: list[str], place: Place) -> None:
    for index, account in enumerate(accounts):
        if account not in draft.accounts:
            hint = only_suggestion(did_you_mean(account, draft.accounts)) or "declare it in accounts.yaml"
            draft.report(place.below(index), f"there is no account '{account}'", hint)


class _Choices:
    """Checks choices as far as that is cheap: names, numbers of options, and rules that they decide by themselves."""

    def __init__(self, draft: Draft, product: Product) -> None:
        self._draft = draft
        self._groups: dict[str, tuple[ModuleGroup, tuple[str, str] | None]] = {
            name: (group, above) for name, group, above in every_group(product.groups)
        }
        self._rules = {name: read for name, rule in product.rules.items() if (read := self._read(rule)) is not None}
        self._says = {name: rule.says for name, rule in product.rules.items()}

    def check(self, choices: Choices, place: Place) -> None:
        """Reports what is wrong with some choices."""
        chosen: dict[str, list[str]] = {}
        for group, said in choices.items():
            names = [said] if isinstance(said, str) else list(said)
            if self._known(group, names, place.below(group)):
                chosen[group] = names
        for group in chosen:
            self._above(group, chosen, place.below(group))
        for name, (condition, breaks) in self._rules.items():
            if condition.told(chosen) is breaks:
                message = f"this breaks the rule '{name}'"
                self._draft.report(place, message, self._says[name] or "choose something else, or change the rule")

    def _known(self, name: str, options: list[str], place: Place) -> bool:
        if name not in self._groups:
            self._draft.report(place, f"unknown group '{name}'", did_you_mean(name, self._groups), on_key=True)
            return False
        group, _ = self._groups[name]
        for option in options:
            if option not in group.options:
                hint = did_you_mean(option, group.options)
                self._draft.report(place, f"the group '{name}' has no option '{option}'", hint)
                return False
        most = group.most or len(group.options)
        if len(set(options)) > most:
            self._draft.report(place, f"{len(set(options))} options of '{name}'", f"at most {most} can be chosen")
        elif len(set(options)) < group.least:
            self._draft.report(place, f"{len(set(options))} options of '{name}'", f"at least {group.least} must be")
        return True

    def _above(self, name: str, chosen: Mapping[str, list[str]], place: Place) -> None:
        _, above = self._groups[name]
        if above is not None and chosen[name] and above[0] in chosen and above[1] not in chosen[above[0]]:
            hint = f"it goes only with {above[0]}: {above[1]}"
            self._draft.report(place, f"'{name}' cannot be chosen here", hint, on_key=True)

    def _read(self, rule: ProductRule) -> tuple[Condition, bool] | None:
        """A condition, and its truth value that breaks the rule; None for one that is faulty in itself."""
        groups = {name: group.options for name, (group, _) in self._groups.items()}
        try:
            when = read_condition(rule.when, groups)
            said = read_condition(rule.never or rule.then, groups)
        except InvalidRule:
            return None
        if rule.never:
            return Condition("and", (when, said)), True
        return Condition("or", (Condition("not", (when,)), said)), False
