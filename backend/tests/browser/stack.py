"""What the browser tests share: the running stack, and every page of it with an address."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.urls import URLPattern, URLResolver, get_resolver
from playwright.sync_api import Page

from igny8_core.auth.middleware import is_tenantless
from igny8_core.auth.models import User
from igny8_core.console.base import PageView
from igny8_core.modules.automation.tests.processes import EXAMPLE, pipeline
from igny8_core.testing.factories import PASSWORD, Tenant


@dataclass(frozen=True)
class Stack:
    """Where the console is, whose account it shows, and what its processes are told."""

    tenant: Tenant
    url: str
    environment: dict[str, str]

    def sign_in(self, page: Page, user: User) -> None:
        """Sign in as a person does."""
        page.goto(f"{self.url}/sign-in/")
        page.get_by_label("E-mail").fill(user.email)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(lambda url: "/sign-in/" not in url)

    def furnish(self, *, articles: int = 2) -> None:
        """Run the example to published posts, so that every page has something to show."""
        order = (EXAMPLE, "--site", self.tenant.site.domain, "--articles", str(articles))
        done = pipeline(*order, environment=self.environment)
        assert (done.returncode, done.stderr) == (0, ""), done

    def pages(self) -> list[tuple[str, str]]:
        """Name and address of every page of the console, with rows of this account where it names some."""
        found = []
        with self.tenant.work():
            for name, pattern in _pages(get_resolver(), "/"):
                address = re.sub(r"<(?:\w+:)?(\w+)>", lambda match: self._id_of(match[1]), pattern)
                if "None" not in address:
                    found.append((name, address))
        return found

    def _id_of(self, parameter: str) -> str:
        if parameter == "site_id":
            return str(self.tenant.site.pk)
        base = parameter.removesuffix("_id").replace("_", "")
        models = [model for model in apps.get_models() if hasattr(model, "tenant_kind")]
        named = [model for model in models if model.__name__.lower() == base]
        named += [model for model in models if model.__name__.lower().endswith(base)]
        manager: Any = named[0]._default_manager
        row = manager.filter(account_id=self.tenant.account.pk).order_by("-pk").first()
        return str(row.pk if row else None)


def _pages(resolver: URLResolver, prefix: str) -> Iterator[tuple[str, str]]:
    for entry in resolver.url_patterns:
        path = prefix + str(entry.pattern).lstrip("^")
        if isinstance(entry, URLResolver):
            yield from _pages(entry, path)
            continue
        view = getattr(entry.callback, "view_class", None)
        if (
            isinstance(entry, URLPattern)
            and view is not None
            and hasattr(view, "get")
            and _is_page(view, path)
        ):
            yield str(entry.name), path


def _is_page(view: Any, path: str) -> bool:
    if is_tenantless(path):
        return not path.startswith(("/api/", "/preview/"))
    return issubclass(view, PageView) and not view.is_fragment
