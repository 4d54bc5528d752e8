"""Chromium without a window, and the pages to look at."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest

from tap.graph.draw import draw
from tap.graph.inventory import Change, Inventory, Thing
from tests.graph.states import one_zone, recorded, with_things

FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--hide-scrollbars"),
)
SIZES = {"desktop": (1440, 900), "phone": (390, 844)}
SECONDS_MAX = 30


def changed() -> Inventory:
    """Three zones, every thing with another change than the one before, and some that have no place of their own."""
    queues = [Thing(f"queue {n}", "aws:sqs/queue:Queue", f"tap-queue-{n}-local", f"q{n}") for n in range(9)]
    changes = cycle(Change)
    things = [replace(thing, change=next(changes)) for thing in [*recorded("three").things, *queues]]
    return replace(with_things(recorded("three"), things), diff=True)


STACKS = {
    "one": one_zone,
    "two": lambda: recorded("two"),
    "three": lambda: recorded("three"),
    "six": lambda: recorded("six"),
    "changed": changed,
}


@dataclass
class Browser:
    driver: Any
    folder: Path

    def open(self, stack: str, *, view: str = "topology", size: str = "desktop", dark: bool = False) -> None:
        wide, high = SIZES[size]
        self.devtools(
            "Emulation.setDeviceMetricsOverride", width=wide, height=high, deviceScaleFactor=1, mobile=size == "phone"
        )
        self.media("screen", "dark" if dark else "light")
        self.driver.get("about:blank")  # another fragment alone would not load the page anew
        self.driver.get(f"{(self.folder / stack).with_suffix('.html').as_uri()}#{view}")

    def media(self, media: str, scheme: str) -> None:
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.devtools("Emulation.setEmulatedMedia", media=media, features=features)

    def devtools(self, command: str, **arguments: Any) -> Any:
        return self.driver.execute_cdp_cmd(command, arguments)

    def run(self, script: str, *arguments: Any) -> Any:
        return self.driver.execute_script(script, *arguments)

    def press(self, *keys: str) -> None:
        from selenium.webdriver.common.action_chains import ActionChains

        ActionChains(self.driver).send_keys(*keys).perform()

    def click(self, selector: str) -> None:
        """With the mouse, in the middle of what the selector finds first."""
        from selenium.webdriver.common.action_chains import ActionChains
        from selenium.webdriver.common.by import By

        found = self.driver.find_element(By.CSS_SELECTOR, selector)
        self.run("arguments[0].scrollIntoView({block: 'center', inline: 'center'})", found)
        ActionChains(self.driver).move_to_element(found).click().perform()

    def text(self, selector: str) -> str:
        return self.run("return document.querySelector(arguments[0]).innerText", selector)


@pytest.fixture(scope="session")
def browser(tmp_path_factory) -> Iterator[Browser]:
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    folder = tmp_path_factory.mktemp("pages")
    for name, stack in STACKS.items():
        (folder / f"{name}.html").write_text(draw(stack(), "html"))
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or "chromium"
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    driver.set_page_load_timeout(SECONDS_MAX)
    driver.set_script_timeout(SECONDS_MAX)
    try:
        yield Browser(driver, folder)
    finally:
        driver.quit()
