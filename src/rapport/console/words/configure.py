"""What the pages on products and on the four ways say, and what frames the configurator."""

from typing import Final

ENGLISH: Final[dict[str, str]] = {
    "configure_needs_scripts": "The configurator needs JavaScript: each choice is checked against all rules while you "
    "choose. Without it, please ask the shop, which can configure for you.",
    "configure_needs_key": "This page needs a key in its address. Somebody who may decide finds the complete address "
    "in the console, on the page of the product.",
}
CHINESE: Final[dict[str, str]] = {
    "configure_needs_scripts": "配置器需要 JavaScript：您每选一项，都会按所有规则核对。如未启用，请联系商店代为配置。",
    "configure_needs_key": "此页面的地址中需要密钥。有决定权限的人可以在控制台的产品页上找到完整地址。",
}
