"""Every page in a browser: nothing serious for axe, in both themes and narrow; little to transfer."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, databases=["default", "ops"])]

MOST_BYTES = 200_000
GRAVE = {"serious", "critical"}


def transferred(page: Page, address: str) -> int:
    """The bytes that a first visit takes, with an empty cache."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.clearBrowserCache")
    sizes: list[float] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(address)
    page.wait_for_load_state("networkidle")
    session.detach()
    return int(sum(sizes))


def complaints(page: Page) -> list[str]:
    """What axe finds that is serious or critical."""
    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {one['help']} {[node['target'] for node in one['nodes'][:3]]}"
        for one in found
        if one["impact"] in GRAVE
    ]


def overflow(page: Page) -> int:
    """How many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def test_every_page_is_accessible_light_dark_and_narrow(stack: Stack, page: Page) -> None:
    stack.furnish()
    stack.sign_in(page, stack.tenant.owner)
    wrong: list[str] = []
    for name, address in stack.pages():
        size = transferred(page, stack.url + address)
        if size > MOST_BYTES:
            wrong.append(f"{name}: {size} bytes")
        for scheme, width in (("light", 1280), ("dark", 1280), ("light", 360)):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of the two it wants
            page.set_viewport_size({"width": width, "height": 900})
            wrong += [f"{name} {scheme} {width}: {text}" for text in complaints(page)]
            if overflow(page) > 0:
                wrong.append(f"{name} {width}: {overflow(page)} px too wide")
        page.set_viewport_size({"width": 1280, "height": 900})
    assert wrong == []
