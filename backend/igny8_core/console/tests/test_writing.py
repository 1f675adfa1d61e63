"""Writing in the console: the list, the article, its edits, reviews, versions and links."""

import re
from uuid import uuid4

import pytest

from igny8_core.console.tests.helpers import page_text, queries_with_1_and_50, said
from igny8_core.modules.linker.models import LinkBatch, LinkSuggestion
from igny8_core.modules.linker.tests.samples import blog_make, suggest, suggestions
from igny8_core.modules.optimizer.models import ScoreSnapshot
from igny8_core.modules.optimizer.services import article_score
from igny8_core.modules.writer.constants import TaskState
from igny8_core.modules.writer.errors import ArticleUnfit
from igny8_core.modules.writer.models import Article, ArticleRevision, WritingTask
from igny8_core.modules.writer.services import article_edit, task_fail
from igny8_core.modules.writer.tests.samples import GRANT, PRICE, article_make, credits_give, task_make
from igny8_core.tenancy.models import Job
from igny8_core.tenancy.queue import enqueue
from igny8_core.testing.clients import browser_of
from igny8_core.testing.factories import Tenant, site_make

pytestmark = pytest.mark.django_db


def at(tenant: Tenant, page: str) -> str:
    return f"/sites/{tenant.site.pk}/{page}"


def of(article: Article, page: str = "") -> str:
    return f"/sites/{article.site_id}/articles/{article.pk}/{page}"


def fields(article: Article, **changes: object) -> dict[str, object]:
    """What the form sends."""
    names = ("title", "slug", "meta_description", "excerpt", "html", "version")
    return {**{name: getattr(article, name) for name in names}, **changes}


def stored(tenant: Tenant) -> Article:
    with tenant.work():
        return Article.objects.get()


class TestList:
    def test_empty_page_teaches_the_next_step(self, tenant: Tenant) -> None:
        body = page_text(browser_of(tenant.owner), at(tenant, "writing/"))
        assert "Nothing is written yet" in body
        assert at(tenant, "keywords/") in body

    def test_each_task_shows_what_became_of_it(self, tenant: Tenant) -> None:
        article, failed = article_make(tenant, credits=5), task_make(tenant)
        with tenant.work():
            article_score(article.pk)
            total = ScoreSnapshot.objects.get().total
            task_fail(failed.pk, ArticleUnfit("It invented links."))
        body = page_text(browser_of(tenant.viewer), at(tenant, "writing/"))
        for text in (of(article), f"Score {total} of 100", "It invented links.", "your role reads"):
            assert text in body
        assert "data-bulk-bar" not in body

    def test_filters_are_in_the_address(self, tenant: Tenant) -> None:
        article, open_task = article_make(tenant, title="Press pots"), task_make(tenant)
        client = browser_of(tenant.owner)

        def shown(query: str) -> list[str]:
            body = page_text(client, at(tenant, f"writing/?{query}"), **{"HX-Request": "true"})
            names = {str(article.task_id): "done", str(open_task.pk): "open"}
            return [names[found] for found in re.findall(r'<tr id="row-([^"]+)"', body)]

        assert shown("") == ["open", "done"]
        assert shown("state=done") == ["done"]
        assert shown("review_state=pending") == []
        assert shown("search=nothing") == []
        assert shown("state=odd") == ["open", "done"]
        client.post(of(article, "request-review/"), {"reason": "Please read."})
        assert shown("review_state=pending") == ["done"]

    def test_what_is_at_work_is_asked_for_again(self, tenant: Tenant) -> None:
        task, client = task_make(tenant), browser_of(tenant.viewer)
        assert "every 3s" not in page_text(client, at(tenant, "writing/"))
        with tenant.work():
            WritingTask.objects.update(state=TaskState.WRITING)
            job = enqueue("writer.write_article", payload={}, site_id=tenant.site.pk, dedupe_key=str(task.pk))
            Job.objects.filter(pk=job.pk).update(progress_done=2, progress_total=6, progress_message="2 of 6")
        body = page_text(client, at(tenant, "writing/"))
        assert f'hx-select-oob="#row-{task.pk}"' in body
        assert 'max="6" value="2"' in body

    def test_same_cost_with_one_row_and_fifty(self, tenant: Tenant) -> None:
        def fill(count: int) -> None:
            for _ in range(count):
                article = article_make(tenant)
                with tenant.work():
                    article_score(article.pk)

        few, many = queries_with_1_and_50(browser_of(tenant.owner), at(tenant, "writing/"), fill)
        assert few == many

    def test_stranger_finds_nothing(self, tenant: Tenant, stranger: Tenant) -> None:
        article, client = article_make(tenant), browser_of(stranger.owner)
        for address in (at(tenant, "writing/"), of(article), of(article, "edit/"), of(article, "revisions/")):
            assert client.get(address).status_code == 404


