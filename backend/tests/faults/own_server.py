"""Work of an account on a server of a test's own, in a process of its own; it never touches the test database."""

import json
import os
import signal
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import OperationalError, connections

from igny8_core.modules.planner import services
from igny8_core.modules.planner.tests.samples import clustered, imported, upload
from igny8_core.tenancy.context import ALL_SITES, TenantContext, tenant_scope
from igny8_core.tenancy.models import Job
from igny8_core.testing.factories import Tenant, tenant_make
from igny8_core.testing.faults import FaultPoint, fault_at
from igny8_core.testing.jobs import job_deliver


def import_make() -> dict[str, Any]:
    """An account with an import that waits for a worker."""
    tenant = tenant_make()
    row = upload(tenant)
    with tenant.work():
        return _waiting(tenant, services.keyword_import_start(row.pk))


def clustering_make() -> dict[str, Any]:
    """An account whose keywords wait for being clustered, and another that has the same done."""
    tenant, twin = tenant_make(), tenant_make()
    for one in (tenant, twin):
        imported(one)
    clustered(twin)
    with tenant.work():
        return _waiting(tenant, services.cluster_start(site_id=tenant.site.pk)) | {"twin": twin.account.pk}


def deliver(account: int, job: str, call: str = "", when: Any = "after", server: int = 0) -> dict[str, Any]:
    """Run a job; when `call` runs, the server with this process id and its children die by SIGKILL."""
    context = TenantContext(account_id=account, site_ids=ALL_SITES, actor_id=None, request_id="")
    with ExitStack() as around:
        if call:
            around.enter_context(fault_at(FaultPoint(call, when), lambda: _server_kill(server)))
        around.enter_context(tenant_scope(context))
        row = job_deliver(UUID(job))
    return {"state": row.state, "counts": row.counts}


def _waiting(tenant: Tenant, job: Job) -> dict[str, Any]:
    return {"account": tenant.account.pk, "job": str(job.pk)}


def _server_kill(process_id: int) -> None:
    # Else a backend could still write what it is at before it notices that its parent is gone.
    children = Path(f"/proc/{process_id}/task/{process_id}/children")
    its = [int(child) for child in children.read_text().split()] if children.exists() else []
    for one in (process_id, *its):
        os.kill(one, signal.SIGKILL)


COMMANDS: dict[str, Callable[..., dict[str, Any]]] = {
    "import_make": import_make,
    "clustering_make": clustering_make,
    "deliver": deliver,
}


def main() -> None:
    """Do one command after the other as a worker does its tasks, whatever happens to the server; lines of JSON."""
    for line in sys.stdin:
        name, arguments = json.loads(line)
        try:
            answer = COMMANDS[name](**arguments)
        except OperationalError as error:
            answer = {"lost": str(error)}
        connections.close_all()
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
