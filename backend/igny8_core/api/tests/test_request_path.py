"""The way of a request: id, credentials, plan, permission, throttle, envelope, pages, versions."""

import base64
from datetime import timedelta
from unittest.mock import patch
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from igny8_core.auth import services
from igny8_core.auth.models import Account, PlanStatus, Role, Site
from igny8_core.common.clock import utc_now
from igny8_core.tenancy.context import context_or_none
from igny8_core.testing.clients import client_of, client_of_key, without_request_id
from igny8_core.testing.factories import Tenant, site_make, staff_make, tokens_make, user_make

pytestmark = pytest.mark.django_db(transaction=True)

SITES = "/api/v1/account/sites/"


def _key(tenant: Tenant, *scopes: str, **fields: object) -> services.NewApiKey:
    with tenant.work():
        return services.api_key_create(
            user=tenant.owner, name="k", scopes=scopes, allowed_scopes=scopes, **fields
        )


def test_envelope_of_list_detail_and_error(tenant: Tenant) -> None:
    client = client_of(tenant.owner)
    listed = client.get(SITES).json()
    assert list(listed) == ["success", "count", "next", "previous", "results", "request_id"]
    shown = client.get(f"{SITES}{tenant.site.pk}/").json()
    assert list(shown) == ["success", "data", "request_id"]
    assert listed["results"] == [shown["data"]]
    refused = client.post(SITES, {"name": "", "nonsense": 1}).json()
    assert refused["success"] is False
    assert refused["code"] == "validation_error"
    assert refused["errors"] == {"nonsense": ["There is no such field."]}


def test_request_id_is_kept_when_it_is_a_uuid_and_replaced_otherwise(tenant: Tenant) -> None:
    client, mine = client_of(tenant.owner), uuid4()
    response = client.get(SITES, HTTP_X_REQUEST_ID=str(mine).upper())
    assert response["X-Request-ID"] == str(mine) == response.json()["request_id"]
    for bad in ("x\r\nSet-Cookie: a=b", "\x1b[31m", "a" * 5000, "ü", "${jndi:ldap://x}", ""):
        response = client.get(SITES, HTTP_X_REQUEST_ID=bad)
        assert UUID(response["X-Request-ID"]).version == 4


def test_unknown_address_has_the_envelope_of_a_missing_row(tenant: Tenant) -> None:
    client = client_of(tenant.owner)
    nowhere = client.get("/api/v1/nowhere/")
    missing = client.get(f"{SITES}{uuid4()}/")
    assert nowhere.status_code == missing.status_code == 404
    assert without_request_id(nowhere) == without_request_id(missing)


@pytest.mark.parametrize(
    "bad", ["Bearer nonsense", "Bearer ", "Bearer a.b.c", "Basic !!!", "Basic bm9ib2R5Onh4"]
)
def test_credential_that_does_not_hold_is_401(bad: str, tenant: Tenant) -> None:
    response = client_of(None).get(SITES, HTTP_AUTHORIZATION=bad)
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == 'Bearer realm="api"'
    assert response.json()["success"] is False


def test_no_credential_is_401(tenant: Tenant) -> None:
    response = client_of(None).get(SITES)
    assert (response.status_code, response.json()["code"]) == (401, "not_authenticated")


def test_every_kind_of_credential_opens_the_same_account(tenant: Tenant) -> None:
    with tenant.work():
        tenant.owner.set_password("a-long-test-passphrase")
        tenant.owner.save()
    basic = base64.b64encode(f"{tenant.owner.email}:a-long-test-passphrase".encode()).decode()
    session_client = client_of(None)
    session_client.force_login(tenant.owner)
    answers = [
        client_of_key(_key(tenant, "account:read").secret).get(SITES),
        client_of(tenant.owner).get(SITES),
        session_client.get(SITES),
        client_of(None).get(SITES, HTTP_AUTHORIZATION=f"Basic {basic}"),
    ]
    assert [answer.status_code for answer in answers] == [200] * 4
    assert {str(answer.json()["results"]) for answer in answers} == {str(answers[0].json()["results"])}


def test_session_needs_the_csrf_token_for_unsafe_methods(tenant: Tenant) -> None:
    from rest_framework.test import APIClient

    client = APIClient(enforce_csrf_checks=True)
    client.force_login(tenant.owner)
    assert client.post(SITES, {"name": "n", "domain": "n.example"}, format="json").status_code == 403
    with tenant.work():
        assert Site.objects.count() == 1


