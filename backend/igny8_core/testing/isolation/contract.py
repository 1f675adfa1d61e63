"""The attacks that every resource must withstand; rooms declare a resource, this module asks for the forbidden."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import uuid4

import pytest
from django import forms
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import resolve
from rest_framework.test import APIClient

from igny8_core.api.operations import OperationRule, operation_rule
from igny8_core.auth.models import Role, Site
from igny8_core.tenancy.bases import AccountBaseModel
from igny8_core.tenancy.kinds import Kind
from igny8_core.testing.clients import client_of
from igny8_core.testing.factories import Tenant, site_make
from igny8_core.testing.isolation.probes import ForgedRequests, text_of
from igny8_core.testing.isolation.rows import (
    key_client,
    limited_user,
    marker_of,
    row_make,
    row_of,
    unchanged,
)

Body = dict[str, Any]
Write = Callable[[Body], Any]

PROBED_PARAMETERS = (
    "account",
    "account_id",
    "site__account__name__startswith",
    "created_by__password__startswith",
    "deleted_at__isnull",
    "id__in",
    "_connector",
)
HIDDEN_COLUMNS = ("account", "account_id", "account__name", "site__name", "deleted_at", "deletion_id", "pk")


@dataclass(frozen=True)
class Operation:
    """One thing that can be asked of a resource: its method and what follows the resource's (or row's) address."""

    method: str
    suffix: str = ""
    is_read: bool = False

    def __str__(self) -> str:
        return f"{self.method.upper()} {self.suffix}"


_NAMED = re.compile(r"\(\?P<\w+>[^)]*\)")


@pytest.mark.django_db
class IsolationContract(ForgedRequests):
    """The attacks on one resource: subclass it as `Test…`, declare, and inherit the tests.

    `foreign_fields` maps a field of POST's body to the model whose row it names, `foreign_changes` one of PATCH's.
    """

    url: ClassVar[str]
    model: ClassVar[Any]
    foreign_fields: ClassVar[Mapping[str, Any]] = {}
    foreign_changes: ClassVar[Mapping[str, Any]] = {}

    def make(self, tenant: Tenant) -> Any:
        """A row with `marker_of(tenant)` in what the API shows of it."""
        return row_make(self.model, tenant)

    def create_body(self, tenant: Tenant) -> Body | None:
        """A body that POST accepts from this account; None where the resource cannot be created so."""
        return None

    def update_body(self, tenant: Tenant) -> Body:
        """A body that PATCH accepts for the row of `make`."""
        return {}

    @pytest.fixture
    def mine(self, tenant: Tenant) -> Any:
        """The caller's row."""
        return self.make(tenant)

    @pytest.fixture
    def theirs(self, stranger: Tenant) -> Any:
        """The victim's row."""
        return self.make(stranger)

    @property
    def view(self) -> Any:
        """The resource's view class."""
        return resolve(self.url).func.cls  # type: ignore[attr-defined]  # set by DRF's as_view

    def operations(self, *, detail: bool) -> list[Operation]:
        """What the routes offer for the list or for a row, own actions included."""
        path = f"{self.url}{uuid4()}/" if detail else self.url
        found = [
            Operation(method, is_read=method == "get")
            for method in resolve(path).func.actions  # type: ignore[attr-defined]  # set by DRF's as_view
            if method != "head"
        ]
        for action in self.view.get_extra_actions():
            if action.detail is detail:
                found += [
                    Operation(method, f"{_NAMED.sub('1', action.url_path)}/", is_read=method == "get")
                    for method in action.mapping
                ]
        if detail and hasattr(self.view, "restore"):
            found.append(Operation("post", "restore/"))
        return found

    def rule_of(self, operation: Operation, *, detail: bool) -> OperationRule:
        """Who may, by the table of operations."""
        path = f"{self.url}{uuid4()}/" if detail else self.url
        match = resolve(f"{path}{operation.suffix}")
        view = match.func.cls(**match.func.initkwargs)  # type: ignore[attr-defined]  # set by DRF's as_view
        view.action_map = match.func.actions  # type: ignore[attr-defined]  # set by DRF's as_view
        rule = operation_rule(view, operation.method.upper())
        assert rule is not None
        return rule

    def call(
        self,
        client: APIClient,
        operation: Operation,
        row_id: object = None,
        body: Body | None = None,
        **headers: str,
    ) -> Any:
        """Ask for an operation on the list or on a row."""
        path = f"{self.url}{row_id}/" if row_id else self.url
        send: Callable[..., Any] = getattr(client, operation.method)
        return send(f"{path}{operation.suffix}", None if operation.is_read else (body or {}), headers=headers)

    def ids_of(self, response: Any) -> set[str]:
        """The rows of a list."""
        assert response.status_code == 200, response.content
        return {row["id"] for row in response.json()["results"]}

    def assert_like_missing(
        self,
        client: APIClient,
        operation: Operation,
        row: Any,
        body: Body,
        status: int = 404,
        **headers: str,
    ) -> None:
        """The answer for a row out of reach equals the one for no row at all, down to the number of statements."""
        missing_id, seen = uuid4(), []
        for row_id in (row.pk, missing_id):
            with CaptureQueriesContext(connection) as queries:
                response = self.call(client, operation, row_id, body, **headers)
            seen.append((text_of(response, row.pk, missing_id), len(queries)))
        assert seen[0] == seen[1], operation
        assert seen[0][0].startswith(f"{status} "), (operation, seen[0][0])

    # -- another account's rows

    def test_owner_reaches_the_own_row(self, tenant: Tenant, mine: Any) -> None:
        client = client_of(tenant.owner)
        assert client.get(f"{self.url}{mine.pk}/").status_code == 200
        assert str(mine.pk) in self.ids_of(client.get(self.url))

    def test_row_of_another_account_is_like_a_missing_one(
        self, tenant: Tenant, stranger: Tenant, mine: Any, theirs: Any
    ) -> None:
        client, body = client_of(tenant.owner), self.update_body(tenant)
        client.get(f"{self.url}{mine.pk}/")  # the principal is known from here on: statements can be compared
        for operation in self.operations(detail=True):
            with unchanged(tenant, stranger):
                self.assert_like_missing(client, operation, theirs, body)

    def test_etag_of_another_account_proves_nothing(
        self, tenant: Tenant, stranger: Tenant, mine: Any, theirs: Any
    ) -> None:
        client, tag = client_of(tenant.owner), f'"{getattr(theirs, "version", 1)}"'
        client.get(f"{self.url}{mine.pk}/")
        for operation in self.operations(detail=True):
            for header in ("If-Match", "If-None-Match"):
                with unchanged(tenant, stranger):
                    self.assert_like_missing(
                        client, operation, theirs, self.update_body(tenant), 404, **{header: tag}
                    )

    def test_list_search_and_order_show_own_rows_alone(self, tenant: Tenant, mine: Any, theirs: Any) -> None:
        client = client_of(tenant.owner)
        first = client.get(self.url).json()
        probes = ["?page_size=100", "?cursor="]
        probes += [f"?ordering={sign}{name}" for name in self.view.ordering_fields for sign in ("", "-")]
        for probe in probes:
            response = client.get(f"{self.url}{probe}")
            assert str(theirs.pk) not in self.ids_of(response)
            assert response.json().get("count", first["count"]) == first["count"]
        for term in (str(theirs.pk), str(theirs.account_id), *self._secrets(theirs)):
            response = client.get(f"{self.url}?search={term}")
            assert response.status_code == 400 or response.json()["count"] == 0, term
            assert response.status_code == (200 if self.view.search_fields else 400)

    def _secrets(self, row: Any) -> list[str]:
        tail = f"{row.account_id % 10**9:09d}"
        return [f"hid{tail}", f"own{tail}"]

    def test_filter_by_foreign_id_is_like_one_by_a_missing_id(
        self, tenant: Tenant, stranger: Tenant, mine: Any, theirs: Any
    ) -> None:
        client = client_of(tenant.owner)
        filters = self.view.filterset_class.base_filters if self.view.filterset_class else {}
        for name, declared in filters.items():
            if declared.field_class not in (forms.UUIDField, forms.CharField):
                continue
            is_id = declared.field_class is forms.UUIDField
            named = getattr(theirs, declared.field_name, None) or theirs.pk
            foreign: object = named if is_id else marker_of(stranger)
            missing = uuid4()
            answers = [client.get(f"{self.url}?{name}={value}") for value in (foreign, missing)]
            texts = [
                text_of(answer).replace(str(value), "<id>")
                for answer, value in zip(answers, (foreign, missing), strict=True)
            ]
            assert texts[0] == texts[1], name
            assert self.ids_of(answers[0]) == set()

    def test_parameters_and_orders_that_nobody_declared_are_refused(self, tenant: Tenant, mine: Any) -> None:
        client = client_of(tenant.owner)
        declared = set(self.view.filterset_class.base_filters) if self.view.filterset_class else set()
        for name in set(PROBED_PARAMETERS) - declared:
            assert client.get(f"{self.url}?{name}=1").status_code == 400, name
        for name in set(HIDDEN_COLUMNS) - set(self.view.ordering_fields):
            assert client.get(f"{self.url}?ordering={name}").status_code == 400, name

    def test_body_cannot_name_rows_of_another_account(
        self, tenant: Tenant, stranger: Tenant, mine: Any
    ) -> None:
        create, change = self._writes(client_of(tenant.owner), tenant, mine)
        probes = [(create, *probe) for probe in self.foreign_fields.items()]
        probes += [(change, *probe) for probe in self.foreign_changes.items()]
        for ask, name, model in probes:
            assert ask is not None, name
            foreign, missing = row_of(model, stranger).pk, uuid4()
            with unchanged(tenant, stranger):
                texts = [
                    text_of(
                        ask({name: [str(value)] if name.endswith("_ids") else str(value)}), foreign, missing
                    )
                    for value in (foreign, missing)
                ]
            assert texts[0] == texts[1], name
            assert texts[0][0] == "4", (name, texts[0])
            assert marker_of(stranger) not in texts[0]

    def _writes(self, client: APIClient, tenant: Tenant, row: Any) -> tuple[Write | None, Write | None]:
        """POST to the list and PATCH of a row, each with a valid body and what is added; None if not routed."""
        body, has_patch = self.create_body(tenant), Operation("patch") in self.operations(detail=True)

        def create(extra: Body) -> Any:
            return client.post(self.url, {**(body or {}), **extra})

        def change(extra: Body) -> Any:
            return client.patch(f"{self.url}{row.pk}/", {**self.update_body(tenant), **extra})

        return None if body is None else create, change if has_patch else None

    def test_body_cannot_assign_what_belongs_to_the_wall(
        self, tenant: Tenant, stranger: Tenant, mine: Any
    ) -> None:
        client = client_of(tenant.owner)
        values: Body = {
            "account": stranger.account.pk,
            "account_id": stranger.account.pk,
            "id": str(uuid4()),
            "deleted_at": "2020-01-01T00:00:00Z",
            "deletion_id": str(uuid4()),
            "version": 77,
            "is_staff": True,
        }
        for name, value in values.items():
            for ask in filter(None, self._writes(client, tenant, mine)):
                with unchanged(stranger):
                    response = ask({name: value})
                assert response.status_code < 500, (name, response.content)
                self._assert_owned(response, tenant, name, value)
        again = type(mine)._base_manager.filter(pk=mine.pk)
        with tenant.work():
            assert again.filter(account_id=tenant.account.pk).exists()
            assert not again.filter(
                **{"deleted_at__isnull": False} if hasattr(mine, "deleted_at") else {"pk": None}
            )

    def _assert_owned(self, response: Any, tenant: Tenant, name: str, value: object) -> None:
        if response.status_code >= 300:
            return
        data = response.json()["data"]
        assert data.get(name) != value, name
        with tenant.work():
            assert self.model._base_manager.filter(pk=data["id"], account_id=tenant.account.pk).exists()
            if response.status_code == 201:  # room for the next one
                self.model._base_manager.filter(pk=data["id"]).delete()

    def test_answers_are_private(self, tenant: Tenant, mine: Any, theirs: Any) -> None:
        client = client_of(tenant.owner)
        for path in (self.url, f"{self.url}{mine.pk}/", f"{self.url}{theirs.pk}/", f"{self.url}?nonsense=1"):
            response = client.get(path)
            assert response["Cache-Control"] == "private, no-store", path
            assert {"Authorization", "X-API-Key", "Cookie"} <= set(response["Vary"].split(", ")), path

    # -- deleted rows, low roles, other sites

    def test_deleted_row_is_like_a_missing_one(self, tenant: Tenant, mine: Any) -> None:
        if not isinstance(mine, AccountBaseModel):
            return
        with tenant.work():
            mine.delete()
        client = client_of(tenant.owner)
        assert str(mine.pk) not in self.ids_of(client.get(self.url))
        for operation in self.operations(detail=True):
            if operation.suffix != "restore/":
                with unchanged(tenant):
                    self.assert_like_missing(client, operation, mine, self.update_body(tenant))

    def test_deleted_row_of_another_account_cannot_be_restored(
        self, tenant: Tenant, stranger: Tenant, mine: Any, theirs: Any
    ) -> None:
        restore = Operation("post", "restore/")
        if restore not in self.operations(detail=True):
            return
        with stranger.work():
            theirs.delete()
        client, other_site = client_of(tenant.owner), key_client(tenant.owner, site=site_make(tenant))
        client.get(f"{self.url}{mine.pk}/")
        with unchanged(tenant, stranger):
            self.assert_like_missing(client, restore, theirs, {})
        with tenant.work():
            mine.delete()
        other_site.get(self.url)
        status = 403 if self.rule_of(restore, detail=True).whole_account else 404
        with unchanged(tenant):
            self.assert_like_missing(other_site, restore, mine, {}, status=status)

    def test_nobody_and_low_roles_are_refused_without_effect(self, tenant: Tenant, mine: Any) -> None:
        actors = [(APIClient(raise_request_exception=False), 401), (client_of(tenant.viewer), 403)]
        for detail in (False, True):
            for operation in self.operations(detail=detail):
                for client, status in actors:
                    if status == 403 and self.rule_of(operation, detail=detail).role is Role.VIEWER:
                        continue
                    with unchanged(tenant):
                        response = self.call(client, operation, mine.pk if detail else None)
                    assert response.status_code == status, (operation, response.content)
                    assert str(mine.pk) not in str(response.content)

    def test_other_site_of_the_account_is_out_of_reach(self, tenant: Tenant, mine: Any) -> None:
        if self.model.tenant_kind is Kind.IDENTITY or self.model.tenant_site_lookup is None:
            return
        other = site_make(tenant)
        key, person = key_client(tenant.owner, site=other), client_of(limited_user(tenant, other))
        for client in (key, person):
            assert str(mine.pk) not in self.ids_of(client.get(self.url))
            for operation in self.operations(detail=True):
                # What no key may do at all is refused before any row is looked for.
                is_for_keys = self.rule_of(operation, detail=True).verb is not None
                status = 404 if client is person or is_for_keys else 403
                with unchanged(tenant):
                    self.assert_like_missing(client, operation, mine, self.update_body(tenant), status)
            self._assert_site_filter(client, tenant)
            self._assert_site_body(client, tenant)

    def _assert_site_filter(self, client: APIClient, tenant: Tenant) -> None:
        if self.view.filterset_class and "site" in self.view.filterset_class.base_filters:
            missing = uuid4()
            texts = [text_of(client.get(f"{self.url}?site={one}"), one) for one in (tenant.site.pk, missing)]
            assert texts[0] == texts[1]

    def _assert_site_body(self, client: APIClient, tenant: Tenant) -> None:
        body = self.create_body(tenant)
        if body is None or self.model is Site:
            return
        with unchanged(tenant):
            response = client.post(self.url, body)
        assert 400 <= response.status_code < 500, response.content
