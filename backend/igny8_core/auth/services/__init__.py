"""Every write to identity tables; each is one transaction in the account that it is about."""

from igny8_core.auth.services.accounts import account_create, account_update, ownership_transfer
from igny8_core.auth.services.invitations import (
    invitation_accept,
    invitation_create,
    invitation_resend,
    invitation_revoke,
    invitation_token,
)
from igny8_core.auth.services.keys import (
    NewApiKey,
    api_key_create,
    api_key_revoke,
    api_key_rotate,
    api_key_used,
)
from igny8_core.auth.services.passwords import (
    password_change,
    password_reset,
    password_reset_request,
    password_reset_token,
)
from igny8_core.auth.services.people import (
    member_change,
    member_remove,
    user_create,
    user_sites_set,
    user_update,
)
from igny8_core.auth.services.plans import PLAN_FIELDS, plan_update
from igny8_core.auth.services.proof import person_prove
from igny8_core.auth.services.second_factor import (
    second_factor_begin,
    second_factor_confirm,
    second_factor_end,
    second_factor_recovery_codes,
    second_factor_secrets_rotate,
)
from igny8_core.auth.services.sign_in import (
    TokenPair,
    console_session_begin,
    login,
    logout,
    logout_everywhere,
    person_admit,
    session_begin,
    session_end,
    sessions_purge,
    token_refresh,
    tokens_issue,
)
from igny8_core.auth.services.sites import (
    sector_create,
    site_create,
    site_delete,
    site_restore,
    site_update,
)

__all__ = [
    "PLAN_FIELDS",
    "NewApiKey",
    "TokenPair",
    "account_create",
    "account_update",
    "api_key_create",
    "api_key_revoke",
    "api_key_rotate",
    "api_key_used",
    "console_session_begin",
    "invitation_accept",
    "invitation_create",
    "invitation_resend",
    "invitation_revoke",
    "invitation_token",
    "login",
    "logout",
    "logout_everywhere",
    "member_change",
    "member_remove",
    "ownership_transfer",
    "password_change",
    "password_reset",
    "password_reset_request",
    "password_reset_token",
    "person_admit",
    "person_prove",
    "plan_update",
    "second_factor_begin",
    "second_factor_confirm",
    "second_factor_end",
    "second_factor_recovery_codes",
    "second_factor_secrets_rotate",
    "sector_create",
    "session_begin",
    "session_end",
    "sessions_purge",
    "site_create",
    "site_delete",
    "site_restore",
    "site_update",
    "token_refresh",
    "tokens_issue",
    "user_create",
    "user_sites_set",
    "user_update",
]
