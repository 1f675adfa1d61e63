"""What an address without a route, and a defect, look like: a page for people, the envelope for programs."""

from django.http import HttpRequest, HttpResponse

from igny8_core.api.errors import server_error, url_not_found
from igny8_core.common.errors import DomainError, ErrorKind, NotFound
from igny8_core.console.base import error_page

_PROGRAMS = ("/api/", "/livez/", "/readyz/", "/static/", "/preview/")


class FormExpired(DomainError):
    """A form came without a token of this session: the session is another, or somebody else's page sent it."""

    kind = ErrorKind.FORBIDDEN
    code = "form_expired"
    message = "This form is no longer valid; go back, reload the page and send it again."


class Defect(DomainError):
    """Something on our side is broken."""

    code = "internal_error"
    message = "Something went wrong on our side; quote the request id to support."


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404 for an address that no route knows."""
    if request.path.startswith(_PROGRAMS):
        return url_not_found(request, exception)
    return error_page(request, NotFound())


def page_failed(request: HttpRequest) -> HttpResponse:
    """500 for a defect outside the API's own handler."""
    if request.path.startswith(_PROGRAMS):
        return server_error(request)
    return error_page(request, Defect(), status=500)


def page_forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403 for a page that Django itself refuses."""
    return error_page(request, FormExpired())


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form without the session's token."""
    return error_page(request, FormExpired())
