"""``load``: files into the log, through a mapping that exists, or that is proposed, shown and confirmed."""

from __future__ import annotations

import typer


def register(app: typer.Typer) -> None:
    """Adds the command to the program."""
