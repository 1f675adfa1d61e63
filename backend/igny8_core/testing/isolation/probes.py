"""Forged requests that every resource must withstand, by rows and values of another account; part of the contract."""

import re
from typing import Any, ClassVar
from uuid import UUID, uuid4

from django.db import connection
from django.test.utils import CaptureQueriesContext

from igny8_core.api.pagination import _cursor_encode
from igny8_core.auth.models import Account, Invitation, User
from igny8_core.testing.clients import client_of, without_request_id
from igny8_core.testing.factories import Tenant
from igny8_core.testing.isolation.rows import key_client, marker_of, row_of, unchanged

_VOLATILE = frozenset({"X-Request-ID", "X-Throttle-Remaining", "X-Throttle-Reset", "Content-Length"})


def text_of(response: Any, *ids: UUID) -> str:
    """Everything a caller can see of an answer but the request's id; the given ids look all alike."""
    headers = sorted((name, value) for name, value in response.items() if name not in _VOLATILE)
    body = _body(response) if response.content else None
    text = f"{response.status_code} {headers} {body}"
    for row_id in ids:
        text = text.replace(str(row_id), "<id>")
    return text


def _body(response: Any) -> Any:
    if response["Content-Type"].startswith("application/json"):
        return without_request_id(response)
    # A page says its request's id, and its forms carry a token that is masked anew each time.
    page = response.content.decode().replace(response["X-Request-ID"], "<request>")
    return re.sub(r'(csrfmiddlewaretoken" value="|X-CSRFToken": ")\w+', r"\1<token>", page)


