"""Destinations: kept once, changed safely, checked without a transaction around the call."""

import threading
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import Settings

from igny8_core.common.errors import NotFound
from igny8_core.modules.integration import selectors, services
from igny8_core.modules.integration.errors import (
    ApplicationPasswordRequired,
    DestinationPlatformConflict,
    DestinationTaken,
    MinimumScoreInvalid,
)
from igny8_core.modules.integration.models import Destination
from igny8_core.modules.integration.outbound_errors import AddressInvalid
from igny8_core.modules.integration.services import destinations
from igny8_core.modules.integration.tests.loopback import Server, answer
from igny8_core.modules.system.models import Notification
from igny8_core.tenancy.context import tenant_scope, tenant_transaction
from igny8_core.tenancy.errors import SecretUnreadable
from igny8_core.tenancy.models import AuditEvent
from igny8_core.tenancy.secrets import SealedText
from igny8_core.testing.factories import Tenant

pytestmark = pytest.mark.django_db

PASSWORD = "abcd EFGH ijkl MNOP"
URL = "https://blog.example"


def save(tenant: Tenant, **changes: Any) -> Destination:
    login = {"base_url": URL, "username": "anna", "application_password": PASSWORD}
    return services.destination_wordpress_save(site_id=tenant.site.pk, **{**login, **changes})


def stored_token(row: Destination) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM integration_destination WHERE id = %s", [row.pk])
        return cursor.fetchone()[0]


class TestSecretColumn:
    def test_only_ciphertext_is_stored_and_the_row_shows_nothing(self, tenant: Tenant) -> None:
        with tenant.work():
            row = save(tenant)
            assert isinstance(row.secret, SealedText)
            assert PASSWORD not in stored_token(row)
            loaded = Destination.objects.get(pk=row.pk)
            assert isinstance(loaded.secret, SealedText)
            assert PASSWORD not in f"{loaded!r} {vars(loaded)}"

    def test_saving_again_keeps_the_sealed_text(self, tenant: Tenant) -> None:
        with tenant.work():
            row = save(tenant)
            before = stored_token(row)
            services.destination_update(Destination.objects.get(pk=row.pk), name="Blog")
            assert stored_token(row) == before

    def test_secret_cannot_be_put_into_a_query(self, tenant: Tenant) -> None:
        with tenant.work():
            save(tenant)
            with pytest.raises(TypeError, match="never put into a query"):
                Destination.objects.filter(secret=PASSWORD).exists()
            with pytest.raises(TypeError, match="never put into a query"):
                Destination.objects.update(secret=PASSWORD)

    def test_lost_key_stops_the_client_and_no_list(self, tenant: Tenant, settings: Settings) -> None:
        with tenant.work():
            row = save(tenant)
            settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
            assert [found.pk for found in Destination.objects.all()] == [row.pk]
            assert selectors.destination_get(row.pk).username == "anna"
            with pytest.raises(SecretUnreadable):
                selectors.wordpress_client(row.pk)

    def test_ciphertext_of_another_account_stays_shut(self, tenant: Tenant, stranger: Tenant) -> None:
        with stranger.work():
            foreign = stored_token(save(stranger))
        with tenant.work():
            row = save(tenant)
            Destination.objects.filter(pk=row.pk).update(secret=SealedText(foreign))
            with pytest.raises(SecretUnreadable):
                selectors.wordpress_client(row.pk)


