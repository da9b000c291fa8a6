"""``key``: who may call the HTTP service."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from rapport.cli import output
from rapport.cli.session import AsJson, Session

app = typer.Typer(help="API keys: write (events and decisions), read (customers), manage.", no_args_is_help=True)


@app.command()
def create(
    context: typer.Context,
    scope: Annotated[list[str], typer.Option("--scope", help="write, read or manage; repeat for more.")],
    label: Annotated[str, typer.Option("--label", help="What the key is for.")] = "",
    as_json: AsJson = False,
) -> None:
    """Make a key and print it; it cannot be shown again."""
    from rapport.loop.keys import create as make

    session: Session = context.obj
    with session.open() as rt:
        token = make(rt, scope, label)
    if not as_json:
        output.note("Keep this key: only its fingerprint is stored.")
    output.show({"key": token, "scopes": scope, "label": label}, as_json, lambda target: _print_alone(token))


@app.command("list")
def listing(context: typer.Context, as_json: AsJson = False) -> None:
    """List keys without their secrets."""
    from rapport.core.time import iso
    from rapport.loop.keys import listing as all_keys

    session: Session = context.obj
    with session.open() as rt:
        rows = [
            {
                "id": row.id,
                "scopes": list(row.scopes),
                "label": row.label,
                "created_at": iso(row.created_at),
                "revoked_at": iso(row.revoked_at) if row.revoked_at else None,
            }
            for row in all_keys(rt)
        ]
    output.show({"data": rows}, as_json, lambda target: output.records(target, rows))


@app.command()
def revoke(
    context: typer.Context,
    key_id: Annotated[str, typer.Argument(metavar="KEY", help="The key's id, from 'key list'.")],
    as_json: AsJson = False,
) -> None:
    """Make a key unusable from now on."""
    from rapport.loop.keys import revoke as withdraw

    session: Session = context.obj
    with session.open() as rt:
        withdraw(rt, key_id)
    output.show({"id": key_id, "revoked": True}, as_json, lambda target: target.print(f"{key_id} is revoked"))


def _print_alone(token: str) -> None:
    """The key and nothing else, so that a script can take it."""
    sys.stdout.write(token + "\n")
