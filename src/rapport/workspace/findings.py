"""What is wrong in a workspace, and where."""

from __future__ import annotations

import msgspec


class Finding(msgspec.Struct, frozen=True, order=True):
    """One thing to mend: file relative to the workspace, line and column from 1, what is wrong, what to do.

    >>> str(Finding("traits.yaml", 3, 1, "unknown key 'typ'", "did you mean 'type'?"))
    "traits.yaml:3:1: unknown key 'typ': did you mean 'type'?"
    """

    file: str
    line: int
    column: int
    message: str
    hint: str = ""

    def __str__(self) -> str:
        advice = f": {self.hint}" if self.hint else ""
        return f"{self.file}:{self.line}:{self.column}: {self.message}{advice}"
