"""What the ways in which customers differ are called on a customer's page."""

from __future__ import annotations

from typing import Final

ENGLISH: Final = {
    "part_lifetime": "Lifetime value",
    "part_timing": "Next purchase",
    "part_potential": "Potential",
    "part_needs": "Needs",
    "part_value": "Value",
    "part_stage": "Buying cycle",
    "part_fit": "Fit with what we can do",
    "part_selection": "Selection",
    "part_mode": "Marketing mode",
    "part_groups": "Similar customers",
    "part_segments": "Segments",
}
CHINESE: Final = {
    "part_lifetime": "终身价值",
    "part_timing": "下次购买",
    "part_potential": "潜力",
    "part_needs": "需求",
    "part_value": "价值",
    "part_stage": "购买周期",
    "part_fit": "与自身能力的契合",
    "part_selection": "客户选择",
    "part_mode": "营销模式",
    "part_groups": "相似客户",
    "part_segments": "客户群",
}