def test_credentials_of_two_accounts_are_401(tenant: Tenant, stranger: Tenant) -> None:
    client = client_of(tenant.owner)
    response = client.get(SITES, HTTP_X_API_KEY=_key(stranger, "account:read").secret)
    assert (response.status_code, response.json()["code"]) == (401, "credentials_disagree")
    session_client = client_of_key(_key(stranger, "account:read").secret)
    session_client.force_login(tenant.owner)
    assert session_client.get(SITES).json()["code"] == "credentials_disagree"


def test_key_in_the_query_string_counts_for_nothing(tenant: Tenant) -> None:
    secret = _key(tenant, "account:read").secret
    assert client_of(None).get(f"{SITES}?api_key={secret}").status_code == 401


@pytest.mark.parametrize("state", ["revoked", "expired", "deactivated", "read_only"])
def test_key_that_may_not(state: str, tenant: Tenant) -> None:
    made = _key(tenant, "account:read")
    client = client_of_key(made.secret)
    assert client.get(SITES).status_code == 200
    if state == "revoked":
        with tenant.work():
            services.api_key_revoke(made.key.pk)
    elif state == "deactivated":
        with tenant.work():
            services.user_update(tenant.owner, is_active=False)
    elif state == "expired":
        client = client_of_key(
            _key(tenant, "account:read", expires_at=utc_now() - timedelta(seconds=1)).secret
        )
    if state == "read_only":
        refused = client.post(SITES, {"name": "n", "domain": "n.example"}, format="json")
        assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")
    else:
        assert client.get(SITES).status_code == 401
    with tenant.work():
        assert Site.objects.count() == 1


def test_key_whose_time_ends_while_it_is_cached(tenant: Tenant) -> None:
    client = client_of_key(_key(tenant, "account:read", expires_at=utc_now() + timedelta(minutes=5)).secret)
    assert client.get(SITES).status_code == 200
    with (
        patch("igny8_core.auth.principals.utc_now", lambda: utc_now() + timedelta(minutes=6)),
        patch("igny8_core.auth.credentials.utc_now", lambda: utc_now() + timedelta(minutes=6)),
    ):
        assert client.get(SITES).status_code == 401


def test_site_key_sees_one_site(tenant: Tenant) -> None:
    other = site_make(tenant)
    client = client_of_key(_key(tenant, "account:read", site_id=other.pk).secret)
    assert [row["id"] for row in client.get(SITES).json()["results"]] == [str(other.pk)]
    assert client.get(f"{SITES}{tenant.site.pk}/").status_code == 404
    assert client.get(f"/api/v1/account/sectors/?site={tenant.site.pk}").json()["results"] == []


def test_member_without_access_to_a_site_loses_it_at_once(tenant: Tenant) -> None:
    other = site_make(tenant)
    client = client_of(tenant.member)
    assert client.get(SITES).json()["count"] == 2
    with tenant.work():
        services.user_sites_set(tenant.member, [other.pk])
    assert client.get(SITES).status_code == 401, "the token was made for wider rights"
    tenant.member.refresh_from_db()
    assert [row["id"] for row in client_of(tenant.member).get(SITES).json()["results"]] == [str(other.pk)]


@pytest.mark.parametrize("header", ["HTTP_X_ACCOUNT_ID", "HTTP_X_SITE_ID"])
def test_ids_in_headers_change_nothing(header: str, tenant: Tenant, stranger: Tenant) -> None:
    client = client_of(tenant.owner)
    for value in (stranger.account.pk, stranger.site.pk):
        assert without_request_id(client.get(SITES, **{header: str(value)})) == without_request_id(
            client.get(SITES)
        )
    assert client.get(f"{SITES}?account={stranger.account.pk}").status_code == 400


