"""Serves the finished files of the preview sites; it reads no table and no session, and writes nothing."""

from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.views.decorators.http import require_safe

from igny8_core.modules.publisher.preview import HEADERS, PreviewStore, content_type


@require_safe
def preview_serve(request: HttpRequest, path: str) -> HttpResponseBase:
    """The file at `<token>/<path>`, 304 when the reader has it, or the site's own 404 page.

    The token is the only lock: whoever holds the address may read, nobody can guess it.
    """
    store = PreviewStore(settings.PREVIEW_ROOT)
    file = store.resolve(path)
    if file is None:
        response = _not_found(store, path)
    elif file.name == "index.html" and not path.endswith(("/", "/index.html")):
        response = HttpResponsePermanentRedirect(f"{request.path}/")
    else:
        response = _answered(request, file)
    for name, value in {**HEADERS, "X-Frame-Options": "SAMEORIGIN"}.items():
        response.headers[name] = value
    return response


def _answered(request: HttpRequest, file: Path) -> HttpResponse:
    with file.open("rb") as stream:
        content = stream.read()
    # The content's own digest: two versions of a page may be written within one tick of the file's clock.
    etag = f'"{sha256(content).hexdigest()[:32]}"'
    modified_at = int(file.stat().st_mtime)
    response = HttpResponse(content, content_type=content_type(file))
    response.headers["ETag"] = etag
    response.headers["Last-Modified"] = http_date(modified_at)
    answer = get_conditional_response(request, etag=etag, last_modified=modified_at, response=response)
    assert isinstance(answer, HttpResponse)  # noqa: S101 - it gives what it was given, a 304 or a 412
    return answer


def _not_found(store: PreviewStore, path: str) -> HttpResponse:
    page = store.resolve(f"{path.partition('/')[0]}/404.html")
    if page is None:
        return HttpResponse(b"Not found.\n", status=404, content_type="text/plain; charset=utf-8")
    return HttpResponse(page.read_bytes(), status=404, content_type=content_type(page))
