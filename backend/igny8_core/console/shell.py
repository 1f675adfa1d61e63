"""What stands around every page: the navigation that a person may use, their sites, their credits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from igny8_core.api.operations import OPERATIONS
from igny8_core.api.permissions import rule_allows
from igny8_core.auth.models import Account, Site, User
from igny8_core.auth.principals import Principal
from igny8_core.auth.selectors import site_list
from igny8_core.modules.billing.selectors import balance_get
from igny8_core.modules.billing.types import Balance
from igny8_core.modules.system.selectors import notification_unread_count

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


@dataclass(frozen=True, slots=True)
class NavEntry:
    """One line of the navigation."""

    key: str
    title: str
    url: str
    icon: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Shell:
    """Everything around the page; read with four queries however much there is."""

    principal: Principal
    sites: tuple[Site, ...]
    site: Site | None
    site_entries: tuple[NavEntry, ...]
    account_entries: tuple[NavEntry, ...]
    balance: Balance
    unread: int

    @property
    def user(self) -> User:
        """The person."""
        return self.principal.user

    @property
    def account(self) -> Account:
        """Their account."""
        return self.principal.account

    @property
    def role(self) -> str:
        """Their role, in words."""
        return str(self.principal.role.label)

    def may(self, operation: str) -> bool:
        """Whether the person may do an operation, named as in `docs/permissions.md`."""
        return rule_allows(self.principal, OPERATIONS[operation], operation.partition("_")[0])


# key, title, icon, the operation that opens it
_SITE_NAV: tuple[tuple[str, StrPromise, str, str], ...] = (
    ("home", _("Home"), "home", "planner_keyword_list"),
    ("keywords", _("Keywords"), "key", "planner_keyword_list"),
    ("map", _("Map"), "map", "planner_cluster_list"),
    ("ideas", _("Ideas"), "bulb", "planner_idea_list"),
    ("pages", _("Pages"), "list", "planner_page_list"),
    ("writing", _("Writing"), "pen", "writer_task_list"),
    ("publishing", _("Publishing"), "send", "publisher_publication_list"),
    ("pipelines", _("Pipelines"), "flow", "automation_run_list"),
    ("connections", _("Connections"), "plug", "integration_destination_list"),
    ("settings", _("Settings"), "gear", "account_site_retrieve"),
)
_ACCOUNT_NAV: tuple[tuple[str, StrPromise, str, str], ...] = (
    ("team", _("Team and keys"), "team", "account_member_list"),
    ("billing", _("Usage and billing"), "coin", "billing_subscription"),
    ("jobs", _("Jobs"), "clock", "system_job_list"),
    ("audit", _("Audit log"), "list", "account_audit_list"),
    ("account", _("Account settings"), "gear", "account_profile"),
)


def shell_get(principal: Principal, *, site: Site | None, section: str) -> Shell:
    """The shell of a page; on a page of the account the navigation leads to the person's first site."""
    sites = tuple(site_list())
    here = site or (sites[0] if sites else None)

    def entry(key: str, title: StrPromise, icon: str, *, is_of_site: bool) -> NavEntry:
        names = {"site_id": here.pk} if is_of_site and here is not None else {}
        address = reverse("console:site_home" if key == "home" else f"console:{key}", kwargs=names)
        return NavEntry(key, title=str(title), url=address, icon=icon, is_current=key == section)

    def allowed(operation: str) -> bool:
        return rule_allows(principal, OPERATIONS[operation], operation.partition("_")[0])

    return Shell(
        principal=principal,
        sites=sites,
        site=here,
        site_entries=tuple(
            entry(key, title, icon, is_of_site=True)
            for key, title, icon, operation in _SITE_NAV
            if here is not None and allowed(operation)
        ),
        account_entries=tuple(
            entry(key, title, icon, is_of_site=False)
            for key, title, icon, operation in _ACCOUNT_NAV
            if allowed(operation)
        ),
        balance=balance_get(),
        unread=notification_unread_count(),
    )
