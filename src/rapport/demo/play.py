"""One demo from beginning to end: make the shop, play the story, sum it up."""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path

import msgspec
import numpy as np

from rapport.core.time import DAY_US
from rapport.demo import rounds as story
from rapport.demo.people import invent
from rapport.demo.shop import Calendar, open_shop, write_workspace
from rapport.demo.summary import Summary, summarise


def play(root: Path, *, seed: int, customers: int, rounds: int, today_us: int, progress: story.Progress) -> Summary:
    """Makes the bookshop in ``root``, plays its story up to today and sums it up.

    The same seed, sizes and day give the same story. ``today_us`` is any moment of the day, in microseconds.
    """
    began = time.monotonic()
    write_workspace(root)
    calendar = Calendar(story.start_us(today_us // DAY_US * DAY_US, rounds))
    rng = np.random.default_rng(seed)
    with closing(open_shop(root, calendar, seed)) as rt:
        stage = story.Stage(rt, calendar, invent(customers, rng), rng, story.Tally())
        story.play(stage, rounds, progress)
        summary = summarise(stage, seed=seed, rounds=rounds)
    return msgspec.structs.replace(summary, seconds=round(time.monotonic() - began, 1))
