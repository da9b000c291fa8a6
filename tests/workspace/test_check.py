"""Every fault of a workspace is found, with file, line, column and what to do."""

# ruff: noqa: E501 - one case a line reads best

from __future__ import annotations

from pathlib import Path

import pytest

from rapport.workspace import check

ACTION = "slots: [home]\n"
SOURCE = "event: Order Completed\ntime: {column: at}\nidentifiers: {user_id: {column: who}}\n"


def found(root: Path, **files: str) -> list[str]:
    for name, text in {"rapport": "name: Shop\n", **files}.items():
        path = root / f"{name.replace('__', '/')}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return [str(finding) for finding in check(root)]


@pytest.mark.parametrize(
    ("file", "text", "finding"),
    [
        # YAML itself
        ("traits", "city: {type: text\n", "traits.yaml:2:1: not YAML: expected ',' or '}', but got '<stream end>'"),
        ("traits", "city: {}\ntown: {}\ncity: {}\n", "traits.yaml:3:1: this key is given twice: keep one of them"),
        ("traits", "- city\n", "traits.yaml:1:1: a mapping of names is needed here: write NAME: {…}"),
        ("traits", "city: text\n", "traits.yaml:1:7: a mapping is needed here, but this is text: text"),
        ("traits", "12: {}\n", "traits.yaml:1:1: the name 12 is not text: quote it"),
        ("rapport", "[1]\n", "rapport.yaml:1:1: a mapping is needed here, but this is a list"),
        # types and keys
        ("rapport", "name: Shop\ncurency: EUR\n", "rapport.yaml:2:1: unknown key 'curency': did you mean 'currency'?"),
        ("rapport", "languages: en\n", "rapport.yaml:1:12: a list is needed here, but this is text: en: write [one, two]"),
        ("rapport", "noise: strong\n", "rapport.yaml:1:8: a number is needed here, but this is text: strong"),
        ("rapport", "name: 365\n", "rapport.yaml:1:7: text is needed here, but this is a whole number: 365: put it in quotes"),
        ("traits", "city:\n  type: txt\n", "traits.yaml:2:9: 'txt' is not possible here: did you mean 'text'?"),
        ("features", "n: {event: page, measure: cnt}\n", "features.yaml:1:27: 'cnt' is not possible here: did you mean 'count'?"),
        ("features", "n: {measure: count}\n", "features.yaml:1:4: 'event' is missing: add event: …"),
        ("policy", "context: {weather: words}\n", "policy.yaml:1:20: 'words' is not possible here: known here: boolean, date"),
        # settings
        ("rapport", "timezone: Europe/Viena\n", "rapport.yaml:1:11: unknown time zone 'Europe/Viena': did you mean 'Europe/Vienna'?"),
        ("rapport", "currency: euro\n", "rapport.yaml:1:11: 'euro' is no currency code"),
        ("rapport", "attribution_window: week\n", "rapport.yaml:1:21: 'week' is no length of time: write a number and d, h, m or s"),
        ("rapport", "exploration_floor: 2\n", "rapport.yaml:1:20: a share between 0 and 0.5 is needed"),
        ("rapport", "store: mysql://x\n", "rapport.yaml:1:8: 'mysql://x' is no store"),
        # identity
        ("identity", "namespaces: {card: {normalize: digits}}\n", "identity.yaml:1:21: unknown key 'normalize': did you mean 'normalise'?"),
        ("identity", "blocked: ['(']\n", "identity.yaml:1:11: '(' is no regular expression"),
        ("identity", "namespaces: {'a:b': {}}\n", "identity.yaml:1:14: 'a:b' is no name of a kind of identifier"),
        ("identity", "namespaces:\n  email:\n    found_in:\n      - trait.email\n", "identity.yaml:4:9: 'trait.email' is no path into an event: did you mean 'traits'?"),
        ("identity", "phone_region: Austria\n", "identity.yaml:1:15: 'Austria' is no region"),
        # columns
        ("traits", "monetary: {}\n", "traits.yaml:1:1: 'monetary' is already a column of every customer ('monetary'): choose another name"),
        ("traits", "' x': {}\n", "traits.yaml:1:1: ' x' is no name of a column"),
        # features
        ("features", "n: {event: page, measure: sum}\n", "features.yaml:1:27: sum needs a value to measure"),
        ("features", "n: {event: page, measure: count, window: 3w}\n", "features.yaml:1:42: '3w' is no window: write days or hours"),
        ("features", "n: {event: page, measure: last, of: property.x}\n", "features.yaml:1:37: 'property.x' is no path into an event: did you mean 'properties'?"),
        ("features", "n: {event: Completed Order, measure: count}\n", "features.yaml:1:12: 'Completed Order' never arrives under this name: write 'Order Completed'"),
        ("features", "n: {event: page, measure: count, where: {chan: x}}\n", "features.yaml:1:42: 'chan' is no path into an event"),
        ("features", "n: {event: page, measure: count, where: {properties.a: [1]}}\n", "features.yaml:1:56: a text, a number, true or false is needed here"),
        # actions
        ("actions__tea", "title: Tea\n", "actions/tea.yaml:1:1: the action 'tea' has no slot: add slots: [homepage]"),
        ("actions__gift", ACTION + "incremental: true\n", "actions/gift.yaml:2:14: nobody can be seen to do it without the offer: name the event that says so"),
        ("actions__gift", ACTION + "name: gift/two\n", "actions/gift.yaml:1:1: 'gift/two' is no name of an action: choose a name without '/'"),
        ("actions__gift", ACTION + "stock: -1\n", "actions/gift.yaml:2:8: -1 is not possible here: write 0 or more"),
        ("actions__all", "tea: {slots: []}\n", "actions/all.yaml:1:1: the action 'tea' has no slot"),
        ("actions__tea", ACTION + "rule: NOT opted_ut\n", "actions/tea.yaml:2:11: unknown column 'opted_ut', at character 5, of the rule: NOT opted_ut: did you mean 'opted_out'?"),
        ("actions__tea", ACTION + "rule: 'frequency > \"x\"'\n", "actions/tea.yaml:2:20: unknown column 'x'"),
        ("actions__tea", ACTION + "rule: |\n  NOT opted_ut\n", "actions/tea.yaml:2:7: unknown column 'opted_ut'"),
        ("actions__tea", ACTION + "context: {wether = 'rain': 2}\n", "actions/tea.yaml:2:11: unknown column 'wether'"),
        ("actions__tea", ACTION + "lever: -1\n", "actions/tea.yaml:2:8: -1.0 is not possible here: write 0 or more"),
        ("actions__tea", ACTION + "window: soon\n", "actions/tea.yaml:2:9: 'soon' is no length of time"),
        ("actions__tea", ACTION + "goal: {event: Completed Order}\n", "actions/tea.yaml:2:15: 'Completed Order' never arrives under this name"),
        ("actions__tea", ACTION + "goal: {event: x, value: revenue}\n", "actions/tea.yaml:2:25: 'revenue' is no path into an event"),
        ("actions__tea", ACTION + "attributes: {price: [1]}\n", "actions/tea.yaml:2:21: text or a number or true or false is needed here, but this is a list"),
        ("actions__tea", ACTION + "titles: {fr: Thé}\n", "actions/tea.yaml:2:10: a decision is not told in 'fr': known here: en, zh"),
        ("traits", "tier: {says: {en: ' '}}\n", "traits.yaml:1:19: words that a customer reads are needed"),
        ("features", "n: {event: page, measure: count, says: {zh: ''}}\n", "features.yaml:1:45: words that a customer reads are needed"),
        ("policy", "says: {sky: {en: the sky}}\n", "policy.yaml:1:8: no entry of the context is called 'sky'"),
        # sources
        ("sources__orders", "event: x\ntime: {column: at}\n", "sources/orders.yaml:1:1: no identifier says whose events these are"),
        ("sources__orders", SOURCE.replace("user_id", "userid"), "sources/orders.yaml:3:15: unknown kind of identifier 'userid': did you mean 'user_id'?"),
        ("sources__orders", "time: {column: at}\nidentifiers: {user_id: {column: who}}\n", "sources/orders.yaml:1:1: the events have no name"),
        ("sources__orders", "event: x\nidentifiers: {user_id: {column: who}}\n", "sources/orders.yaml:1:1: no time"),
        ("sources__orders", SOURCE + "encoding: utf8mb4\n", "sources/orders.yaml:4:11: unknown encoding 'utf8mb4'"),
        ("sources__orders", SOURCE + "totals: {revenue: Quantity *}\n", "sources/orders.yaml:4:28: something is missing beside *"),
        ("sources__orders", SOURCE + "lines: {sku: {column: sku}}\n", "sources/orders.yaml:4:8: lines of what?"),
        ("sources__orders", SOURCE + "properties: {a: {column: x, value: 1}}\n", "sources/orders.yaml:4:17: one of column, value and expression is needed"),
        # files
        ("feature", "n: {}\n", "feature.yaml:1:1: this file is not read: did you mean 'features.yaml'?"),
    ],
)  # fmt: skip
def test_a_fault_is_found(tmp_path: Path, file: str, text: str, finding: str) -> None:
    (only,) = found(tmp_path, **{file: text})
    assert only.startswith(finding)


