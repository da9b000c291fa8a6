"""Every command and option is in the reference; the reference is what the program says of itself."""

from __future__ import annotations

from pathlib import Path

import typer

from rapport.cli.main import app
from rapport.cli.reference import commands, markdown

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "commands.md"


def test_the_page_is_what_the_program_says() -> None:
    said = "run: .venv/bin/python -m rapport.cli.reference > docs/reference/commands.md"
    assert PAGE.read_text(encoding="utf-8") == markdown(app), said


def test_every_command_takes_json_and_says_what_every_option_is() -> None:
    for name, command in commands(typer.main.get_command(app), "rapport"):
        assert any("--json" in one.opts for one in command.params), f"{name} lacks --json"
        assert all(getattr(one, "help", "") for one in command.params), f"{name} has an option without help"
        assert command.help, f"{name} says nothing of itself"