class TestStart:
    def test_price_first_then_the_jobs(self, tenant: Tenant) -> None:
        credits_give(tenant)
        tasks = [task_make(tenant), task_make(tenant)]
        client, chosen = browser_of(tenant.member), {"id": [str(task.pk) for task in tasks]}
        body = client.post(at(tenant, "writing/start/"), chosen).content.decode()
        assert "Write 2 articles?" in body
        assert f"<strong>{2 * PRICE}</strong>" in body
        assert f"{GRANT} credits" in body
        with tenant.work():
            assert not Job.objects.exists()
        answer = client.post(at(tenant, "writing/start/"), {**chosen, "confirmed": "yes"})
        assert said(answer, client) == "2 articles are being written."
        with tenant.work():
            assert {job.dedupe_key for job in Job.objects.all()} == {str(task.pk) for task in tasks}

    def test_too_few_credits_are_told_of_before(self, tenant: Tenant) -> None:
        task = task_make(tenant)
        body = (
            browser_of(tenant.member).post(at(tenant, "writing/start/"), {"only": task.pk}).content.decode()
        )
        assert "too few credits" in body
        assert re.search(r'<button class="btn primary" disabled>', body)

    def test_too_few_credits_start_nothing_whatever_is_sent(self, tenant: Tenant) -> None:
        task, client = task_make(tenant), browser_of(tenant.member)
        answer = client.post(at(tenant, "writing/start/"), {"only": task.pk, "confirmed": "yes"})
        assert said(answer, client) == "This needs 5 credits; 0 are available."
        with tenant.work():
            assert not Job.objects.exists()

    def test_failed_one_is_tried_again_by_its_own_button(self, tenant: Tenant) -> None:
        credits_give(tenant)
        failed, other = task_make(tenant), task_make(tenant)
        with tenant.work():
            task_fail(failed.pk, ArticleUnfit())
        client = browser_of(tenant.member)
        sent = {"id": str(other.pk), "only": str(failed.pk), "confirmed": "yes"}
        assert said(client.post(at(tenant, "writing/start/"), sent), client) == "1 article is being written."
        with tenant.work():
            assert Job.objects.get().dedupe_key == str(
                WritingTask.objects.get(idea_id=failed.idea_id, state="queued").pk
            )
        assert "Tried again" in page_text(client, at(tenant, "writing/?state=failed"))

    def test_viewer_and_stranger_start_nothing(self, tenant: Tenant, stranger: Tenant) -> None:
        task = task_make(tenant)
        sent = {"id": str(task.pk), "confirmed": "yes"}
        client = browser_of(tenant.viewer)
        assert "role" in said(client.post(at(tenant, "writing/start/"), sent), client)
        assert browser_of(stranger.owner).post(at(tenant, "writing/start/"), sent).status_code == 404
        assert browser_of(stranger.owner).post(at(stranger, "writing/start/"), sent).status_code == 404
        with tenant.work():
            assert not Job.objects.exists()


