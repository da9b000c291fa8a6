"""The reference of workspace files, written from the definitions themselves."""

from __future__ import annotations

import ast
import inspect
import types
from collections.abc import Iterable, Iterator
from typing import Any, Final, Literal, Union, get_args, get_origin

import msgspec

from rapport.workspace import (
    accounts,
    budgets,
    capabilities,
    catalogue,
    definitions,
    experiments,
    games,
    gates,
    groups,
    learning,
    lists,
    needs,
    products,
    segments,
    stages,
    value,
)
from rapport.workspace.accounts import Account
from rapport.workspace.budgets import Budget, Floor
from rapport.workspace.built_in import NAMESPACES
from rapport.workspace.capabilities import Capabilities, Capability, Treatment
from rapport.workspace.catalogue import Catalogue, Interest, Items
from rapport.workspace.columns import MEASURES, SYSTEM_COLUMNS
from rapport.workspace.definition import Definition
from rapport.workspace.definitions import (
    Action,
    Feature,
    Goal,
    Identity,
    Linking,
    Lookup,
    Namespace,
    Policy,
    Provenance,
    Retention,
    Settings,
    Source,
    SourceField,
    Trait,
)
from rapport.workspace.experiments import Arm, Experiment, Holdout, Metric
from rapport.workspace.games import Game, Option
from rapport.workspace.gates import Gates
from rapport.workspace.groups import Attitudes, AttitudeSignal, Groups
from rapport.workspace.learning import Learning
from rapport.workspace.lists import ListRules
from rapport.workspace.needs import NeedAttribute, Needs, Reading
from rapport.workspace.products import (
    Bundle,
    ModuleGroup,
    ModuleOption,
    Product,
    ProductLimit,
    ProductRule,
    ProductTable,
    QuantityPrice,
    ReadyVariant,
)
from rapport.workspace.segments import Segment
from rapport.workspace.stages import Signal, Stages
from rapport.workspace.value import Dimension, Indicator, Lifetime, Quadrant, Value

_OPENING: Final = """\
# Workspace files

<!-- Written by rapport.workspace.reference from src/rapport/workspace/definitions.py; a test keeps them equal. -->

A workspace is a folder that describes one business. Only `rapport.yaml` must be there; a file that is missing says
nothing. Files are YAML 1.2 in UTF-8. `rapport check` shows everything that is wrong, with file, line and column; an
unknown key is an error. What Rapport stores for the workspace lies in its `data/` folder, outside version control.
Rules are described in [rules.md](rules.md).
"""
_FILES: Final[tuple[tuple[str, str, tuple[type[msgspec.Struct], ...]], ...]] = (
    ("rapport.yaml", "The business and where its data is kept.", (Settings,)),
    (
        "identity.yaml",
        "By which names customers are known, how the names are read, and whose word counts.",
        (Identity, Namespace, Provenance, Linking),
    ),
    ("traits.yaml", "Name → trait: what is kept of what is said about a customer. Each is a column.", (Trait,)),
    ("features.yaml", "Name → feature: what customers did, counted. Each is a column.", (Feature,)),
    (
        "policy.yaml",
        "What decisions may look at beside the customer, how long things are kept, what must be ready first.",
        (Policy, Retention, Gates, Learning, ListRules, Holdout),
    ),
    (
        "value.yaml",
        "What a customer is worth: current and potential value, lifetime value.",
        (Value, Dimension, Indicator, Quadrant, Lifetime),
    ),
    ("needs.yaml", "What customers need, in eight attributes.", (Needs, NeedAttribute, Reading)),
    ("stages.yaml", "The eight stages of the buying cycle, and what speaks for each.", (Stages, Signal)),
    (
        "capabilities.yaml",
        "What the company can serve, whom it selects, and how it treats the selected.",
        (Capabilities, Capability, Treatment),
    ),
    (
        "groups.yaml",
        "What makes customers similar, and how their attitude to customization shows.",
        (Groups, Attitudes, AttitudeSignal),
    ),
    ("segments.yaml", "Name → segment: groups of customers. Each is a boolean column.", (Segment,)),
    (
        "actions/*.yaml",
        "What can be offered. A file holds one action, named after the file, or several as name → action.",
        (Action, Goal, Items),
    ),
    ("catalogue.yaml", "The items that can be recommended.", (Catalogue, Interest)),
    ("games.yaml", "Name → game: this-or-that, to learn what a customer would like.", (Game, Option)),
    ("budgets.yaml", "Name → budget: what may be spent or served at most.", (Budget, Floor)),
    (
        "experiments.yaml",
        "Name → experiment: treatments compared on customers drawn by lot.",
        (Experiment, Arm, Metric),
    ),
    (
        "products/*.yaml",
        "What can be configured, one product a file: modules and rules.",
        (
            Product,
            ModuleGroup,
            ModuleOption,
            ProductRule,
            ProductTable,
            ProductLimit,
            Bundle,
            QuantityPrice,
            ReadyVariant,
        ),
    ),
    ("accounts.yaml", "Name → account: companies that buy, each with a shop of its own.", (Account,)),
    (
        "sources/*.yaml",
        "How the rows of a file become events, one source a file; `rapport load` proposes it for an unknown file.",
        (Source, SourceField, Lookup),
    ),
)
_PATHS: Final = """\
## Paths

A path names values inside an event: `properties.revenue`, `traits.email`, `context.campaign.name`; `[]` after a key
fans out over a list, as in `properties.products[].category`. Events and properties carry Segment's e-commerce names.

## Lengths of time

A number and a unit: `7d`, `36h`, `30m`, `90s`. Windows of features take days and hours only. `Nd` is N local calendar
days, today being the first; `Nh` is N hours by UTC, the current one being the first.
"""


