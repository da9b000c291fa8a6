"""The page on lifetime value: what it draws, and that both languages have all its words."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from rapport.console import lifetime_plot
from rapport.console.lifetime import lifetime_page, note
from rapport.console.messages import CATALOGUES
from rapport.differentiate.lifetime.notes import WORDS

FACTS = {
    "repeaters": 3, "least": 50, "ended": 1, "ran": 0, "ratio": 0.2, "group": "web", "mean": 9.5, "correlation": 0.4,
    "orders": 2, "customers": 7, "months": 11, "deviance": 9.0, "deviance_with": 8.0, "groups": 2,
    "mae": 1.0, "mae_before": 0.9,
}  # fmt: skip
BUCKET = {"repeats": "0", "customers": 9, "expected": 0.5, "actual": 0.4, "actual_low": 0.2, "actual_high": 0.6}


def test_every_note_has_words_in_both_languages():
    for words in CATALOGUES.values():
        for code in WORDS:
            assert "{" not in note({"code": code, "facts": FACTS}, words)


def test_drawings_are_whole_pictures_that_can_be_read_aloud():
    names = {"across": "a < b"}
    drawn = [
        lifetime_plot.calibration([BUCKET], names, "said & done"),
        lifetime_plot.calibration([], names, "said"),
        lifetime_plot.histogram([3, 0, 1], 12.5, names, "said"),
        lifetime_plot.shares([{"tenth": 1, "share": 0.6}], names, "said"),
    ]
    for one in drawn:
        picture = ET.fromstring(str(one))
        assert picture.get("role") == "img"
        assert picture.get("aria-label", "").startswith("said")


def test_before_there_is_anything_the_page_says_why(site):
    shown = lifetime_page(site.rt, CATALOGUES["en"])
    assert shown["report"] is None
    assert "lifetime value" in shown["why_not"]
