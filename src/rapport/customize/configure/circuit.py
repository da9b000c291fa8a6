"""A compiled model: a smooth, deterministic, decomposable circuit, as flat arrays.

Darwiche and Marquis, A Knowledge Compilation Map, JAIR 17, 2002. Children stand before their parents, so that one pass
upwards and one downwards answer for all options at once; the last node is the root. Variables beyond the options are
auxiliary, and each follows from the options, so that the models of the circuit are the configurations one for one.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

LITERAL: Final = 0
AND: Final = 1
OR: Final = 2
FORMAT: Final = b"rapport circuit 2\n"
"""How stored circuits begin; another number is another format, or circuits that are to be compiled anew."""
_DIGEST_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Circuit:
    """Of node i: ``kind[i]``, ``literal[i]`` (±v; 0 unless a literal), children ``child[start[i]:start[i + 1]]``.

    An AND without children is true, an OR without children false. Smooth: the children of an OR name the same
    variables, and the root names all. Decomposable: the children of an AND share none. Deterministic: no two children
    of an OR hold together.
    """

    variables: int
    """Options and auxiliary variables: 1 … variables."""
    options: int
    kind: NDArray[np.uint8]
    literal: NDArray[np.int32]
    start: NDArray[np.int64]
    """Shape (nodes + 1,)."""
    child: NDArray[np.int32]

    @property
    def nodes(self) -> int:
        """How many nodes it has."""
        return len(self.kind)

    @property
    def edges(self) -> int:
        """How many edges it has: the cost of one pass."""
        return len(self.child)

    def to_bytes(self) -> bytes:
        """The circuit as one piece: the format, a sha256 over what follows, and the arrays."""
        file = io.BytesIO()
        sizes = np.array([self.variables, self.options], dtype=np.int64)
        np.savez(file, sizes=sizes, kind=self.kind, literal=self.literal, start=self.start, child=self.child)
        content = file.getvalue()
        return FORMAT + hashlib.sha256(content).digest() + content

    @staticmethod
    def from_bytes(stored: bytes) -> Circuit | None:
        """The circuit that ``to_bytes`` gave; None where it is damaged or of another format, and so to be made anew."""
        content = memoryview(stored)[len(FORMAT) + _DIGEST_BYTES :]
        if stored[: len(FORMAT) + _DIGEST_BYTES] != FORMAT + hashlib.sha256(content).digest():
            return None
        with np.load(io.BytesIO(content), allow_pickle=False) as said:
            variables, options = (int(size) for size in said["sizes"])
            return Circuit(variables, options, said["kind"], said["literal"], said["start"], said["child"])
