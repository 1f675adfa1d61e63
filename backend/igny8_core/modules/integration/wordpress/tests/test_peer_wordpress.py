"""Proves the connector against a real WordPress server; it must never run against a site that somebody uses."""

import base64
import os
import secrets
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest

from igny8_core.modules.integration.outbound import OutboundClient
from igny8_core.modules.integration.outbound_errors import ResponseTimeout
from igny8_core.modules.integration.outbound_guard import GuardedTransport
from igny8_core.modules.integration.wordpress.check import check_connection
from igny8_core.modules.integration.wordpress.client import WordPressClient
from igny8_core.modules.integration.wordpress.errors import (
    CredentialsRefused,
    PasswordRefused,
    PostChanged,
    PostMissing,
    PostTrashed,
    RequestRejected,
    RoleTooLow,
    ServerFailed,
    SiteInMaintenance,
    UsernameUnknown,
)
from igny8_core.modules.integration.wordpress.payloads import WordPressPost
from igny8_core.modules.integration.wordpress.publish import (
    confirm,
    lookup,
    original,
    publish_draft,
    send_draft,
    send_update,
)
from igny8_core.modules.integration.wordpress.tests import fake

pytestmark = pytest.mark.peer
SCRIPT = Path(os.environ.get("WORDPRESS_SCRIPT", Path(__file__).parents[5] / "tests/peers/wordpress.sh"))


@pytest.fixture(scope="module")
def url() -> str:
    if "WORDPRESS_URL" not in os.environ:
        pytest.skip("WORDPRESS_URL names no server")
    return os.environ["WORDPRESS_URL"]


@pytest.fixture(scope="module")
def http() -> Iterator[OutboundClient]:
    client = OutboundClient(allow_private=True)
    yield client
    client.close()


@pytest.fixture(scope="module")
def admin(url: str, http: OutboundClient) -> WordPressClient:
    return as_admin(url, http)


@pytest.fixture(scope="module")
def as_role(url: str, http: OutboundClient) -> Callable[[str], WordPressClient]:
    clients: dict[str, WordPressClient] = {}

    def login(role: str) -> WordPressClient:
        if role not in clients:
            name = f"{role}-{secrets.token_hex(4)}"
            wp("user", "create", name, f"{name}@example.test", f"--role={role}", "--porcelain")
            clients[role] = WordPressClient(url, name, script("app-password", name, "peer"), http=http)
        return clients[role]

    return login


def as_admin(url: str, http: OutboundClient) -> WordPressClient:
    user, password = os.environ["WORDPRESS_USER"], os.environ["WORDPRESS_APP_PASSWORD"]
    return WordPressClient(url, user, password, http=http)


def script(*arguments: str) -> str:
    done = subprocess.run([str(SCRIPT), *arguments], check=True, capture_output=True, text=True, timeout=120)
    return done.stdout.strip()


def wp(*arguments: str) -> str:
    return script("wp", *arguments)


@contextmanager
def must_use_plugin(code: str) -> Iterator[None]:
    """Run PHP code in every request of the site while the block lasts."""
    path = "WPMU_PLUGIN_DIR . '/igny8-fault.php'"
    encoded = base64.b64encode(f"<?php {code}".encode()).decode()
    wp("eval", f"file_put_contents({path}, base64_decode('{encoded}'));")
    try:
        yield
    finally:
        wp("eval", f"unlink({path});")


def a_post(**changes: object) -> WordPressPost:
    own = {"slug": f"grinders-{secrets.token_hex(4)}", "marker": uuid4(), "category_ids": (), "tag_ids": ()}
    return fake.a_post(**{**own, **changes})


