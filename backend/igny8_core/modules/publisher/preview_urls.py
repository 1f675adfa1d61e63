"""The addresses of the preview sites, mounted at `preview/`."""

from django.urls import path

from igny8_core.modules.publisher.preview_views import preview_serve

preview_urlpatterns = [path("<path:path>", preview_serve, name="preview")]
urlpatterns = preview_urlpatterns
