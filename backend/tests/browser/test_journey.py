"""What people do with the console, in a real browser: from a keyword export to posts, by pointer and by keyboard."""

import os
import re

import pytest
from playwright.sync_api import Page, expect

from igny8_core.modules.automation.services import settings_update
from igny8_core.modules.automation.tests.processes import EXAMPLE
from igny8_core.modules.billing.selectors import balance_check
from igny8_core.modules.publisher.models import Publication
from tests.browser.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, databases=["default", "ops"])]

WORK_MS = 120_000  # for work of the worker; everything else must answer within Playwright's own 30 s


def nav(page: Page, name: str) -> None:
    """Go to a page by the navigation."""
    page.get_by_role("navigation", name="Site").get_by_role("link", name=name, exact=True).click()
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()


def import_example(page: Page) -> None:
    """Preview, confirm, follow the progress to its end."""
    nav(page, "Keywords")
    page.get_by_role("link", name="Import").first.click()
    page.get_by_label("File").set_input_files(EXAMPLE)
    page.get_by_role("button", name="Look at it").click()
    expect(page.get_by_text("importing is free")).to_be_visible(timeout=WORK_MS)
    page.get_by_role("button", name="Import it").click()
    page.get_by_role("link", name="See the keywords").click(timeout=WORK_MS)
    expect(page.get_by_role("cell", name="moka pot", exact=True).first).to_be_visible()


def group_and_find(page: Page) -> None:
    """From keywords to clusters on the map, and from those to ideas."""
    page.get_by_role("button", name="Group into clusters").click()
    expect(page.locator("a.bubble").first).to_be_visible(timeout=WORK_MS)
    page.get_by_role("button", name="Find ideas").click()
    expect(page.get_by_label(re.compile("^(How|What|Is|Can|Best)")).first).to_be_visible(timeout=WORK_MS)


def accept_best(page: Page, count: int) -> None:
    """Accept the best ideas in bulk."""
    boxes = page.locator("input[name=id]")
    for index in range(count):
        boxes.nth(index).check()
    expect(page.locator("[data-bulk-count]")).to_have_text(str(count))
    page.get_by_role("button", name="Accept").click()
    expect(page.get_by_text(f"{count} ideas are accepted.")).to_be_visible()


def configure(page: Page, *, mode: str, articles: int, destination: str = "") -> None:
    """Say how the pipeline runs."""
    nav(page, "Pipelines")
    page.get_by_role("link", name="Configure").click()
    page.get_by_role("radio", name=mode, exact=True).check()
    page.get_by_label("Articles per run").fill(str(articles))
    if destination:
        page.get_by_label("Publish to").select_option(label=destination)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("settings are saved")).to_be_visible()


def run_to_review(page: Page) -> None:
    """Start a run and wait until its article waits for a person."""
    page.get_by_role("button", name="Run now").click()
    expect(page.get_by_text("The run has started.")).to_be_visible()
    expect(page.locator("#run .badge", has_text="Review").first).to_be_visible(timeout=WORK_MS)


def review_and_approve(page: Page) -> None:
    """Read the article, its score and its links, and approve it."""
    page.locator("#run td.main a.title").first.click()
    expect(page.get_by_role("heading", name="Score")).to_be_visible()
    expect(page.get_by_text("Mend first")).to_be_visible()
    page.get_by_role("button", name="Look for links").click()
    expect(page.get_by_role("heading", name="Link suggestions")).to_be_visible()
    page.get_by_role("button", name="Approve").click()
    expect(page.locator("section[aria-labelledby=review] .badge")).to_have_text("Approved")


def open_post(page: Page) -> str:
    """Wait for the post on the publishing page, open it, and read its title."""
    nav(page, "Publishing")
    post = page.locator("td.main a[target=_blank]").first
    for _ in range(60):
        if post.count():
            break
        page.wait_for_timeout(2_000)
        page.reload()
    title = page.locator("td.main .title").first.inner_text()
    with page.expect_popup() as popup:
        post.click()
    expect(popup.value.get_by_role("heading", name=title.split(":")[0]).first).to_be_visible()
    address = popup.value.url
    popup.value.close()
    return address


def test_from_an_export_to_a_reviewed_post_on_the_preview_site(stack: Stack, page: Page) -> None:
    stack.sign_in(page, stack.tenant.owner)
    import_example(page)
    group_and_find(page)
    accept_best(page, 2)
    configure(page, mode="Every article", articles=1)
    run_to_review(page)
    with stack.tenant.work():
        assert not Publication.objects.exists(), "nothing is sent before a person said so"
    review_and_approve(page)
    assert "/preview/" in open_post(page)
    with stack.tenant.work():
        (row,) = Publication.objects.all()
        assert row.state == "published"
        assert balance_check().is_exact


