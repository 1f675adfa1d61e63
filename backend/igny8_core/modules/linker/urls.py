"""The room's addresses."""

from django.urls import path

from igny8_core.api.routers import RoomRouter
from igny8_core.modules.linker.api import views

app_name = "linker"
router = RoomRouter()
router.register("nodes", views.LinkNodeViewSet, basename="node")
router.register("edges", views.LinkEdgeViewSet, basename="edge")
router.register("suggestions", views.LinkSuggestionViewSet, basename="suggestion")
router.register("batches", views.LinkBatchViewSet, basename="batch")
urlpatterns = [
    path("scan/", views.ScanView.as_view(), name="scan"),
    path("graph/", views.GraphView.as_view(), name="graph"),
    path("preview/", views.PreviewView.as_view(), name="preview"),
    *router.urls,
]
