"""The configurator in a real browser: by keyboard, by thumb, embedded in a page of another origin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from rapport.core.configuration import CONFIGURATION_BLOCKED, CONFIGURATION_COMPLETED
from tests.browser.conftest import Shop, Visit

pytestmark = pytest.mark.xdist_group("browser")
WIDE = {"viewport": {"width": 1280, "height": 900}}
PHONE = {"viewport": {"width": 320, "height": 568}, "has_touch": True}
TARGET_PX = 44


@pytest.fixture(autouse=True)
def nothing_goes_wrong(request: pytest.FixtureRequest) -> Any:
    """No script fails and nothing is complained of, but where a test expects it."""
    yield
    visit: Visit | None = request.node.funcargs.get("visit")
    if visit is not None:
        assert visit.problems == []


def press(visit: Visit, *keys: str) -> None:
    for key in keys:
        visit.page.keyboard.press(key)
        visit.settled()


def go_to(visit: Visit, wanted: str, key: str = "Tab") -> None:
    """Moves the focus with one key until it is on what is wanted."""
    for _ in range(60):
        if visit.focused() == wanted:
            return
        visit.page.keyboard.press(key)
    raise AssertionError(f"{wanted!r} was not reached by keyboard; the focus is on {visit.focused()!r}")


def test_a_whole_configuration_by_keyboard_alone(shop: Shop, visit: Visit) -> None:
    visit.open(shop.page())
    go_to(visit, "Pine")
    press(visit, "Space", "ArrowDown")
    assert visit.focused() == "Oak"
    go_to(visit, "Double glazing")
    press(visit, "ArrowDown")
    assert visit.focused() == "Triple glazing"
    go_to(visit, "Blind")
    press(visit, "Space")
    assert visit.focused() == "Blind"
    go_to(visit, "White")
    press(visit, "Space", "ArrowDown")
    assert visit.focused() == "Blue"
    go_to(visit, "Take it")
    press(visit, "Enter")

    assert visit.focused() == "Thank you. Your choice has been taken."
    done = shop.events(CONFIGURATION_COMPLETED)[-1]
    assert done["choices"] == {"frame": "oak", "glass": "triple", "extras": ["blind"], "colour": "blue"}
    assert done["price"] == 100 + 80 + 60 + 45 + 5


def test_a_blocked_option_says_why_and_what_to_give_up(shop: Shop, visit: Visit) -> None:
    page = visit.open(shop.page())
    visit.choose("Triple glazing")
    pine = visit.option("Pine")
    note = page.locator(f"#{pine.get_attribute('aria-describedby')}")

    assert "too heavy for a pine frame" in note.inner_text()
    assert pine.get_attribute("aria-disabled") == "true"
    pine.click(force=True)
    assert not pine.is_checked()
    page.get_by_role("button", name="give up Triple glazing").wait_for()
    assert "Pine" in visit.focused()
    assert shop.events(CONFIGURATION_BLOCKED)[-1]["option"] == "pine"
    press(visit, "Escape")
    assert visit.focused() == "Pine"
    visit.row("Pine").get_by_role("button", name="Why not?").click()
    page.get_by_role("button", name="give up Triple glazing").click()
    visit.settled()

    assert pine.is_checked()
    assert not visit.option("Triple glazing").is_checked()
    assert visit.focused() == "Pine"
    assert [said for said in visit.problems if "409" not in said] == []
    visit.problems.clear()


def test_an_arrow_key_passes_over_a_blocked_option_and_says_so(shop: Shop, visit: Visit) -> None:
    page = visit.open(shop.page())
    visit.choose("Triple glazing")
    visit.choose("Oak")
    press(visit, "ArrowUp")

    assert visit.focused() == "Pine"
    assert visit.option("Oak").is_checked()
    assert "Pine is not possible: Triple glazing is too heavy" in page.get_by_role("status").inner_text()
    press(visit, "ArrowUp")
    assert visit.option("Steel").is_checked()


def test_one_step_back_loses_nothing(shop: Shop, visit: Visit) -> None:
    page = visit.open(shop.page())
    visit.choose("Steel")
    visit.choose("Lock")
    page.get_by_role("button", name="Take over: The standard product").click()
    visit.settled()
    assert visit.option("Pine").is_checked()
    back = page.get_by_role("button", name="Step back")
    back.click()
    visit.settled()

    assert visit.option("Steel").is_checked()
    assert visit.option("Lock").is_checked()
    back.click()
    back.click()
    visit.settled()
    assert back.get_attribute("aria-disabled") == "true"
    assert visit.focused() == "Step back"
    assert page.locator(".option input:checked:not([name='group-delivery'])").count() == 0


def test_what_is_missing_is_said_and_can_be_filled_in(shop: Shop, visit: Visit) -> None:
    page = visit.open(shop.page())
    visit.choose("Oak")
    page.get_by_role("button", name="Take it").click()

    assert "Still to choose: Glass" in page.get_by_role("alert").inner_text()
    assert visit.focused() == "Double glazing"
    page.get_by_role("button", name="Complete it for me").click()
    visit.settled()
    assert visit.option("Double glazing").is_checked()
    assert page.locator(".total .amount").inner_text() == "€180.00"


def test_a_page_of_another_origin_embeds_it_under_a_strict_policy(shop: Shop, visit: Visit) -> None:
    page = visit.open(shop.host_page)
    heard = "window.heard = new Promise(done => addEventListener('rapport-configured', e => done(e.detail)))"
    page.evaluate(f"() => {{ {heard}; }}")
    page.get_by_role("button", name="Complete it for me").click()
    visit.settled()
    page.get_by_role("button", name="Take it").click()

    told = page.evaluate("window.heard")
    assert told["product"] == "windows"
    assert (told["price"], told["currency"], told["complete"]) == (140, "EUR", True)
    assert page.locator(".summary, .thanks").first.evaluate("at => getComputedStyle(at).borderTopStyle") == "solid"


def test_a_page_that_is_loaded_again_goes_on_where_it_was(shop: Shop, visit: Visit) -> None:
    visit.open(shop.page())
    visit.choose("Stained glass")
    page = visit.open(shop.page("zh"))

    assert visit.option("彩色").is_checked()
    page.evaluate("Object.keys(sessionStorage).forEach(name => sessionStorage[name] = 'k_gone')")
    page = visit.open(shop.page())
    assert not visit.option("Stained glass").is_checked()
    assert any("404" in said for said in visit.problems)
    visit.problems.clear()


def test_a_server_that_is_away_is_said_and_asked_again(shop: Shop, visit: Visit) -> None:
    page = visit.open(shop.page())
    steps = "**/v1/configurations/windows"
    page.route(steps, lambda route: route.abort())
    visit.choose("Oak")
    alert = page.get_by_role("alert")

    assert "cannot be reached" in alert.inner_text()
    assert not visit.option("Oak").is_checked()
    page.unroute(steps)
    alert.get_by_role("button", name="Try again").click()
    visit.settled()
    assert visit.option("Oak").is_checked()
    assert alert.is_hidden()
    visit.problems.clear()


@pytest.mark.parametrize(
    ("visit", "language"),
    [
        (WIDE | {"color_scheme": "dark"}, "en"),
        (PHONE | {"color_scheme": "light"}, "zh"),
    ],
    indirect=["visit"],
    ids=["wide and dark", "phone in Chinese"],
)
def test_everybody_can_use_it(shop: Shop, visit: Visit, language: str, node: Any) -> None:
    triple, why = {"en": ("Triple glazing", "Why not?"), "zh": ("三层", "为什么不行？")}[language]
    page = visit.open(shop.page(language))
    assert visit.complaints() == []
    visit.choose(triple)
    page.get_by_role("button", name=why).click()
    page.locator(".ways button").wait_for()

    assert visit.complaints() == []
    assert page.locator("html").get_attribute("lang") == {"en": "en", "zh": "zh-CN"}[language]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    small = page.locator(".option label:visible, button:visible").evaluate_all(
        f"all => all.map(one => one.getBoundingClientRect()).filter(at => at.height < {TARGET_PX}).length"
    )
    assert small == 0


def test_what_is_made_for_the_customer_shows_no_configurator_until_they_change_it(shop: Shop, visit: Visit) -> None:
    page = visit.open(shop.page(product="box"))
    assert page.locator("fieldset").count() == 0
    assert page.locator(".made dd").all_inner_texts() == ["Black", "Plain"]
    page.get_by_role("button", name="Change it").click()
    page.locator("fieldset").first.wait_for()

    visit.choose("Gold")
    page.get_by_role("button", name="Take it").click()
    page.get_by_role("button", name="Begin again").wait_for()
    assert shop.events(CONFIGURATION_COMPLETED)[-1]["choices"] == {"tea": "black", "card": "gold"}


def test_an_account_has_its_own_look_and_a_quote(shop: Shop, visit: Visit, node: Any) -> None:
    page = visit.open(shop.page(also="&account=acme&quantity"))

    assert page.locator("h2").inner_text() == "Acme: A window"
    colour = page.get_by_role("button", name="Take it").evaluate("at => getComputedStyle(at).backgroundColor")
    assert colour == "rgb(122, 31, 92)"
    page.get_by_label("Pieces").fill("3")
    page.get_by_role("button", name="Complete it for me").click()
    visit.settled()
    page.get_by_text("Quote and statement of work").click()
    assert "3" in page.locator(".quote pre").inner_text()
    assert visit.complaints() == []
    page.get_by_role("button", name="Take it").click()
    page.get_by_role("button", name="Begin again").wait_for()
    assert shop.events(CONFIGURATION_COMPLETED)[-1]["quantity"] == 3


def test_without_scripts_the_page_says_what_to_do(shop: Shop, browser: Any) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(shop.page())
    assert "needs JavaScript" in page.locator("main").inner_text()
    page.goto(shop.page().partition("?")[0])
    assert "needs a key" in page.locator("main").inner_text()
    context.close()


def test_only_what_is_meant_to_be_embedded_is_served(shop: Shop, browser: Any) -> None:
    context = browser.new_context()
    ask: Callable[[str], Any] = context.request.get
    assert ask(f"{shop.url}/embed/configure/../../embed.py").status == 404
    assert ask(f"{shop.url}/embed/configure/none.js").status == 404
    unknown = ask(f"{shop.url}/configure/windov")
    assert (unknown.status, "windows" in unknown.text()) == (404, False)
    found = ask(f"{shop.url}/embed/configure/element.js")
    assert found.headers["access-control-allow-origin"] == "*"
    again = context.request.get(found.url, headers={"If-None-Match": found.headers["etag"]})
    assert again.status == 304
    context.close()
