"""What the page on the models says."""

from typing import Final

from rapport.learn.chances.notes import WORDS

ENGLISH: Final[dict[str, str]] = {
    "models_title": "Models",
    "models_alone": "The online model alone tells the chances.",
    "models_blended": "The online model and version {in_use} of the boosted one tell the chances together, the boosted "
    "one with a share of {share:g}.",
    "models_shadowed": "Version {shadow} is compared in shadow.",
    "models_to_know": "To be known",
    "models_calibration": "Told chances and what came of them",
    "models_told_tenths": "Chance told, a tenth of the answers each",
    "models_told": "Told",
    "models_came_interval": "Accepted, with its 95% interval, in percent",
    "models_calibrated": "{answers} answers whose window is over. Accepted less told: {gap} points on average (95%: "
    "{low} to {high}). Calibration error {ece}; perfectly told chances would show {by_chance}.",
    "models_versions": "Versions",
    "models_model": "Model",
    "models_made": "Made",
    "models_answers": "Answers",
    "models_loss_online": "Log loss, online",
    "models_loss_blend": "Log loss, blend",
    "models_saved": "Saved against what was in use",
    "models_loss_said": "Mean log loss in nats an answer, on the newest fifth of the answers, which the version had "
    "not seen; in brackets the least gain that is sure at 95%.",
    "models_place_in_use": "in use",
    "models_place_shadow": "in shadow",
    "models_delays": "How long acceptances take",
    "models_action": "Action",
    "models_accepted": "Accepted",
    "models_median": "Median delay (h)",
    "models_open": "Open",
    "models_expected": "Acceptances still expected",
    "models_last": "In the window's last tenth (95%)",
    "models_after": "After the window",
    "models_acts": "What was changed, and by whom",
    "models_act_fitted": "fitted",
    "models_act_promoted": "promoted",
    "models_act_rolled_back": "rolled back",
    "models_act_set_aside": "set aside",
    "models_act_retired": "retired",
} | {
    f"models_note_{code}": f"{words[0].upper() if words[0] != '{' else '{'}{words[1:]}."
    for code, words in WORDS.items()
}
CHINESE: Final[dict[str, str]] = {
    "models_title": "模型",
    "models_alone": "目前仅由在线模型给出概率。",
    "models_blended": "在线模型与提升树模型第 {in_use} 版共同给出概率，后者占比 {share:g}。",
    "models_shadowed": "第 {shadow} 版正在影子中比较。",
    "models_to_know": "须知",
    "models_calibration": "所述概率与实际结果",
    "models_told_tenths": "所述概率（每组为十分之一的答复）",
    "models_told": "所述",
    "models_came_interval": "实际接受率（百分比）及其 95% 区间",
    "models_calibrated": "{answers} 个窗口已结束的答复。实际减所述平均 {gap} 个百分点（95%：{low} 至 {high}）。"
    "校准误差 {ece}；完全准确的概率也会呈现 {by_chance}。",
    "models_versions": "版本",
    "models_model": "模型",
    "models_made": "生成时间",
    "models_answers": "答复数",
    "models_loss_online": "对数损失（在线）",
    "models_loss_blend": "对数损失（混合）",
    "models_saved": "相对现用模型的改进",
    "models_loss_said": "每个答复的平均对数损失（奈特），在该版本未见过的最新五分之一答复上计算；"
    "括号内为 95% 把握的最小改进。",
    "models_place_in_use": "使用中",
    "models_place_shadow": "影子中",
    "models_delays": "接受需要多久",
    "models_action": "动作",
    "models_accepted": "接受",
    "models_median": "延迟中位数（小时）",
    "models_open": "未答复",
    "models_expected": "预计仍会接受",
    "models_last": "在窗口最后十分之一内（95%）",
    "models_after": "窗口之后",
    "models_acts": "谁做了什么更改",
    "models_act_fitted": "拟合",
    "models_act_promoted": "启用",
    "models_act_rolled_back": "回退",
    "models_act_set_aside": "搁置",
    "models_act_retired": "退出比较",
    "models_note_refit_off": "未拟合提升树模型：policy.yaml 中 learning.refit 为 false。",
    "models_note_few_answers": "目前有 {answers:,} 个答复：达到 {asked:,} 个后才拟合提升树模型。",
    "models_note_window_too_short": "{action}：{share:.0%} 的接受发生在其 {days:g} 天窗口的最后十分之一，"
    "窗口之后还会有；延长窗口便能计入。",
    "models_note_window_longer": "{action}：其 {days:g} 天的窗口长于已有决策所跨的 {span:.1f} 天，"
    "因此尚无法得知概率是否准确；请缩短窗口或等待。",
    "models_note_leak": "{input} 单独就能说明谁会接受（{answers:,} 个答复上 AUC 为 {auc:.3f}），"
    "只有答复之后写入的内容才会如此；提升树模型不读取它。请将其设为敏感特征或从请求中移除，使在线模型也不读取。",
    "models_note_leak_answering": "{input} 统计的正是答复所用的事件，单独就能说明谁会接受（{answers:,} 个答复上 AUC 为 "
    "{auc:.3f}）；提升树模型不读取它。请使其窗口在决策之前结束。",
    "models_note_meaning": "{action} 自 {since} 起已是另一项优惠：此前的答复不再计入。新的优惠请用新的名称。",
    "models_note_drifted": "最新的 {answers:,} 个答复偏离所述：实际接受 {accepted:.1%}，预期 {told:.1%}"
    "（差 {gap:+.1%}，99% 区间 {low:+.1%} 至 {high:+.1%}）。",
    "models_note_few_closed": "已结束的优惠有 {answers:,} 个：达到 {asked:,} 个后才评估校准。",
}
