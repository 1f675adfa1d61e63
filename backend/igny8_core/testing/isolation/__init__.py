"""Proofs that accounts and sites are kept apart, for every resource; imported by tests only."""

from igny8_core.testing.isolation.contract import Body, IsolationContract
from igny8_core.testing.isolation.probes import text_of
from igny8_core.testing.isolation.rows import (
    key_client,
    limited_user,
    marker_of,
    row_make,
    row_of,
    snapshot,
    tenant_models,
    unchanged,
)

__all__ = [
    "Body",
    "IsolationContract",
    "key_client",
    "limited_user",
    "marker_of",
    "row_make",
    "row_of",
    "snapshot",
    "tenant_models",
    "text_of",
    "unchanged",
]
