"""What the console says, in the languages it speaks."""

from __future__ import annotations

from typing import Final

ENGLISH: Final = {
    "language": "English",
    "customers": "Customers",
    "customer": "Customer",
    "search": "Find by id, e-mail, phone or card",
    "find": "Find",
    "nobody_found": "Nobody goes by that name.",
    "no_customers": "No customers yet. Load a file or send events, and they will appear here.",
    "next_page": "Next page",
    "first_page": "First page",
    "older": "Older events",
    "events": "Events",
    "first_seen": "First seen",
    "last_seen": "Last seen",
    "segment": "Segment",
    "kind": "Kind",
    "known": "known",
    "anonymous": "anonymous",
    "not_personalized": "personalisation off",
    "opted_out": "opted out",
    "identifiers": "Identifiers",
    "former_ids": "Former ids",
    "traits": "Traits",
    "features": "Features",
    "name": "Name",
    "value": "Value",
    "source": "Source",
    "time": "Time",
    "rfm": "Recency, frequency, monetary",
    "rfm_segment": "Segment",
    "recency_days": "Days since last purchase",
    "frequency": "Purchases",
    "monetary": "Spent",
    "r_score": "Recency score",
    "f_score": "Frequency score",
    "m_score": "Monetary score",
    "not_refreshed": "Not computed yet: run rapport refresh.",
    "decisions": "Decisions",
    "no_decisions": "No decisions yet.",
    "chance": "chance of this choice",
    "propensity": "chance of acceptance",
    "because": "Why",
    "who": "Who",
    "what": "What",
    "where": "Where",
    "when": "When",
    "why": "Why",
    "how": "How",
    "accepted": "accepted",
    "rejected": "rejected",
    "ignored": "ignored",
    "waiting": "waiting",
    "nothing_shown": "nothing could be shown",
    "timeline": "Timeline",
    "no_events": "No events.",
    "none": "None.",
    "yes": "yes",
    "no": "no",
    "sign_in": "Sign in",
    "sign_out": "Sign out",
    "api_key": "API key with the scope read",
    "open_console": "Open the console",
    "link_explained": "This link works once. Press the button to sign in with it.",
    "bad_key": "That key is unknown, revoked, or lacks the scope read.",
    "bad_link": "That link was used before or has expired. Sign in with a key instead.",
    "not_found": "Not found",
    "went_wrong": "Something went wrong",
    "back": "Back to the customers",
}
CHINESE: Final = {
    "language": "中文",
    "customers": "客户",
    "customer": "客户",
    "search": "按编号、邮箱、电话或会员卡查找",
    "find": "查找",
    "nobody_found": "没有找到这样的客户。",
    "no_customers": "还没有客户。导入文件或发送事件后，客户会出现在这里。",
    "next_page": "下一页",
    "first_page": "第一页",
    "older": "更早的事件",
    "events": "事件数",
    "first_seen": "首次出现",
    "last_seen": "最近出现",
    "segment": "分群",
    "kind": "类型",
    "known": "已识别",
    "anonymous": "匿名",
    "not_personalized": "已关闭个性化",
    "opted_out": "已退订营销",
    "identifiers": "身份标识",
    "former_ids": "曾用编号",
    "traits": "属性",
    "features": "特征",
    "name": "名称",
    "value": "值",
    "source": "来源",
    "time": "时间",
    "rfm": "最近、频次、金额",
    "rfm_segment": "分群",
    "recency_days": "距上次购买天数",
    "frequency": "购买次数",
    "monetary": "消费金额",
    "r_score": "最近得分",
    "f_score": "频次得分",
    "m_score": "金额得分",
    "not_refreshed": "尚未计算：请运行 rapport refresh。",
    "decisions": "决策",
    "no_decisions": "还没有决策。",
    "chance": "选中概率",
    "propensity": "接受概率",
    "because": "原因",
    "who": "对谁",
    "what": "什么",
    "where": "何处",
    "when": "何时",
    "why": "为何",
    "how": "如何",
    "accepted": "已接受",
    "rejected": "已拒绝",
    "ignored": "未理会",
    "waiting": "等待中",
    "nothing_shown": "没有可展示的内容",
    "timeline": "时间线",
    "no_events": "没有事件。",
    "none": "无。",
    "yes": "是",
    "no": "否",
    "sign_in": "登录",
    "sign_out": "退出",
    "api_key": "具有 read 权限的 API 密钥",
    "open_console": "打开控制台",
    "link_explained": "此链接只能使用一次。点击按钮即可登录。",
    "bad_key": "密钥未知、已撤销，或没有 read 权限。",
    "bad_link": "链接已使用或已过期，请改用密钥登录。",
    "not_found": "未找到",
    "went_wrong": "出错了",
    "back": "返回客户列表",
}
CATALOGUES: Final = {"en": ENGLISH, "zh": CHINESE}
HTML_LANGUAGE: Final = {"en": "en", "zh": "zh-CN"}


def choose(asked: str, remembered: str, accept_language: str) -> str:
    """The language to answer in: the one asked for, the one chosen before, or the browser's first that we speak.

    >>> choose("", "", "fr;q=0.9, zh-CN;q=0.8, en;q=0.1")
    'zh'
    >>> choose("en", "zh", "zh")
    'en'
    """
    for wanted in (asked, remembered):
        if wanted in CATALOGUES:
            return wanted
    ranked = sorted((_weighted(part) for part in accept_language.split(",") if part.strip()), key=lambda one: -one[0])
    spoken = (tag for weight, tag in ranked if tag in CATALOGUES and weight > 0)
    return next(spoken, "en")


def _weighted(part: str) -> tuple[float, str]:
    """One entry of Accept-Language: its weight and its primary language."""
    tag, _, weight = part.partition(";q=")
    try:
        return float(weight or 1), tag.strip().lower().partition("-")[0]
    except ValueError:
        return 0.0, ""