class TestPublishing:
    def test_post_is_created_once_and_published_by_id(self, admin: WordPressClient) -> None:
        category_id = admin.ensure_category("Espresso & more")
        tag_id = admin.ensure_tag("burr grinder")
        post = a_post(category_ids=(category_id,), tag_ids=(tag_id,))
        assert lookup(admin, slug=post.slug, marker=post.marker) == []

        draft = send_draft(admin, post=post)
        found = lookup(admin, slug=post.slug, marker=post.marker)
        assert [(entry.id, entry.status) for entry in found] == [(draft.id, "draft")]

        first = publish_draft(admin, post_id=draft.id, marker=post.marker)
        again = publish_draft(admin, post_id=draft.id, marker=post.marker)
        assert (first.status, again) == ("publish", first)
        confirmation = confirm(admin, post_id=draft.id, post=post)
        assert confirmation.differences == ()
        assert confirmation.twin_ids == ()
        assert (confirmation.is_published, confirmation.slug) == (True, post.slug)
        assert confirmation.url.endswith(f"/{post.slug}/")

    @pytest.mark.parametrize("role", ["administrator", "editor", "author"])
    def test_marker_survives_and_is_found_in_drafts(
        self, role: str, as_role: Callable[[str], WordPressClient]
    ) -> None:
        client = as_role(role)
        post = a_post(content_html="<p>Hi <script>alert(1)</script> R&D</p>")
        draft = send_draft(client, post=post)
        assert client.get_post(draft.id).content_html.endswith(f"<!-- igny8:{post.marker} -->")
        assert [entry.id for entry in client.find_posts(search=f"igny8:{post.marker}")] == [draft.id]
        assert [entry.id for entry in lookup(client, slug=post.slug, marker=post.marker)] == [draft.id]
        differing = [
            difference.field for difference in confirm(client, post_id=draft.id, post=post).differences
        ]
        assert differing == (["content"] if role == "author" else [])

    def test_draft_is_found_by_slug_that_public_reads_miss(
        self, admin: WordPressClient, url: str, http: OutboundClient
    ) -> None:
        draft = send_draft(admin, post=a_post())
        assert [entry.id for entry in admin.find_posts(slug=draft.slug)] == [draft.id]
        public = http.request("GET", url=f"{url}/wp-json/wp/v2/posts?slug={draft.slug}")
        assert (public.status_code, public.content) == (200, b"[]")

    def test_lost_answer_leaves_one_post_that_lookup_finds(self, admin: WordPressClient, url: str) -> None:
        post = a_post()
        lossy = OutboundClient(allow_private=True, transport=_LosingAnswers())
        with closing(lossy), pytest.raises(ResponseTimeout) as refused:
            send_draft(as_admin(url, lossy), post=post)
        assert refused.value.outcome_unknown
        assert [entry.slug for entry in lookup(admin, slug=post.slug, marker=post.marker)] == [post.slug]

    def test_twin_stays_a_draft_and_is_reported(self, admin: WordPressClient) -> None:
        post = a_post()
        first, late = send_draft(admin, post=post), send_draft(admin, post=post)
        assert original(lookup(admin, slug=post.slug, marker=post.marker), marker=post.marker) == first
        publish_draft(admin, post_id=first.id, marker=post.marker)
        assert confirm(admin, post_id=first.id, post=post).twin_ids == (late.id,)
        assert admin.get_post(late.id).status == "draft"

    def test_taken_slug_is_changed_silently_and_reported(self, admin: WordPressClient) -> None:
        theirs = a_post()
        admin.publish(send_draft(admin, post=theirs).id)
        ours = a_post(slug=theirs.slug)
        draft = send_draft(admin, post=ours)
        publish_draft(admin, post_id=draft.id, marker=ours.marker)
        confirmation = confirm(admin, post_id=draft.id, post=ours)
        assert confirmation.slug == f"{theirs.slug}-2"
        assert [(d.field, d.found) for d in confirmation.differences] == [("slug", f"{theirs.slug[-20:]}-2")]
        assert confirmation.twin_ids == ()

    def test_unknown_category_is_dropped_silently_and_reported(self, admin: WordPressClient) -> None:
        draft = send_draft(admin, post=(post := a_post(category_ids=(987654,))))
        differences = confirm(admin, post_id=draft.id, post=post).differences
        assert [(d.field, d.sent, d.found) for d in differences] == [("categories", "987654", "")]

    def test_trashed_post_is_found_and_never_published(self, admin: WordPressClient) -> None:
        post = a_post()
        draft = send_draft(admin, post=post)
        publish_draft(admin, post_id=draft.id, marker=post.marker)
        wp("post", "delete", str(draft.id))
        found = lookup(admin, slug=post.slug, marker=post.marker)
        assert [(entry.id, entry.status, entry.slug) for entry in found] == [
            (draft.id, "trash", f"{post.slug}__trashed")
        ]
        with pytest.raises(PostTrashed):
            publish_draft(admin, post_id=draft.id, marker=post.marker)
        assert admin.get_post(draft.id).status == "trash"
        wp("post", "delete", str(draft.id), "--force")
        with pytest.raises(PostMissing):
            publish_draft(admin, post_id=draft.id, marker=post.marker)

    def test_edit_by_a_person_is_not_overwritten(self, admin: WordPressClient) -> None:
        post = a_post()
        draft = send_draft(admin, post=post)
        known = publish_draft(admin, post_id=draft.id, marker=post.marker).modified_at
        newer = a_post(slug=post.slug, marker=post.marker, title="Grinding, revised")
        update = send_update(admin, post_id=draft.id, post=newer, known_modified_at=known)
        assert (update.title, update.status) == ("Grinding, revised", "publish")
        wp(
            "eval",
            f"global $wpdb; $wpdb->update($wpdb->posts, ['post_title' => 'By hand', "
            f"'post_modified_gmt' => '2031-01-01 00:00:00'], ['ID' => {draft.id}]); clean_post_cache({draft.id});",
        )
        with pytest.raises(PostChanged):
            send_update(admin, post_id=draft.id, post=newer, known_modified_at=update.modified_at)
        assert admin.get_post(draft.id).title == "By hand"