@pytest.mark.skipif("WORDPRESS_URL" not in os.environ, reason="WORDPRESS_URL names no server")
def test_the_same_to_a_real_wordpress(stack: Stack, page: Page) -> None:
    address = os.environ["WORDPRESS_URL"]
    stack.sign_in(page, stack.tenant.owner)
    nav(page, "Connections")
    page.get_by_label("Address of the WordPress site").fill(address)
    page.get_by_label("User name there").fill(os.environ["WORDPRESS_USER"])
    page.get_by_label("Application password").fill(os.environ["WORDPRESS_APP_PASSWORD"])
    page.get_by_label("What you call it").fill("The blog")
    page.get_by_role("button", name="Connect").click()
    page.get_by_role("button", name="Ask the doctor").click()
    expect(page.get_by_text("Everything that publishing needs works.")).to_be_visible()
    import_example(page)
    group_and_find(page)
    accept_best(page, 2)
    configure(page, mode="Every article", articles=1, destination="The blog")
    run_to_review(page)
    review_and_approve(page)
    assert open_post(page).startswith(address)


def press_to(page: Page, name: str, *, role: str = "link", most: int = 80) -> None:
    """Reach something by the Tab key alone."""
    wanted = page.get_by_role(role, name=name).first  # type: ignore[arg-type]  # one of the roles
    for _ in range(most):
        page.keyboard.press("Tab")
        if wanted.evaluate("node => node === document.activeElement"):
            return
    raise AssertionError(f"{role} {name} was not reached by the keyboard")


def test_the_same_path_by_keyboard(stack: Stack, page: Page) -> None:
    with stack.tenant.work():
        settings_update(stack.tenant.site.pk, approval_mode="review", articles_per_run=1)
    page.goto(f"{stack.url}/sign-in/")
    page.keyboard.type(stack.tenant.owner.email)  # the first field has the focus
    page.keyboard.press("Tab")
    page.keyboard.type("a-long-test-passphrase")
    page.keyboard.press("Enter")
    expect(page.get_by_role("navigation", name="Site")).to_be_visible()
    press_to(page, "Keywords")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Keywords")).to_be_visible()
    press_to(page, "Import")
    page.keyboard.press("Enter")
    page.get_by_label("File").set_input_files(EXAMPLE)  # the dialog of the system is not the page's
    press_to(page, "Look at it", role="button")
    page.keyboard.press("Enter")
    expect(page.get_by_text("importing is free")).to_be_visible(timeout=WORK_MS)
    press_to(page, "Import it", role="button")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Group into clusters")).to_be_visible(timeout=WORK_MS)
    press_to(page, "Group into clusters", role="button")
    page.keyboard.press("Enter")
    expect(page.locator("a.bubble").first).to_be_visible(timeout=WORK_MS)
    press_to(page, "Find ideas", role="button")
    page.keyboard.press("Enter")
    first = page.locator("input[name=id]").first
    expect(first).to_be_visible(timeout=WORK_MS)
    press_to(page, first.get_attribute("aria-label") or "", role="checkbox")
    page.keyboard.press("Space")
    press_to(page, "Accept", role="button", most=250)
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 idea is accepted.")).to_be_visible()
    press_to(page, "Pipelines")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Pipelines")).to_be_visible()
    press_to(page, "Run now", role="button")
    page.keyboard.press("Enter")
    expect(page.locator("#run .badge", has_text="Review").first).to_be_visible(timeout=WORK_MS)
    page.wait_for_load_state("networkidle")
    press_to(page, page.locator("#run td.main a.title").first.inner_text())
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Score")).to_be_visible()
    press_to(page, "Approve", role="button", most=200)
    page.keyboard.press("Enter")
    expect(page.locator("section[aria-labelledby=review] .badge")).to_have_text("Approved")
    press_to(page, "Publishing")
    page.keyboard.press("Enter")
    post = page.locator("td.main a[target=_blank]").first
    for _ in range(60):
        if post.count():
            break
        page.wait_for_timeout(1_000)
        page.reload()
    post.focus()
    with page.expect_popup() as popup:
        page.keyboard.press("Enter")
    expect(popup.value.locator("h1")).to_be_visible()


def test_viewer_sees_why_nothing_can_be_published(stack: Stack, page: Page) -> None:
    stack.furnish(articles=1)
    stack.sign_in(page, stack.tenant.viewer)
    nav(page, "Writing")
    page.locator("td.main a.title").first.click()
    expect(page.get_by_text("Editors review; your role reads.")).to_be_visible()
    nav(page, "Publishing")
    expect(page.get_by_text(re.compile("your role reads")).first).to_be_visible()
    expect(page.locator("main form[method=post] button:not([disabled])")).to_have_count(0)


def test_theme_is_chosen_and_kept_and_the_menu_opens_on_a_phone(stack: Stack, page: Page) -> None:
    stack.sign_in(page, stack.tenant.owner)
    page.locator("details.me summary").click()
    page.get_by_role("button", name="Light or dark").click()
    page.reload()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    page.set_viewport_size({"width": 360, "height": 780})
    expect(page.get_by_role("navigation", name="Site")).to_be_hidden()
    page.get_by_role("button", name="Menu").click()
    nav(page, "Ideas")
