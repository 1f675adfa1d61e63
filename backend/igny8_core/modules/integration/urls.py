"""The room's addresses."""

from django.urls import path

from igny8_core.api.routers import RoomRouter
from igny8_core.modules.integration.api import views

app_name = "integration"
router = RoomRouter()
router.register("destinations", views.DestinationViewSet, basename="destination")
router.register("terms", views.TermViewSet, basename="term")
urlpatterns = [
    path("destinations/<uuid:pk>/check/", views.DestinationCheckView.as_view(), name="destination-check"),
    *router.urls,
]