class TestTerms:
    def test_term_is_made_once(self, admin: WordPressClient) -> None:
        name = f'R&D <lab> "{secrets.token_hex(3)}"'
        assert admin.ensure_tag(name) == admin.ensure_tag(name)
        category_id = admin.ensure_category(f"Beans & {name}")
        assert admin.ensure_category(f"BEANS & {name}") == category_id

    def test_term_exists_answers_with_its_id(
        self, admin: WordPressClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        name = f"Cups & saucers {secrets.token_hex(3)}"
        ids = {admin.ensure_tag(name), admin.ensure_category(name)}
        monkeypatch.setattr(WordPressClient, "_find_term", lambda *_: None)  # another worker was faster
        assert {admin.ensure_tag(name), admin.ensure_category(name)} == ids

    def test_author_uses_categories_but_creates_only_tags(
        self, admin: WordPressClient, as_role: Callable[[str], WordPressClient]
    ) -> None:
        author = as_role("author")
        name = f"Milk & foam {secrets.token_hex(3)}"
        with pytest.raises(RoleTooLow) as refused:
            author.ensure_category(name)
        assert (refused.value.status_code, refused.value.remote_code) == (403, "rest_cannot_create")
        category_id = admin.ensure_category(name)
        assert author.ensure_category(name) == category_id
        assert author.ensure_tag(name) > 0


class TestRefusals:
    def test_wrong_password_is_refused_on_me_though_public_reads_work(
        self, url: str, http: OutboundClient
    ) -> None:
        wrong = WordPressClient(url, os.environ["WORDPRESS_USER"], "abcd efgh ijkl mnop", http=http)
        with pytest.raises(CredentialsRefused) as refused:
            wrong.me()
        assert (refused.value.status_code, refused.value.remote_code) == (401, "rest_not_logged_in")
        with pytest.raises(CredentialsRefused) as on_write:
            send_draft(wrong, post=a_post())
        assert (on_write.value.status_code, on_write.value.remote_code) == (401, "rest_cannot_create")
        assert http.request("GET", url=f"{url}/wp-json/wp/v2/posts").status_code == 200

    @pytest.mark.parametrize(
        ("username", "expected"), [("nobody-here", UsernameUnknown), (None, PasswordRefused)]
    )
    def test_early_login_plugin_names_the_cause(
        self, username: str | None, expected: type[CredentialsRefused], url: str, http: OutboundClient
    ) -> None:
        early = "add_filter('rest_authentication_errors', function ($e) { wp_get_current_user(); return $e; }, 1);"
        name = username or os.environ["WORDPRESS_USER"]
        with must_use_plugin(early), pytest.raises(expected) as refused:
            WordPressClient(url, name, "abcd efgh", http=http, rest_root=f"{url}/wp-json/").me()
        assert refused.value.status_code == 401
        assert "<" not in refused.value.message

    def test_subscriber_may_not_post(self, as_role: Callable[[str], WordPressClient]) -> None:
        subscriber = as_role("subscriber")
        with pytest.raises(RoleTooLow) as refused:
            send_draft(subscriber, post=a_post())
        assert (refused.value.status_code, refused.value.remote_code) == (403, "rest_cannot_create")
        with pytest.raises(RoleTooLow):
            lookup(subscriber, slug="anything", marker=uuid4())

    def test_contributor_drafts_but_may_not_publish(self, as_role: Callable[[str], WordPressClient]) -> None:
        contributor = as_role("contributor")
        draft = send_draft(contributor, post=(post := a_post()))
        with pytest.raises(RoleTooLow) as refused:
            publish_draft(contributor, post_id=draft.id, marker=post.marker)
        assert refused.value.remote_code == "rest_cannot_publish"
        assert contributor.get_post(draft.id).status == "draft"

    def test_bad_parameter_is_named(self, admin: WordPressClient) -> None:
        with pytest.raises(RequestRejected) as refused:
            admin.find_posts(status="nonsense")
        assert refused.value.remote_code == "rest_invalid_param"
        assert list(refused.value.fields) == ["status"]


class TestFaults:
    def test_maintenance_tells_when_to_come_back(self, admin: WordPressClient) -> None:
        wp("maintenance-mode", "activate")
        try:
            with pytest.raises(SiteInMaintenance) as refused:
                send_draft(admin, post=a_post())
        finally:
            wp("maintenance-mode", "deactivate")
        assert (refused.value.retry_after_seconds, refused.value.outcome_unknown) == (600, False)

    def test_php_warnings_before_the_json_are_read_past(self, admin: WordPressClient) -> None:
        noise = (
            "add_action('rest_api_init', function () { echo '<b>Warning</b>: [] {} in x.php on line 3'; });"
        )
        with must_use_plugin(noise):
            draft = send_draft(admin, post=(post := a_post()))
            found = lookup(admin, slug=post.slug, marker=post.marker)
        assert [entry.id for entry in found] == [draft.id]

    def test_fatal_error_after_the_write_leaves_the_outcome_unknown(self, admin: WordPressClient) -> None:
        post = a_post()
        fatal = "add_action('rest_after_insert_post', function () { call_to_nothing(); });"
        with must_use_plugin(fatal), pytest.raises(ServerFailed) as refused:
            send_draft(admin, post=post)
        assert (refused.value.status_code, refused.value.outcome_unknown) == (500, True)
        assert len(lookup(admin, slug=post.slug, marker=post.marker)) == 1


class TestConnection:
    def test_administrator_can_do_everything(self, admin: WordPressClient, url: str) -> None:
        report = check_connection(admin)
        assert report.is_usable
        assert getattr(report.site, "rest_root", None) == f"{url}/wp-json/"
        assert report.user is not None
        assert report.user.roles == ("administrator",)
        assert (report.can_publish, report.can_create_categories, report.can_create_tags) == (
            True,
            True,
            True,
        )
        assert [problem.code for problem in report.problems] == ["wordpress_not_https"]

    @pytest.mark.parametrize(
        ("role", "is_usable", "missing"),
        [
            ("author", True, ["wordpress_cannot_categorise"]),
            (
                "contributor",
                False,
                [
                    "wordpress_cannot_publish",
                    "wordpress_cannot_update",
                    "wordpress_cannot_categorise",
                    "wordpress_cannot_upload",
                ],
            ),
        ],
    )
    def test_lower_role_is_told_what_it_lacks(
        self, role: str, is_usable: bool, missing: list[str], as_role: Callable[[str], WordPressClient]
    ) -> None:
        report = check_connection(as_role(role))
        assert report.is_usable is is_usable
        assert [problem.code for problem in report.problems] == [*missing, "wordpress_not_https"]

    def test_wrong_password_is_one_blocking_problem(self, url: str, http: OutboundClient) -> None:
        report = check_connection(WordPressClient(url, "admin", "wrong", http=http))
        assert (report.is_reachable, report.is_usable, report.user) == (True, False, None)
        assert [p.code for p in report.problems if p.is_blocking] == ["wordpress_credentials_refused"]

    def test_site_without_application_passwords_is_told_apart(
        self, admin: WordPressClient, url: str, http: OutboundClient
    ) -> None:
        with must_use_plugin("add_filter('wp_is_application_passwords_available', '__return_false');"):
            report = check_connection(admin)
        assert [p.code for p in report.problems if p.is_blocking] == [
            "wordpress_application_passwords_unavailable"
        ]

    def test_stripped_header_is_told_from_a_wrong_password(self, url: str, admin: WordPressClient) -> None:
        with closing(OutboundClient(allow_private=True, transport=_StrippingHeaders())) as http:
            report = check_connection(as_admin(url, http))
            wrong = check_connection(WordPressClient(url, "admin", "wrong", http=http))
        assert [p.code for p in report.problems if p.is_blocking] == ["wordpress_authorization_stripped"]
        assert [p.code for p in wrong.problems if p.is_blocking] == ["wordpress_credentials_refused"]

    def test_rest_interface_that_was_switched_off_is_told_from_no_wordpress(
        self, url: str, http: OutboundClient
    ) -> None:
        with must_use_plugin(
            "add_filter('rest_url', '__return_empty_string'); remove_all_actions('rest_api_init');"
            "remove_action('parse_request', 'rest_api_loaded');"
            "add_action('init', fn() => remove_action('parse_request', 'rest_api_loaded'));"
            "add_action('init', fn() => remove_action('template_redirect', 'rest_output_link_header', 11));"
        ):
            report = check_connection(as_admin(url, http))
        assert [p.code for p in report.problems if p.is_blocking] == ["wordpress_rest_disabled"]

    def test_terms_are_listed_page_by_page(self, admin: WordPressClient) -> None:
        name = f"Beans & Roasts {secrets.token_hex(4)}"
        term_id = admin.ensure_category(name)
        found, page, is_last = [], 1, False
        while not is_last:
            listing = admin.list_terms("categories", page=page)
            found, page, is_last = [*found, *listing.items], page + 1, listing.is_last
        assert [(term.id, term.parent_id) for term in found if term.name == name] == [(term_id, 0)]
        assert len({term.id for term in found}) == len(found)

    @pytest.mark.parametrize("kind", ["post", "page"])
    def test_public_posts_and_pages_are_listed_page_by_page(
        self, admin: WordPressClient, monkeypatch: pytest.MonkeyPatch, kind: str
    ) -> None:
        monkeypatch.setattr("igny8_core.modules.integration.wordpress.client.PAGE_SIZE", 2)
        named = ["--post_title=Beans & <em>Roasts</em>", f"--post_type={kind}", "--porcelain"]
        public = [int(wp("post", "create", *named, "--post_status=publish")) for _ in range(3)]
        draft = int(wp("post", "create", *named, "--post_status=draft"))
        found, page, listing = [], 1, admin.list_posts(f"{kind}s", page=1)
        while not listing.is_last:
            found, page = [*found, *listing.items], page + 1
            listing = admin.list_posts(f"{kind}s", page=page)
        ids = [post.id for post in (*found, *listing.items)]
        assert (sorted(set(ids)), len(ids), page) == (ids, listing.total, listing.pages)
        assert set(ids) >= set(public)
        assert draft not in ids
        (newest,) = [post for post in (*found, *listing.items) if post.id == public[-1]]
        assert newest.title == "Beans & Roasts"
        assert newest.link.startswith(f"{admin.base_url}/")
        assert newest.modified_at is not None
        behind = admin.list_posts(f"{kind}s", page=page + 1)
        assert (behind.items, behind.is_last, behind.total) == ((), True, None)

    def test_plain_permalinks_are_found_and_work(self, url: str, http: OutboundClient) -> None:
        client = as_admin(url, http)
        wp("rewrite", "structure", "")
        try:
            assert client.discover().rest_root == f"{url}/?rest_route=/"
            post = a_post()
            draft = publish_draft(client, post_id=send_draft(client, post=post).id, marker=post.marker)
            assert [entry.id for entry in lookup(client, slug=post.slug, marker=post.marker)] == [draft.id]
        finally:
            wp("rewrite", "structure", "/%postname%/")


class _StrippingHeaders(httpx2.BaseTransport):
    """Carries every request to the server as a web server does that keeps the Authorization header to itself."""

    def __init__(self) -> None:
        self._real = GuardedTransport(allow_private=True)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        request.headers.pop("Authorization", None)
        return self._real.handle_request(request)

    def close(self) -> None:
        self._real.close()


class _LosingAnswers(httpx2.BaseTransport):
    """Carries every request to the server and loses the answer to each write."""

    def __init__(self) -> None:
        self._real = GuardedTransport(allow_private=True)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        response = self._real.handle_request(request)
        if request.method == "GET":
            return response
        response.read()
        raise httpx2.ReadTimeout("lost", request=request)

    def close(self) -> None:
        self._real.close()
