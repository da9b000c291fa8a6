"""What ``rapport check`` says of ``games.yaml``."""

from __future__ import annotations

from pathlib import Path

import pytest

from rapport.workspace import check

ACTIONS = """
crime: {slots: [home], attributes: {genre: crime, price: 18.0}}
poetry: {slots: [home], attributes: {genre: poetry, price: 18.0}}
"""


def found(root: Path, games: str, actions: str = ACTIONS) -> list[str]:
    (root / "actions").mkdir()
    (root / "actions" / "offers.yaml").write_text(actions, encoding="utf-8")
    for name, text in {"rapport.yaml": "name: Shop\n", "needs.yaml": "", "games.yaml": games}.items():
        (root / name).write_text(text, encoding="utf-8")
    return [str(finding) for finding in check(root)]


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("g: {picks_max: 0}\n", "games.yaml:1:16: a game of 0 picks"),
        ("g: {picks_max: 99}\n", "games.yaml:1:16: a game of 99 picks: write 1 to 32"),
        ("g: {gain_min: 1.5}\n", "games.yaml:1:15: 1.5 is no share"),
        ("g: {gain_min: .nan}\n", "games.yaml:1:15: nan is no share"),
        ("g: {slots: [hme]}\n", "games.yaml:1:13: no action has the slot 'hme'"),
        ("g: {actions: [crimes, poetry]}\n", "games.yaml:1:15: there is no action 'crimes'"),
        ("g: {actions: [crime]}\n", "games.yaml:1:1: there is nothing to pick between"),
        ("g: {needs: {what: gender}}\n", "games.yaml:1:19: no option says anything of 'gender'"),
        ("g: {needs: {price: price}}\n", "games.yaml:1:20: 'price' is no text"),
        ("g: {needs: {frequency: genre}}\n", "games.yaml:1:24: how often is read off the purchases"),
        ("g: {needs: {taste: genre}}\n", "games.yaml:1:13: 'taste' is not possible here"),
        ("g: {strength: strong}\n", "games.yaml:1:15: 'strong' is not possible here"),
        ("g: {options: {a: {}, b: {attributes: {genre: x}}}}\n", "games.yaml:1:15: 'a' says nothing about itself"),
        ("g: {options: {a: {attributes: {x: p}}, b: {attributes: {x: q}}}}\n", "no action has any of these attributes"),
        ("g: {actions: [crime], options: {a: {attributes: {genre: x}}, b: {attributes: {genre: y}}}}\n",
         "games.yaml:1:14: options and actions"),
        ("g: {options: {a: {attributes: {genre: x}}, b: {attributes: {genre: x}}}, needs: {what: genre}}\n",
         "all options have the same 'genre'"),
        ("a/b: {}\n", "games.yaml:1:1: 'a/b' is no name of a game"),
    ],
)  # fmt: skip
def test_each_fault_has_its_place_and_a_remedy(tmp_path: Path, text: str, finding: str) -> None:
    said = found(tmp_path, text)
    assert any(finding in one for one in said), said


def test_good_games_are_fine(tmp_path: Path) -> None:
    assert found(tmp_path, "g: {needs: {what: genre}}\nh: {actions: [crime, poetry], picks_max: 4}\n") == []
