"""A real browser for tests: who finds none says so aloud, or fails where one is required."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import (
    Browser,
    Error as PlaywrightError,
    FrameLocator,
    Locator,
    Page,
    ViewportSize,
    expect,
    sync_playwright,
)

from local.browser import installed

REQUIRED = "CIERRE_BROWSER"
"""Set to ``required``, it makes a missing browser a failure; ``.ci/run`` does."""

SCREENSHOTS = "CIERRE_SCREENSHOTS"
"""The folder that ``photograph`` writes to; without it no picture is taken."""

PATIENCE_MS = 30_000

TASKS_MS = 240_000
"""What a page may take to show what Airflow's tasks did, on a machine that does other things."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless Chromium while the block lasts; where there is none, the test is skipped, or fails if required."""
    path = installed()
    if path is None:
        told = "LEFT OUT: no browser on this machine (`make browser` installs one)"
        if os.environ.get(REQUIRED) == "required":
            pytest.fail(told)
        pytest.skip(told)
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        # Root may not use the sandbox, and containers have little shared memory.
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield browser
        browser.close()


DESK = ViewportSize(width=1400, height=900)
PHONE = ViewportSize(width=390, height=844)


class Clicks:
    """Clicks, and counts them; where there is nothing to click on, the failure tells what the page says."""

    def __init__(self) -> None:
        self.number = 0

    def __call__(self, what: Locator) -> None:
        try:
            what.click()
        except PlaywrightError as error:
            raise AssertionError(f"{error}\n{what.page.url} says:\n{what.page.inner_text('body')}") from error
        self.number += 1


def fill_and_see(board: Page | FrameLocator, name: str, value: str) -> None:
    """Fills a field of a form that sends itself, again and again until the page that comes back has the value: a field
    that is filled before the page's script has begun leads nowhere, as people see and then try again."""
    come_back = board.locator(f'input[name={name}][value="{value}"]')
    for _ in range(10):
        board.locator(f"input[name={name}]").fill(value)
        try:
            expect(come_back).to_have_count(1, timeout=PATIENCE_MS / 10)
        except AssertionError:
            continue
        return
    expect(come_back).to_have_count(1)


@contextmanager
def visitor(
    browser: Browser, url: str, user: str, password: str, *, zone: str, locale: str = "en",
    size: ViewportSize = DESK, theme: Literal["light", "dark"] = "light",
) -> Iterator[Page]:  # fmt: skip
    """A page of a person in a time zone (a name), logged in to the Airflow at ``url``; ``locale`` is Airflow's too."""
    context = browser.new_context(
        base_url=url, timezone_id=zone, locale=locale, viewport=size, color_scheme=theme, has_touch=size is PHONE
    )
    context.set_default_timeout(PATIENCE_MS)
    # Airflow keeps the zone as JSON, and the language as it is.
    chosen = f"localStorage.timezone = JSON.stringify({zone!r}); localStorage.i18nextLng = {locale!r}"
    context.add_init_script(chosen)
    answer = context.request.post("/auth/token", data={"username": user, "password": password})
    context.add_cookies([{"name": "_token", "value": answer.json()["access_token"], "url": url}])
    try:
        yield context.new_page()
    finally:
        context.close()


def photograph(page: Page, name: str, *, down_to: Locator | None = None) -> None:
    """Keeps a picture of the page for the documentation, if somebody asked for pictures; without what stands below
    ``down_to``, such as the paths of one machine."""
    if folder := os.environ.get(SCREENSHOTS):
        clip = None
        if down_to is not None and (box := down_to.bounding_box()):
            clip = {"x": 0, "y": 0, "width": page.viewport_size["width"], "height": box["y"] + box["height"]}
        page.screenshot(path=Path(folder) / f"{name}.png", clip=clip)
