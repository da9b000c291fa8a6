"""What the groups of pages are called in the head of every page."""

from __future__ import annotations

from typing import Final

ENGLISH: Final = {
    "places": "Pages",
    "places_customers": "Who they are",
    "places_differences": "How they differ",
    "places_offers": "What we offer",
    "places_learnt": "What we learnt",
    "places_data": "The data",
    "skip_to_content": "Skip to the content",
}
CHINESE: Final = {
    "places": "页面",
    "places_customers": "他们是谁",
    "places_differences": "客户差异",
    "places_offers": "我们提供什么",
    "places_learnt": "我们学到什么",
    "places_data": "数据",
    "skip_to_content": "跳到正文",
}
