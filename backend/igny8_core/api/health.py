"""Whether the process lives, and whether it can do its work; says nothing about any account."""

import redis
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse

from igny8_core.tenancy.redis import redis_client


def livez(request: HttpRequest) -> JsonResponse:
    """200 while the process answers at all."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> JsonResponse:
    """200 when database, migrations and broker are there; else 503 naming what is not."""
    checks = {"database": _database(), "broker": _broker()}
    is_ready = all(state == "ok" for state in checks.values())
    return JsonResponse(
        {"status": "ok" if is_ready else "not ready", **checks}, status=200 if is_ready else 503
    )


def _database() -> str:
    try:
        executor = MigrationExecutor(connection)
        is_behind = bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except DatabaseError:
        return "unreachable"
    return "migrations are missing" if is_behind else "ok"


def _broker() -> str:
    try:
        redis_client().ping()
    except redis.RedisError:
        return "unreachable"
    return "ok"