@pytest.mark.django_db(transaction=True)
class TestRotation:
    def test_command_leaves_the_old_key_behind(
        self, tenant: Tenant, stranger: Tenant, settings: Settings
    ) -> None:
        rows = []
        for account in (tenant, stranger):
            with account.work():
                rows.append((account, save(account)))
        with tenant.work():
            gone = save(tenant, base_url="https://gone.example")
            services.destination_delete(gone)
        new, old = Fernet.generate_key().decode(), settings.FIELD_ENCRYPTION_KEYS
        settings.FIELD_ENCRYPTION_KEYS = [new, *old]
        call_command("rotate_secrets", stdout=StringIO())
        settings.FIELD_ENCRYPTION_KEYS = [new]
        for account, row in rows:
            with account.work():
                assert selectors.wordpress_client(row.pk).username == "anna"
                assert Destination.objects.get(pk=row.pk).version == row.version
        with tenant.work():
            back = save(tenant, base_url="https://gone.example", application_password="")
            assert selectors.wordpress_client(back.pk).username == "anna"

    def test_unreadable_password_stops_its_account_and_is_told(
        self, tenant: Tenant, settings: Settings
    ) -> None:
        with tenant.work():
            row = save(tenant)
            before = stored_token(row)
        settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
        with pytest.raises(CommandError, match="1 accounts failed"):
            call_command("rotate_secrets")
        with tenant.work():
            assert stored_token(row) == before


class TestPreview:
    def test_site_has_one_with_an_unguessable_token(self, tenant: Tenant, settings: Settings) -> None:
        settings.PUBLIC_URL = "https://app.example"
        with tenant.work():
            row = services.destination_preview_ensure(tenant.site.pk)
            assert services.destination_preview_ensure(tenant.site.pk).pk == row.pk
            view = selectors.destination_get(row.pk)
        assert len(view.preview_token) == 32
        assert view.base_url == f"https://app.example/preview/{view.preview_token}"

    def test_deleted_one_comes_back_at_its_address(self, tenant: Tenant) -> None:
        with tenant.work():
            row = services.destination_preview_ensure(tenant.site.pk)
            services.destination_delete(row)
            assert selectors.destination_list(tenant.site.pk) == ()
            back = services.destination_preview_ensure(tenant.site.pk)
            assert (back.pk, back.preview_token) == (row.pk, row.preview_token)

    def test_foreign_or_missing_site_is_not_found(self, tenant: Tenant, stranger: Tenant) -> None:
        for site_id in (stranger.site.pk, uuid4()):
            with tenant.work(), pytest.raises(NotFound):
                services.destination_preview_ensure(site_id)

    def test_has_no_login_to_change(self, tenant: Tenant) -> None:
        with tenant.work():
            row = services.destination_preview_ensure(tenant.site.pk)
            assert services.destination_update(row, name="Ours").name == "Ours"
            with pytest.raises(DestinationPlatformConflict):
                services.destination_update(row, base_url=URL)
            with pytest.raises(DestinationPlatformConflict):
                selectors.wordpress_client(row.pk)


