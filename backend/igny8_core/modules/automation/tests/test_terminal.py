"""An order at the terminal: the same one is the same run, and what becomes of the run is said once and plainly."""

from pathlib import Path
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command

from igny8_core.auth.models import User
from igny8_core.modules.automation import terminal
from igny8_core.modules.automation.errors import RunActive
from igny8_core.modules.automation.models import PipelineRun
from igny8_core.modules.automation.services import run_cancel, run_pause
from igny8_core.modules.automation.terminal import Follower, NoWorker, Order, OrderInvalid
from igny8_core.modules.automation.tests.fake_model import FakeModel
from igny8_core.modules.automation.tests.samples import credits_give, run_get, steps
from igny8_core.modules.integration.services import destination_preview_ensure, destination_update
from igny8_core.modules.planner.models import KeywordImport
from igny8_core.modules.planner.tests.samples import SEMRUSH, stored_files
from igny8_core.modules.publisher.models import Publication
from igny8_core.modules.writer.models import Article
from igny8_core.testing.factories import Tenant, tenant_make

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "moka_us.csv"
    path.write_text(SEMRUSH)
    return path


@pytest.fixture
def present(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that answers."""
    monkeypatch.setattr(terminal.current_app.control, "ping", lambda **_: [{"one": "pong"}])


def place(tenant: Tenant, file: Path, *, articles: int = 1) -> UUID:
    order = Order(file=file, domain=tenant.site.domain, article_count=articles)
    return terminal.order_place(order, context=tenant.context)


def runs(tenant: Tenant) -> int:
    with tenant.work():
        return PipelineRun.objects.count()


class TestOrder:
    def test_same_order_is_the_same_run_whatever_the_file_is_called(self, tenant: Tenant, file: Path) -> None:
        run_id = place(tenant, file)
        assert place(tenant, file.rename(file.with_name("renamed.csv"))) == run_id
        with tenant.work():
            assert (PipelineRun.objects.count(), KeywordImport.objects.count()) == (1, 1)

    def test_paused_order_is_resumed_and_a_cancelled_one_placed_anew(
        self, tenant: Tenant, file: Path
    ) -> None:
        run_id = place(tenant, file)
        with tenant.work():
            run_pause(run_id)
        assert (place(tenant, file), run_get(tenant, run_id).state) == (run_id, "running")
        with tenant.work():
            run_cancel(run_id)
        assert place(tenant, file) != run_id
        assert runs(tenant) == 2

    def test_other_number_is_another_order_and_waits_for_the_first_without_storing_anything(
        self, tenant: Tenant, file: Path, tmp_path: Path
    ) -> None:
        place(tenant, file)
        with pytest.raises(RunActive):
            place(tenant, file, articles=2)
        assert (runs(tenant), len(stored_files(tmp_path / "media"))) == (1, 1)

    def test_order_whose_file_was_refused_by_the_import_may_be_placed_again(
        self, tenant: Tenant, file: Path
    ) -> None:
        file.write_text(SEMRUSH + '"cut off in the middle of a cell')
        run_id = place(tenant, file)
        steps(tenant)
        failed = run_get(tenant, run_id)
        assert (failed.state, failed.stage) == ("failed", "import")
        assert place(tenant, file) != run_id

    def test_completed_order_is_not_done_again(self, tenant: Tenant, file: Path, model: FakeModel) -> None:
        credits_give(tenant)
        run_id = place(tenant, file)
        steps(tenant)
        asked = len(model.prompts)
        assert place(tenant, file) == run_id
        assert (run_get(tenant, run_id).state, len(model.prompts), runs(tenant)) == ("completed", asked, 1)

    def test_password_is_in_no_text_of_the_order(self, file: Path) -> None:
        order = Order(file=file, domain="d", article_count=1, wordpress_password="s3cret")
        assert "s3cret" not in repr(order)


class TestAccount:
    def test_account_is_asked_for_when_there_are_several(self, tenant: Tenant, stranger: Tenant) -> None:
        with pytest.raises(OrderInvalid, match="several accounts"):
            terminal.account_choose(None)
        assert terminal.account_choose(tenant.account.name).account_id == tenant.account.pk
        assert terminal.account_choose(str(stranger.account.pk)).actor_id == stranger.owner.pk
        with pytest.raises(OrderInvalid, match="no account nobody"):
            terminal.account_choose("nobody")

    def test_missing_account_and_missing_owner_are_said(self, db: None) -> None:
        with pytest.raises(OrderInvalid, match="no account yet"):
            terminal.account_choose(None)
        tenant = tenant_make()
        User.objects.filter(pk=tenant.owner.pk).update(is_active=False)
        with pytest.raises(OrderInvalid, match="has no owner"):
            terminal.account_choose(None)


@pytest.mark.usefixtures("present")
class TestFollower:
    def test_every_stage_article_and_post_is_said_once(
        self, tenant: Tenant, file: Path, model: FakeModel
    ) -> None:
        credits_give(tenant)
        run_id = place(tenant, file)
        steps(tenant)
        lines: list[str] = []
        status = Follower(tenant.context, say=lines.append).follow(run_id)
        assert (status.state, status.published_count) == ("completed", 1)
        assert lines[0] == "import: 18 imported, 0 updated, 0 unchanged, 0 rejected"
        starts = [line.split(":")[0] for line in lines]
        assert starts == ["import", "cluster", "ideas", "article 1", "article 1", "published"]
        assert lines[-1] == f"published: {status.items[0].url}"

    @pytest.mark.usefixtures("present")
    def test_articles_that_wait_for_review_are_said_and_no_other_is_written(
        self, tenant: Tenant, file: Path, model: FakeModel
    ) -> None:
        credits_give(tenant)
        with tenant.work():
            destination_update(destination_preview_ensure(tenant.site.pk), minimum_score=100)
        run_id = place(tenant, file, articles=2)
        steps(tenant)
        lines: list[str] = []
        status = Follower(tenant.context, say=lines.append).follow(run_id)
        assert (status.state, status.published_count, status.waiting_count) == ("waiting", 0, 2)
        assert [item.state for item in status.items] == ["review"] * 2
        held = [line for line in lines if ": waits for review: " in line]
        assert len(held) == 2
        assert held[0].endswith("asks for 100: it waits for review.")
        with tenant.work():
            assert list(Article.objects.values_list("review_state", flat=True)) == ["pending"] * 2
            assert Publication.objects.count() == 0
        with pytest.raises(CommandError) as refusal:
            call_command("pipeline", file, "--site", tenant.site.domain, "--articles", "2")
        assert (refusal.value.returncode, str(refusal.value)) == (
            4,
            "0 of 2 posts are published. 2 articles wait for review.",
        )

    def test_number_of_articles_outside_its_limits_ends_the_command(self, tenant: Tenant, file: Path) -> None:
        place(tenant, file)
        steps(tenant)
        with pytest.raises(CommandError) as refusal:
            call_command("pipeline", file, "--site", tenant.site.domain, "--articles", "0")
        assert (refusal.value.returncode, str(refusal.value)) == (2, "--articles must be from 1 to 100.")


def test_nobody_at_work_is_said(tenant: Tenant, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terminal, "WORKER_WAIT_SECONDS", 0)
    monkeypatch.setattr(terminal.current_app.control, "ping", lambda **_: [])
    run_id = place(tenant, file)
    with pytest.raises(NoWorker):
        Follower(tenant.context, say=print).follow(run_id)
    assert run_get(tenant, run_id).state == "running"
