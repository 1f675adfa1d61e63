"""Accounts, plans, people, sites and credentials: what is read before the tenant is known, and the tenant's frame."""

from collections.abc import Iterator
from typing import Any, ClassVar
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Lower

from igny8_core.common.clock import utc_now
from igny8_core.common.ids import account_id_new, uuid7
from igny8_core.tenancy.bases import AccountBaseModel, SiteBoundModel, SiteSectorBaseModel
from igny8_core.tenancy.errors import SystemAccountProtected
from igny8_core.tenancy.fields import TenantForeignKey
from igny8_core.tenancy.kinds import Kind
from igny8_core.tenancy.secrets import EncryptedTextField

__all__ = ["AccountBaseModel", "SiteSectorBaseModel"]


class PlanStatus(models.TextChoices):
    """Where an account's subscription stands; `auth/plans.py` says what each may do."""

    ACTIVE = "active", "Active"
    TRIALING = "trialing", "Trialing"
    PAST_DUE = "past_due", "Past due"
    SUSPENDED = "suspended", "Suspended"
    CANCELLED = "cancelled", "Cancelled"


class Role(models.TextChoices):
    """What a person may do in their account."""

    OWNER = "owner", "Owner"
    ADMIN = "admin", "Admin"
    EDITOR = "editor", "Editor"
    VIEWER = "viewer", "Viewer"


class StaffRole(models.TextChoices):
    """What a user of the system account may do across accounts."""

    ADMIN = "admin", "Admin"
    DEVELOPER = "developer", "Developer"
    SYSTEM_BOT = "system_bot", "System bot"


class BillingInterval(models.TextChoices):
    """How long one payment of a plan lasts."""

    MONTH = "month", "Month"
    YEAR = "year", "Year"


class Plan(models.Model):
    """A price list entry: what an account of this plan may hold, and what it costs."""

    tenant_kind = Kind.GLOBAL

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    description = models.CharField(max_length=300, blank=True, default="")
    price_cents = models.PositiveIntegerField(default=0, help_text="For one interval.")
    currency = models.CharField(max_length=3, default="USD", help_text="ISO 4217.")
    interval = models.CharField(max_length=5, choices=BillingInterval, default=BillingInterval.MONTH)
    monthly_credits = models.PositiveIntegerField(default=0)
    max_sites = models.PositiveIntegerField(default=1)
    max_users = models.PositiveIntegerField(default=1)
    max_keywords = models.PositiveIntegerField(default=1000)
    is_active = models.BooleanField(default=True)
    is_offered = models.BooleanField(
        default=True, help_text="Off: nobody can ask for it, whoever has it keeps it."
    )

    def __str__(self) -> str:
        return self.name


class UndeletableQuerySet(models.QuerySet[Any]):
    """Rows that no queryset may delete."""

    def delete(self) -> tuple[int, dict[str, int]]:
        """Refuse; accounts are closed, never deleted."""
        raise SystemAccountProtected("Accounts are closed, never deleted.")


class Account(models.Model):
    """One customer: everything else belongs to exactly one of these."""

    tenant_kind = Kind.IDENTITY

    id = models.BigIntegerField(primary_key=True, default=account_id_new, editable=False)
    name = models.CharField(max_length=120)
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="accounts")
    plan_status = models.CharField(max_length=10, choices=PlanStatus, default=PlanStatus.TRIALING)
    trial_ends_at = models.DateTimeField(null=True, blank=True)
    paid_until = models.DateTimeField(null=True, blank=True, help_text="Empty: the plan has no end.")
    grace_until = models.DateTimeField(null=True, blank=True)
    is_system = models.BooleanField(default=False, editable=False)
    retention_days = models.PositiveSmallIntegerField(
        default=30, validators=[MinValueValidator(1), MaxValueValidator(365)]
    )
    context_version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = UndeletableQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(retention_days__gte=1, retention_days__lte=365),
                name="igny8_auth_retention",
            ),
            models.UniqueConstraint(
                fields=["is_system"], condition=models.Q(is_system=True), name="igny8_auth_one_system"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refuse; accounts are closed, never deleted."""
        raise SystemAccountProtected("Accounts are closed, never deleted.")


class UserManager(BaseUserManager["User"]):
    """Finds people before their account is known; accounts see theirs through selectors."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """Find by e-mail, ignoring case, as the unique index does."""
        return self.get(email=(username or "").lower())

    def create_superuser(self, email: str, password: str, **fields: Any) -> "User":
        """Make a staff administrator in the system account; `is_superuser` alone widens nothing."""
        system = Account.objects.get(is_system=True)
        user = User(
            email=email.strip().lower(),
            account=system,
            role=Role.ADMIN,
            staff_role=StaffRole.ADMIN,
            is_superuser=True,
            **fields,
        )
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A person of exactly one account; staff are people of the system account."""

    tenant_kind = Kind.IDENTITY

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="users")
    email = models.EmailField(max_length=254, unique=True, help_text="Lower case.")
    name = models.CharField(max_length=120, blank=True, default="")
    role = models.CharField(max_length=10, choices=Role, default=Role.VIEWER)
    staff_role = models.CharField(max_length=10, choices=StaffRole, blank=True, default="")
    is_active = models.BooleanField(default=True)
    is_superuser = models.BooleanField(default=False)
    all_sites = models.BooleanField(default=True, help_text="Off: only the sites of SiteUserAccess.")
    context_version = models.PositiveIntegerField(default=1, editable=False)
    token_version = models.PositiveIntegerField(
        default=1, editable=False, help_text="Tokens and sessions made on another one stop."
    )
    removed_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="igny8_auth_user_email"),
            models.UniqueConstraint(
                fields=["account"], condition=models.Q(role=Role.OWNER), name="igny8_auth_one_owner"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "id"], name="igny8_auth_user_list")
        ]

    def __str__(self) -> str:
        return self.email

    def get_session_auth_hash(self) -> str:
        """What a console session is tied to: it ends with the password, and with whatever ends the tokens."""
        return f"{super().get_session_auth_hash()}:{self.token_version}"

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        """The same under former values of SECRET_KEY."""
        for fallback in super().get_session_auth_fallback_hash():
            yield f"{fallback}:{self.token_version}"

    @property
    def is_staff_member(self) -> bool:
        """Whether this is staff: a staff role counts in the system account alone."""
        return bool(self.staff_role) and self.account.is_system


