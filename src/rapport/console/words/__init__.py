"""What the pages about how customers differ say, one file a page, each in both languages."""

from typing import Final

from rapport.console.words import parts, readiness, value

ENGLISH: Final[dict[str, str]] = {**parts.ENGLISH, **readiness.ENGLISH, **value.ENGLISH}
CHINESE: Final[dict[str, str]] = {**parts.CHINESE, **readiness.CHINESE, **value.CHINESE}
