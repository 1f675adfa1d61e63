"""`manage.py first_run`: makes the first account and shows the main job on the example; safe to run again."""

import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from igny8_core.auth.models import Account, User
from igny8_core.auth.services import account_create, sector_create, site_create
from igny8_core.common.errors import DomainError
from igny8_core.modules.automation.terminal import Follower, Order, account_choose, line_writer, order_place
from igny8_core.modules.billing.services import trial_grant
from igny8_core.tenancy.context import TenantContext, tenant_transaction

EXAMPLE = settings.PROJECT_DIR / "examples" / "keywords-semrush.csv"
DOMAIN = "example-coffee.test"
EMAIL = "owner@example.test"
ARTICLES = 3


class Command(BaseCommand):
    """Make an account, an owner, a site with two sectors, and publish three posts from the example export."""

    help = "Set up the first account and run the main job on the example export."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what is not done yet; exit code 0 when three posts are published."""
        if not Account.objects.filter(is_system=False).exists():
            self._account()
        try:
            context = account_choose(None)
            order = Order(file=Path(EXAMPLE), domain=DOMAIN, article_count=ARTICLES)
            status = Follower(context, say=line_writer(self.stdout)).follow(
                order_place(order, context=context)
            )
        except DomainError as error:
            raise CommandError(error.message, returncode=2) from None
        if status.published_count < ARTICLES:
            raise CommandError(status.error_message or f"The run is {status.state}.", returncode=1)

    def _account(self) -> None:
        password = secrets.token_urlsafe(15)
        with transaction.atomic():  # an account without its site would never be completed
            self._site(account_create(name="Example Coffee", email=EMAIL, password=password))
        self.stdout.write(f"account: Example Coffee, owner {EMAIL}, password {password} (shown this once)")
        self.stdout.write(f"console: {settings.PUBLIC_URL}/sign-in/")

    def _site(self, owner: User) -> None:
        with tenant_transaction(TenantContext.of_account(owner.account_id, actor_id=owner.pk)):
            trial_grant()
            site = site_create(name="Example Coffee", domain=DOMAIN)
            for name in ("Home espresso", "Brewing"):
                sector_create(site=site, name=name)
