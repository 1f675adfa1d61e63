"""Takes a picture of every page, and of the chief ones also dark and narrow: `make screenshots`."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, databases=["default", "ops"])]

CHIEF = {"site_home", "keywords", "map", "article", "pipelines"}
FOLDER = "IGNY8_SCREENSHOTS"


def test_pictures_of_every_page(stack: Stack, page: Page) -> None:
    folder = Path(os.environ[FOLDER])
    folder.mkdir(parents=True, exist_ok=True)
    stack.furnish(articles=3)
    entrance = [(name, address) for name, address in stack.pages() if _is_entrance(address)]
    for name, address in entrance:
        _shoot(page, stack.url + address, folder / f"{name}.png")
    stack.sign_in(page, stack.tenant.owner)
    for name, address in stack.pages():
        if (name, address) in entrance:
            continue
        _shoot(page, stack.url + address, folder / f"{name}.png")
        if name in CHIEF:
            page.emulate_media(color_scheme="dark")
            _shoot(page, stack.url + address, folder / f"{name}-dark.png")
            page.emulate_media(color_scheme="light")
            page.set_viewport_size({"width": 360, "height": 780})
            _shoot(page, stack.url + address, folder / f"{name}-narrow.png")
            page.set_viewport_size({"width": 1280, "height": 900})
    assert len(list(folder.glob("*.png"))) >= len(stack.pages())


def _is_entrance(address: str) -> bool:
    return address.startswith(("/sign-in/", "/sign-up/", "/password/", "/join/"))


def _shoot(page: Page, address: str, to: Path) -> None:
    page.goto(address)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=to, full_page=True)
