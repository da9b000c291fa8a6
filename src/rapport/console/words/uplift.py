"""Words of the page on uplift."""

from __future__ import annotations

from typing import Final

ENGLISH: Final = {
    "uplift_title": "What offers add",
    "uplift_explained": "Some customers accept an offer and would have bought anyway. Each decision records with what "
    "chance it would have shown the offer, so that those who saw it can be held beside those who did not.",
    "uplift_refused": "Not told:",
    "uplift_adds": "The offer adds {added} points ({low} to {high}) to the {anyway}% who would do it anyway.",
    "uplift_nothing": "The offer is not shown to change anything: {low} to {high} points beside the {anyway}% who "
    "would do it anyway.",
    "uplift_share": "In deciding, {share}% of its acceptances count as its own.",
    "uplift_bars": "Grey: would do it anyway. Colour: added, with its 95% interval.",
    "uplift_counted": "{decisions} decisions for {customers} customers; it was shown in {shown}.",
    "uplift_curve": "Offering to the most changed first",
    "uplift_curve_explained": "From left to right more and more customers get the offer; the straight line offers at "
    "random. Judged on customers whom the order was not learnt from.",
    "uplift_qini": "Area between both, in thousandths: {coefficient} ({low} to {high}).",
    "uplift_apart": "Some customers are changed more than others.",
    "uplift_alike": "It is not shown that some customers are changed more than others.",
    "uplift_by": "What tells them apart:",
}
CHINESE: Final = {
    "uplift_title": "优惠带来的增量",
    "uplift_explained": "有些客户接受了优惠，但没有优惠也会购买。每次决策都记录了展示该优惠的概率，"
    "因此可以把看到优惠的客户与没有看到的客户放在一起比较。",
    "uplift_refused": "未给出结论：",
    "uplift_adds": "在本来就会这样做的 {anyway}% 之外，该优惠增加了 {added} 个百分点（{low} 至 {high}）。",
    "uplift_nothing": "未能证明该优惠改变了什么：在本来就会这样做的 {anyway}% 之外，{low} 至 {high} 个百分点。",
    "uplift_share": "决策时，其接受量中的 {share}% 算作由它带来。",
    "uplift_bars": "灰色：本来就会这样做。彩色：增量及其 95% 区间。",
    "uplift_counted": "{customers} 位客户的 {decisions} 次决策；其中 {shown} 次展示了它。",
    "uplift_curve": "先向最受影响的客户提供",
    "uplift_curve_explained": "从左到右，得到优惠的客户越来越多；直线表示随机提供。评判所用的客户不曾用于学习排序。",
    "uplift_qini": "两者之间的面积（千分之一）：{coefficient}（{low} 至 {high}）。",
    "uplift_apart": "有些客户比其他客户更受影响。",
    "uplift_alike": "未能证明有些客户比其他客户更受影响。",
    "uplift_by": "区分他们的是：",
}
