"""What the pages about how customers differ say, one file a page, each in both languages."""

from typing import Final

from rapport.console.words import (
    evaluation,
    experiments,
    game,
    lessons,
    lifetime,
    needs,
    next,
    parts,
    places,
    readiness,
    recommend,
    segments,
    selection,
    stage,
    uplift,
    value,
)

ENGLISH: Final[dict[str, str]] = {
    **evaluation.ENGLISH,
    **experiments.ENGLISH,
    **needs.ENGLISH,
    **game.ENGLISH,
    **next.ENGLISH,
    **lessons.ENGLISH,
    **lifetime.ENGLISH,
    **parts.ENGLISH,
    **places.ENGLISH,
    **readiness.ENGLISH,
    **recommend.ENGLISH,
    **segments.ENGLISH,
    **selection.ENGLISH,
    **stage.ENGLISH,
    **uplift.ENGLISH,
    **value.ENGLISH,
}
CHINESE: Final[dict[str, str]] = {
    **evaluation.CHINESE,
    **experiments.CHINESE,
    **needs.CHINESE,
    **game.CHINESE,
    **next.CHINESE,
    **lessons.CHINESE,
    **lifetime.CHINESE,
    **parts.CHINESE,
    **places.CHINESE,
    **readiness.CHINESE,
    **recommend.CHINESE,
    **segments.CHINESE,
    **selection.CHINESE,
    **stage.CHINESE,
    **uplift.CHINESE,
    **value.CHINESE,
}
