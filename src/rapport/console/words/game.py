"""What the pages on games say."""

from typing import Final

ENGLISH: Final[dict[str, str]] = {
    "games_title": "Games",
    "games_explained": "A few picks between two things tell what a customer would like. Only pairs are shown whose "
    "answer would change what is offered; what was picked fades as needs do.",
    "game_counted": "{players} customers played, {picks} picks, {mean} each on average.",
    "game_alike": "Of {repeats} pairs that came again, {share} were answered alike.",
    "game_alike_unknown": "How consistently, is not told: {repeats} pairs came again, {least} are needed.",
    "game_answers": "Answers",
    "game_this": "the first",
    "game_that": "the second",
    "game_both": "Both",
    "game_neither": "Neither",
    "game_skip": "Skip",
    "game_sure": "{sure} of {asked} players were sure enough (more than half) of one.",
    "game_progress": "{picks} of at most {most} picks",
    "game_not_kept": "nothing is kept",
    "game_done": "Nothing more is asked",
    "game_suggested": "Would be offered now",
    "game_probability": "How probably it is the one wanted most, by the picks alone.",
    "game_play": "Play",
    "game_because_that is all we ask": "That is all we ask.",
    "game_because_no answer would change what is offered": "No answer would change what is offered.",
    "game_because_there is no choice between offers, so no answer would change one": "There is no choice between "
    "offers, so no answer would change one.",
    "game_because_no two options are left that differ and whose answer is not known": "No two options are left that "
    "differ and whose answer is not known.",
    "game_because_there are no two options that this customer may see": "There are no two options that this customer "
    "may see.",
}
CHINESE: Final[dict[str, str]] = {
    "games_title": "二选一",
    "games_explained": "在两样东西之间选几次，就能知道客户喜欢什么。只展示那些答案会改变推荐的组合；"
    "选择的影响会像需求一样逐渐减弱。",
    "game_counted": "{players} 位客户玩过，共选择 {picks} 次，平均每人 {mean} 次。",
    "game_alike": "{repeats} 组重复出现的组合中，{share} 的回答一致。",
    "game_alike_unknown": "一致程度暂不给出：重复出现 {repeats} 组，至少需要 {least} 组。",
    "game_answers": "回答",
    "game_this": "第一个",
    "game_that": "第二个",
    "game_both": "都喜欢",
    "game_neither": "都不喜欢",
    "game_skip": "跳过",
    "game_sure": "{asked} 位玩家中有 {sure} 位足够明确（超过一半的把握）。",
    "game_progress": "已选 {picks} 次，最多 {most} 次",
    "game_not_kept": "不作保留",
    "game_done": "不再提问",
    "game_suggested": "现在会推荐",
    "game_probability": "仅凭这些选择，它是最想要的可能性。",
    "game_play": "开始",
    "game_because_that is all we ask": "我们只问这些。",
    "game_because_no answer would change what is offered": "任何回答都不会改变推荐。",
    "game_because_there is no choice between offers, so no answer would change one": "没有可选的推荐，"
    "回答不会带来改变。",
    "game_because_no two options are left that differ and whose answer is not known": "没有剩下既不同、"
    "答案又未知的两个选项。",
    "game_because_there are no two options that this customer may see": "没有两个该客户可以看到的选项。",
}
