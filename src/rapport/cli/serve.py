"""``serve``: the HTTP service."""

from __future__ import annotations

import socket
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from rapport.cli import output
from rapport.cli.session import Session
from rapport.core.errors import Conflict

HOST = "127.0.0.1"
PORT = 8700


def register(app: typer.Typer) -> None:
    """Adds the command to the program."""
    app.command("serve")(serve)


def serve(
    context: typer.Context,
    host: Annotated[str, typer.Option("--host", help="The address to listen on.")] = HOST,
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="The port to listen on.")] = PORT,
    workers: Annotated[int, typer.Option("--workers", min=1, help="Processes; more than one needs PostgreSQL.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print where it listens as one JSON document.")] = False,
) -> None:
    """Serve the HTTP API and the customer pages until Ctrl-C."""
    session: Session = context.obj
    require_free(host, port)
    document = {"url": f"http://{host}:{port}", "workspace": str(session.root), "workers": workers}
    said = f"starting on {document['url']} with the workspace {session.root}; stop with Ctrl-C"
    output.show(document, as_json, lambda target: target.print(said, soft_wrap=True))
    serve_until_stopped(session.root, host, port, workers)


def serve_until_stopped(root: Path, host: str, port: int, workers: int = 1) -> None:
    """Serves until Ctrl-C; says on stderr by which one-time link the pages open, once they do."""
    from rapport.service.serve import serve as serve_http

    with suppress(KeyboardInterrupt):
        serve_http(
            root, host=host, port=port, workers=workers, announce=lambda link: output.note(f"sign in once with {link}")
        )
    output.note("stopped")


def require_free(host: str, port: int) -> None:
    """Raises Conflict when something listens on the port already."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            reason = error.strerror or str(error)
            raise Conflict(
                f"cannot listen on port {port}", where=f"{host}: {reason}", hint="choose another with --port"
            ) from error
