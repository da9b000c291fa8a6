"""Every fault of ``needs.yaml`` is found, with its line and what to do."""

# ruff: noqa: E501 - one case a line reads best

from __future__ import annotations

from pathlib import Path

import pytest

from rapport.workspace import check

READING = "attributes: {what: {readings: [{event: Order Completed, of: properties.kind%s}]}}\n"


def found(root: Path, needs: str) -> list[str]:
    (root / "rapport.yaml").write_text("name: Shop\n")
    (root / "features.yaml").write_text("visits: {event: page, measure: count}\n")
    (root / "needs.yaml").write_text(needs)
    return [str(finding) for finding in check(root)]


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("attributes: {wat: {}}\n", "needs.yaml:1:14: 'wat' is not possible here: did you mean 'what'?"),
        ("attributes: {what: {readings: [{event: Order Completed}]}}\n", "needs.yaml:1:32: the value has no path: add of: properties.category, for instance"),
        ("attributes: {when: {readings: [{event: page, of: '@weekdays'}]}}\n", "needs.yaml:1:50: '@weekdays' is no moment: did you mean '@weekday'?"),
        ("attributes: {what: {readings: [{event: page, of: property.kind}]}}\n", "needs.yaml:1:50: 'property.kind' is no path into an event"),
        ("attributes: {what: {prior: 0}}\n", "needs.yaml:1:28: a prior worth 0.0 events is none: write more than 0; 5 is the default"),
        ("attributes: {frequency: {readings: [{event: page, of: properties.n}]}}\n", "needs.yaml:1:36: how often is read off the purchases, not off events"),
        (READING % ", half_life: soon", "'soon' is no length of time"),
        (READING % ", weight: 0", "0.0 says nothing: write more than 0, or leave the line out"),
        (READING % ", weight: .nan", "nan says nothing"),
        (READING % ", bands: [10, 5]", "bounds of bands ascend: write [10, 20, 50], for instance"),
        (READING % ", occasion: trip", "'trip' is no path into an event"),
        ("attributes: {when: {readings: [{event: page, of: '@month', bands: [3]}]}}\n", "@month is no number: leave bands out"),
        ("attributes: {price: {readings: [{event: page, of: properties.a, bands: [1]}, {event: page, of: properties.b, bands: [2]}]}}\n", "its bands are not those of the first reading"),
        ("attributes: {what: {readings: [{event: Completed Order, of: properties.kind}]}}\n", "'Completed Order' never arrives under this name: write 'Order Completed'"),
        ("segment_by: rfm_segmnt\n", "needs.yaml:1:13: unknown column 'rfm_segmnt': did you mean 'rfm_segment'?"),
        ("segment_by: visits\n", "needs.yaml:1:13: 'visits' is integer, not text"),
        ("segment_by: need_what\n", "needs.yaml:1:13: 'need_what' is computed after needs (needs): rfm_segment is known before"),
        ("inferred_weight: -1\n", "needs.yaml:1:18: -1.0 is not possible here"),
        ("changed_within: lately\n", "needs.yaml:1:17: 'lately' is no length of time"),
        ("ladder_cutoff: 0\n", "needs.yaml:1:16: a link was told by at least one person: write 1 or more"),
        ("ladders: {organic: {}}\n", "needs.yaml:1:11: 'organic' leads to nothing: write CONSEQUENCE: VALUE below it"),
        ("ladders: {organic: {fewer additives: ' '}}\n", "a rung without a name"),
        ("matters: {prodct: []}\n", "'prodct' is not possible here: did you mean 'product'?"),
        ("matters: {service: [{event: ''}]}\n", "the event has no name"),
    ],
)  # fmt: skip
def test_a_fault_is_found(tmp_path: Path, text: str, finding: str) -> None:
    assert any(finding in one for one in found(tmp_path, text)), found(tmp_path, text)


def test_what_the_guide_shows_is_fault_free(tmp_path: Path) -> None:
    assert found(tmp_path, GOOD) == []


GOOD = """
attributes:
  what:
    readings:
      - {event: Order Completed, of: "properties.products[].category", occasion: properties.trip}
      - {event: Product Viewed, of: properties.category, strength: want, weight: 0.3, half_life: 14d}
  when:
    readings:
      - {event: Order Completed, of: "@weekday"}
      - {event: Order Completed, of: "@daypart"}
  price:
    prior: 8
    readings:
      - {event: Order Completed, of: "properties.products[].price", bands: [5, 20, 100]}
matters:
  service: [{event: Ticket Opened}]
segment_by: rfm_segment
ladders:
  organic: {fewer additives: health, known farm: trust}
"""
