"""Texts are tried without a trace, scores are compared, and a whole site is scored in a job that may be stopped."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection

from igny8_core.common.errors import NotFound
from igny8_core.modules.optimizer import selectors, services
from igny8_core.modules.optimizer.models import ScoreSnapshot
from igny8_core.modules.optimizer.scoring import ScoredPage, score_page
from igny8_core.modules.optimizer.shapes import score_view
from igny8_core.modules.optimizer.types import DraftText, ScoreView
from igny8_core.modules.writer.models import Article
from igny8_core.modules.writer.services import article_delete, article_edit
from igny8_core.modules.writer.tests.samples import article_make
from igny8_core.tenancy.context import tenant_scope
from igny8_core.tenancy.models import Job
from igny8_core.tenancy.queue import job_cancel
from igny8_core.testing.clients import client_of, without_request_id
from igny8_core.testing.factories import Tenant, site_make
from igny8_core.testing.jobs import job_run

pytestmark = pytest.mark.django_db(transaction=True)

SCORES, ANALYZE, AUDITS = (f"/api/v1/optimizer/{name}/" for name in ("scores", "analyze", "audits"))
LONGER = f"<h2>Grinding</h2><p>{'A French press needs a coarse grind. ' * 60}</p>"


def score(tenant: Tenant, article: Article) -> ScoreSnapshot:
    with tenant.work():
        return services.article_score(article.pk)


def finding(view: ScoreView, check: str) -> Any:
    return next(one for one in view.findings if one.check == check)


def snapshots(tenant: Tenant) -> int:
    with tenant.work():
        return ScoreSnapshot.objects.count()


def _cancel(tenant: Tenant, job_id: UUID) -> None:
    try:
        with tenant.work():
            job_cancel(job_id)
    finally:
        connection.close()


class TestSurroundings:
    def test_links_to_the_own_domain_are_internal(self, tenant: Tenant) -> None:
        html = f'<p>Read <a href="https://www.{tenant.site.domain}/a">this</a> and <a href="https://x.org/">that</a>.</p>'
        with tenant.work():
            view = services.text_analyze(DraftText(html=html), site_id=tenant.site.pk)
        assert (finding(view, "internal_links").value, finding(view, "outbound_links").value) == (1, 1)

    def test_other_articles_with_the_keyword_count_in_any_case(
        self, tenant: Tenant, stranger: Tenant
    ) -> None:
        article = article_make(tenant, head_keyword="moka pot")
        article_make(stranger, head_keyword="moka pot")
        other_site = site_make(tenant)

        def used() -> tuple[float | None, int]:
            with tenant.work():
                found = finding(services.article_analyze(article.pk), "keyword_previously_used")
            return found.value, found.points

        assert used() == (0, 9)
        article_make(tenant, head_keyword="Moka Pot")
        assert used() == (1, 6)
        gone = article_make(tenant, head_keyword="MOKA POT")
        assert used() == (2, 1)
        with tenant.work():
            article_delete(gone)
            draft = DraftText(head_keyword="moka pot")
            elsewhere = services.text_analyze(draft, site_id=other_site.pk)
            nowhere = services.text_analyze(draft)
        assert used() == (1, 6)
        assert [finding(view, "keyword_previously_used").value for view in (elsewhere, nowhere)] == [0, 0]

    def test_version_is_scored_anew_where_its_surroundings_changed(self, tenant: Tenant) -> None:
        article = article_make(tenant, head_keyword="moka pot")
        first = score(tenant, article)
        article_make(tenant, head_keyword="moka pot ")
        with tenant.work():
            Article.objects.exclude(pk=article.pk).update(head_keyword="Moka pot")
        again = score(tenant, article)
        assert (again.pk, again.version) == (first.pk, 2)
        assert again.seo < first.seo
        assert score(tenant, article).version == 2


class TestTrying:
    def test_article_is_scored_as_it_would_be_and_stays(self, tenant: Tenant) -> None:
        article = article_make(tenant)
        before = score(tenant, article)
        with tenant.work():
            same = services.article_analyze(article.pk)
            changed = services.article_analyze(article.pk, html=LONGER)
            article_edit(article.pk, html=LONGER)
        after = score(tenant, article)
        assert (same.total, changed.total) == (before.total, after.total)
        assert before.total != after.total
        assert changed.point is None

    def test_html_counts_as_it_would_be_stored(self, tenant: Tenant) -> None:
        draft = DraftText(html="<p>One two.</p><script>three four</script><h1>Five</h1>")
        with tenant.work():
            view = services.text_analyze(draft)
        assert finding(view, "text_length").value == 3
        assert finding(view, "single_h1").value == 0

    def test_finding_says_where_as_it_is_written(self, tenant: Tenant) -> None:
        draft = DraftText(
            title="On Grinders", head_keyword="burr grinder", html="<p>Short.</p><h1>Twice</h1><p>Long.</p>"
        )
        view = score_view(score_page(ScoredPage(html="<h2>A</h2><h1>Twice Said</h1>")))
        found = finding(view, "single_h1")
        assert (found.part, found.position.place, found.position.index) == ("headings", "heading", 1)
        assert found.excerpt == "Twice Said"
        with tenant.work():
            title = finding(services.text_analyze(draft), "keyword_in_title")
        assert (title.part, title.position, title.excerpt) == ("title", None, "On Grinders")

    def test_api_tries_a_text_and_keeps_nothing(self, tenant: Tenant) -> None:
        client = client_of(tenant.member)
        body = {
            "title": "Moka pot guide",
            "html": LONGER,
            "head_keyword": "moka pot",
            "site": str(tenant.site.pk),
        }
        response = client.post(ANALYZE, body)
        assert response.status_code == 200
        data = response.json()["data"]
        assert len(data["findings"]) == 25
        assert {"check", "part", "position", "excerpt", "reason", "advice"} <= set(data["findings"][0])
        article = article_make(tenant)
        of_article = client.post(ANALYZE, {"article": str(article.pk), "title": "Another"}).json()["data"]
        assert (
            next(one for one in of_article["findings"] if one["check"] == "title_width")["excerpt"]
            == "Another"
        )
        assert snapshots(tenant) == 0

    @pytest.mark.parametrize(
        "body", [{"html": "x" * 200_001}, {"total": 100}, {"site": "x"}, {"secondary_keywords": ["a"] * 51}]
    )
    def test_api_refuses_a_bad_text(self, tenant: Tenant, body: dict[str, Any]) -> None:
        response = client_of(tenant.member).post(ANALYZE, body)
        assert (response.status_code, response.json()["code"]) == (400, "validation_error")

    def test_api_denies_without_effect(self, tenant: Tenant, stranger: Tenant) -> None:
        article, body = article_make(tenant), {"title": "Moka"}
        assert client_of(tenant.viewer).post(ANALYZE, body).status_code == 403
        assert client_of(None).post(ANALYZE, body).status_code == 401
        client = client_of(stranger.owner)
        for name, foreign in (("article", article.pk), ("site", tenant.site.pk)):
            answers = [client.post(ANALYZE, {name: str(one)}) for one in (foreign, uuid4())]
            assert [answer.status_code for answer in answers] == [404, 404]
            assert without_request_id(answers[0]) == without_request_id(answers[1])


class TestHistory:
    def test_newest_score_is_that_of_the_newest_version(self, tenant: Tenant) -> None:
        article = article_make(tenant)
        score(tenant, article)
        with tenant.work():
            article_edit(article.pk, html=LONGER)
        second = score(tenant, article)
        with tenant.work():
            newest = selectors.score_get(article.pk)
            points = selectors.score_points([article.pk, uuid4()])
        assert newest is not None
        assert (newest.point.id, newest.point.article_version, newest.total) == (second.pk, 2, second.total)
        assert points == {article.pk: newest.point}

    def test_comparison_names_the_checks_that_changed(self, tenant: Tenant) -> None:
        article = article_make(tenant)
        first = score(tenant, article)
        with tenant.work():
            article_edit(article.pk, meta_description="A French press needs a coarse grind. " * 3)
        second = score(tenant, article)
        with tenant.work():
            compared = selectors.score_compare(second.pk)
            assert compared == selectors.score_compare(second.pk, before_id=first.pk)
        assert (compared.before.id, compared.after.id) == (first.pk, second.pk)
        gained = {change.check: change.points_gained for change in compared.changes}
        assert gained["meta_description_length"] == 5
        assert set(gained) <= {"meta_description_length", "keyword_in_meta_description"}

    def test_nothing_to_compare_with_is_not_found(self, tenant: Tenant, stranger: Tenant) -> None:
        mine, other = score(tenant, article_make(tenant)), score(tenant, article_make(tenant))
        theirs = score(stranger, article_make(stranger))
        with tenant.work():
            for row_id, before_id in (
                (mine.pk, None),
                (other.pk, mine.pk),
                (mine.pk, theirs.pk),
                (theirs.pk, None),
            ):
                with pytest.raises(NotFound):
                    selectors.score_compare(row_id, before_id=before_id)

    def test_score_of_the_first_ruleset_is_still_shown(self, tenant: Tenant) -> None:
        article = article_make(tenant)
        row = score(tenant, article)
        old = [
            {name: value for name, value in one.items() if name not in ("part", "excerpt")}
            for one in row.findings
        ]
        with tenant.work():
            ScoreSnapshot.objects.filter(pk=row.pk).update(findings=old, ruleset_version="2026.1")
        newer = score(tenant, article)
        client = client_of(tenant.viewer)
        shown = client.get(f"{SCORES}{row.pk}/").json()["data"]["findings"]
        assert (len(shown), "part" in shown[0]) == (25, False)
        with tenant.work():
            assert selectors.score_compare(newer.pk, before_id=row.pk).changes == ()

    def test_api_compares(self, tenant: Tenant, stranger: Tenant) -> None:
        article = article_make(tenant)
        first = score(tenant, article)
        with tenant.work():
            article_edit(article.pk, html=LONGER)
        second, client = score(tenant, article), client_of(tenant.viewer)
        path = f"{SCORES}{second.pk}/changes/"
        data = client.get(path).json()["data"]
        assert (data["before"]["id"], data["after"]["total"]) == (str(first.pk), second.total)
        assert "text_length" in [change["check"] for change in data["changes"]]
        assert client.get(f"{path}?before={first.pk}").json()["data"] == data
        theirs = score(stranger, article_make(stranger))
        answers = [client.get(f"{path}?before={one}") for one in (theirs.pk, uuid4())]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert without_request_id(answers[0]) == without_request_id(answers[1])
        assert client.get(f"{path}?before=x").status_code == 400
        assert client.get(f"{path}?after={first.pk}").status_code == 400


class TestSite:
    def run(self, tenant: Tenant, site_id: UUID) -> tuple[int, list[tuple[int, int]]]:
        seen: list[tuple[int, int]] = []
        with tenant_scope(tenant.context):
            count = services.site_score(
                site_id, progress=lambda done, total, _: seen.append((done, total)), checkpoint=lambda: None
            )
        return count, seen

    def test_what_has_no_score_is_scored_and_nothing_twice(self, tenant: Tenant) -> None:
        scored, edited, new = (article_make(tenant) for _ in range(3))
        score(tenant, scored)
        score(tenant, edited)
        with tenant.work():
            article_edit(edited.pk, html=LONGER)
        assert self.run(tenant, tenant.site.pk) == (2, [(0, 2), (1, 2), (2, 2)])
        assert self.run(tenant, tenant.site.pk) == (0, [(0, 0)])
        with tenant.work():
            rows = ScoreSnapshot.objects.order_by("id").values_list("article_id", "article_version")
            assert list(rows) == [(scored.pk, 1), (edited.pk, 1), (edited.pk, 2), (new.pk, 1)]

    def test_stopped_audit_keeps_what_it_has_and_goes_on(self, tenant: Tenant) -> None:
        for _ in range(3):
            article_make(tenant)
        steps = iter(range(2))

        def checkpoint() -> None:
            if next(steps, None) is None:
                raise RuntimeError("stopped")

        with tenant_scope(tenant.context), pytest.raises(RuntimeError):
            services.site_score(tenant.site.pk, progress=lambda *_: None, checkpoint=checkpoint)
        assert snapshots(tenant) == 2
        assert self.run(tenant, tenant.site.pk)[0] == 1

    def test_cancelled_job_stops_after_the_article_at_work(
        self, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for _ in range(3):
            article_make(tenant)
        with tenant.work():
            job = services.site_score_start(tenant.site.pk)
        score_one = services.article_score

        def cancelled_meanwhile(article_id: UUID) -> ScoreSnapshot:
            with ThreadPoolExecutor(1) as elsewhere:
                elsewhere.submit(_cancel, tenant, job.pk).result()
            return score_one(article_id)

        monkeypatch.setattr(services, "article_score", cancelled_meanwhile)
        assert job_run(job).state == "cancelled"
        assert snapshots(tenant) == 1

    def test_article_deleted_meanwhile_is_passed_over(self, tenant: Tenant) -> None:
        gone = [article_make(tenant) for _ in range(2)][-1]
        with tenant_scope(tenant.context):

            def progress(done: int, total: int, message: str) -> None:
                if done == 1 == total - 1:
                    with tenant.work():
                        article_delete(Article.objects.get(pk=gone.pk))

            services.site_score(tenant.site.pk, progress=progress, checkpoint=lambda: None)
        assert snapshots(tenant) == 1

    def test_api_starts_one_job_that_shows_progress(self, tenant: Tenant) -> None:
        article_make(tenant)
        client, body = client_of(tenant.member), {"site": str(tenant.site.pk)}
        first, second = client.post(AUDITS, body), client.post(AUDITS, body)
        assert (first.status_code, first.json()["data"]) == (202, second.json()["data"])
        with tenant.work():
            job = Job.objects.get()
        done = job_run(job)
        assert (done.kind, done.state, done.progress_done, done.progress_total) == (
            "optimizer.score_site",
            "succeeded",
            1,
            1,
        )
        assert snapshots(tenant) == 1

    def test_api_denies_without_effect(self, tenant: Tenant, stranger: Tenant) -> None:
        body = {"site": str(tenant.site.pk)}
        assert client_of(tenant.viewer).post(AUDITS, body).status_code == 403
        assert client_of(None).post(AUDITS, body).status_code == 401
        answers = [
            client_of(stranger.owner).post(AUDITS, {"site": str(one)}) for one in (tenant.site.pk, uuid4())
        ]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert without_request_id(answers[0]) == without_request_id(answers[1])
        for one in (tenant, stranger):
            with one.work():
                assert Job.objects.count() == 0
