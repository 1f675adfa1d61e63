"""Every address the product serves: one line per room under /api/v1/, and what has no tenant."""

from django.conf import settings
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from igny8_core.api import health
from igny8_core.api.errors import bad_request
from igny8_core.api.staff_site import staff_site
from igny8_core.console import errors
from igny8_core.modules.billing import admin as _billing  # noqa: F401 - registers its tables for staff
from igny8_core.modules.system import admin as _system  # noqa: F401 - registers its tables for staff

urlpatterns = [
    *(path(f"api/v1/{room}/", include(f"igny8_core.modules.{room}.urls")) for room in settings.ROOMS),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="docs"),
    path("preview/", include("igny8_core.modules.publisher.preview_urls")),
    path("staff/", staff_site.urls),
    path("livez/", health.livez, name="livez"),
    path("readyz/", health.readyz, name="readyz"),
    path("", include("igny8_core.console.urls")),
]

handler400 = bad_request
handler403 = errors.page_forbidden
handler404 = errors.page_not_found
handler500 = errors.page_failed
