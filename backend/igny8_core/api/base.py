"""The base views of every room: they scope, open the one transaction, attach the account and wrap the answer.

Rooms say which model, serializer and services; what this module owns cannot be overridden.
"""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from igny8_core.api.authentication import principal_of
from igny8_core.api.filters import DeclaredParameters, RowFilter, SiteFilter, narrow, refuse_unknown
from igny8_core.api.idempotency import idempotency_key, run_once
from igny8_core.api.privacy import keep_private
from igny8_core.api.serializers import row_reader
from igny8_core.auth.middleware import admitted, principal_attach
from igny8_core.auth.principals import Principal
from igny8_core.auth.staff import REASON_HEADER
from igny8_core.common.envelope import success
from igny8_core.common.errors import DomainError, ErrorKind, NotFound
from igny8_core.common.request_id import current_request_id
from igny8_core.tenancy.bases import AccountBaseModel
from igny8_core.tenancy.bypass import bypass, bypass_record, rows_across
from igny8_core.tenancy.context import current_context, tenant_scope, tenant_transaction
from igny8_core.tenancy.errors import StaleContext
from igny8_core.tenancy.models import Job
from igny8_core.tenancy.softdelete import row_delete, row_restore

OWNED = frozenset(
    {
        "dispatch",
        "initial",
        "initialize_request",
        "handle_exception",
        "finalize_response",
        "get_authenticators",
        "get_permissions",
        "get_throttles",
        "perform_authentication",
        "check_permissions",
        "check_throttles",
        "get_queryset",
        "get_object",
        "perform_create",
        "perform_update",
        "perform_destroy",
    }
)


class VersionConflict(DomainError):
    """The row changed since the caller read it."""

    kind = ErrorKind.PRECONDITION_FAILED
    code = "version_conflict"
    message = "The row was changed since you read it; read it again and repeat your change."


