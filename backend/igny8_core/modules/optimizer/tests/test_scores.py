"""Scores: one per version and ruleset, explained, seen by their own account alone."""

from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from igny8_core.common.errors import NotFound
from igny8_core.modules.optimizer import services
from igny8_core.modules.optimizer.models import ScoreSnapshot
from igny8_core.modules.optimizer.selectors import score_latest
from igny8_core.modules.planner.models import Cluster, ContentIdea
from igny8_core.modules.writer.models import Article, WritingTask
from igny8_core.modules.writer.services import article_edit
from igny8_core.testing.clients import client_of, without_request_id
from igny8_core.testing.factories import Tenant

pytestmark = pytest.mark.django_db(transaction=True)

SCORES = "/api/v1/optimizer/scores/"


def _article(tenant: Tenant, keyword: str = "moka pot") -> Article:
    frame = {"site": tenant.site, "sector": tenant.sector}
    with tenant.work():
        cluster = Cluster.objects.create(name=keyword, head_keyword=keyword, **frame)
        idea = ContentIdea.objects.create(cluster=cluster, title=keyword, head_keyword=keyword, **frame)
        task = WritingTask.objects.create(idea=idea, title=keyword, head_keyword=keyword, **frame)
        return Article.objects.create(
            task=task,
            idea=idea,
            title=f"How to use a {keyword}",
            slug="how-to",
            html=f"<p>A {keyword} brews strong coffee.</p>",
            head_keyword=keyword,
            **frame,
        )


def _score(tenant: Tenant, article_id: UUID) -> ScoreSnapshot:
    with tenant.work():
        return services.article_score(article_id)


def test_score_is_kept_once_per_version(tenant: Tenant) -> None:
    article = _article(tenant)
    first, again = _score(tenant, article.pk), _score(tenant, article.pk)
    assert first.pk == again.pk
    with tenant.work():
        article_edit(
            article.pk, html=f"{article.html}<h2>How to use a moka pot</h2><p>{'Fill it. ' * 200}</p>"
        )
    changed = _score(tenant, article.pk)
    assert changed.pk != first.pk
    assert changed.article_version == first.article_version + 1
    assert changed.total != first.total
    with tenant.work():
        assert score_latest(article.pk).pk == changed.pk


def test_score_explains_itself(tenant: Tenant) -> None:
    snapshot = _score(tenant, _article(tenant).pk)
    assert 0 <= snapshot.total <= 100
    by_check = {finding["check"]: finding for finding in snapshot.findings}
    assert by_check["text_length"]["verdict"] == "bad"
    assert by_check["keyword_in_title"]["verdict"] in ("good", "ok")
    assert all(finding["reason"] for finding in snapshot.findings)
    assert all(finding["advice"] for finding in snapshot.findings if finding["verdict"] in ("ok", "bad"))


def test_score_of_a_foreign_or_missing_article_is_not_found(tenant: Tenant, stranger: Tenant) -> None:
    for article_id in (_article(stranger).pk, uuid4()):
        with pytest.raises(NotFound):
            _score(tenant, article_id)


def test_api_scores_lists_and_shows(tenant: Tenant) -> None:
    client, article = client_of(tenant.member), _article(tenant)
    made = client.post(SCORES, {"article_id": str(article.pk)})
    assert made.status_code == 201
    row = made.json()["data"]
    assert row["findings"]
    assert client.get(f"{SCORES}{row['id']}/").json()["data"] == row
    listed = client.get(f"{SCORES}?article={article.pk}&total_min={row['total']}").json()["results"]
    assert [found["id"] for found in listed] == [row["id"]]
    assert "findings" not in listed[0]
    assert client.get(f"{SCORES}?total_min=101").json()["results"] == []


def test_api_denies_without_effect(tenant: Tenant, stranger: Tenant) -> None:
    article = _article(tenant)
    body = {"article_id": str(article.pk)}
    assert client_of(tenant.viewer).post(SCORES, body).status_code == 403
    assert client_of(None).post(SCORES, body).status_code == 401
    foreign = client_of(stranger.owner).post(SCORES, body)
    missing = client_of(stranger.owner).post(SCORES, {"article_id": str(uuid4())})
    assert foreign.status_code == 404
    assert without_request_id(foreign) == without_request_id(missing)
    for one in (tenant, stranger):
        with one.work():
            assert ScoreSnapshot.objects.count() == 0


def test_api_list_costs_the_same_with_1_and_with_20_rows(tenant: Tenant) -> None:
    client = client_of(tenant.owner)
    _score(tenant, _article(tenant, "one").pk)
    client.get(SCORES)
    with CaptureQueriesContext(connection) as few:
        client.get(SCORES)
    for number in range(19):
        _score(tenant, _article(tenant, f"keyword {number}").pk)
    with CaptureQueriesContext(connection) as many:
        assert len(client.get(SCORES).json()["results"]) == 20
    assert len(many) == len(few)
