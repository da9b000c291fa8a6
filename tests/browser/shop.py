"""A small window maker: every kind of group, a rule that blocks, services around, two languages."""

from __future__ import annotations

from typing import Final

WINDOWS: Final = """
title: A window
titles: {zh: 窗户}
price: 100
groups:
  frame:
    title: Frame
    titles: {zh: 窗框}
    options:
      oak: {title: Oak, titles: {zh: 橡木}, price: 80, lead_time: 10d}
      pine: {title: Pine, titles: {zh: 松木}, price: 40, lead_time: 5d}
      steel: {title: Steel, titles: {zh: 钢}, price: 120, lead_time: 15d}
  glass:
    title: Glass
    titles: {zh: 玻璃}
    options:
      double: {title: Double glazing, titles: {zh: 双层}}
      triple: {title: Triple glazing, titles: {zh: 三层}, price: 60}
      stained: {title: Stained glass, titles: {zh: 彩色}, price: 200, partner: Atelier Lux}
  extras:
    title: Extras
    titles: {zh: 附件}
    least: 0
    most: 0
    options:
      lock: {title: Lock, titles: {zh: 锁}, price: 25}
      blind:
        title: Blind
        titles: {zh: 百叶}
        price: 45
        groups:
          colour:
            title: Colour
            titles: {zh: 颜色}
            dimension: design
            options:
              white: {title: White, titles: {zh: 白}}
              blue: {title: Blue, titles: {zh: 蓝}, price: 5}
      sensor: {title: Sensor, titles: {zh: 传感器}, price: 30, digital: true}
  delivery:
    title: Delivery
    titles: {zh: 送货}
    around: delivery
    least: 0
    options:
      home: {title: To your home, titles: {zh: 送货上门}, price: 20}
rules:
  heavy:
    says: Triple glazing is too heavy for a pine frame.
    says_in: {zh: 三层玻璃对松木窗框太重。}
    when: glass = 'triple'
    never: frame = 'pine'
standard: {frame: pine, glass: double, extras: []}
variants:
  warm: {title: The warm one, titles: {zh: 保暖款}, choices: {frame: oak, glass: triple}}
"""
BOX: Final = """
title: A box of tea
way: transparent
price: 5
groups:
  tea: {title: Tea, options: {green: {title: Green}, black: {title: Black, price: 1}}}
  card: {title: Card, dimension: design, options: {plain: {title: Plain}, gold: {title: Gold, price: 2}}}
standard: {tea: black, card: plain}
"""
FILES: Final = {
    "rapport.yaml": "name: Window maker\ncurrency: EUR\ntimezone: Europe/Berlin\n",
    "products/windows.yaml": WINDOWS,
    "products/box.yaml": BOX,
    "accounts.yaml": "acme: {title: Acme, accent: '#7a1f5c'}\n",
}