class Site(AccountBaseModel):
    """A web site that an account works for."""

    tenant_site_lookup = "id"

    name = models.CharField(max_length=120)
    domain = models.CharField(max_length=253)
    language = models.CharField(max_length=8, default="en")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["account", "domain"],
                condition=models.Q(deleted_at=None),
                name="igny8_auth_site_domain",
            )
        ]

    def __str__(self) -> str:
        return self.domain

    @property
    def language_code(self) -> str:
        """The ISO 639-1 code of its language, whatever the region."""
        return self.language.partition("-")[0].lower()


class Sector(SiteBoundModel):
    """A line of business of a site, by which its content is kept apart."""

    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=60)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["account", "site", "slug"],
                condition=models.Q(deleted_at=None),
                name="igny8_auth_sector_slug",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Invitation(AccountBaseModel):
    """That somebody may join the account under an address; taking it up needs the link that was mailed there."""

    email = models.EmailField(max_length=254, help_text="Lower case.")
    role = models.CharField(max_length=10, choices=Role)
    all_sites = models.BooleanField(default=True, help_text="Off: only the sites of `site_ids`.")
    site_ids = models.JSONField(default=list)
    invited_by = TenantForeignKey(User, null=True, related_name="+")
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["account", "email"],
                condition=models.Q(deleted_at=None, accepted_at=None),
                name="igny8_auth_invitation_open",
            )
        ]

    @property
    def state(self) -> str:
        """`accepted`, `expired` or `open`."""
        if self.accepted_at is not None:
            return "accepted"
        return "expired" if self.expires_at <= utc_now() else "open"


class IdentityModel(models.Model):
    """A credential or right that is read while the account is still being found out."""

    tenant_kind = Kind.IDENTITY

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    user = TenantForeignKey(User, related_name="+")
    user_id: UUID
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True


class SiteUserAccess(IdentityModel):
    """That a person whose `all_sites` is off may see one site."""

    site = TenantForeignKey(Site, related_name="+")
    site_id: UUID

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "site"], name="igny8_auth_access_once")
        ]


class ApiKey(IdentityModel):
    """A machine's credential; only its SHA-256 is kept, so it can be shown once."""

    name = models.CharField(max_length=120)
    prefix = models.CharField(max_length=16)
    secret_hash = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    site = TenantForeignKey(Site, null=True, blank=True, related_name="+")
    site_id: UUID | None
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    last_used_ip = models.GenericIPAddressField(null=True, blank=True)
    context_version = models.PositiveIntegerField(default=1, editable=False)


class SecondFactor(IdentityModel):
    """A person's authenticator application (TOTP, RFC 6238) and the digests of their recovery codes."""

    secret = EncryptedTextField(help_text="The shared secret in base 32, sealed for the account.")
    confirmed_at = models.DateTimeField(
        null=True, blank=True, help_text="Empty until a first code was right."
    )
    last_counter = models.PositiveBigIntegerField(
        default=0, help_text="The 30-second step of the last code used."
    )
    recovery_digests = models.JSONField(default=list, help_text="SHA-256 of each recovery code not used yet.")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user"], name="igny8_auth_second_factor_once")
        ]


class SessionKind(models.TextChoices):
    """Where somebody signed in."""

    API = "api", "API"
    CONSOLE = "console", "Console"


class RefreshSession(IdentityModel):
    """One sign-in on one device; its refresh token rotates, and using an old one again ends it.

    A browser's sign-in to the console is one too: no token was given out for it, its session names the row.
    """

    kind = models.CharField(max_length=10, choices=SessionKind, default=SessionKind.API, editable=False)
    token_id = models.UUIDField(help_text="The jti of the one refresh token that is still good.")
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    user_agent = models.CharField(max_length=200, blank=True, default="")
