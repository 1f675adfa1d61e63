"""A site's categories and tags, read page by page from a server and kept."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from igny8_core.common.clock import utc_now
from igny8_core.common.errors import NotFound
from igny8_core.modules.integration import selectors, services
from igny8_core.modules.integration.errors import DestinationWithoutTerms
from igny8_core.modules.integration.models import Destination, DestinationTerm
from igny8_core.modules.integration.tests.loopback import Act, Server, answer
from igny8_core.modules.integration.wordpress.errors import ServerFailed
from igny8_core.modules.system.models import Notification
from igny8_core.tenancy.context import tenant_scope
from igny8_core.tenancy.models import Job
from igny8_core.testing.clients import client_of
from igny8_core.testing.factories import Tenant
from igny8_core.testing.jobs import job_run

INDEX = b'{"name":"Blog","home":"","namespaces":["wp/v2"],"authentication":{"application-passwords":{}}}'
TERMS = "/api/v1/integration/terms/"


def term(number: int, name: str, **changes: Any) -> dict[str, Any]:
    return {"id": number, "name": name, "slug": name.lower(), "parent": 0, "count": 2, **changes}


class _Paths(dict[str, Act]):
    """The REST interface of a site with these terms, in pages of two."""

    def __init__(self) -> None:
        super().__init__()
        self.terms: dict[str, list[dict[str, Any]]] = {"categories": [], "tags": []}
        self.failing = self.refused = ""
        self.has_totals = True

    def __missing__(self, path: str) -> Act:
        parts = urlsplit(path)
        name, query = parts.path.rsplit("/", 1)[1], dict(parse_qsl(parts.query))
        if name not in self.terms:
            return answer(INDEX)
        if name == self.failing:
            return answer(b"{}", status=500)
        if name == self.refused:
            return answer(b"{}", status=403)
        terms, page = self.terms[name], int(query["page"])
        if not self.has_totals:
            return answer(json.dumps(terms).encode())
        shown = json.dumps(terms[page * 2 - 2 : page * 2]).encode()
        return answer(shown, X_WP_TotalPages=str(max(1, -(-len(terms) // 2))))


@pytest.fixture
def server() -> Iterator[Server]:
    site = Server()
    site.paths = _Paths()
    yield site
    site.close()


def connected(tenant: Tenant, url: str) -> Destination:
    with tenant.work():
        return services.destination_wordpress_save(
            site_id=tenant.site.pk, base_url=url, username="anna", application_password="abcd EFGH"
        )


def synced(tenant: Tenant, row: Destination) -> tuple[int, int]:
    with tenant_scope(tenant.context):
        report = services.taxonomies_sync(row.pk, progress=lambda *_: None)
    return report.seen, report.vanished


def stored(tenant: Tenant, *columns: str) -> list[Any]:
    with tenant.work():
        return list(DestinationTerm.objects.order_by("taxonomy", "name").values_list(*columns))


@pytest.mark.django_db(transaction=True)
class TestSync:
    def test_every_page_is_kept_as_it_is_named(self, tenant: Tenant, server: Server) -> None:
        server.paths.terms = {
            "categories": [
                term(1, "Coffee"),
                term(2, "Beans &amp; Roasts"),
                term(9, "Arabica", parent=2, count=0),
            ],
            "tags": [term(4, "espresso")],
        }
        row = connected(tenant, server.url)
        assert synced(tenant, row) == (4, 0)
        assert stored(tenant, "taxonomy", "name", "slug", "external_id", "parent_external_id", "count") == [
            ("category", "Arabica", "arabica", "9", "2", 0),
            ("category", "Beans & Roasts", "beans &amp; roasts", "2", "", 2),
            ("category", "Coffee", "coffee", "1", "", 2),
            ("tag", "espresso", "espresso", "4", "", 2),
        ]

    def test_doing_it_again_adds_nothing_and_renames(self, tenant: Tenant, server: Server) -> None:
        server.paths.terms["tags"] = [term(4, "espresso")]
        row = connected(tenant, server.url)
        synced(tenant, row)
        before = stored(tenant, "pk")
        server.paths.terms["tags"] = [term(4, "Espresso", count=7)]
        assert synced(tenant, row) == (1, 0)
        assert stored(tenant, "pk") == before
        assert stored(tenant, "name", "count", "gone_at") == [("Espresso", 7, None)]

    def test_vanished_term_is_marked_and_unmarked_when_it_comes_back(
        self, tenant: Tenant, server: Server
    ) -> None:
        both = [term(4, "espresso"), term(5, "latte")]
        server.paths.terms["tags"] = both
        row = connected(tenant, server.url)
        synced(tenant, row)
        server.paths.terms["tags"] = both[:1]
        assert synced(tenant, row) == (1, 1)
        assert synced(tenant, row) == (1, 0)
        with tenant.work():
            assert [shown.name for shown in selectors.term_list(row.pk).rows] == ["espresso"]
            assert [shown.name for shown in selectors.term_list(row.pk, has_gone=True).rows] == ["latte"]
        server.paths.terms["tags"] = both
        assert synced(tenant, row) == (2, 0)
        assert stored(tenant, "name", "gone_at") == [("espresso", None), ("latte", None)]

    def test_taxonomy_that_could_not_be_read_marks_nothing(self, tenant: Tenant, server: Server) -> None:
        server.paths.terms = {"categories": [term(1, "Coffee")], "tags": [term(4, "espresso")]}
        row = connected(tenant, server.url)
        synced(tenant, row)
        server.paths.terms["tags"], server.paths.failing = [], "tags"
        with tenant_scope(tenant.context), pytest.raises(ServerFailed):
            services.taxonomies_sync(row.pk, progress=lambda *_: None)
        assert stored(tenant, "name", "gone_at") == [("Coffee", None), ("espresso", None)]

    def test_site_that_hides_its_totals_is_read_until_a_short_page(
        self, tenant: Tenant, server: Server
    ) -> None:
        server.paths.terms["tags"], server.paths.has_totals = [term(4, "espresso")], False
        assert synced(tenant, connected(tenant, server.url)) == (1, 0)

    def test_job_reads_the_terms(self, tenant: Tenant, server: Server) -> None:
        server.paths.terms["tags"] = [term(4, "espresso")]
        row = connected(tenant, server.url)
        path = f"/api/v1/integration/destinations/{row.pk}/sync-taxonomies/"
        answers = [client_of(tenant.member).post(path) for _ in range(2)]
        assert [one.status_code for one in answers] == [202, 202]
        assert answers[0].json()["data"] == answers[1].json()["data"]
        with tenant.work():
            job = Job.objects.get()
        done = job_run(job)
        assert (done.state, done.error_message, done.progress_done) == ("succeeded", "", 2)
        assert stored(tenant, "name") == [("espresso",)]

    def test_job_that_the_site_refuses_fails_and_is_told(self, tenant: Tenant, server: Server) -> None:
        row = connected(tenant, server.url)
        server.paths.refused = "categories"
        with tenant.work():
            job = services.taxonomies_sync_start(row.pk)
        done = job_run(job)
        assert (done.state, done.error_code) == ("failed", "wordpress_access_blocked")
        with tenant.work():
            (told,) = Notification.objects.all()
        assert told.text == f"Read categories and tags failed: {done.error_message}"
        assert (told.kind, told.target_id, told.site_id) == ("job_failed", str(job.pk), tenant.site.pk)


@pytest.mark.django_db
class TestAccess:
    def test_only_editors_start_it_and_strangers_find_nothing(self, tenant: Tenant, stranger: Tenant) -> None:
        row = connected(tenant, "https://blog.example")
        path = f"/api/v1/integration/destinations/{row.pk}/sync-taxonomies/"
        assert client_of(tenant.viewer).post(path).status_code == 403
        assert client_of(stranger.owner).post(path).status_code == 404
        with tenant.work():
            assert Job.objects.count() == 0
        with stranger.work(), pytest.raises(NotFound):
            services.taxonomies_sync_start(row.pk)
        with stranger.work(), pytest.raises(NotFound):
            selectors.term_list(row.pk)

    def test_preview_has_no_terms(self, tenant: Tenant) -> None:
        with tenant.work():
            row = services.destination_preview_ensure(tenant.site.pk)
            with pytest.raises(DestinationWithoutTerms):
                services.taxonomies_sync_start(row.pk)
            assert Job.objects.count() == 0

    def test_list_is_narrowed_and_takes_the_same_queries_for_any_number(self, tenant: Tenant) -> None:
        row = connected(tenant, "https://blog.example")
        client = client_of(tenant.viewer)
        made(tenant, row, "name0")
        client.get(TERMS)
        with CaptureQueriesContext(connection) as one:
            assert client.get(TERMS).json()["count"] == 1
        for number in range(1, 20):
            made(tenant, row, f"name{number}", taxonomy="tag" if number % 2 else "category")
        with CaptureQueriesContext(connection) as many:
            assert client.get(TERMS).json()["count"] == 20
        assert len(one) == len(many)
        made(tenant, row, "old", gone_at=utc_now())
        for query, count in (
            ("?taxonomy=tag", 10),
            (f"?destination={row.pk}", 21),
            (f"?destination={uuid4()}", 0),
            ("?is_gone=true", 1),
            ("?is_gone=false", 20),
            ("?search=NAME7", 1),
        ):
            assert client.get(f"{TERMS}{query}").json()["count"] == count, query

    def test_terms_are_known_for_an_hour_and_top_ones_go_first(self, tenant: Tenant) -> None:
        row = connected(tenant, "https://blog.example")
        made(tenant, row, "Beans", external_id="3", parent_external_id="9")
        made(tenant, row, "beans", external_id="5")
        made(tenant, row, "Tea", external_id="6", synced_at=utc_now() - timedelta(hours=1, minutes=1))
        made(tenant, row, "Milk", external_id="7", gone_at=utc_now())
        made(tenant, row, "Milk", external_id="8", taxonomy="tag")
        with tenant.work():
            assert selectors.terms_known(row.pk) == {("category", "beans"): "5", ("tag", "milk"): "8"}


def made(tenant: Tenant, destination: Destination, name: str, **changes: Any) -> DestinationTerm:
    fields = {"taxonomy": "category", "external_id": name, "synced_at": utc_now(), **changes}
    with tenant.work():
        return DestinationTerm.objects.create(
            site_id=destination.site_id, destination=destination, name=name, **fields
        )
