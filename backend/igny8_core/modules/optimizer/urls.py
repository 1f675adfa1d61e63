"""The room's addresses."""

from django.urls import path

from igny8_core.api.routers import RoomRouter
from igny8_core.modules.optimizer.api import views

app_name = "optimizer"
router = RoomRouter()
router.register("scores", views.ScoreViewSet, basename="score")
urlpatterns = [
    path("analyze/", views.AnalysisView.as_view(), name="analyze"),
    path("audits/", views.AuditView.as_view(), name="audit"),
    *router.urls,
]
