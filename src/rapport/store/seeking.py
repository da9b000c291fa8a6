"""Whether a file holds any of some bytes: ``python -m rapport.store.seeking PATH``, a process of its own.

The bytes come as lines of hexadecimal digits on standard input; the answer is ``1`` or ``0``. A process of its own,
because closing any handle of a file drops the locks that SQLite holds on it in the same process (POSIX): another
process would then take the database for unused, and throw away the WAL that ours still writes.
"""

from __future__ import annotations

import mmap
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path


def holds(path: Path, parts: Sequence[bytes]) -> bool:
    """Whether a file holds any of some bytes; asks a process of its own."""
    told = "\n".join(part.hex() for part in parts)
    command = [sys.executable, "-m", "rapport.store.seeking", str(path)]
    done = subprocess.run(command, input=told, text=True, capture_output=True, check=True)  # noqa: S603
    return done.stdout.strip() == "1"


def main() -> None:
    """Serves one question."""
    parts = [bytes.fromhex(line) for line in sys.stdin.read().split()]
    with Path(sys.argv[1]).open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        found = any(content.find(part) >= 0 for part in parts)
    sys.stdout.write("1" if found else "0")


if __name__ == "__main__":
    main()
