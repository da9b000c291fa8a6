"""What the pages about how customers differ say, one file a page, each in both languages."""

from typing import Final

ENGLISH: Final[dict[str, str]] = {}
CHINESE: Final[dict[str, str]] = {}
