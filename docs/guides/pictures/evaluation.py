"""Draws ``evaluation.svg``: the policies of the guide's made-up shop. ``python docs/guides/pictures/evaluation.py``."""

from __future__ import annotations

from pathlib import Path

from rapport.console.evaluation_plot import forest

EARNED = 0.985
ROWS = [
    ("In force", 0.985, 0.914, 1.058),
    ("Greedy", 1.002, 0.930, 1.082),
    ("No floor", 1.001, 0.930, 1.076),
    ("Everybody alike", 0.780, 0.505, 1.179),
    ("At random", 0.846, 0.679, 1.042),
]
STYLE = (
    "text{font:11px sans-serif;fill:#555}.rule{stroke:#ddd}.span{stroke:#333;stroke-width:1.4}"
    ".told{fill:#b5532a;stroke:#fff;stroke-width:1.5}.mark{stroke:#b5532a;stroke-dasharray:4 3}"
)


def main() -> None:
    """Writes the picture."""
    rows = [dict(zip(("name", "value", "low", "high"), row, strict=True), refused="") for row in ROWS]
    drawn = str(forest(rows, "EUR a decision", "Five policies with their intervals", EARNED))
    drawn = drawn.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    head, _, rest = drawn.partition(">")
    Path(__file__).with_suffix(".svg").write_text(f"{head}><style>{STYLE}</style>{rest}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
