"""Who may call which operation: the one table that permissions, OpenAPI and docs/permissions.md are made from."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from igny8_core.auth.models import Role, StaffRole

RANK = {Role.VIEWER: 0, Role.EDITOR: 1, Role.ADMIN: 2, Role.OWNER: 3}
EVERY_STAFF_ROLE = frozenset(StaffRole)


@dataclass(frozen=True, slots=True)
class OperationRule:
    """What a caller needs: a role of the account, a scope when it is a key, sometimes more."""

    role: Role | None  # the lowest role; None: the operation takes no credential, it proves who somebody is
    verb: str | None = None  # of the key scope `<room>:<verb>`; None: people only, no key may
    whole_account: bool = False  # refused to whoever sees some sites only
    staff: frozenset[StaffRole] = frozenset()  # not empty: only staff of these roles
    in_own_name: bool = False  # of a member: staff who entered an account are none of its people

    def scope(self, room: str) -> str | None:
        """The key scope that opens the operation, or None when no key does."""
        return f"{room}:{self.verb}" if self.verb else None

    @property
    def roles(self) -> tuple[Role, ...]:
        """Every role that may, the lowest first."""
        return () if self.role is None else tuple(role for role in RANK if RANK[role] >= RANK[self.role])


PUBLIC = OperationRule(role=None)
OWN = OperationRule(role=Role.VIEWER, in_own_name=True)
STAFF_WRITE = OperationRule(role=Role.ADMIN, verb="write", staff=frozenset({StaffRole.ADMIN}))
STAFF_READ = OperationRule(role=Role.VIEWER, verb="read", staff=EVERY_STAFF_ROLE)
# A list across accounts is read from the system account, never from inside another one.
STAFF_LIST = replace(STAFF_READ, in_own_name=True)
VIEWER_READ = OperationRule(role=Role.VIEWER, verb="read")
ADMIN_READ = OperationRule(role=Role.ADMIN, verb="read")
ACCOUNT_READ = replace(ADMIN_READ, whole_account=True)
EDITOR_WRITE = OperationRule(role=Role.EDITOR, verb="write")
ADMIN_WRITE = OperationRule(role=Role.ADMIN, verb="write")
ACCOUNT_WRITE = replace(ADMIN_WRITE, whole_account=True)
# A key that could invite people or make keys would become wider, or live longer, than it is.
ACCOUNT_WRITE_IN_PERSON = replace(ACCOUNT_WRITE, verb=None)
ACCOUNT_WRITE_IN_OWN_NAME = replace(ACCOUNT_WRITE_IN_PERSON, in_own_name=True)

_TABLE: Mapping[str, Mapping[str, OperationRule]] = {
    "auth": {
        "login": PUBLIC,
        "refresh": PUBLIC,
        "register": PUBLIC,
        "register_confirm": PUBLIC,
        "password_reset": PUBLIC,
        "password_reset_confirm": PUBLIC,
        "invitation_accept": PUBLIC,
        "logout": OWN,
        "logout_everywhere": OWN,
        "me": replace(OWN, verb="read"),
        "me_change": OWN,
        "password_change": OWN,
        "session_list": OWN,
        "session_retrieve": OWN,
        "session_destroy": OWN,
        "second_factor": OWN,
        "second_factor_begin": OWN,
        "second_factor_confirm": OWN,
        "second_factor_recovery_codes": OWN,
        "second_factor_end": OWN,
    },
    "account": {
        "profile": VIEWER_READ,
        "profile_change": ACCOUNT_WRITE,
        "usage": ACCOUNT_READ,
        "site_list": VIEWER_READ,
        "site_retrieve": VIEWER_READ,
        "site_create": ACCOUNT_WRITE,  # a new site is on nobody's list of sites yet
        "site_update": ADMIN_WRITE,
        "site_partial_update": ADMIN_WRITE,
        "site_destroy": ADMIN_WRITE,
        "site_restore": ADMIN_WRITE,
        "sector_list": VIEWER_READ,
        "sector_retrieve": VIEWER_READ,
        "sector_create": ADMIN_WRITE,
        "sector_destroy": ADMIN_WRITE,
        "sector_restore": ADMIN_WRITE,
        "member_list": ACCOUNT_READ,
        "member_retrieve": ACCOUNT_READ,
        "member_partial_update": ACCOUNT_WRITE_IN_PERSON,
        "member_destroy": ACCOUNT_WRITE_IN_PERSON,
        "invitation_list": ACCOUNT_READ,
        "invitation_retrieve": ACCOUNT_READ,
        "invitation_create": ACCOUNT_WRITE_IN_OWN_NAME,
        "invitation_resend": ACCOUNT_WRITE_IN_PERSON,
        "invitation_destroy": ACCOUNT_WRITE_IN_PERSON,
        "ownership_transfer": OperationRule(role=Role.OWNER, in_own_name=True),
        "api_key_list": ACCOUNT_READ,
        "api_key_retrieve": ACCOUNT_READ,
        "api_key_create": ACCOUNT_WRITE_IN_OWN_NAME,
        "api_key_rotate": ACCOUNT_WRITE_IN_OWN_NAME,
        "api_key_revoke": ACCOUNT_WRITE,
        "audit_list": ACCOUNT_READ,
        "audit_retrieve": ACCOUNT_READ,
        "audit_export": ACCOUNT_READ,
    },
    "automation": {
        "run_list": VIEWER_READ,
        "run_retrieve": VIEWER_READ,
        "run_create": EDITOR_WRITE,
        "run_pause": EDITOR_WRITE,
        "run_resume": EDITOR_WRITE,
        "run_cancel": EDITOR_WRITE,
        "run_run_now": EDITOR_WRITE,
        "run_retry_failed": EDITOR_WRITE,
        "run_timeline": VIEWER_READ,
        "item_list": VIEWER_READ,
        "item_retrieve": VIEWER_READ,
        "item_retry": EDITOR_WRITE,
        "item_timeline": VIEWER_READ,
        "settings_retrieve": VIEWER_READ,
        "settings_update": ADMIN_WRITE,
        "settings_partial_update": ADMIN_WRITE,
        "estimate": EDITOR_WRITE,
    },
    "billing": {
        "balance": VIEWER_READ,
        "plan": VIEWER_READ,
        "offers": VIEWER_READ,
        "subscription": VIEWER_READ,
        "prices": VIEWER_READ,
        "estimate": EDITOR_WRITE,
        "statement": ACCOUNT_READ,
        "statement_export": ACCOUNT_READ,
        "ledger_list": ACCOUNT_READ,
        "ledger_retrieve": ACCOUNT_READ,
        "ledger_export": ACCOUNT_READ,
        "hold_list": ACCOUNT_READ,
        "hold_retrieve": ACCOUNT_READ,
        "payment_list": ACCOUNT_READ,
        "payment_retrieve": ACCOUNT_READ,
        "payment_create": ACCOUNT_WRITE_IN_PERSON,
        "payment_cancel": ACCOUNT_WRITE_IN_PERSON,
        "payment_approve": STAFF_WRITE,
        "payment_reject": STAFF_WRITE,
        "suspend": STAFF_WRITE,
        "reactivate": STAFF_WRITE,
    },
    "integration": {
        "destination_list": VIEWER_READ,
        "destination_retrieve": VIEWER_READ,
        "destination_create": ADMIN_WRITE,
        "destination_partial_update": ADMIN_WRITE,
        "destination_destroy": ADMIN_WRITE,
        "destination_restore": ADMIN_WRITE,
        "destination_check": ADMIN_WRITE,
        "destination_doctor": VIEWER_READ,
        "destination_sync_posts": EDITOR_WRITE,
        "destination_sync_taxonomies": EDITOR_WRITE,
        "term_list": VIEWER_READ,
        "term_retrieve": VIEWER_READ,
    },
    "linker": {
        "scan": EDITOR_WRITE,
        "graph": VIEWER_READ,
        "node_list": VIEWER_READ,
        "node_retrieve": VIEWER_READ,
        "edge_list": VIEWER_READ,
        "edge_retrieve": VIEWER_READ,
        "suggestion_list": VIEWER_READ,
        "suggestion_retrieve": VIEWER_READ,
        "suggestion_generate": EDITOR_WRITE,
        "suggestion_accept": EDITOR_WRITE,
        "suggestion_reject": EDITOR_WRITE,
        "suggestion_bulk_accept": EDITOR_WRITE,
        "suggestion_bulk_reject": EDITOR_WRITE,
        "preview": EDITOR_WRITE,
        "batch_list": VIEWER_READ,
        "batch_retrieve": VIEWER_READ,
        "batch_articles": VIEWER_READ,
        "batch_create": EDITOR_WRITE,
        "batch_undo": EDITOR_WRITE,
    },
    "optimizer": {
        "score_list": VIEWER_READ,
        "score_retrieve": VIEWER_READ,
        "score_create": EDITOR_WRITE,
        "score_changes": VIEWER_READ,
        "analyze": EDITOR_WRITE,
        "audit": EDITOR_WRITE,
    },
    "planner": {
        "keyword_list": VIEWER_READ,
        "keyword_retrieve": VIEWER_READ,
        "keyword_create": EDITOR_WRITE,
        "keyword_update": EDITOR_WRITE,
        "keyword_partial_update": EDITOR_WRITE,
        "keyword_destroy": EDITOR_WRITE,
        "keyword_restore": EDITOR_WRITE,
        "keyword_bulk_status": EDITOR_WRITE,
        "keyword_seed": EDITOR_WRITE,
        "import_list": VIEWER_READ,
        "import_retrieve": VIEWER_READ,
        "import_create": EDITOR_WRITE,
        "import_map": EDITOR_WRITE,
        "import_start": EDITOR_WRITE,
        # They are the account's, whatever site a file was for.
        "import_mapping_list": replace(VIEWER_READ, whole_account=True),
        "import_mapping_retrieve": replace(VIEWER_READ, whole_account=True),
        "import_mapping_destroy": replace(EDITOR_WRITE, whole_account=True),
        "import_mapping_restore": replace(EDITOR_WRITE, whole_account=True),
        "ranking_list": VIEWER_READ,
        "ranking_retrieve": VIEWER_READ,
        "metric_list": VIEWER_READ,
        "metric_retrieve": VIEWER_READ,
        "cluster_list": VIEWER_READ,
        "cluster_retrieve": VIEWER_READ,
        "cluster_update": EDITOR_WRITE,
        "cluster_partial_update": EDITOR_WRITE,
        "cluster_run": EDITOR_WRITE,
        "cluster_preview": EDITOR_WRITE,
        "cluster_estimate": EDITOR_WRITE,
        "cluster_create": EDITOR_WRITE,
        "cluster_merge": EDITOR_WRITE,
        "cluster_split": EDITOR_WRITE,
        "cluster_proposal": VIEWER_READ,
        "cluster_bulk_change": EDITOR_WRITE,
        "cluster_bulk_delete": EDITOR_WRITE,
        "cluster_bulk_topic": EDITOR_WRITE,
        "keyword_move": EDITOR_WRITE,
        "keyword_release": EDITOR_WRITE,
        "keyword_reasons": VIEWER_READ,
        "keyword_export": VIEWER_READ,
        "keyword_export_xlsx": VIEWER_READ,
        "topic_list": VIEWER_READ,
        "topic_retrieve": VIEWER_READ,
        "topic_update": EDITOR_WRITE,
        "topic_partial_update": EDITOR_WRITE,
        "edit_list": VIEWER_READ,
        "edit_retrieve": VIEWER_READ,
        "edit_undo": EDITOR_WRITE,
        "idea_list": VIEWER_READ,
        "idea_retrieve": VIEWER_READ,
        "idea_generate": EDITOR_WRITE,
        "idea_accept": EDITOR_WRITE,
        "idea_reject": EDITOR_WRITE,
        "idea_bulk_accept": EDITOR_WRITE,
        "idea_bulk_reject": EDITOR_WRITE,
        "page_list": VIEWER_READ,
        "page_retrieve": VIEWER_READ,
        "page_create": EDITOR_WRITE,
        "page_update": EDITOR_WRITE,
        "page_partial_update": EDITOR_WRITE,
        "page_import_many": EDITOR_WRITE,
        "cluster_owner": VIEWER_READ,
        "cluster_set_owner": EDITOR_WRITE,
        "idea_conflicts": VIEWER_READ,
        "idea_complete": EDITOR_WRITE,
        "idea_export": VIEWER_READ,
        "idea_export_xlsx": VIEWER_READ,
        "finding_list": VIEWER_READ,
        "finding_retrieve": VIEWER_READ,
        "finding_look": EDITOR_WRITE,
        "finding_bulk_dismiss": EDITOR_WRITE,
        "finding_bulk_reopen": EDITOR_WRITE,
    },
    "publisher": {
        "publication_list": VIEWER_READ,
        "publication_retrieve": VIEWER_READ,
        "publication_create": EDITOR_WRITE,
        "publication_retry": EDITOR_WRITE,
    },
    "system": {
        "job_list": VIEWER_READ,
        "job_retrieve": VIEWER_READ,
        "job_cancel": EDITOR_WRITE,
        "model": VIEWER_READ,
        "prompt_list": VIEWER_READ,
        "prompt_retrieve": VIEWER_READ,
        "prompt_update": ADMIN_WRITE,
        "prompt_destroy": ADMIN_WRITE,
        "prompt_preview": ADMIN_WRITE,
        "prompt_revisions": VIEWER_READ,
        "prompt_restore_revision": ADMIN_WRITE,
        "brand_profile": VIEWER_READ,
        "brand_profile_change": ADMIN_WRITE,
        "notification_list": VIEWER_READ,
        "notification_retrieve": VIEWER_READ,
        "notification_unread_count": VIEWER_READ,
        "notification_read": replace(OWN, verb="write"),
        "notification_read_all": replace(OWN, verb="write"),
        "industries": VIEWER_READ,
        "sector_seed": VIEWER_READ,
        "request_metrics": STAFF_READ,
        "staff_account_list": STAFF_LIST,
        "staff_user_list": STAFF_LIST,
        "staff_site_list": STAFF_LIST,
        "staff_job_list": STAFF_LIST,
        "staff_audit_list": STAFF_LIST,
    },
    "writer": {
        "task_list": VIEWER_READ,
        "task_retrieve": VIEWER_READ,
        "task_create": EDITOR_WRITE,
        "task_estimate": VIEWER_READ,
        "task_write": EDITOR_WRITE,
        "article_list": VIEWER_READ,
        "article_retrieve": VIEWER_READ,
        "article_update": EDITOR_WRITE,
        "article_partial_update": EDITOR_WRITE,
        "article_destroy": EDITOR_WRITE,
        "article_restore": EDITOR_WRITE,
        "article_revisions": VIEWER_READ,
        "article_restore_revision": EDITOR_WRITE,
        "article_request_review": EDITOR_WRITE,
        # A key that could open the gate before a publish would make it none.
        "article_approve": replace(EDITOR_WRITE, verb=None),
        "article_reject": replace(EDITOR_WRITE, verb=None),
    },
}
OPERATIONS: Mapping[str, OperationRule] = {
    f"{room}_{name}": rule for room, rules in _TABLE.items() for name, rule in rules.items()
}
# Every scope that opens something; a key is given some of these.
KEY_SCOPES = tuple(
    sorted(
        {scope for room, rules in _TABLE.items() for rule in rules.values() if (scope := rule.scope(room))}
    )
)


def operation_id(view: Any, method: str | None) -> str | None:
    """The operation that a method of a view is, as OpenAPI and the table name it; None for a method it lacks.

    A viewset's is `<room>_<basename>_<action>`; another view lists its own under `operations`.
    """
    name = "get" if method in (None, "HEAD") else str(method).lower()
    actions: Mapping[str, str] | None = getattr(view, "action_map", None)
    if actions is None:
        own: str | None = view.operations.get(name.upper())
        return f"{view.room}_{own}" if own else None
    action = actions.get(name)
    return f"{view.room}_{view.basename.replace('-', '_')}_{action}" if action else None


def operation_rule(view: Any, method: str | None) -> OperationRule | None:
    """The rule of a method of a view; None for a method that it lacks. Raises KeyError for one without a row."""
    name = operation_id(view, method)
    return None if name is None else OPERATIONS[name]


def who_may(rule: OperationRule, room: str) -> str:
    """The rule as the API's documentation says it."""
    if rule.role is None:
        return "Open to everybody: it proves who somebody is."
    people = ", ".join(sorted(rule.staff)) + " of the staff" if rule.staff else ", ".join(rule.roles)
    scope = rule.scope(room)
    sentences = [f"Roles: {people}.", f"Key scope: `{scope}`." if scope else "API keys may not."]
    if rule.whole_account:
        sentences.append("Needs access to every site of the account.")
    return " ".join(sentences)


def permissions_page() -> str:
    """docs/permissions.md: every operation with who may call it."""
    lines = [
        "# Who may do what",
        "",
        "Made by `manage.py permissions` from `igny8_core/api/operations.py`, which the API itself obeys; do not edit.",
        "",
        "A role includes those below it: owner, admin, editor, viewer. A key needs its scope and its person the role.",
        "\\* needs access to every site of the account.",
        "",
        "| operation | lowest role | key scope |",
        "| --- | --- | --- |",
    ]
    for room, rules in sorted(_TABLE.items()):
        for name, rule in sorted(rules.items()):
            role = "everybody" if rule.role is None else str(rule.role)
            if rule.staff:
                role = f"staff: {', '.join(sorted(rule.staff))}"
            mark = r" \*" if rule.whole_account else ""
            lines.append(f"| `{room}_{name}` | {role}{mark} | {rule.scope(room) or 'people only'} |")
    return "\n".join([*lines, ""])
