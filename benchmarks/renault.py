"""Renault's car configurations (BR4CP): real constraints and real sales, read for measurement and never kept.

``renault_model(folder)`` reads ``contraintes.xml`` (XCSP 2.1, relations of tuples): a variable becomes a group of which
exactly one option is chosen, a relation a table. ``renault_sales(folder)`` reads the authors' ten folds of cars sold.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from xml.etree import ElementTree

from rapport.customize.configure.model import Group, Model, Option, Table

FOLDS = 10


def renault_model(folder: Path) -> tuple[Model, dict[str, dict[str, int]]]:
    """The model, and of each variable its values as they stand in the sales → the number of the option."""
    said = ElementTree.parse(folder / "contraintes.xml").getroot()
    numbers = _numbers(said)
    options = [Option(name=value) for values in numbers.values() for value in values]
    groups = [Group(name=name, options=tuple(values.values())) for name, values in numbers.items()]
    model = Model(name=folder.name, options=tuple(options), groups=tuple(groups), tables=tuple(_tables(said, numbers)))
    return model, numbers


def renault_sales(folder: Path, fold: int) -> list[dict[str, str]]:
    """The cars of one fold that meet the constraints: variable → value; not every variable of the model is there."""
    (path,) = folder.glob(f"set{fold}_exemples_const_*.csv")
    with path.open(newline="") as file:
        return list(csv.DictReader(file, skipinitialspace=True))


def _numbers(said: ElementTree.Element) -> dict[str, dict[str, int]]:
    domains = {one.attrib["name"]: (one.text or "").split() for one in said.iter("domain")}
    numbers: dict[str, dict[str, int]] = {}
    taken = 0
    for variable in said.iter("variable"):
        values = domains[variable.attrib["domain"]]
        numbers[variable.attrib["name"]] = {value: taken + place for place, value in enumerate(values, 1)}
        taken += len(values)
    return numbers


def _tables(said: ElementTree.Element, numbers: Mapping[str, Mapping[str, int]]) -> Iterator[Table]:
    relations = {one.attrib["name"]: one for one in said.iter("relation")}
    for constraint in said.iter("constraint"):
        columns = [numbers[name] for name in constraint.attrib["scope"].split()]
        relation = relations[constraint.attrib["reference"]]
        rows = [line.split() for line in (relation.text or "").split("|") if line.split()]
        yield Table(
            name=constraint.attrib["name"],
            columns=tuple(tuple(column.values()) for column in columns),
            rows=tuple(tuple(column[cell] for column, cell in zip(columns, row, strict=True)) for row in rows),
            allows=relation.attrib["semantics"] == "supports",
        )
