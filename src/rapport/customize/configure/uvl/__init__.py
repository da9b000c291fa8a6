"""UVL, the Universal Variability Language: feature models of others are read, and products are written for others.

In: the text of a ``.uvl`` file. Out: a ``Model``, or the text of one. By: ``read_uvl`` and ``write_uvl``. What is known
is the Boolean level with group cardinalities and attributes; everything else is refused with its line and column;
Benavides et al., UVL: Feature modelling with the Universal Variability Language, JSS 225, 2025.
"""

from rapport.customize.configure.uvl.reading import read_uvl
from rapport.customize.configure.uvl.tokens import UnreadableUvl
from rapport.customize.configure.uvl.writing import write_uvl

__all__ = ["UnreadableUvl", "read_uvl", "write_uvl"]