class TestWordPress:
    def test_address_is_cleaned_and_saving_again_renews_the_login(self, tenant: Tenant) -> None:
        with tenant.work():
            row = save(tenant, base_url="blog.example/wp-admin/")
            assert (row.base_url, row.name, row.status) == (URL, "blog.example", "unchecked")
            renewed = save(tenant, username="berta", application_password="new pass")
            assert (renewed.pk, renewed.username) == (row.pk, "berta")
            assert Destination.objects.count() == 1

    def test_creating_what_stands_is_refused(self, tenant: Tenant) -> None:
        with tenant.work():
            save(tenant)
            with pytest.raises(DestinationTaken):
                services.destination_wordpress_create(
                    site_id=tenant.site.pk,
                    base_url=f"{URL}/wp-login.php",
                    username="eve",
                    application_password="x",
                )
            assert Destination.objects.get().username == "anna"

    def test_deleted_connection_comes_back(self, tenant: Tenant) -> None:
        with tenant.work():
            row = save(tenant)
            services.destination_delete(row)
            assert save(tenant).pk == row.pk

    @pytest.mark.parametrize("address", ["", "ftp://blog.example", "https://user@blog.example"])
    def test_address_that_is_none_is_refused(self, tenant: Tenant, address: str) -> None:
        with tenant.work(), pytest.raises(AddressInvalid):
            save(tenant, base_url=address)

    @pytest.mark.parametrize("change", [{"base_url": "https://evil.example"}, {"username": "root"}])
    def test_stored_password_goes_nowhere_new(self, tenant: Tenant, change: dict[str, str]) -> None:
        with tenant.work():
            row = save(tenant)
            with pytest.raises(ApplicationPasswordRequired):
                services.destination_update(row, **change)
            kept = Destination.objects.get(pk=row.pk)
            assert (kept.base_url, kept.username) == (URL, "anna")
            services.destination_update(kept, **change, application_password="new pass")

    def test_two_callers_make_one_preview(self, tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
        with tenant.work():
            first = services.destination_preview_ensure(tenant.site.pk)
            monkeypatch.setattr(destinations, "_existing", lambda *_, **__: None)
            assert services.destination_preview_ensure(tenant.site.pk).pk == first.pk


@pytest.fixture
def server() -> object:
    site = Server()
    yield site
    site.close()


INDEX = b'{"name":"Blog","home":"","namespaces":["wp/v2"],"authentication":{"application-passwords":{}}}'
ME = (
    b'{"id":1,"username":"anna","name":"Anna","roles":["editor"],"capabilities":{"edit_posts":true,'
    b'"publish_posts":true,"edit_published_posts":true,"manage_categories":true,"upload_files":true}}'
)
INDEX_PATH = "/wp-json/?_fields=name%2Curl%2Chome%2Cnamespaces%2Cauthentication"
ME_PATH = "/wp-json/wp/v2/users/me?context=edit"


@pytest.mark.django_db(transaction=True)
class TestCheck:
    def checked(self, tenant: Tenant, row: Destination) -> Destination:
        with tenant_scope(tenant.context):
            self.report = services.destination_check(row.pk)
            with tenant_transaction():
                return Destination.objects.get(pk=row.pk)

    def test_working_connection_is_kept_as_ok(self, tenant: Tenant, server: Server) -> None:
        server.paths = {INDEX_PATH: answer(INDEX), ME_PATH: answer(ME)}
        with tenant.work():
            row = save(tenant, base_url=server.url)
        row = self.checked(tenant, row)
        assert self.report.is_usable
        assert (row.status, row.last_error) == ("ok", "")
        assert row.last_check["user"]["username"] == "anna"
        assert row.last_checked_at is not None
        assert PASSWORD not in str(row.last_check)

    def test_refused_login_is_a_report_and_kept_as_failing(self, tenant: Tenant, server: Server) -> None:
        refusal = answer(b'{"code":"incorrect_password","message":"No."}', status=401)
        server.paths = {INDEX_PATH: answer(INDEX), ME_PATH: refusal}
        with tenant.work():
            row = save(tenant, base_url=server.url)
        row = self.checked(tenant, row)
        assert not self.report.is_usable
        assert row.status == "failing"
        assert row.last_error.startswith("WordPress knows the user but refuses the application password.")

    def test_connection_that_stops_working_is_told_once(self, tenant: Tenant, server: Server) -> None:
        refusal = answer(b'{"code":"incorrect_password","message":"No."}', status=401)
        with tenant.work():
            row = save(tenant, base_url=server.url, name="Blog")
        for act, count in (
            (refusal, 0),
            (answer(ME), 0),
            (refusal, 1),
            (refusal, 1),
            (answer(ME), 1),
            (refusal, 2),
        ):
            server.paths = {INDEX_PATH: answer(INDEX), ME_PATH: act}
            self.checked(tenant, row)
            with tenant.work():
                texts = list(
                    Notification.objects.filter(site_id=tenant.site.pk).values_list("text", flat=True)
                )
            assert len(texts) == count
        assert texts[0].startswith(
            "The connection to Blog stopped working: WordPress knows the user but refuses"
        )

    def test_no_transaction_is_open_while_the_server_is_asked(self, tenant: Tenant, server: Server) -> None:
        with tenant.work():
            row = save(tenant, base_url=server.url)
        locked = []

        def during(act: Callable[..., None]) -> Callable[..., None]:
            def work(handler: object) -> None:
                thread = threading.Thread(target=lambda: locked.append(can_lock(tenant, row)))
                thread.start()
                thread.join()
                act(handler)

            return work

        server.paths = {INDEX_PATH: during(answer(INDEX)), ME_PATH: answer(ME)}
        self.checked(tenant, row)
        assert locked == [True]

    def test_result_that_outlived_a_change_of_login_is_not_kept(self, tenant: Tenant, server: Server) -> None:
        with tenant.work():
            row = save(tenant, base_url=server.url)

        def change(handler: object) -> None:
            def work() -> None:
                with tenant.work():
                    save(tenant, base_url=server.url, application_password="new pass")
                connection.close()

            thread = threading.Thread(target=work)
            thread.start()
            thread.join()
            answer(ME)(handler)

        server.paths = {INDEX_PATH: answer(INDEX), ME_PATH: change}
        row = self.checked(tenant, row)
        assert (row.status, row.last_check) == ("unchecked", None)

    def test_unreadable_password_is_a_report(self, tenant: Tenant, settings: Settings) -> None:
        with tenant.work():
            row = save(tenant)
        settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
        row = self.checked(tenant, row)
        assert [problem.code for problem in self.report.problems] == ["secret_unreadable"]
        assert row.status == "failing"

    def test_preview_is_usable_when_its_folder_is(
        self, tenant: Tenant, settings: Settings, tmp_path: Path
    ) -> None:
        with tenant.work():
            row = services.destination_preview_ensure(tenant.site.pk)
        settings.PREVIEW_ROOT = tmp_path / "new" / "preview"
        assert self.checked(tenant, row).status == "ok"
        (tmp_path / "file").write_text("")
        settings.PREVIEW_ROOT = tmp_path / "file" / "preview"
        assert self.checked(tenant, row).status == "failing"
        assert [problem.code for problem in self.report.problems] == ["preview_not_writable"]

    def test_foreign_destination_is_not_found(self, tenant: Tenant, stranger: Tenant) -> None:
        with stranger.work():
            foreign = save(stranger)
        with tenant_scope(tenant.context), pytest.raises(NotFound):
            services.destination_check(foreign.pk)


def can_lock(tenant: Tenant, row: Destination) -> bool:
    with tenant.work():
        found = Destination.objects.select_for_update(skip_locked=True).filter(pk=row.pk).exists()
    connection.close()
    return found


class TestGate:
    def test_preview_asks_for_nothing_and_wordpress_for_seventy(self, tenant: Tenant) -> None:
        with tenant.work():
            assert services.destination_preview_ensure(tenant.site.pk).minimum_score is None
            row = save(tenant)
            assert selectors.destination_get(row.pk).minimum_score == 70
            assert save(tenant, base_url=f"{URL}/open", minimum_score=None).minimum_score is None

    def test_new_login_keeps_the_minimum(self, tenant: Tenant) -> None:
        with tenant.work():
            save(tenant, minimum_score=40)
            assert save(tenant, application_password="another").minimum_score == 40
            assert save(tenant, minimum_score=50).minimum_score == 50

    def test_change_sets_and_ends_it_on_record(self, tenant: Tenant) -> None:
        with tenant.work():
            row = save(tenant)
            for minimum in (0, 100, None):
                services.destination_update(row, minimum_score=minimum)
                assert Destination.objects.get(pk=row.pk).minimum_score == minimum
            said = AuditEvent.objects.filter(action="destination.changed").order_by("id")
            assert [event.detail["minimum_score"] for event in said] == [0, 100, None]

    @pytest.mark.parametrize("minimum", [-1, 101])
    def test_number_that_no_article_scores_is_refused(self, tenant: Tenant, minimum: int) -> None:
        with tenant.work():
            row = save(tenant)
            with pytest.raises(MinimumScoreInvalid):
                services.destination_update(row, minimum_score=minimum)
            with pytest.raises(MinimumScoreInvalid):
                save(tenant, base_url=f"{URL}/other", minimum_score=minimum)
            assert list(Destination.objects.values_list("minimum_score", flat=True)) == [70]
