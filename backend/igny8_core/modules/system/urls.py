"""The room's addresses."""

from django.urls import path

from igny8_core.api.routers import RoomRouter
from igny8_core.modules.system.api import views

app_name = "system"
router = RoomRouter()
router.register("jobs", views.JobViewSet, basename="job")
router.register("prompts", views.PromptViewSet, basename="prompt")
urlpatterns = [
    path("model/", views.ModelInfoView.as_view(), name="model"),
    path("request-metrics/<uuid:request_id>/", views.RequestMetricsView.as_view(), name="request-metrics"),
    *router.urls,
]
