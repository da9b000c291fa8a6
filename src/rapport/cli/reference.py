"""The reference of all commands as Markdown, made from the program itself.

``python -m rapport.cli.reference`` prints it; a test holds ``docs/reference/commands.md`` to it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import typer

HEAD = """# Commands

`rapport -w DIR COMMAND`: DIR is the workspace and defaults to the current folder. Every command takes `--json`, which \
prints one JSON document on stdout and nothing else there. Exit codes: 0 done, 1 the work failed, 2 wrong use. Errors \
go to stderr and say what was wrong, where, and what to do. ID is a customer id, or one of the customer's identifiers \
as `NAME=VALUE`, such as `email=ann@example.com`, `user_id=7` or `card=2900000017`.

This page is made by `python -m rapport.cli.reference`.
"""


def markdown(app: typer.Typer) -> str:
    """The reference page of a program."""
    program = typer.main.get_command(app)
    parts = [HEAD, _section("rapport", program)]
    parts += [_section(name, command) for name, command in commands(program, "rapport")]
    return "\n".join(parts)


def commands(group: Any, prefix: str) -> Iterator[tuple[str, Any]]:
    """Every command that does something, with the full name by which it is called."""
    for name, command in getattr(group, "commands", {}).items():
        full = f"{prefix} {name}"
        if hasattr(command, "commands"):
            if command.invoke_without_command:
                yield full, command
            yield from commands(command, " ".join([full, *map(_argument, _arguments(command))]))
        else:
            yield full, command


def _section(name: str, command: Any) -> str:
    options = [one for one in command.params if one.param_type_name == "option" and one.name != "help"]
    arguments = _arguments(command)
    usage = " ".join([name, *(_argument(one) for one in arguments)])
    lines = [f"## {usage}\n", f"{command.help}\n"]
    if options or arguments:
        lines += ["| | |", "|---|---|"]
        lines += [f"| `{_argument(one)}` | {_cell(one.help)} |" for one in arguments]
        lines += [f"| {_names(one)} | {_cell(one.help)}{_default(one)} |" for one in options]
        lines.append("")
    return "\n".join(lines)


def _arguments(command: Any) -> list[Any]:
    return [one for one in command.params if one.param_type_name == "argument"]


def _argument(parameter: Any) -> str:
    name = str(parameter.metavar or parameter.name.upper())
    return f"{name}…" if parameter.nargs == -1 else name


def _names(option: Any) -> str:
    value = "" if option.is_flag else f" {option.metavar or option.name.upper()}"
    return ", ".join(f"`{name}{value}`" for name in (*option.opts, *option.secondary_opts))


def _default(option: Any) -> str:
    if option.required:
        return " Required."
    shown = not option.is_flag and option.default not in (None, "", ())
    return f" Default: `{option.default}`." if shown else ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    from rapport.cli.main import app as program

    sys.stdout.write(markdown(program))
