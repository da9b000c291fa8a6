"""Words of the page on recommendations."""

from __future__ import annotations

from typing import Final

ENGLISH: Final = {
    "recommend_title": "Recommendations",
    "recommend_explained": "Which items of the catalogue suit whom, learnt from what customers look at and take. Each "
    "item competes with every other offer under the same rules, and each answer teaches.",
    "recommend_how_good": "How good the lists are",
    "recommend_tested": "Tested on the {days} days after {split}: {customers} customers who had no part in choosing. "
    "{cold_customers} of the customers and {cold_items} of what was taken then were unknown before.",
    "recommend_better": "The lists do better than showing everybody what is taken most.",
    "recommend_no_better": "The lists are not shown to do better than what is taken most.",
    "recommend_refused": "Not tested yet: there are too few days or too few customers to hold any out.",
    "recommend_recall": "Recall@20",
    "recommend_coverage": "Items shown",
    "recommend_novelty": "Novelty, bits",
    "recommend_measures": "NDCG@10 is 1 where the first ten places hold what the customer then took, best first. "
    "Recall@20 is the share of it among the first twenty. In brackets: 95% interval.",
    "recommend_way_chosen": "Chosen",
    "recommend_way_popularity": "What is taken most",
    "recommend_way_itemknn": "Similar items only",
    "recommend_chosen": "What was chosen",
    "recommend_catalogue_said": "{items} items in {categories} categories, {priced} with a price; {new} are new.",
    "recommend_ease": "Item-to-item weights in closed form (EASE).",
    "recommend_als": "Short vectors of items and customers (ALS).",
    "recommend_itemknn": "Similar items (cosine).",
    "recommend_mix": "What is popular counts {popular}; a customer's interest halves in {taste_days} days.",
    "recommend_mix_again": "What is popular counts {popular}, what the customer takes again and again {again}; a "
    "customer's interest halves in {taste_days} days.",
    "recommend_action": "Offer",
    "recommend_kind": "Items",
    "recommend_most": "At most",
    "recommend_no_action": "No offer has items yet: add `items:` to an action.",
    "recommend_personal": "For the customer",
    "recommend_similar": "Like the one looked at",
    "recommend_basket": "With the basket",
    "recommend_up_sell": "Dearer than the one looked at",
    "recommend_cross_sell": "Of other categories",
    "recommend_popular": "What everybody takes",
    "recommend_most_taken": "Taken most lately",
    "recommend_item": "Item",
    "recommend_share": "Share",
}
CHINESE: Final = {
    "recommend_title": "推荐",
    "recommend_explained": "哪些商品适合哪些客户，从客户浏览与购买的行为中学习。"
    "每件商品都与其他优惠按同样的规则竞争，每次回应都会被学习。",
    "recommend_how_good": "推荐列表的效果",
    "recommend_tested": "以 {split} 之后的 {days} 天检验：{customers} 位未参与选择的客户。"
    "当时 {cold_customers} 的客户和 {cold_items} 的购买商品此前从未出现。",
    "recommend_better": "推荐列表优于向所有人展示最热门的商品。",
    "recommend_no_better": "尚未证明推荐列表优于最热门的商品。",
    "recommend_refused": "尚未检验：天数或客户太少，无法留出检验数据。",
    "recommend_recall": "召回率@20",
    "recommend_coverage": "展示过的商品",
    "recommend_novelty": "新颖度（比特）",
    "recommend_measures": "NDCG@10 为 1 表示前十位正是客户随后购买的商品且排序最佳。"
    "召回率@20 是前二十位所含的份额。括号内为 95% 区间。",
    "recommend_way_chosen": "所选方法",
    "recommend_way_popularity": "最热门",
    "recommend_way_itemknn": "仅相似商品",
    "recommend_chosen": "所选的方法",
    "recommend_catalogue_said": "{items} 件商品，{categories} 个类别，{priced} 件有价格；{new} 件为新品。",
    "recommend_ease": "商品间权重的闭式解（EASE）。",
    "recommend_als": "商品与客户的短向量（ALS）。",
    "recommend_itemknn": "相似商品（余弦）。",
    "recommend_mix": "热门程度占 {popular}；客户兴趣每 {taste_days} 天减半。",
    "recommend_mix_again": "热门程度占 {popular}，客户反复购买占 {again}；客户兴趣每 {taste_days} 天减半。",
    "recommend_action": "优惠",
    "recommend_kind": "商品",
    "recommend_most": "最多",
    "recommend_no_action": "还没有包含商品的优惠：在动作中加入 `items:`。",
    "recommend_personal": "为客户挑选",
    "recommend_similar": "与所看商品相似",
    "recommend_basket": "与购物篮搭配",
    "recommend_up_sell": "比所看商品更贵",
    "recommend_cross_sell": "其他类别",
    "recommend_popular": "大家都买",
    "recommend_most_taken": "近期购买最多",
    "recommend_item": "商品",
    "recommend_share": "份额",
}
