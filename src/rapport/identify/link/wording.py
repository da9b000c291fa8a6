"""The words in which a link is explained, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

Words = Mapping[str, str]

LEVELS: Final[dict[str, str]] = {
    "missing": "一方缺失",
    "the same": "相同",
    "given name and surname swapped": "姓与名互换",
    "differ by one letter": "仅差一个字母",
    "similar, or one begins the other": "相近，或一方是另一方的开头",
    "nearly the same": "几乎相同",
    "similar": "相近",
    "differ by one character": "仅差一个字符",
    "differ by two characters": "相差两个字符",
    "differ by one digit": "仅差一位数字",
    "day and month swapped": "日与月互换",
    "two of day, month and year agree": "年、月、日中有两项相同",
    "the year agrees, or two digits differ": "年份相同，或相差两位数字",
    "the part before @ agrees": "@ 之前的部分相同",
    "differ by one or two characters": "相差一到两个字符",
    "the part before @ is similar": "@ 之前的部分相近",
    "the first three characters agree": "前三个字符相同",
    "different": "不同",
}
"""Level of agreement, as ``settings`` labels it → the same in Chinese."""
SHARED_ANYWAY: Final = ", where much is shared anyway"
"""How the label ends of a level that counts less, because people of one household share such values."""

_ENGLISH: Final = {
    "given_name": "given name",
    "surname": "surname",
    "full_name": "name",
    "date_of_birth": "date of birth",
    "street": "street",
    "house_number": "house number",
    "city": "city",
    "postcode": "postcode",
    "region": "region",
    "email": "e-mail",
    "phone": "phone",
    "id_number": "id number",
    "text": "text",
    "absent": "–",
    "prior": "before looking",
    "prior_says": "one pair in {one_in} is one person",
    "result": "together",
    "result_says": "one person with a probability of {percent}%",
    "likelier": "{times} times likelier",
    "less_likely": "{times} times less likely",
    "no_change": "says nothing either way",
    "shared_anyway": SHARED_ANYWAY,
    "rare": ", because the value is rare",
    "common": ", because the value is common",
    "summary": "for it: {said}; against it: {against}",
    "nothing": "nothing",
    "comma": ", ",
    "colon": ": ",
    "picture": "What speaks for and against one person, in bits",
}
_CHINESE: Final = {
    "given_name": "名",
    "surname": "姓",
    "full_name": "姓名",
    "date_of_birth": "出生日期",
    "street": "街道",
    "house_number": "门牌号",
    "city": "城市",
    "postcode": "邮编",
    "region": "地区",
    "email": "邮箱",
    "phone": "电话",
    "id_number": "证件号",
    "text": "文本",
    "absent": "–",
    "prior": "比较之前",
    "prior_says": "每 {one_in} 对中有一对是同一人",
    "result": "合计",
    "result_says": "是同一人的概率为 {percent}%",
    "likelier": "可能性为 {times} 倍",
    "less_likely": "可能性降为 {times} 分之一",
    "no_change": "不说明问题",
    "shared_anyway": "（两者本就多有相同，如同住一处）",
    "rare": "（该值少见）",
    "common": "（该值常见）",
    "summary": "支持：{said}；反对：{against}",
    "nothing": "无",
    "comma": "、",
    "colon": "：",
    "picture": "支持与反对是同一人的证据（比特）",
}
WORDS: Final[dict[str, Words]] = {
    "en": _ENGLISH | {f"level: {level}": level for level in LEVELS},
    "zh": _CHINESE | {f"level: {level}": chinese for level, chinese in LEVELS.items()},
}
"""Language → key → words; both languages have the same keys."""
