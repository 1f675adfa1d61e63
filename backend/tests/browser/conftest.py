"""A real browser before a real stack: web, worker and a model on loopback, and an account that has done some work."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from igny8_core.modules.automation.tests.fake_model import FakeModel, serve
from igny8_core.modules.automation.tests.processes import free_port, web, worker
from igny8_core.modules.billing.services import credits_grant
from igny8_core.testing.factories import PASSWORD, Tenant, password_give, tenant_make
from tests.browser.stack import Stack

# Playwright's own event loop runs in this thread while it waits; nothing of Django's runs inside it.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")

CHROMIUM = next(
    (path for path in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if path), None
)
GRANT = 5_000


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, as the system has it."""
    if CHROMIUM is None:
        pytest.fail("No chromium is installed; `make test-browser` installs Debian's.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()


@pytest.fixture
def stack(db: None, tmp_path: Path) -> Iterator[Stack]:
    """Everything that a person's browser and its work need, beside an account whose people have passwords."""
    port = free_port()
    with serve(FakeModel()) as model:
        environment = {
            "LLM_BASE_URL": model.url,
            "LLM_MODEL": "fake",
            "LLM_API_KEY": "key",
            "MEDIA_ROOT": str(tmp_path / "media"),
            "PREVIEW_ROOT": str(tmp_path / "preview"),
            "PUBLIC_URL": f"http://127.0.0.1:{port}",
            "OUTBOUND_ALLOW_PRIVATE": "1",
        }
        tenant = people_make()
        with worker(environment, folder=tmp_path), web(environment, folder=tmp_path, port=port):
            yield Stack(tenant=tenant, url=environment["PUBLIC_URL"], environment=environment)


def people_make() -> Tenant:
    """An account with credits, whose owner, member and viewer sign in with a password."""
    tenant = tenant_make("northern-roast")
    for user in (tenant.owner, tenant.member, tenant.viewer):
        password_give(user, PASSWORD)
    with tenant.work():
        credits_grant(GRANT, reason="for a test", idempotency_key="test")
    return tenant


@pytest.fixture
def page(browser: Browser, tmp_path: Path) -> Iterator[Page]:
    """A fresh browser window; a script error or a refusal by the content security policy fails the test."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 900}, locale="en-GB", timezone_id="Europe/Berlin"
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda message: (
            complaints.append(message.text)
            if "Content Security Policy" in message.text or "Content-Security-Policy" in message.text
            else None
        ),
    )
    yield page
    page.screenshot(path=tmp_path / "last.png")  # what stood there when the test ended, for whoever asks why
    context.close()
    assert complaints == []
