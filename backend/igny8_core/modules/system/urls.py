"""The room's addresses."""

from django.urls import path

from igny8_core.api.routers import RoomRouter
from igny8_core.modules.system.api import staff, views

app_name = "system"
router = RoomRouter()
router.register("jobs", views.JobViewSet, basename="job")
router.register("prompts", views.PromptViewSet, basename="prompt")
router.register("staff/accounts", staff.StaffAccountViewSet, basename="staff-account")
router.register("staff/users", staff.StaffUserViewSet, basename="staff-user")
router.register("staff/sites", staff.StaffSiteViewSet, basename="staff-site")
router.register("staff/jobs", staff.StaffJobViewSet, basename="staff-job")
router.register("staff/audit", staff.StaffAuditViewSet, basename="staff-audit")
urlpatterns = [
    path("model/", views.ModelInfoView.as_view(), name="model"),
    path("request-metrics/<uuid:request_id>/", views.RequestMetricsView.as_view(), name="request-metrics"),
    *router.urls,
]
