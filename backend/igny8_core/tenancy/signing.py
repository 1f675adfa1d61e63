"""The signed header that carries a job's tenant through the broker; a worker trusts nothing else."""

from dataclasses import dataclass
from uuid import UUID

from django.core import signing

from igny8_core.tenancy.context import TenantContext, site_scope_parse, site_scope_text

SALT = "igny8.job"
HEADER = "igny8_tenant"


class JobHeaderInvalid(Exception):
    """The header is missing, edited or signed with another key."""


@dataclass(frozen=True, slots=True)
class JobHeader:
    """Which job of which account a message is about, and in whose name it runs."""

    job_id: UUID
    context: TenantContext


def header_sign(header: JobHeader) -> str:
    """Sign a header."""
    context = header.context
    return signing.dumps(
        {
            "job": str(header.job_id),
            "account": context.account_id,
            "sites": site_scope_text(context.site_ids),
            "actor": str(context.actor_id) if context.actor_id else None,
            "request": context.request_id,
        },
        salt=SALT,
    )


def header_verify(signed: object) -> JobHeader:
    """Read a header; raises JobHeaderInvalid."""
    try:
        values = signing.loads(str(signed or ""), salt=SALT)
        context = TenantContext(
            account_id=int(values["account"]),
            site_ids=site_scope_parse(values["sites"]),
            actor_id=UUID(values["actor"]) if values["actor"] else None,
            request_id=values["request"],
        )
        return JobHeader(job_id=UUID(values["job"]), context=context)
    except (signing.BadSignature, KeyError, TypeError, ValueError) as error:
        raise JobHeaderInvalid("A job message without a valid signature was refused.") from error
