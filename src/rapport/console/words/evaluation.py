"""What the page on evaluation says."""

from typing import Final

from rapport.learn.offpolicy.notes import WORDS

ENGLISH: Final[dict[str, str]] = {
    "evaluation_title": "Evaluation",
    "evaluation_lead": "What would other ways of deciding have earned? Told from what was recorded, without "
    "trying them.",
    "evaluation_by_value": "by value",
    "evaluation_by_accepted": "by acceptance",
    "evaluation_acceptances": "acceptances",
    "evaluation_of": "{decisions} decisions for {customers} customers from {since} to {until}, {accepted} accepted; a "
    "decision earned {earned}.",
    "evaluation_policies": "Policies side by side",
    "evaluation_across": "{unit} a decision",
    "evaluation_how_to_read": "The dot is the estimate, the line its interval ({level} each), the upright line "
    "what was "
    "earned. Policies whose intervals overlap may be equally good.",
    "evaluation_gain": "More than what was in force",
    "evaluation_gain_how": "Where the whole line stands right of 0, the policy would have earned more; left of "
    "it, less.",
    "evaluation_numbers": "The numbers",
    "evaluation_policy": "Policy",
    "evaluation_dr": "Doubly robust",
    "evaluation_more": "More than in force",
    "evaluation_effective": "Effective samples",
    "evaluation_largest": "Largest weight",
    "evaluation_refused": "refused",
    "evaluation_lists": "Whole lists: {policy}",
    "evaluation_place": "Place",
    "evaluation_lists_count": "Lists",
    "evaluation_earns": "Earns there",
    "evaluation_holdout": "With and without Rapport",
    "evaluation_holdout_gain": "A decision earns {gain} more than for those held out ({decisions} decisions). They "
    "were drawn by lot, so the difference is an effect; where its interval reaches 0, none is shown. Counted are "
    "decisions that offered something and answers to offers; what customers do altogether stands under Experiments.",
    "evaluation_to_know": "To be known",
    "evaluation_credit": "Who shares the credit",
    "evaluation_credit_of": "{outcomes} outcomes of {customers} customers in {days} days; offers up to {window_days} "
    "days before an outcome share in it.",
    "evaluation_offer": "Offer",
    "evaluation_offered": "Offered",
    "evaluation_rule_last_touch": "Last touch",
    "evaluation_rule_linear": "Linear",
    "evaluation_rule_position": "Position 40/20/40",
    "evaluation_rule_time_decay": "Time decay 7d",
    "evaluation_rule_removal": "Removal",
    "evaluation_no_removal": "Removal needs {least} paths with an outcome and as many without.",
    "evaluation_credit_not_causal": "Credit shows who was there, not what caused it: only a holdout or an experiment "
    "does.",
    "evaluation_policy_logged": "In force",
    "evaluation_about_logged": "as it was decided",
    "evaluation_policy_greedy": "Greedy",
    "evaluation_about_greedy": "always the best as far as is known, no exploration",
    "evaluation_policy_no_floor": "No floor",
    "evaluation_about_no_floor": "exploration only where the model is unsure",
    "evaluation_policy_general": "Everybody alike",
    "evaluation_about_general": "what earns most on average of what one may see",
    "evaluation_policy_uniform": "At random",
    "evaluation_about_uniform": "every eligible action alike",
    "evaluation_policy_dearest": "Dearest",
    "evaluation_about_dearest": "what is worth most if accepted, no model",
    "evaluation_policy_changed": "Changed",
    "evaluation_policy_workspace": "Other folder",
} | {f"evaluation_note_{code}": f"{words[0].upper()}{words[1:]}." for code, words in WORDS.items()}
CHINESE: Final[dict[str, str]] = {
    "evaluation_title": "评估",
    "evaluation_lead": "换一种决策方式会带来多少？不必试行，由已有记录即可得知。",
    "evaluation_by_value": "按价值",
    "evaluation_by_accepted": "按接受次数",
    "evaluation_acceptances": "次接受",
    "evaluation_of": "{since} 至 {until}，为 {customers} 位客户作出 {decisions} 次决策，{accepted} 次被接受；"
    "平均每次决策带来 {earned}。",
    "evaluation_policies": "各策略并列",
    "evaluation_across": "每次决策（{unit}）",
    "evaluation_how_to_read": "圆点为估计值，横线为区间（各 {level}），竖线为实际所得。区间重叠的策略可能同样好。",
    "evaluation_gain": "比现行策略多出",
    "evaluation_gain_how": "整条线都在 0 右侧，则该策略本可带来更多；都在左侧，则更少。",
    "evaluation_numbers": "数字",
    "evaluation_policy": "策略",
    "evaluation_dr": "双重稳健",
    "evaluation_more": "比现行多出",
    "evaluation_effective": "有效样本",
    "evaluation_largest": "最大权重",
    "evaluation_refused": "不作判断",
    "evaluation_lists": "整个列表：{policy}",
    "evaluation_place": "位置",
    "evaluation_lists_count": "列表数",
    "evaluation_earns": "该位置所得",
    "evaluation_holdout": "有无 Rapport 之别",
    "evaluation_holdout_gain": "每次决策比对照组多带来 {gain}（对照组 {decisions} 次决策）。分组由抽签决定，"
    "差异即为效果；区间包含 0 时，则未显示出效果。只计确有推荐的决策及对推荐的回应；客户的全部行为见“实验”页。",
    "evaluation_to_know": "须知",
    "evaluation_credit": "功劳归谁",
    "evaluation_credit_of": "{days} 天内 {customers} 位客户的 {outcomes} 次成交；成交前 {window_days} "
    "天内的推荐分享功劳。",
    "evaluation_offer": "推荐",
    "evaluation_offered": "推荐次数",
    "evaluation_rule_last_touch": "末次接触",
    "evaluation_rule_linear": "平均",
    "evaluation_rule_position": "位置 40/20/40",
    "evaluation_rule_time_decay": "时间衰减（7天）",
    "evaluation_rule_removal": "移除效应",
    "evaluation_no_removal": "移除效应需要有成交与无成交的路径各 {least} 条。",
    "evaluation_credit_not_causal": "功劳只说明谁在场，不说明因果：只有对照组或实验能说明。",
    "evaluation_policy_logged": "现行策略",
    "evaluation_about_logged": "按当时的决策",
    "evaluation_policy_greedy": "贪心",
    "evaluation_about_greedy": "总选已知最好的，不探索",
    "evaluation_policy_no_floor": "无探索下限",
    "evaluation_about_no_floor": "只在模型不确定时探索",
    "evaluation_policy_general": "人人相同",
    "evaluation_about_general": "在可见范围内选平均收益最高的",
    "evaluation_policy_uniform": "随机",
    "evaluation_about_uniform": "所有可选行动机会均等",
    "evaluation_policy_dearest": "最贵",
    "evaluation_about_dearest": "选被接受后价值最高的，不用模型",
    "evaluation_policy_changed": "改动后",
    "evaluation_policy_workspace": "另一文件夹",
    "evaluation_note_none_decided": "此期间没有任何决策提供过内容：请先请求决策（`rapport decide`、`POST "
    "/v1/decide`）。",
    "evaluation_note_window_long": "“{action}”的归因窗口为 {window}，比 {days} 天的决策记录还长："
    "请在 {until} 首批推荐的窗口结束后"
    "再评估，或缩短窗口。",
    "evaluation_note_few_accepted": "只有 {accepted} 次推荐被接受，至少需要 {least} 次：请等待更多，或按接受次数评判。",
    "evaluation_note_few_customers": "只为 {customers} 位客户作过决策，至少需要 {least} 位。",
    "evaluation_note_unsupported": "在 {share} 的决策中，该策略会提供当时毫无机会的“{action}”："
    "无人知道那会带来什么；请先给它"
    "机会（让它符合条件、提高 exploration_floor），或用实验检验。",
    "evaluation_note_few_effective": "有效样本 {effective} 个，至少需要 {least} 个：该策略与现行策略相差太大；"
    "请积累更多"
    "决策、提高 exploration_floor，或评估较小的改动。",
    "evaluation_note_few_effective_accepted": "该策略的收益只基于 {effective} 次有效接受，至少需要 {least} 次："
    "请积累更多"
    "回应，或评估较小的改动。",
    "evaluation_note_one_weight": "单个决策占全部权重的 {share}，上限为 {most}：请提高 exploration_floor，"
    "或评估较小的改动。",
    "evaluation_note_list_rules": "列表是按记录中没有的规则选出的（{share} 无法重现）：只评估首选。",
    "evaluation_note_rule_unrecorded": "“{action}”的规则读取 {columns}，而决策未记录这些列：无从得知谁会看到它。",
    "evaluation_note_items_unrecorded": "“{action}”提供的商品价值未被记录：请改变其杠杆，而非价值或成本。",
    "evaluation_note_trained": "模型 {model} 正是从这些决策学来的，之后尚无已回应的决策：请评估更早的版本"
    "（`--policy model@N`），或等待。",
    "evaluation_note_still_open": "后来的 {open} 次决策未计入：其窗口尚未结束，目前已回应的只是较快的那些。",
    "evaluation_note_only_newest": "只评估 {all} 次决策中最新的 {kept} 次。",
    "evaluation_note_meaning_changed": "“{action}”自 {since} 起含义已变：只评估此后的决策。",
    "evaluation_note_definitions_changed": "{share} 的决策是在与今天不同的定义下作出的：改动的杠杆与价值以今天为起点。",
    "evaluation_note_several": "同时比较 {count} 个策略：已加宽各区间，使其以 {level} 的置信度同时成立（Bonferroni）。",
    "evaluation_note_looks": "这是第 {count} 次查看不断增长的数据：看得越多，区间越常失准；请事先定好何时查看，"
    "或用实验证明。",
    "evaluation_note_leaked": "仅凭“{column}”就能看出谁会接受（{answers} 次回应，AUC {auc}）：它很可能是事后才知道的；"
    "收益模型不使用它，而依赖已记录倾向的策略会显得比实际更好。",
    "evaluation_note_disagree": "各估计不一致：加权平均（SNIPS）为 {snips}，在区间之外：请谨慎解读。",
    "evaluation_note_no_holdout": "没有对照组，就无法说明 Rapport 比人人相同的做法多带来什么：请在下次活动前于 "
    "policy.yaml "
    "声明 `holdout: {{share: 0.05}}`。",
    "evaluation_note_holdout_empty": "自抽签以来，对照组（{share}）或其余客户中只有 {customers} 位收到过推荐，"
    "至少需要 {least} 位。",
    "evaluation_note_holdout_few_accepted": "对照组或其余客户只接受了 {accepted} 次推荐，至少需要 {least} 次："
    "请等待更多。",
}
