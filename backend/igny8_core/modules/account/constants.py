"""The roles that a person can be given."""

from igny8_core.auth.models import Role

# An account has one owner, made with it.
ASSIGNABLE_ROLES = [choice for choice in Role.choices if choice[0] != Role.OWNER]
