"""Which workspace a command works on, and how the command names a customer in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rapport.loop.runtime import Runtime

OneCustomer = Annotated[
    str, typer.Argument(metavar="[ID]", help="One customer: an id, or NAME=VALUE such as email=ann@x.com.")
]
"""The customer whom a report is asked about; empty for all."""
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of text.")]
CustomerId = Annotated[str, typer.Argument(metavar="ID", help="A customer id, or NAME=VALUE such as email=ann@x.com.")]


@dataclass(frozen=True, slots=True)
class Session:
    """The workspace that ``-w`` named."""

    root: Path

    @property
    def program(self) -> str:
        """How to call the program on this workspace again.

        >>> Session(Path()).program, Session(Path("my shop")).program
        ('rapport', "rapport -w 'my shop'")
        """
        return "rapport" if self.root == Path() else f"rapport -w {quote(str(self.root))}"

    @contextmanager
    def open(self) -> Iterator[Runtime]:
        """The opened workspace; what it learnt is saved at the end. Raises NotFound and InvalidDefinition."""
        from rapport.bootstrap import calm_collector, open_runtime

        with closing(open_runtime(self.root)) as rt:
            calm_collector()
            yield rt


def who(text: str) -> dict[str, str]:
    """The customer that ``ID`` names, as the loop asks for one.

    >>> who("c_17"), who("email=ann@x.com"), who("user_id=7")
    ({'id': 'c_17'}, {'email': 'ann@x.com'}, {'user_id': '7'})
    """
    namespace, separator, value = text.partition("=")
    return {namespace: value} if separator else {"id": text}
