"""Draws the guide's matrices as the console draws them: ``python docs/guides/pictures/selection.py``."""

from __future__ import annotations

from pathlib import Path

from rapport.console.matrix_plot import Group, matrix
from rapport.console.messages import ENGLISH as PAGES
from rapport.console.words import selection

WORDS = PAGES | selection.ENGLISH
STYLE = """<style>
svg { font: 14px system-ui, sans-serif; } text { fill: #1d2125; } .group { font-weight: 650; font-size: 15px; }
.axis { fill: #5a636c; } .cell { fill: #eef3f1; stroke: #dfe0db; } .shade { fill: #0b6b5d; }
@media (prefers-color-scheme: dark) { text { fill: #e7e9ea; } .axis { fill: #a3adb5; }
.cell { fill: #24302d; stroke: #33393e; } .shade { fill: #5cc9b5; } }
</style>"""


def group(kind: str, name: str, customers: int, spent: int) -> Group:
    """One cell of the grocer's households."""
    share = customers / 2_379
    count = WORDS["selection_count"].format(count=customers, share=f"{100 * share:.0f}%")
    return Group(WORDS[f"{kind}_{name}"], (count, f"{spent:,} USD"), share)


def draw(drawn: str) -> str:
    """A drawing of the console's as a picture that stands by itself."""
    opening, rest = drawn.split(">", 1)
    return f'{opening} xmlns="http://www.w3.org/2000/svg" width="406" height="286">{STYLE}{rest}\n'


def main() -> None:
    """Writes both pictures, with the counts that the guide shows."""
    rows = (WORDS["selection_high"], WORDS["selection_low"])
    chosen = [
        [[group("selection", "later", 207, 36_587)], [group("selection", "prioritise", 982, 164_396)]],
        [
            [group("selection", "exclude", 49, 2_183)],
            [group("selection", "develop", 673, 17_139), group("selection", "hold", 466, 13_528)],
        ],
    ]
    modes = [
        [[group("mode", "frequency", 586, 92_509)], [group("mode", "one_to_one", 396, 71_887)]],
        [[group("mode", "mass", 547, 15_281)], [group("mode", "abandon", 592, 15_386)]],
    ]
    servable = (WORDS["selection_not_servable"], WORDS["selection_servable"])
    differing = (WORDS["mode_similar"], WORDS["mode_individual"])
    folder = Path(__file__).parent
    first = matrix(chosen, rows=rows, columns=servable, said=WORDS["selection_matrix"])
    second = matrix(modes, rows=rows, columns=differing, said=WORDS["mode_matrix"])
    (folder / "selection.svg").write_text(draw(first), encoding="utf-8")
    (folder / "modes.svg").write_text(draw(second), encoding="utf-8")


if __name__ == "__main__":
    main()