@pytest.mark.parametrize(
    ("status", "ends_at", "read", "write"),
    [
        (PlanStatus.ACTIVE, None, 200, 201),
        (PlanStatus.TRIALING, 1, 200, 201),
        (PlanStatus.TRIALING, -1, 200, 201),
        (PlanStatus.TRIALING, -8, 403, 403),
        (PlanStatus.PAST_DUE, 1, 200, 201),
        (PlanStatus.PAST_DUE, -1, 403, 403),
        (PlanStatus.SUSPENDED, None, 403, 403),
        (PlanStatus.CANCELLED, None, 200, 403),
    ],
)
@pytest.mark.parametrize("kind", ["jwt", "key", "session"])
def test_plan_state_counts_for_every_credential(
    kind: str, status: PlanStatus, ends_at: int | None, read: int, write: int, tenant: Tenant
) -> None:
    if kind == "key":
        client = client_of_key(_key(tenant, "account:read", "account:write").secret)
    elif kind == "jwt":
        client = client_of(tenant.owner)
    else:
        client = client_of(None)
        client.force_login(tenant.owner)
    assert client.get(SITES).status_code == 200
    moment = utc_now() + timedelta(days=ends_at) if ends_at else None
    with tenant.work():
        services.account_update(
            tenant.account.pk, plan_status=status, grace_until=moment, trial_ends_at=moment
        )
    answer = client.get(SITES)
    assert answer.status_code == read
    if read == 403:
        assert answer.json()["code"] == "plan_inactive"
    assert client.post(SITES, {"name": "n", "domain": "n.example"}, format="json").status_code == write
    with tenant.work():
        assert Site.objects.count() == (2 if write == 201 else 1)
        services.account_update(tenant.account.pk, plan_status=PlanStatus.ACTIVE)
    assert client.get(SITES).status_code == 200, "a refusal is never made on a cached state"


def test_token_stops_at_once_after_what_narrows(tenant: Tenant) -> None:
    for change in ({"role": Role.VIEWER}, {"is_active": False}):
        person = user_make(tenant.account)
        client = client_of(person)
        assert client.get(SITES).status_code == 200
        with tenant.work():
            services.user_update(person, **change)
        assert client.get(SITES).status_code == 401


def test_login_refresh_logout_and_reuse(tenant: Tenant) -> None:
    with tenant.work():
        tenant.member.set_password("correct horse battery staple")
        tenant.member.save()
    client = client_of(None)
    login = client.post(
        "/api/v1/auth/login/",
        {"email": tenant.member.email.upper(), "password": "correct horse battery staple"},
    )
    assert list(login.json()["data"]) == ["user", "access", "refresh"]
    first = login.json()["data"]["refresh"]
    second = client.post("/api/v1/auth/refresh/", {"refresh": first}).json()["data"]
    access = second["access"]
    assert client.get(SITES, HTTP_AUTHORIZATION=f"Bearer {access}").status_code == 200
    assert client.post("/api/v1/auth/refresh/", {"refresh": first}).status_code == 401
    assert client.post("/api/v1/auth/refresh/", {"refresh": second["refresh"]}).status_code == 401, (
        "reuse ends it"
    )
    assert client.get(SITES, HTTP_AUTHORIZATION=f"Bearer {access}").status_code == 401
    pair = tokens_make(tenant.member)
    again = client_of(None)
    again.credentials(HTTP_AUTHORIZATION=f"Bearer {pair.access}")
    assert again.post("/api/v1/auth/logout/").status_code == 204
    assert again.get(SITES).status_code == 401
    assert client.post("/api/v1/auth/refresh/", {"refresh": pair.refresh}).status_code == 401


@pytest.mark.parametrize("email", ["nobody@example.test", "member"])
def test_login_says_the_same_for_a_missing_person_and_a_wrong_password(email: str, tenant: Tenant) -> None:
    body = {"email": tenant.member.email if email == "member" else email, "password": "wrong-password"}
    response = client_of(None).post("/api/v1/auth/login/", body)
    assert (response.status_code, response.json()["code"]) == (401, "login_failed")


def test_viewer_may_read_and_not_write(tenant: Tenant) -> None:
    client = client_of(tenant.viewer)
    assert client.get(SITES).status_code == 200
    refused = client.post(SITES, {"name": "n", "domain": "n.example"})
    assert (refused.status_code, refused.json()["code"]) == (403, "role_too_low")
    with tenant.work():
        assert Site.objects.count() == 1


def test_warm_list_costs_five_statements(tenant: Tenant) -> None:
    client = client_of(tenant.owner)
    for number in range(30):
        site_make(tenant, f"s{number}.example")
    client.get(SITES)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        client.get(SITES)
    # Django sees COUNT and the page; BEGIN, set_config with the versions, and COMMIT come from the backend.
    assert len([query for query in captured if query["sql"] not in ("BEGIN", "COMMIT")]) + 3 == 5


def test_list_costs_the_same_with_1_and_with_20_rows(tenant: Tenant) -> None:
    client = client_of(tenant.owner)
    client.get(SITES)
    with CaptureQueriesContext(connection) as few:
        client.get(f"{SITES}?page_size=1")
    for number in range(20):
        site_make(tenant, f"s{number}.example")
    with CaptureQueriesContext(connection) as many:
        client.get(f"{SITES}?page_size=20")
    assert len(many) <= len(few) + 1, "a full page also needs its count"


