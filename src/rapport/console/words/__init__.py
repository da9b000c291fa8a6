"""What the pages about how customers differ say, one file a page, each in both languages."""

from typing import Final

from rapport.console.words import (
    lifetime,
    needs,
    next,
    parts,
    places,
    readiness,
    segments,
    selection,
    stage,
    uplift,
    value,
)

ENGLISH: Final[dict[str, str]] = {
    **needs.ENGLISH,
    **next.ENGLISH,
    **lifetime.ENGLISH,
    **parts.ENGLISH,
    **places.ENGLISH,
    **readiness.ENGLISH,
    **segments.ENGLISH,
    **selection.ENGLISH,
    **stage.ENGLISH,
    **uplift.ENGLISH,
    **value.ENGLISH,
}
CHINESE: Final[dict[str, str]] = {
    **needs.CHINESE,
    **next.CHINESE,
    **lifetime.CHINESE,
    **parts.CHINESE,
    **places.CHINESE,
    **readiness.CHINESE,
    **segments.CHINESE,
    **selection.CHINESE,
    **stage.CHINESE,
    **uplift.CHINESE,
    **value.CHINESE,
}
