"""The roles that a person can be given, and the states of invitations and keys."""

from django.db.models import TextChoices

from igny8_core.auth.models import Role

# An account has one owner, made with it.
ASSIGNABLE_ROLES = [choice for choice in Role.choices if choice[0] != Role.OWNER]


class InvitationState(TextChoices):
    """Where an invitation stands."""

    OPEN = "open", "Open"
    EXPIRED = "expired", "Expired"
    ACCEPTED = "accepted", "Accepted"


class KeyState(TextChoices):
    """Whether a key opens anything."""

    ACTIVE = "active", "Active"
    EXPIRED = "expired", "Expired"
    REVOKED = "revoked", "Revoked"
