"""The pages of `tap graph` in a real browser: what is measured, pressed, clicked and asked for there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.browser.conftest import SIZES, STACKS

pytestmark = pytest.mark.browser

VIEWS = ("topology", "security", "routes")
MEASURE = (Path(__file__).parent / "measure.js").read_text()
WIDEST_FONT = 'svg text, svg .n, svg .mono { font-family: "DejaVu Sans" !important; }'
FOCUSED = "const it = document.activeElement; return it.getAttribute('aria-label') || it.textContent"
APP_BUCKET = '#view-topology [aria-label="bucket app-bucket"]'


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("stack", STACKS)
def test_nothing_overlaps_and_nothing_is_cut_off(browser, stack, view, size):
    browser.open(stack, view=view, size=size)
    measured = browser.run(MEASURE)

    assert measured["faults"] == []
    assert measured["boxes"] >= 8


@pytest.mark.parametrize("view", VIEWS)
def test_all_texts_fit_in_a_reader_s_wider_font_too(browser, view):
    browser.open("changed", view=view)
    browser.run("document.styleSheets[0].insertRule(arguments[0])", WIDEST_FONT)

    assert browser.run(MEASURE)["faults"] == []


@pytest.mark.parametrize("size", SIZES)
def test_a_click_tells_what_a_thing_is_and_hangs_on(browser, size):
    browser.open("two", size=size)
    browser.click(APP_BUCKET)
    told = browser.text("#details")

    for text in (
        *("tap-app-bucket-local", "aws:s3:Bucket in us-east-1", "tap-replication-role-local", "tap-logs-bucket-local"),
        *("tap-app-bucket-versioning-local", "tap-app-local-123456789012-us-east-1", "application-data"),
    ):
        assert text in told
    assert browser.run("return document.querySelector(arguments[0]).getAttribute('aria-pressed')", APP_BUCKET) == "true"
    assert browser.run("return document.documentElement.scrollWidth <= window.innerWidth")
    dimmed = "return getComputedStyle(document.querySelector(arguments[0])).opacity"
    assert browser.run(dimmed, '#view-topology [aria-label="bucket backup-bucket"]') == "1"
    assert float(browser.run(dimmed, '#view-topology [aria-label="alarm high-cpu"]')) < 1


def test_what_is_part_of_a_box_leads_on_to_it(browser):
    browser.open("two")
    browser.click(APP_BUCKET)
    browser.run(
        "[...document.querySelectorAll('#details button')]"
        ".find((one) => one.textContent.startsWith('tap-backup-bucket-local')).click()"
    )

    assert browser.text("#details h2") == "tap-backup-bucket-local"
    assert browser.run("return document.querySelector('#view-topology .chosen').getAttribute('aria-label')") == (
        "bucket backup-bucket"
    )


def test_all_of_it_is_done_by_keyboard(browser):
    from selenium.webdriver.common.keys import Keys

    browser.open("two")
    browser.run("document.querySelector('#tab-topology').focus()")
    browser.press(Keys.ARROW_RIGHT)
    assert browser.run(FOCUSED) == "Security"
    assert browser.text("[role=tabpanel]:not([hidden]) h2") == "Who may talk to whom"

    browser.press(Keys.ARROW_LEFT)
    for _ in range(8):
        browser.press(Keys.TAB)
        if browser.run("return document.activeElement.hasAttribute('data-k')"):
            break
    assert browser.run(FOCUSED) == "VPC vpc 10.0.0.0/16"

    browser.press(Keys.ARROW_DOWN)
    browser.press(Keys.ARROW_DOWN)
    reached = browser.run(FOCUSED)
    assert reached != "VPC vpc 10.0.0.0/16"
    browser.press(Keys.ENTER)
    assert browser.text("#details h2") == browser.run(FOCUSED)
    browser.press(Keys.ESCAPE)
    assert browser.run("return document.querySelector('#details').innerText") == ""
    assert browser.run(FOCUSED) == reached


def test_every_box_is_reached_by_arrows(browser):
    from selenium.webdriver.common.keys import Keys

    browser.open("two")
    browser.run("document.querySelector('#view-topology [data-k]').focus()")
    everything = set(
        browser.run("return [...document.querySelectorAll('#view-topology [data-k]')].map(e => e.dataset.k)")
    )
    tried: set[tuple[str, str]] = set()
    at = browser.run("return document.activeElement.dataset.k")
    waiting = [at]
    while waiting:
        key = waiting.pop()
        for arrow in (Keys.ARROW_DOWN, Keys.ARROW_RIGHT, Keys.ARROW_UP, Keys.ARROW_LEFT):
            if (key, arrow) in tried:
                continue
            tried.add((key, arrow))
            browser.run(f"document.querySelector('#view-topology [data-k=\"{key}\"]').focus()")
            browser.press(arrow)
            waiting.append(browser.run("return document.activeElement.dataset.k"))

    assert {key for key, _ in tried} == everything


def test_the_list_finds_everything_by_its_name(browser):
    browser.open("three")
    browser.run("document.querySelector('.all details').open = true")
    browser.click("#filter")
    browser.press("natgateway")
    shown = browser.run("return [...document.querySelectorAll('#list > li:not([hidden])')].map((one) => one.innerText)")

    assert [each.split("\n") for each in shown] == [["tap-nat-us-east-1a-local", "aws:ec2:NatGateway"]]


def test_it_follows_the_reader_s_scheme_and_can_be_switched(browser):
    background = "return getComputedStyle(document.body).backgroundColor"
    browser.open("two")
    light = browser.run(background)
    browser.open("two", dark=True)
    dark = browser.run(background)

    assert (light, dark) == ("rgb(246, 248, 250)", "rgb(21, 27, 35)")
    browser.click("#theme")
    assert (browser.run(background), browser.text("#theme")) == (light, "Dark")
    browser.click("#theme")
    assert (browser.run(background), browser.text("#theme")) == (dark, "Light")


def test_it_is_made_larger_smaller_and_to_fit(browser):
    wide = "return document.querySelector('#view-topology svg').getBoundingClientRect().width"
    browser.open("six")
    first = browser.run(wide)
    browser.click("#larger")
    larger = browser.run(wide)
    browser.click("#fit")

    assert larger > first * 1.2
    assert browser.run(wide) <= browser.run("return document.querySelector('#view-topology .scroll').clientWidth") + 1


def test_on_paper_there_are_all_views_and_no_buttons(browser):
    browser.open("two", dark=True)
    browser.media("print", "dark")
    shown = "return [...document.querySelectorAll(arguments[0])].map((one) => getComputedStyle(one).display)"

    assert browser.run(shown, "[role=tabpanel]") == ["block"] * 3
    assert browser.run(shown, ".tools, [role=tablist], .all") == ["none"] * 3
    assert browser.run("return getComputedStyle(document.querySelector('svg .t')).fill") == "rgb(31, 35, 40)"


def test_whatever_can_be_used_has_a_name(browser):
    browser.open("changed")
    browser.run("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    browser.click('#view-topology [aria-label$="bucket app-bucket"]')
    tree = browser.devtools("Accessibility.getFullAXTree")["nodes"]
    usable = {"button", "tab", "searchbox", "textbox", "link", "DisclosureTriangle", "region", "tabpanel"}
    found = [
        (node["role"]["value"], node.get("name", {}).get("value", ""))
        for node in tree
        if not node.get("ignored") and node.get("role", {}).get("value") in usable
    ]

    assert len(found) > 100
    assert [role for role, name in found if not name.strip()] == []
    assert {role for role, _ in found} >= {"button", "tab", "searchbox", "tabpanel"}


def test_a_page_asks_nobody_for_anything_and_breaks_no_rule_of_its_own(browser):
    browser.driver.get_log("performance")
    browser.driver.get_log("browser")
    for view in VIEWS:
        browser.open("six", view=view)
        browser.click(f"#view-{view} [data-k]")
    messages = [json.loads(entry["message"])["message"] for entry in browser.driver.get_log("performance")]
    asked = {
        each["params"]["request"]["url"].partition("#")[0]
        for each in messages
        if each["method"] == "Network.requestWillBeSent"
    }

    assert asked - {"about:blank"} == {(browser.folder / "six.html").as_uri()}
    assert browser.driver.get_log("browser") == []