class TestArticle:
    def test_page_shows_text_outline_score_and_review(self, tenant: Tenant) -> None:
        article = article_make(tenant, meta_description="All of it.")
        with tenant.work():
            article_score(article.pk)
            total = ScoreSnapshot.objects.get().total
        body = page_text(browser_of(tenant.viewer), of(article))
        for text in (
            '<a href="#text-part-1">The grind</a>',
            '<h2 id="text-part-1">The grind</h2>',
            f"Score {total} of 100",
            "Mend first",
            "of the text as it is now",
            "All of it.",
            "Editors publish; your role reads.",
            "Editors review; your role reads.",
            "published nowhere",
        ):
            assert text in body
        assert of(article, "delete/") not in body
        assert of(article, "approve/") not in body

    def test_stored_script_does_not_reach_the_page(self, tenant: Tenant) -> None:
        article = article_make(tenant, title="<b>T</b>", html="<p>a</p><script>alert(1)</script>")
        body = page_text(browser_of(tenant.owner), of(article))
        assert "alert(1)" not in body
        assert "<b>T</b>" not in body

    def test_of_another_site_is_not_found(self, tenant: Tenant) -> None:
        article, other = article_make(tenant), site_make(tenant)
        client = browser_of(tenant.owner)
        for page in ("", "edit/", "revisions/", "publish/"):
            assert client.get(f"/sites/{other.pk}/articles/{article.pk}/{page}").status_code == 404
        for page in ("delete/", "approve/", "score/", "revisions/1/restore/", "links/find/"):
            assert client.post(f"/sites/{other.pk}/articles/{article.pk}/{page}").status_code == 404
        assert stored(tenant).version == 1

    def test_score_is_made_and_told(self, tenant: Tenant) -> None:
        article, client = article_make(tenant), browser_of(tenant.member)
        assert "no score yet" in page_text(client, of(article))
        answer = said(client.post(of(article, "score/")), client)
        with tenant.work():
            assert answer == f"The article scores {ScoreSnapshot.objects.get().total} of 100."
            article_edit(article.pk, title="New title")
        assert "of version 1; the text changed since" in page_text(client, of(article))

    def test_deleting_is_taken_back(self, tenant: Tenant) -> None:
        article, client = article_make(tenant), browser_of(tenant.member)
        answer = client.post(of(article, "delete/"))
        assert answer["Location"] == at(tenant, "writing/")
        assert of(article, "restore/") in client.get(answer["Location"]).content.decode()
        with tenant.work():
            assert not Article.objects.exists()
        assert said(client.post(of(article, "restore/")), client) == "The article is back."
        assert stored(tenant).pk == article.pk

    def test_viewer_changes_nothing_and_is_told_why(self, tenant: Tenant) -> None:
        article, client = article_make(tenant), browser_of(tenant.viewer)
        assert client.get(of(article, "edit/")).status_code == 403
        assert client.post(of(article, "edit/"), fields(article, title="Mine")).status_code == 403
        for page, sent in (
            ("delete/", {}),
            ("score/", {}),
            ("approve/", {"version": 1}),
            ("reject/", {"comment": "No."}),
            ("request-review/", {"reason": "r"}),
            ("revisions/1/restore/", {}),
            ("links/find/", {}),
            ("links/insert/", {"id": str(uuid4())}),
        ):
            assert "role" in said(client.post(of(article, page), sent), client), page
        row = stored(tenant)
        assert (row.version, row.review_state, row.title) == (1, "none", article.title)
        with tenant.work():
            assert (Job.objects.count(), ScoreSnapshot.objects.count()) == (0, 0)


class TestEdit:
    def test_saves_a_version(self, tenant: Tenant) -> None:
        article, client = article_make(tenant), browser_of(tenant.member)
        assert 'name="html"' in page_text(client, of(article, "edit/"))
        sent = fields(article, title="New", html="<p>Water,\r\nthen beans.</p><script>x()</script>")
        answer = client.post(of(article, "edit/"), sent)
        assert answer["Location"] == of(article)
        assert said(answer, client) == "The article is saved."
        row = stored(tenant)
        assert (row.title, row.html, row.version) == ("New", "<p>Water,\nthen beans.</p>", 2)

    def test_saving_what_is_there_makes_no_version(self, tenant: Tenant) -> None:
        article, client = article_make(tenant), browser_of(tenant.member)
        sent = fields(article, html=article.html.replace("\n", "\r\n"))
        assert client.post(of(article, "edit/"), sent).status_code == 302
        assert stored(tenant).version == 1

    def test_conflict_keeps_both_texts_and_saves_nothing(self, tenant: Tenant) -> None:
        article, client = article_make(tenant), browser_of(tenant.member)
        with tenant.work():
            article_edit(article.pk, html="<p>Theirs is short.</p>")
        answer = client.post(of(article, "edit/"), fields(article, html="<p>Mine is short.</p>"))
        body = answer.content.decode()
        assert answer.status_code == 409
        assert "Somebody changed this article while you wrote" in body
        assert "<del>Theirs</del><ins>Mine</ins>" in body
        assert "&lt;p&gt;Theirs is short.&lt;/p&gt;" in body
        assert "&lt;p&gt;Mine is short.&lt;/p&gt;</textarea>" in body
        assert 'name="version" value="2"' in body
        assert stored(tenant).html == "<p>Theirs is short.</p>"
        again = client.post(of(article, "edit/"), fields(article, html="<p>Mine is short.</p>", version=2))
        assert again.status_code == 302
        assert stored(tenant).html == "<p>Mine is short.</p>"

    @pytest.mark.parametrize(
        ("changes", "complaint"),
        [
            ({"title": ""}, "This field is required."),
            ({"slug": "no spaces"}, "Enter a valid"),
            ({"html": "<script>x()</script>"}, "An article needs text"),
        ],
    )
    def test_complaints_stand_beside_the_form(
        self, tenant: Tenant, changes: dict[str, str], complaint: str
    ) -> None:
        article = article_make(tenant)
        answer = browser_of(tenant.member).post(of(article, "edit/"), fields(article, **changes))
        assert answer.status_code == 400
        assert complaint in answer.content.decode()
        assert stored(tenant).version == 1

    def test_live_score_is_a_part_and_keeps_nothing(self, tenant: Tenant) -> None:
        article, client = article_make(tenant), browser_of(tenant.member)

        def live(**changes: object) -> str:
            answer = client.post(
                of(article, "analyze/"), fields(article, **changes), headers={"HX-Request": "true"}
            )
            assert answer.status_code == 200
            return answer.content.decode().strip()

        body = live(title="Another")
        assert body.startswith('<section class="card score-card" id="score"')
        assert "of the text as you have it here" in body
        assert "Title: This field is required." in live(title="")
        with tenant.work():
            assert not ScoreSnapshot.objects.exists()
        assert stored(tenant).version == 1
        refused = browser_of(tenant.viewer).post(of(article, "analyze/"), fields(article))
        assert refused.status_code == 403