class ViewFrame(APIView):
    """The frame of every API view: permission and throttle first, then one tenant transaction, then the envelope."""

    room: ClassVar[str] = ""
    operations: ClassVar[Mapping[str, str]] = {}  # method to operation; viewsets name theirs by action
    secret_fields: ClassVar[tuple[str, ...]] = ()  # shown once: not kept for an Idempotency-Key's replay
    throttle_scope: ClassVar[str] = "default"
    network: ClassVar[bool] = False  # True: the view opens its own short transactions around a network call
    # By action or method: how it may refuse beyond what every one of its method may.
    refusals: ClassVar[Mapping[str, tuple[int, ...]]] = {}
    # What the query string may hold, by action or method; a list's filters are declared by its filter set.
    parameters: ClassVar[Mapping[str, frozenset[str]]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        overridden = OWNED & set(vars(cls))
        if overridden and not cls.__module__.startswith("igny8_core.api."):
            raise TypeError(f"{cls.__name__} may not override {', '.join(sorted(overridden))}.")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Run the request; what a handler raises, and what COMMIT refuses, ends in the error envelope."""
        self.args, self.kwargs = args, kwargs
        self.request = self.initialize_request(request, *args, **kwargs)
        self.headers = self.default_response_headers
        try:
            self.initial(self.request, *args, **kwargs)
            response = self._run(self.request)
        except Exception as error:  # noqa: BLE001 - DRF's own contract: everything goes to the exception handler
            response = self.handle_exception(error)
        self.response = self.finalize_response(self.request, response, *args, **kwargs)
        return self.response

    def valid_data(self, serializer: BaseSerializer[Any]) -> dict[str, Any]:
        """The validated body; raises ValidationError."""
        serializer.is_valid(raise_exception=True)
        data: dict[str, Any] = serializer.validated_data
        return data

    def _run(self, request: Request) -> Response:
        handler = getattr(self, (request.method or "").lower(), self.http_method_not_allowed)
        if request.method not in self.allowed_methods:
            handler = self.http_method_not_allowed
        else:
            self._refuse_parameters(request)

        def work() -> Response:
            answer: Response = handler(request, *self.args, **self.kwargs)
            return answer

        if not isinstance(request.auth, Principal):
            return work()
        try:
            return self._in_tenant(request, work)
        except StaleContext:
            # Raised at BEGIN, before anything was done: ask the database who this is and begin again.
            principal = admitted(request._request, fresh=True)
            principal_attach(request._request, principal)
            self.request = request = self.initialize_request(request._request, *self.args, **self.kwargs)
            self.perform_authentication(request)
            self.check_permissions(request)
            return self._in_tenant(request, work)

    def _refuse_parameters(self, request: Request) -> None:
        method = (request.method or "").lower().replace("head", "get")
        name = getattr(self, "action", None) or method
        if not (name == "list" and isinstance(self, AccountListViewSet)):
            refuse_unknown(request, self.parameters.get(name, frozenset()))

    def _in_tenant(self, request: Request, work: Callable[[], Response]) -> Response:
        entry = principal_of(request).entry
        if entry is None:
            return self._in_account(request, work)
        home, account = entry.home(current_request_id.get()), principal_of(request).account
        with bypass(home, account_id=account.pk, reason=entry.reason, detail={"what": entry.what}):
            return self._in_account(request, work)

    def _in_account(self, request: Request, work: Callable[[], Response]) -> Response:
        context = principal_of(request).context(current_request_id.get())
        key = idempotency_key(request)
        if self.network:
            with tenant_transaction(context):
                pass  # the versions are verified here, once; after this the request runs to its end
            context = dataclasses.replace(context, probe=None)
            with tenant_scope(context):
                if key is None:
                    return work()
                return run_once(request, key, context, work, network=True, secrets=self.secret_fields)
        if key is not None:
            return run_once(request, key, context, work, network=False, secrets=self.secret_fields)
        with tenant_transaction(context):
            return work()

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Put the envelope around the data and the tenant's headers on the answer."""
        if isinstance(response, Response) and response.status_code not in (204, 304):
            request_id = getattr(request._request, "request_id", None)
            if getattr(response, "is_list", False):
                response.data = {"success": True, **response.data, "request_id": request_id}
            elif not getattr(response, "is_enveloped", False):
                response.data = success(response.data, request_id=request_id)
        response = super().finalize_response(request, response, *args, **kwargs)
        keep_private(response)
        throttle = getattr(request._request, "throttle_state", None)
        if throttle is not None:
            limit, remaining, reset = throttle
            response["X-Throttle-Limit"], response["X-Throttle-Remaining"] = str(limit), str(remaining)
            response["X-Throttle-Reset"] = str(int(reset))
        return response


def job_accepted(job: Job) -> Response:
    """202 for long work: the job to poll."""
    return Response({"job_id": job.pk}, status=status.HTTP_202_ACCEPTED)


class AccountListViewSet(ViewFrame, GenericViewSet[Any]):
    """Lists one model's rows of the caller's account."""

    model: ClassVar[Any]
    filter_backends = (DeclaredParameters,)
    filterset_class: ClassVar[type[RowFilter] | None] = None
    search_fields: ClassVar[tuple[str, ...]] = ()
    ordering_fields: ClassVar[tuple[str, ...]] = ()
    default_ordering: ClassVar[tuple[str, ...]] = ("-id",)

    def narrow_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """What a room may override: fewer rows, never more."""
        return queryset

    def get_queryset(self) -> QuerySet[Any]:
        """The account's (and site's) alive rows, built anew for each request."""
        return self.narrow_queryset(self.model.objects.all())

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One page of rows; read as plain columns where the serializer computes nothing."""
        queryset = narrow(self.get_queryset(), request, self)
        serializer_class = self.get_serializer_class()
        reader = row_reader(serializer_class)
        if reader is not None:
            rows = self.paginate_queryset(queryset.values(*reader.columns))
            return self.get_paginated_response(rows)
        rows = self.paginate_queryset(queryset)
        return self.get_paginated_response(self.get_serializer(rows, many=True).data)


class AccountModelViewSet(AccountListViewSet):
    """Lists and shows one model's rows of the caller's account; writing comes from the mixins below."""

    def get_object(self) -> Any:
        """One row, locked when it is to be written; raises NotFound alike for foreign, missing and malformed ids."""
        queryset = self.get_queryset()
        if self.request.method not in ("GET", "HEAD"):
            queryset = queryset.select_for_update(of=("self",))
        row = queryset.filter(pk=_uuid(self.kwargs["pk"])).first()
        if row is None:
            raise NotFound
        return row

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One row, or 304 when the caller has this version."""
        row = self.get_object()
        if hasattr(row, "version") and request.headers.get("If-None-Match") == etag(row):
            return Response(status=status.HTTP_304_NOT_MODIFIED, headers={"ETag": etag(row)})
        return self.answer(row)

    def answer(self, row: AccountBaseModel, status_code: int = status.HTTP_200_OK) -> Response:
        """A row as this resource shows it, with its ETag."""
        reader = row_reader(self.get_serializer_class())
        data = self.get_serializer(row).data if reader is None else reader.read(row)
        headers = {"ETag": etag(row)} if hasattr(row, "version") else None
        return Response(data, status=status_code, headers=headers)


class IdentityModelViewSet(AccountModelViewSet):
    """The same for identity tables, whose plain manager knows no account: it is filtered here."""

    def get_queryset(self) -> QuerySet[Any]:
        """The current account's rows."""
        if getattr(self, "swagger_fake_view", False):  # the schema is drawn without a tenant
            return self.model._default_manager.none()  # type: ignore[no-any-return]  # the model is declared by the room
        rows = self.model._default_manager.filter(account_id=current_context().account_id)
        return self.narrow_queryset(rows)


class StaffListViewSet(AccountListViewSet):
    """Rows of every account for staff: listed by the read-only operations role, on record before they are read."""

    def get_queryset(self) -> QuerySet[Any]:
        """Every account's rows."""
        return self.narrow_queryset(rows_across(self.model))

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One page; without its record in this transaction no answer leaves."""
        bypass_record(
            "staff.listed",
            account_id=None,
            reason=request.META.get(REASON_HEADER, "") or request.path,
            detail={"what": request.get_full_path()[:300]},
        )
        return super().list(request, *args, **kwargs)


class SiteSectorModelViewSet(AccountModelViewSet):
    """The same for rows of a site: `?site=` and `?sector=` narrow, a site key narrows by itself."""

    filterset_class = SiteFilter


class CreateRows:
    """POST to the list: validates and calls `create_service(**fields)`."""

    create_service: ClassVar[Callable[..., AccountBaseModel]]

    def create(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Create one row; 201."""
        data = self.valid_data(self.get_serializer(data=request.data))
        row = type(self).create_service(**data)
        answer: Response = self.answer(row, status.HTTP_201_CREATED)
        return answer


class UpdateRows:
    """PUT and PATCH of one row: honours If-Match and calls `update_service(row, **fields)`."""

    update_service: ClassVar[Callable[..., AccountBaseModel]]

    def update(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change one row."""
        row = self.get_object()
        require_version(request, row)
        partial = kwargs.get("partial", False)
        data = self.valid_data(self.get_serializer(row, data=request.data, partial=partial))
        answer: Response = self.answer(type(self).update_service(row, **data))
        return answer

    def partial_update(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change some fields of one row."""
        answer: Response = self.update(request, *args, **kwargs, partial=True)
        return answer


class DeleteRows:
    """DELETE of one row: soft, with what it owns; `restore` brings the set back inside the retention window."""

    delete_service: ClassVar[Callable[..., Any]] = staticmethod(row_delete)
    restore_service: ClassVar[Callable[..., AccountBaseModel]] = staticmethod(row_restore)

    def destroy(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Delete one row; 204."""
        row = self.get_object()
        require_version(request, row)
        type(self).delete_service(row)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def restore(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Bring back a deleted row with what was deleted with it."""
        answer: Response = self.answer(type(self).restore_service(self.model, _uuid(self.kwargs["pk"])))
        return answer


def etag(row: AccountBaseModel) -> str:
    """The row's version as an entity tag; a row may say more finely what changed."""
    return f'"{getattr(row, "entity_version", row.version)}"'


def require_version(request: Request, row: AccountBaseModel) -> None:
    """Raise VersionConflict when If-Match names another version than the row's."""
    expected = request.headers.get("If-Match")
    if expected not in (None, "*", etag(row)):
        raise VersionConflict


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFound from error


__all__ = [
    "AccountModelViewSet",
    "CreateRows",
    "DeleteRows",
    "IdentityModelViewSet",
    "SiteSectorModelViewSet",
    "StaffListViewSet",
    "UpdateRows",
    "ViewFrame",
    "job_accepted",
]
