"""What one step may ask for."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec

from rapport.core.errors import InvalidInput

STANDARD: Final = "standard"
TEXT_MAX: Final = 200
_Text = Annotated[str, msgspec.Meta(max_length=TEXT_MAX)]
Chosen = dict[_Text, _Text | list[_Text]]


class Touch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One option of a group; to clear, a group alone."""

    group: _Text
    option: _Text = ""


class Step(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is asked in one step; with nothing but a product, a new session."""

    choices: Chosen | None = None
    """With a session, in place of all that was chosen; without, where to begin."""
    refused: dict[_Text, list[_Text]] | None = None
    customer: dict[str, str] = {}
    session: _Text = ""
    revision: int = -1
    """Of the last answer: the same step sent twice counts once."""
    pick: Touch | None = None
    refuse: Touch | None = None
    clear: Touch | None = None
    undo: bool = False
    variant: _Text = ""
    complete: bool = False
    finish: bool = False
    quantity: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)] = 0
    """Pieces to quote for; 0: one piece, and no quote."""
    all: list[_Text] = []
    """Groups whose options are all shown."""
    language: _Text = "en"
    way: _Text = ""
    owned: _Text = ""
    """The session in which it was bought, to begin from what is owned."""
    account: _Text = ""
    """The company in whose shop it is; unless said, the customer's trait ``account``."""


def asked_for(step: Step) -> tuple[str, Touch]:
    """What a step does, as events call it; several at once are refused."""
    asked: list[tuple[str, Touch]] = [
        (name, touch) for name, touch in (("pick", step.pick), ("refuse", step.refuse), ("clear", step.clear)) if touch
    ]
    if step.undo:
        asked.append(("undo", Touch(group="")))
    if step.variant:
        name = "standard" if step.variant == STANDARD else "variant"
        asked.append((name, Touch(group="", option=step.variant)))
    if not asked and step.session and (step.choices is not None or step.refused is not None):
        asked.append(("choices", Touch(group="")))
    if step.complete and not step.finish:
        asked.append(("complete", Touch(group="")))
    if not asked and step.finish:
        asked.append(("finish", Touch(group="")))
    if len(asked) > 1:
        raise InvalidInput("several steps at once", where=asked[1][0], hint="send one step after the other")
    return asked[0] if asked else ("", Touch(group=""))