class TestReview:
    def test_approved_rejected_and_asked_for(self, tenant: Tenant) -> None:
        article, client = article_make(tenant), browser_of(tenant.member)
        asked = client.post(of(article, "request-review/"), {"reason": "New tone"})
        assert "asked for a review" in said(asked, client)
        assert "New tone" in page_text(client, of(article))
        assert "Say in a comment" in said(client.post(of(article, "reject/"), {"version": 1}), client)
        assert stored(tenant).review_state == "pending"
        client.post(of(article, "reject/"), {"version": 1, "comment": "Too <short>."})
        assert "Too &lt;short&gt;." in page_text(client, of(article))
        assert (
            said(client.post(of(article, "approve/"), {"version": 1}), client) == "The article is approved."
        )
        row = stored(tenant)
        assert (row.review_state, row.reviewed_version) == ("approved", 1)

    def test_text_that_changed_is_not_approved_unread(self, tenant: Tenant) -> None:
        article, client = article_make(tenant), browser_of(tenant.member)
        with tenant.work():
            article_edit(article.pk, title="Newer")
        for version in ("1", "", "x"):
            assert "read it again" in said(client.post(of(article, "approve/"), {"version": version}), client)
        assert stored(tenant).review_state == "none"

    def test_decision_on_an_older_text_says_so(self, tenant: Tenant) -> None:
        article, client = article_make(tenant), browser_of(tenant.member)
        client.post(of(article, "approve/"), {"version": 1})
        with tenant.work():
            article_edit(article.pk, title="Newer")
        assert "of an older text" in page_text(client, at(tenant, "writing/"))
        assert "The text changed since" in page_text(client, of(article))


