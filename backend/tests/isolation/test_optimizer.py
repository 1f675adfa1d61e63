"""Scores against other accounts and sites."""

from typing import Any
from uuid import uuid4

import pytest

from igny8_core.auth.models import Site
from igny8_core.modules.optimizer.models import ScoreSnapshot
from igny8_core.modules.writer.models import Article
from igny8_core.testing.clients import client_of
from igny8_core.testing.factories import Tenant, site_make
from igny8_core.testing.isolation import Body, IsolationContract, key_client, row_of, text_of, unchanged


class TestScores(IsolationContract):
    url, model, foreign_fields = "/api/v1/optimizer/scores/", ScoreSnapshot, {"article_id": Article}

    def create_body(self, tenant: Tenant) -> Body:
        return {"article_id": str(row_of(Article, tenant).pk)}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "name", "model"),
    [("analyze", "article", Article), ("analyze", "site", Site), ("audits", "site", Site)],
)
def test_text_and_audit_of_a_foreign_row_are_like_those_of_a_missing_one(
    tenant: Tenant, stranger: Tenant, path: str, name: str, model: Any
) -> None:
    theirs, mine = row_of(model, stranger), row_of(model, tenant)
    other = key_client(tenant.owner, site=site_make(tenant))
    probes: list[tuple[Any, Any]] = [(client_of(tenant.owner), theirs.pk), (other, mine.pk)]
    for client, row_id in probes:
        with unchanged(tenant, stranger):
            texts = [
                text_of(client.post(f"/api/v1/optimizer/{path}/", {name: str(one)}), one)
                for one in (row_id, uuid4())
            ]
        assert texts[0] == texts[1]
        assert texts[0].startswith("404 ")