class ForgedRequests:
    """The half of the contract that forges; `IsolationContract` says what a resource declares."""

    url: ClassVar[str]
    model: ClassVar[Any]

    def test_parameters_that_nobody_declared_are_refused_by_every_operation(
        self: Any, tenant: Tenant, stranger: Tenant, mine: Any
    ) -> None:
        client = client_of(tenant.owner)
        for is_detail, path in ((False, self.url), (True, f"{self.url}{mine.pk}/")):
            for operation in self.operations(detail=is_detail):
                send = getattr(client, operation.method)
                with unchanged(tenant, stranger):
                    response = send(f"{path}{operation.suffix}?account={stranger.account.pk}")
                assert response.status_code == 400, (operation, response.content)

    def test_body_cannot_look_rows_up_by_their_values(
        self: Any, tenant: Tenant, stranger: Tenant, mine: Any
    ) -> None:
        create, change = self._writes(client_of(tenant.owner), tenant, mine)
        probes = [(create, *probe) for probe in self.foreign_fields.items()]
        probes += [(change, *probe) for probe in self.foreign_changes.items()]
        for ask, name, model in probes:
            foreign, missing = str(row_of(model, stranger).pk), str(uuid4())
            for key in ("id", "pk", "domain", "name", "account"):
                values = (foreign, missing) if key in ("id", "pk") else (marker_of(stranger), "no-such-value")
                with unchanged(tenant, stranger):
                    texts = [
                        text_of(
                            ask({name: [{key: value}] if name.endswith("_ids") else {key: value}})
                        ).replace(value, "<value>")
                        for value in values
                    ]
                assert texts[0] == texts[1], (name, key)
                assert texts[0].startswith("400 "), (name, key, texts[0])

    def test_head_and_options_of_another_accounts_row_are_those_of_a_missing_one(
        self: Any, tenant: Tenant, stranger: Tenant, mine: Any, theirs: Any
    ) -> None:
        client = client_of(tenant.owner)
        assert client.head(f"{self.url}{mine.pk}/").status_code == 200
        for method, status in (("head", 404), ("options", 405)):
            missing, seen = uuid4(), []
            for row_id in (theirs.pk, missing):
                with unchanged(tenant, stranger), CaptureQueriesContext(connection) as queries:
                    response = getattr(client, method)(f"{self.url}{row_id}/")
                assert response.status_code == status, (method, response.content)
                seen.append((text_of(response, theirs.pk, missing), len(queries)))
            assert seen[0] == seen[1], method

    def test_body_cannot_assign_rights(self: Any, tenant: Tenant, stranger: Tenant, mine: Any) -> None:
        writes = [ask for ask in self._writes(client_of(tenant.owner), tenant, mine) if ask is not None]
        for ask in writes:
            control = ask({})
            assert control.status_code in (200, 201, 202), control.content
        own = {"role", "all_sites"} if self.model in (User, Invitation) else set()
        before = _rights(tenant)
        for name, value in _RIGHTS.items():
            if name in own:
                continue
            for ask in writes:
                with unchanged(stranger):
                    response = ask({name: value})
                assert response.status_code < 500, (name, response.content)
                assert _rights(tenant) == before, name
        for ask in writes:
            with unchanged(stranger):
                response = ask({"site": {"id": str(tenant.site.pk), "account": stranger.account.pk}})
            assert response.status_code < 500, response.content
        with tenant.work():
            tenant.site.refresh_from_db()
        assert tenant.site.account_id == tenant.account.pk

    def test_cursor_made_of_another_accounts_row_tells_nothing(
        self: Any, tenant: Tenant, mine: Any, theirs: Any
    ) -> None:
        client = client_of(tenant.owner)
        # The next one: between the two stands no row of the caller's own.
        missing = UUID(int=theirs.pk.int + 1) if isinstance(theirs.pk, UUID) else theirs.pk + 1
        cursors = [_cursor_encode(row_id) for row_id in (theirs.pk, missing)]
        answers = [client.get(f"{self.url}?cursor={cursor}") for cursor in cursors]
        assert text_of(answers[0]) == text_of(answers[1])
        assert str(mine.pk) in self.ids_of(answers[0]), "the walk goes on among the own rows"
        assert str(theirs.pk) not in self.ids_of(answers[0])

    def test_values_of_another_account_are_free(self: Any, tenant: Tenant, stranger: Tenant) -> None:
        body = self.create_body(tenant)
        if body is None:
            return
        taken = {name: value for name, value in body.items() if isinstance(value, str) and not _is_id(value)}
        theirs = client_of(stranger.owner).post(self.url, {**(self.create_body(stranger) or {}), **taken})
        assert theirs.status_code in (201, 202), theirs.content
        response = client_of(tenant.owner).post(self.url, body)
        assert response.status_code == theirs.status_code, response.content

    def test_key_reaches_the_own_account_alone(
        self: Any, tenant: Tenant, stranger: Tenant, mine: Any, theirs: Any
    ) -> None:
        for client in (key_client(tenant.owner), key_client(tenant.owner, site=tenant.site)):
            listed = client.get(self.url)
            if listed.status_code == 200:
                assert str(theirs.pk) not in self.ids_of(listed)
            for operation in self.operations(detail=True):
                missing, seen = uuid4(), []
                for row_id in (theirs.pk, missing):
                    with unchanged(tenant, stranger), CaptureQueriesContext(connection) as queries:
                        response = self.call(client, operation, row_id, self.update_body(tenant))
                    assert response.status_code in (403, 404), (operation, response.content)
                    seen.append((text_of(response, theirs.pk, missing), len(queries)))
                assert seen[0] == seen[1], operation


_RIGHTS: dict[str, Any] = {
    "role": "owner",
    "staff_role": "admin",
    "is_superuser": True,
    "is_system": True,
    "all_sites": True,
    "plan": "agency",
    "plan_status": "active",
    "retention_days": 365,
    "context_version": 99,
    "created_by": str(uuid4()),
}


def _rights(tenant: Tenant) -> list[Any]:
    account = Account.objects.filter(pk=tenant.account.pk)
    people = User.objects.filter(account_id=tenant.account.pk, pk__in=[tenant.owner.pk, tenant.member.pk])
    return [
        list(account.values("plan", "plan_status", "is_system", "retention_days")),
        list(people.order_by("pk").values("role", "staff_role", "is_superuser", "all_sites", "account")),
    ]


def _is_id(value: str) -> bool:
    try:
        UUID(value)
    except ValueError:
        return False
    return True