def test_pages_and_cursor_walk_every_row_once(tenant: Tenant) -> None:
    for number in range(7):
        site_make(tenant, f"s{number}.example")
    client = client_of(tenant.owner)
    for start in (f"{SITES}?page_size=3", f"{SITES}?page_size=3&cursor="):
        seen, url = [], start
        while url:
            body = client.get(url).json()
            seen += [row["id"] for row in body["results"]]
            url = body["next"]
        assert len(seen) == len(set(seen)) == 8
        assert seen == sorted(seen, reverse=True)


@pytest.mark.parametrize(
    "query",
    [
        "page=0", "page=-1", "page=x", "page=99999999999", "page_size=0", "page_size=101", "page=401",
        "cursor=%00", "cursor=zzz", "cursor=&ordering=name", "ordering=account", "ordering=account__name",
        "site__account__name__startswith=a", "created_by__password=x", "_connector=OR", "search=%00",
    ],
)  # fmt: skip
def test_parameters_nobody_declared_are_400(query: str, tenant: Tenant) -> None:
    response = client_of(tenant.owner).get(f"{SITES}?{query}")
    assert response.status_code == 400, response.content
    assert response.json()["code"] == "validation_error"


def test_count_is_capped(tenant: Tenant) -> None:
    client = client_of(tenant.owner)
    for number in range(4):
        site_make(tenant, f"s{number}.example")
    with patch("igny8_core.api.pagination.COUNT_CAP", 3):
        body = client.get(f"{SITES}?page_size=2").json()
    assert (body["count"], body["count_capped"]) == (3, True)


def test_etag_and_if_match(tenant: Tenant) -> None:
    client, url = client_of(tenant.owner), f"{SITES}{tenant.site.pk}/"
    first = client.get(url)
    assert first["ETag"] == '"1"'
    assert client.get(url, HTTP_IF_NONE_MATCH='"1"').status_code == 304
    changed = client.patch(url, {"name": "new"}, HTTP_IF_MATCH='"1"')
    assert (changed.status_code, changed["ETag"]) == (200, '"2"')
    stale = client.patch(url, {"name": "newer"}, HTTP_IF_MATCH='"1"')
    assert (stale.status_code, stale.json()["code"]) == (412, "version_conflict")
    assert client.delete(url, HTTP_IF_MATCH='"1"').status_code == 412
    assert client.get(url).json()["data"]["name"] == "new"


def test_delete_is_soft_with_what_it_owns_and_can_be_undone(tenant: Tenant) -> None:
    client, url = client_of(tenant.owner), f"{SITES}{tenant.site.pk}/"
    assert client.delete(url).status_code == 204
    assert client.get(url).status_code == 404
    assert client.get("/api/v1/account/sectors/").json()["count"] == 0
    assert client.post(f"{url}restore/").status_code == 200
    assert client.get("/api/v1/account/sectors/").json()["count"] == 2
    assert client.post(f"{url}restore/").status_code == 404


def test_unmapped_verbs_are_405(tenant: Tenant) -> None:
    client = client_of(tenant.owner)
    for method in ("put", "patch", "delete", "trace", "options"):
        assert client.generic(method.upper(), SITES).status_code == 405


def test_tenant_answers_are_never_cached(tenant: Tenant) -> None:
    for response in (client_of(tenant.owner).get(SITES), client_of(None).get(SITES)):
        assert response["Cache-Control"] == "private, no-store"
    vary = client_of(tenant.owner).get(SITES)["Vary"]
    assert {"Authorization", "X-API-Key", "Cookie"} <= {part.strip() for part in vary.split(",")}


def test_nothing_of_the_tenant_outlives_a_request(tenant: Tenant) -> None:
    client = client_of(tenant.owner)
    for call in (
        lambda: client.get(SITES),
        lambda: client.get(f"{SITES}{uuid4()}/"),
        lambda: client.post(SITES, {"name": ""}),
        lambda: client_of(None).get(SITES),
    ):
        call()
        assert context_or_none() is None
        with connection.cursor() as cursor:
            cursor.execute("SELECT NULLIF(current_setting('app.account_id', true), '')")
            assert cursor.fetchone() == (None,)


