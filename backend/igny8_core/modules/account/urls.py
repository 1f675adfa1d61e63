"""The room's addresses."""

from django.urls import path

from igny8_core.api.routers import RoomRouter
from igny8_core.modules.account.api import views

app_name = "account"
router = RoomRouter()
router.register("sites", views.SiteViewSet, basename="site")
router.register("sectors", views.SectorViewSet, basename="sector")
router.register("members", views.MemberViewSet, basename="member")
router.register("invitations", views.InvitationViewSet, basename="invitation")
router.register("api-keys", views.ApiKeyViewSet, basename="api-key")
router.register("audit", views.AuditEventViewSet, basename="audit")
urlpatterns = [
    path("profile/", views.ProfileView.as_view(), name="profile"),
    path("usage/", views.UsageView.as_view(), name="usage"),
    path("ownership/", views.OwnershipView.as_view(), name="ownership"),
    *router.urls,
]
