"""A worker's process that writes one task and stops where it is told, to be killed there; no test of its own.

Arguments: account, actor, task, job, and the line of `article_write` to stop at.
"""

import signal
import sys
from typing import Any
from uuid import UUID

import django


def stop(*_: Any, **__: Any) -> None:
    """Say that the point is reached and wait for SIGKILL."""
    sys.stdout.write("reached\n")
    sys.stdout.flush()
    while True:
        signal.pause()


def main(account_id: int, actor_id: UUID, task_id: UUID, job_id: UUID, point: str) -> None:
    """Write the task in the tenant's scope."""
    from igny8_core.modules.writer.services import article_write, writing
    from igny8_core.tenancy.context import ALL_SITES, TenantContext, tenant_scope

    def progress(done: int, total: int, message: str) -> None:
        if point == f"section {done}" or (point == "last section" and done == total):
            stop()

    if point == "charged":  # everything of the last transaction is done but its COMMIT
        writing.job_charge = stop
    if point == "unfit":
        writing._next_draft = stop
    context = TenantContext(account_id=account_id, site_ids=ALL_SITES, actor_id=actor_id, request_id="crash")
    with tenant_scope(context):
        article_write(task_id, job_id=job_id, progress=progress, checkpoint=lambda: None)
    if point == "stored":
        stop()


if __name__ == "__main__":
    django.setup()
    main(int(sys.argv[1]), UUID(sys.argv[2]), UUID(sys.argv[3]), UUID(sys.argv[4]), sys.argv[5])
