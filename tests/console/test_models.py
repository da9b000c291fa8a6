"""The page on the models: its words in both languages, and what it says before and after there is something."""

from __future__ import annotations

from rapport.console.messages import CATALOGUES
from rapport.console.models import models_page
from rapport.learn.chances.notes import WORDS

FACTS = {
    "answers": 3, "asked": 50, "action": "tea", "share": 0.2, "days": 7.0, "span": 2.5, "input": "@basket",
    "auc": 0.995, "since": "2026-01-01", "accepted": 0.1, "told": 0.2, "gap": -0.1, "low": -0.2, "high": -0.05,
}  # fmt: skip


def test_every_note_has_words_in_both_languages():
    for words in CATALOGUES.values():
        for code in WORDS:
            assert "{" not in words[f"models_note_{code}"].format(**FACTS)


def test_before_there_is_anything_the_page_says_how_much_is_lacking(site):
    shown = models_page(site.rt, CATALOGUES["en"])
    assert shown["calibration"] is None
    assert shown["in_use"] == "The online model alone tells the chances."
    assert any("a boosted model is fitted from 500 on" in one for one in shown["notes"])


def test_what_is_known_is_drawn_and_named(site, monkeypatch):
    from rapport.console import models

    bins = [{"answers": 30, "told": 0.1, "accepted": 0.2, "low": 0.1, "high": 0.3}]
    whole = {"answers": 300, "told": 0.1, "accepted": 0.2, "gap": 0.1, "low": 0.05, "high": 0.15}
    test = {"answers": 60, "customers": 40, "before": 0.6, "after": 0.5, "mean": 0.1, "low": 0.04}
    found = {
        "online": {}, "as_of": "2026-01-01T00:00:00Z", "notes": [], "delays": [],
        "boosted": {"in_use": 3, "share": 0.5, "shadow": 4, "shadow_share": 0.5},
        "calibration": {"bins": bins, "ece": 0.1, "ece_by_chance": 0.02, "whole": whole, "recent": whole},
        "versions": [{"model": "boosted", "version": 3, "place": "in use", "made_at": "2026-01-01T00:00:00Z",
                      "answers": 1234, "losses": {"online": 0.6, "blend": 0.5}, "test": test}],
        "acts": [{"at": "2026-01-01T00:00:00Z", "by": "ann", "what": "rolled back", "model": "boosted", "version": 2,
                  "because": ""}],
    }  # fmt: skip
    monkeypatch.setattr(models, "report", lambda _: found)
    shown = models_page(site.rt, CATALOGUES["en"])
    assert shown["in_use"].endswith("with a share of 0.5. Version 4 is compared in shadow.")
    assert "<svg" in shown["calibration"]["plot"]
    assert "+10.0 points on average (95%: +5.0 to +15.0)" in shown["calibration"]["said"]
    assert shown["versions"][0]["saved"] == "+0.1000 (≥ +0.0400)"
    assert shown["acts"][0]["what"] == "rolled back"
    assert models_page(site.rt, CATALOGUES["zh"])["acts"][0]["what"] == "回退"
