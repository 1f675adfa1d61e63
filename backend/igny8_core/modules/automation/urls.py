"""The room's addresses."""

from django.urls import path

from igny8_core.api.routers import RoomRouter
from igny8_core.modules.automation.api.views import (
    RunEstimateView,
    RunItemViewSet,
    RunViewSet,
    SettingsViewSet,
)

app_name = "automation"
router = RoomRouter()
router.register("runs", RunViewSet, basename="run")
router.register("items", RunItemViewSet, basename="item")
router.register("settings", SettingsViewSet, basename="settings")
urlpatterns = [path("estimate/", RunEstimateView.as_view(), name="estimate"), *router.urls]
