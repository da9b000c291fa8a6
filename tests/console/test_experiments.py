"""The pages of experiments: what they draw, and that both languages have all their words."""

from __future__ import annotations

import string
import xml.etree.ElementTree as ET

from rapport.console import experiments_plot
from rapport.console.experiments import experiments_page
from rapport.console.messages import CATALOGUES
from rapport.learn.experiment.notes import WORDS


def test_every_note_says_the_same_facts_in_both_languages():
    for code, text in WORDS.items():
        facts = {name for _, name, _, _ in string.Formatter().parse(text) if name}
        for words in CATALOGUES.values():
            said = words[f"experiment_note_{code}"]
            assert {name for _, name, _, _ in string.Formatter().parse(said) if name} == facts, code


def test_the_sequence_is_a_whole_picture_that_can_be_read_aloud():
    effects = [{"arm": "a<b", "difference": 0.1, "low": -0.2 / n, "high": 0.4} for n in (1, 2, 4)]
    points = [{"n": 100 * (place + 1), "effects": [one]} for place, one in enumerate(effects)]
    names = {"across": "a < b", "said": "said & done"}
    picture = ET.fromstring(str(experiments_plot.sequence(points, "a<b", 200, names)))
    assert picture.get("aria-label") == "said & done"
    assert sum("stroke-dasharray" in one.attrib for one in picture.iter()) == 1
    flat = ET.fromstring(str(experiments_plot.sequence(points[:1], "a<b", 900, names)))
    assert sum("stroke-dasharray" in one.attrib for one in flat.iter()) == 0
    assert experiments_plot.sequence(points, "c", 200, names) == ""


def test_before_there_is_anything_the_page_says_why(site):
    shown = experiments_page(site.rt, CATALOGUES["en"])
    assert shown["rows"] == []
    assert "nobody is held out" in shown["why_not"]
