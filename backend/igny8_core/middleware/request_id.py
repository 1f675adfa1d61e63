"""Gives every request its id and returns it as X-Request-ID; never trusts one that is not a UUID."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from igny8_core.common.request_id import current_request_id, request_id_new


class RequestIDMiddleware:
    """Sets `request.request_id`, binds it for logs, and echoes it on the answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Bind the id for as long as the request runs."""
        request.request_id = request_id_new(request.META.get("HTTP_X_REQUEST_ID"))  # type: ignore[attr-defined]  # seed contract
        token = current_request_id.set(request.request_id)  # type: ignore[attr-defined]  # set above
        try:
            response = self.get_response(request)
        finally:
            current_request_id.reset(token)
        response["X-Request-ID"] = request.request_id  # type: ignore[attr-defined]  # set above
        return response
