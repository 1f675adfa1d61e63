"""The room's addresses."""

from django.urls import path

from igny8_core.api.routers import RoomRouter
from igny8_core.modules.system.api import brand, catalogue, notifications, staff, views

app_name = "system"
router = RoomRouter()
router.register("jobs", views.JobViewSet, basename="job")
router.register("prompts", views.PromptViewSet, basename="prompt")
router.register("notifications", notifications.NotificationViewSet, basename="notification")
router.register("staff/accounts", staff.StaffAccountViewSet, basename="staff-account")
router.register("staff/users", staff.StaffUserViewSet, basename="staff-user")
router.register("staff/sites", staff.StaffSiteViewSet, basename="staff-site")
router.register("staff/jobs", staff.StaffJobViewSet, basename="staff-job")
router.register("staff/audit", staff.StaffAuditViewSet, basename="staff-audit")
urlpatterns = [
    path("brand-profile/", brand.BrandProfileApi.as_view(), name="brand-profile"),
    path("industries/", catalogue.IndustriesView.as_view(), name="industries"),
    path(
        "industries/<slug:industry>/sectors/<slug:sector>/",
        catalogue.SectorSeedView.as_view(),
        name="sector-seed",
    ),
    path("notifications/unread-count/", notifications.UnreadCountView.as_view(), name="unread-count"),
    path("model/", views.ModelInfoView.as_view(), name="model"),
    path("request-metrics/<uuid:request_id>/", views.RequestMetricsView.as_view(), name="request-metrics"),
    *router.urls,
]
