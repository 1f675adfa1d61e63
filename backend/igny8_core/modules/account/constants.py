"""The scopes that an API key can be given, and the roles that a person can."""

from django.conf import settings

from igny8_core.auth.models import Role

KEY_SCOPES = tuple(f"{room}:{verb}" for room in settings.ROOMS for verb in ("read", "write"))
# An account has one owner, made with it.
ASSIGNABLE_ROLES = [choice for choice in Role.choices if choice[0] != Role.OWNER]