def reference() -> str:
    """The text of docs/reference/workspace.md."""
    parts = [_OPENING, *(_file(*entry) for entry in _FILES), _namespaces(), _measures(), _columns(), _PATHS]
    return "\n".join(parts)


def meanings(kind: type[msgspec.Struct]) -> dict[str, str]:
    """Key → the docstring behind it in the source of a definition; empty where there is none."""
    (tree,) = ast.parse(inspect.getsource(kind)).body
    assert isinstance(tree, ast.ClassDef)
    found: dict[str, str] = {}
    for statement, following in zip(tree.body, [*tree.body[1:], None], strict=True):
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            found[statement.target.id] = _docstring(following)
    return found


def _docstring(statement: ast.stmt | None) -> str:
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        return " ".join(str(statement.value.value).replace("``", "`").split())
    return ""


def _file(name: str, purpose: str, kinds: tuple[type[msgspec.Struct], ...]) -> str:
    first, *others = kinds
    sections = [f"## `{name}`\n\n{purpose}\n\n{_table(first)}"]
    sections += [f"### {_title(kind)}\n\n{_first_line(kind)}\n\n{_table(kind)}" for kind in others]
    return "\n".join(sections)


def _first_line(kind: type[msgspec.Struct]) -> str:
    return (kind.__doc__ or "").splitlines()[0].replace("``", "`")


def _table(kind: type[msgspec.Struct]) -> str:
    documented = meanings(kind)
    rows = [
        f"| `{field.name}` | {_type(field.type)} | {_default(field)} | {documented[field.name]} |"
        for field in msgspec.structs.fields(kind)
    ]
    return "\n".join(["| key | type | default | meaning |", "|---|---|---|---|", *rows, ""])


def _default(field: Any) -> str:
    if field.required:
        return "required"
    value = field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory()
    if value is None or value in ("", {}, []) or isinstance(value, msgspec.Struct):
        return "–"
    text = "TRUE" if value == "TRUE" else msgspec.json.encode(value).decode()
    return f"`{text.strip(chr(34))}`".replace("|", "\\|")


def _type(kind: Any) -> str:
    """A type in words."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Literal:
        return ", ".join(f"`{choice}`" for choice in arguments)
    if origin is dict:
        return f"name → {_type(arguments[1])}"
    if origin is list:
        return f"list of {_type(arguments[0])}"
    if origin in (Union, types.UnionType):
        return " or ".join(_type(one) for one in arguments if one is not type(None))
    return _WORDS.get(kind) or f"[{_title(kind).lower()}](#{_title(kind).lower().replace(' ', '-')})"


_WORDS: Final = {str: "text", float: "number", int: "whole number", bool: "true, false", Any: "any value"}


def _title(kind: type) -> str:
    return {"SourceField": "Field of a source"}.get(kind.__name__, kind.__name__)


def _namespaces() -> str:
    rows = [
        f"| `{name}` | {one.priority} | {one.normalise} | {', '.join(f'`{path}`' for path in one.found_in) or '–'} "
        f"| {'yes' if one.unique else 'no'} | {_limits(one)} | {one.shared_by} | {one.held_by} |"
        for name, one in NAMESPACES.items()
    ]
    head = [
        "| kind | priority | normalise | found in | unique | limits | shared by | held by |",
        "|---|---|---|---|---|---|---|---|",
    ]
    opening = "Known without being declared; a declaration replaces only the keys that it gives."
    return "\n".join(["## Built-in kinds of identifier", "", opening, "", *head, *rows, ""])


def _limits(namespace: Namespace) -> str:
    """How many a person has at most: in all, and within each window."""
    return ", ".join([str(namespace.limit), *(f"{most} in {window}" for window, most in namespace.limits.items())])


def _measures() -> str:
    rows = [(measure, type_, meaning) for measure, (type_, meaning) in MEASURES.items()]
    return _section(
        "Measures of a feature", "Where nothing else is said, NULL when there is no value.", "measure", rows
    )


def _columns() -> str:
    rows = [(name, type_, meaning) for name, (type_, meaning) in SYSTEM_COLUMNS.items()]
    opening = (
        "Every customer has these beside the declared traits and features; no trait or feature may take their names."
    )
    return _section("Columns of a customer", opening, "column", rows)


def _section(title: str, opening: str, first: str, rows: Iterable[tuple[str, str, str]]) -> str:
    lines = [f"| `{name}` | {type_} | {meaning} |" for name, type_, meaning in rows]
    return "\n".join([f"## {title}", "", opening, "", f"| {first} | type | meaning |", "|---|---|---|", *lines, ""])


def definition_kinds() -> Iterator[type[msgspec.Struct]]:
    """Every definition that a workspace file can hold."""
    modules = (
        definitions, value, needs, stages, capabilities, groups, segments, gates, learning, lists, catalogue, games,
        budgets, experiments, products, accounts,
    )  # fmt: skip
    for module in modules:
        for _, kind in inspect.getmembers(module, inspect.isclass):
            if issubclass(kind, Definition) and kind.__module__ == module.__name__:
                yield kind