class TestRevisions:
    def test_two_are_compared_word_by_word(self, tenant: Tenant) -> None:
        article, client = article_make(tenant, html="<p>Boil the water.</p>"), browser_of(tenant.viewer)
        assert "only this one" in page_text(client, of(article, "revisions/"))
        with tenant.work():
            article_edit(article.pk, html="<p>Boil fresh water.</p>")
            article_edit(article.pk, title="New")
        body = page_text(client, of(article, "revisions/"))
        assert "From version 2 to version 3" in body
        assert "<ins>New</ins>" in body
        assert "fresh" not in body
        body = page_text(client, of(article, "revisions/?from=1&to=2"))
        assert "Boil <del>the</del><ins>fresh</ins> water." in body
        assert "Nothing that a reader sees" in page_text(client, of(article, "revisions/?from=2&to=2"))
        assert "does not exist" in page_text(client, of(article, "revisions/?from=9&to=x"))
        assert "/restore/" not in body

    def test_going_back_is_taken_back(self, tenant: Tenant) -> None:
        article, client = article_make(tenant, title="Old"), browser_of(tenant.member)
        with tenant.work():
            article_edit(article.pk, title="New")
        answer = client.post(of(article, "revisions/1/restore/"))
        body = client.get(answer["Location"]).content.decode()
        assert stored(tenant).title == "Old"
        undo = of(article, "revisions/2/restore/")
        assert f'action="{undo}"' in body.split('<div class="page-head">')[0]
        client.post(undo)
        assert stored(tenant).title == "New"
        with tenant.work():
            assert ArticleRevision.objects.count() == 4
        assert client.post(of(article, "revisions/9/restore/")).status_code == 404

    def test_same_cost_with_one_row_and_fifty(self, tenant: Tenant) -> None:
        article = article_make(tenant)

        def fill(count: int) -> None:
            with tenant.work():
                for _ in range(count):
                    edited = Article.objects.get().version
                    article_edit(article.pk, title=f"Title {edited}")

        few, many = queries_with_1_and_50(browser_of(tenant.owner), of(article, "revisions/"), fill)
        assert few == many


def test_article_costs_the_same_with_one_link_suggestion_and_fifty(tenant: Tenant) -> None:
    article = article_make(tenant)
    with tenant.work():
        article_score(article.pk)

    def fill(count: int) -> None:
        for _ in range(count):
            target = article_make(tenant)
            with tenant.work():
                LinkSuggestion.objects.create(
                    site=tenant.site,
                    source=article,
                    target=target,
                    url="https://blog.example/post/",
                    anchor="moka pot",
                    sentence="A moka pot is not a machine.",
                )

    few, many = queries_with_1_and_50(browser_of(tenant.owner), of(article), fill)
    assert few == many


@pytest.mark.django_db(transaction=True)
class TestLinks:
    def test_found_previewed_put_in_and_taken_back(self, tenant: Tenant) -> None:
        article, client = blog_make(tenant)["French press coffee"], browser_of(tenant.member)
        assert "No links are suggested" in page_text(client, of(article))
        assert "looking for links" in said(client.post(of(article, "links/find/")), client)
        assert "every 3s" in page_text(client, of(article))
        with tenant.work():
            Job.objects.update(state="succeeded")
        suggest(tenant)
        [link] = [one for one in suggestions(tenant) if one.source_id == article.pk]
        body = page_text(client, of(article))
        assert f'value="{link.pk}" checked' in body
        preview = client.post(of(article, "links/preview/"), {"id": str(link.pk)}).content.decode()
        assert f"<ins>{link.anchor} ⟨{link.url}⟩</ins>" in preview
        assert stored_of(tenant, article).html == article.html
        answer = client.post(of(article, "links/insert/"), {"id": str(link.pk)})
        body = client.get(answer["Location"]).content.decode()
        with tenant.work():
            batch = LinkBatch.objects.get()
        assert of(article, f"links/{batch.pk}/undo/") in body
        assert "taken out" in said(client.post(of(article, f"links/{batch.pk}/undo/")), client)
        with tenant.work():
            assert LinkBatch.objects.get().state == "undoing"

    def test_rejected_ones_are_gone(self, tenant: Tenant) -> None:
        article, client = blog_make(tenant)["French press coffee"], browser_of(tenant.member)
        suggest(tenant)
        [link] = [one for one in suggestions(tenant) if one.source_id == article.pk]
        assert (
            said(client.post(of(article, "links/reject/"), {"id": str(link.pk)}), client)
            == "1 link is rejected."
        )
        assert "No links are suggested" in page_text(client, of(article))

    def test_those_of_another_article_are_not_found(self, tenant: Tenant) -> None:
        blog, client = blog_make(tenant), browser_of(tenant.member)
        suggest(tenant)
        article = blog["French press coffee"]
        other = next(one for one in suggestions(tenant) if one.source_id != article.pk)
        for page in ("links/preview/", "links/insert/", "links/reject/"):
            assert client.post(of(article, page), {"id": str(other.pk)}).status_code == 404
        assert "Choose some rows" in said(client.post(of(article, "links/insert/")), client)
        with tenant.work():
            assert not LinkBatch.objects.exists()
        assert {one.state for one in suggestions(tenant)} == {"suggested"}


def stored_of(tenant: Tenant, article: Article) -> Article:
    with tenant.work():
        return Article.objects.get(pk=article.pk)