def test_defect_in_a_view_is_an_envelope_without_its_words(tenant: Tenant) -> None:
    client = client_of(tenant.owner)
    with patch("igny8_core.api.base.narrow", side_effect=RuntimeError("secret of the house")):
        response = client.get(SITES)
    assert (response.status_code, response.json()["code"]) == (500, "internal_error")
    assert b"secret" not in response.content


def test_throttle_headers_and_429(tenant: Tenant, stranger: Tenant) -> None:
    client = client_of(tenant.owner)
    with patch.dict("igny8_core.api.throttling._RATES", {"content_read": (2, 3600)}):
        answers = [client.get(SITES) for _ in range(3)]
        other_account = client_of(stranger.owner).get(SITES)
        other_person = client_of(tenant.member).get(SITES)
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [answer["X-Throttle-Remaining"] for answer in answers] == ["1", "0", "0"]
    assert 0 < int(answers[2]["Retry-After"]) <= 3600
    assert answers[2].json()["code"] == "throttled"
    assert (other_account.status_code, other_person.status_code) == (200, 200)


def test_keys_have_counters_of_their_own_also_behind_one_address(tenant: Tenant, stranger: Tenant) -> None:
    keys = [client_of_key(_key(one, "account:read").secret) for one in (tenant, tenant, stranger)]
    with patch.dict("igny8_core.api.throttling._RATES", {"content_read": (2, 3600)}):
        assert [keys[0].get(SITES).status_code for _ in range(3)] == [200, 200, 429]
        assert [key.get(SITES).status_code for key in keys[1:]] == [200, 200]


def test_guesses_from_an_address_never_stop_good_credentials_behind_it(tenant: Tenant) -> None:
    key, token = client_of_key(_key(tenant, "account:read").secret), client_of(tenant.owner)
    with patch("igny8_core.auth.middleware.GUESSES_PER_WINDOW", 2):
        wrong = [client_of_key("igny8_wrong").get(SITES).status_code for _ in range(4)]
        assert wrong == [401, 401, 429, 429]
        assert [key.get(SITES).status_code, token.get(SITES).status_code] == [200, 200]


def test_expired_token_is_no_guess(tenant: Tenant) -> None:
    import time_machine

    client = client_of(tenant.owner)
    later = utc_now() + timedelta(minutes=16)
    with patch("igny8_core.auth.middleware.GUESSES_PER_WINDOW", 1), time_machine.travel(later, tick=True):
        answers = [client.get(SITES) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [401] * 4
    assert answers[0].json()["code"] == "credential_invalid"


def test_throttle_of_anonymous_callers_ignores_forged_addresses(tenant: Tenant) -> None:
    client = client_of(None)
    with patch.dict("igny8_core.api.throttling._RATES", {"auth_strict": (1, 3600)}):
        body = {"email": "a@example.test", "password": "x"}
        codes = [
            client.post(
                "/api/v1/auth/login/", body, HTTP_X_FORWARDED_FOR=f"10.0.0.{n}, 1.2.3.{n}"
            ).status_code
            for n in range(3)
        ]
    assert codes == [401, 429, 429]


def test_requests_pass_when_redis_is_lost(tenant: Tenant) -> None:
    import redis

    with patch("igny8_core.tenancy.redis._counter", side_effect=redis.ConnectionError):
        assert client_of(tenant.owner).get(SITES).status_code == 200


def test_resource_tracking_is_for_staff_alone(tenant: Tenant) -> None:
    header = {"HTTP_X_DEBUG_RESOURCE_TRACKING": "true"}
    assert "X-Resource-Tracking-ID" not in client_of(tenant.owner).get(SITES, **header)
    response = client_of(staff_make()).get(SITES, **header)
    assert response["X-Resource-Tracking-ID"] == response["X-Request-ID"]


def test_system_account_cannot_be_deleted_by_any_path(tenant: Tenant) -> None:
    from django.db import DatabaseError

    from igny8_core.tenancy.errors import SystemAccountProtected
    from igny8_core.testing.db import owner_connection

    system = Account.objects.get(is_system=True)
    with pytest.raises(SystemAccountProtected):
        system.delete()
    with pytest.raises(SystemAccountProtected):
        Account.objects.filter(pk=system.pk).delete()
    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute("DELETE FROM igny8_auth_account WHERE is_system")
    with pytest.raises(Exception, match="never deleted"), owner_connection() as owner:
        owner.execute("DELETE FROM igny8_auth_account WHERE is_system")
    assert Account.objects.filter(pk=system.pk).exists()
