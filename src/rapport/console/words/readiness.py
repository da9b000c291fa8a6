"""What the ladder of stages says."""

from __future__ import annotations

from typing import Final

from rapport.differentiate.readiness import TEXTS

_ENGLISH_CHECKS: Final = {
    f"gate_{part}_{code}": text
    for code, texts in TEXTS.items()
    for part, text in zip(("what", "todo"), texts, strict=True)
}
ENGLISH: Final = {
    "readiness": "Readiness",
    "readiness_told": (
        "First things first: a stage opens when the data of those before it carries it. While it is closed, decisions "
        "do without its columns; it opens by itself when a later refresh finds the data good."
    ),
    "ladder": "The ladder of stages, from the lowest",
    "measured_at": "Measured at the refresh of",
    "never_measured": "Not measured yet: run rapport refresh.",
    "only_told": "told only: the policy lets nothing close",
    "next_steps": "What to do next",
    "nothing_to_do": "Nothing: every declared stage is open.",
    "what_stages_ask": "What each stage asks",
    "withheld_columns": "Withheld columns",
    "does_without": "Does without",
    "share_known": "share of customers known",
    "share_identified": "share of events identified",
    "stage_identify": "Identify",
    "stage_needs": "Needs",
    "stage_value": "Value",
    "stage_strengths": "Own strengths",
    "stage_selection": "Selection",
    "stage_mode": "Marketing mode",
    "stage_interact": "Interact",
    "stage_customize": "Customize",
    "level_open": "open",
    "level_closed": "closed",
    "level_not_declared": "not declared",
    "level_not_measured": "not measured",
} | _ENGLISH_CHECKS
CHINESE: Final = {
    "readiness": "就绪情况",
    "readiness_told": (
        "先做该先做的事：前面的阶段数据足够好，后面的阶段才开放。阶段关闭时，决策不使用它的列；之后的刷新发现数据恢复，"
        "它会自动重新开放。"
    ),
    "ladder": "各阶段的阶梯，自下而上",
    "measured_at": "测量于刷新",
    "never_measured": "尚未测量：请运行 rapport refresh。",
    "only_told": "仅提示：策略不关闭任何阶段",
    "next_steps": "下一步",
    "nothing_to_do": "无：所有已声明的阶段都已开放。",
    "what_stages_ask": "各阶段的要求",
    "withheld_columns": "暂不使用的列",
    "does_without": "缺少时照常进行",
    "share_known": "已知客户占比",
    "share_identified": "可辨认事件占比",
    "stage_identify": "识别",
    "stage_needs": "需求",
    "stage_value": "价值",
    "stage_strengths": "自身能力",
    "stage_selection": "客户选择",
    "stage_mode": "营销模式",
    "stage_interact": "互动",
    "stage_customize": "定制",
    "level_open": "开放",
    "level_closed": "关闭",
    "level_not_declared": "未声明",
    "level_not_measured": "未测量",
    "gate_what_fresh": "最新事件到达于 {age} 天前；最多允许 {asked} 天",
    "gate_todo_fresh": "查明为何没有数据到达，再运行 rapport refresh；或在 policy.yaml 中设置 gates: {{fresh: …}}",
    "gate_what_identified": "最近 {days} 天的事件中，{share} 属于能够分辨的人；要求 {asked}",
    "gate_todo_identified": "rapport identity report 会列出共用的标识：请数据源为每个人发送各自的标识",
    "gate_what_known": "{share} 的客户不只有匿名标识；要求 {asked}",
    "gate_todo_known": "让客户登录，或加载客户资料：rapport load FILE",
    "gate_what_valid": "{trait} 的值中 {share} 有效；要求 {asked}",
    "gate_todo_valid": "rapport report quality 会指出 {trait} 的来源：请修正后重新加载",
    "gate_what_earlier": "等待{stage}",
    "gate_todo_earlier": "先开放{stage}",
    "gate_what_customers": "可以区分对待的客户有 {count} 位；要求 {asked} 位",
    "gate_todo_customers": "加载更多客户，或在 policy.yaml 中设置 gates: {{customers: …}}",
    "gate_what_purchasers": "购买过的客户有 {count} 位；要求 {asked} 位",
    "gate_todo_purchasers": "加载他们的购买记录：rapport load FILE；或在 policy.yaml 中设置 gates: {{purchasers: …}}",
    "gate_what_coverage": "{stage}已知的客户占 {share}；要求 {asked}",
    "gate_todo_coverage": "在 {file} 中声明更多读取之处；或在 policy.yaml 中设置 gates: {{coverage: …}}",
}