def test_every_fault_is_found_in_order(tmp_path: Path) -> None:
    listed = found(
        tmp_path,
        rapport="name: 1\ncurrency: E\n",
        traits="a: {kind: x, tipe: y}\nb: {sensitive: 3}\n",
        actions__b="slots: home\nrule: 1\n",
        actions__a="rule: 1 = 'a'\n",
    )
    assert [finding.split(": ", 1)[0] for finding in listed] == [
        "actions/a.yaml:1:1",
        "actions/a.yaml:1:11",
        "actions/b.yaml:1:8",
        "actions/b.yaml:2:7",
        "rapport.yaml:1:7",
        "traits.yaml:1:11",
        "traits.yaml:1:14",
        "traits.yaml:2:16",
    ]


def test_names_are_given_once(tmp_path: Path) -> None:
    assert found(
        tmp_path,
        traits="City: {}\n",
        features="city: {event: page, measure: count}\n",
        actions__a="tea: {slots: [home]}\n",
        actions__tea="slots: [till]\n",
        sources__x=SOURCE + "name: y\n",
        sources__y=SOURCE,
    ) == [
        "actions/tea.yaml:1:1: the action 'tea' is already in actions/a.yaml:1: choose another name",
        "features.yaml:1:1: 'city' is already a trait ('City'): choose another name",
        "sources/y.yaml:1:1: the source 'y' is already in sources/x.yaml:1: choose another name",
    ]


def test_one_broken_file_does_not_accuse_the_others(tmp_path: Path) -> None:
    listed = found(
        tmp_path,
        features="orders: {event: page, measure: cont}\n",
        actions__tea="slots: [home]\nrule: orders > 1 AND frequency = 'x'\n",
    )
    assert len(listed) == 1
    assert listed[0].startswith("features.yaml:1:32: 'cont' is not possible here")


def test_a_trait_that_is_nearly_declared_is_a_slip(tmp_path: Path) -> None:
    (slip,) = found(
        tmp_path, traits="city: {}\n", sources__x=SOURCE + "traits: {ciyt: {column: C}, other: {column: D}}\n"
    )
    assert slip == "sources/x.yaml:4:10: the trait 'ciyt' is not declared: did you mean 'city'?"


def test_a_file_that_is_not_text_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "rapport.yaml").write_bytes("name: 書店".encode("gbk"))
    (tmp_path / "actions").mkdir()
    (tmp_path / "actions" / "tea.yml").write_text("slots: [home]")
    assert [str(finding) for finding in check(tmp_path)] == [
        "actions/tea.yml:1:1: this file is not read: rename it to tea.yaml",
        "rapport.yaml:1:1: not UTF-8 text (byte 7): save the file as UTF-8",
    ]
