"""The room's addresses."""

from django.urls import path

from igny8_core.api.routers import RoomRouter
from igny8_core.modules.billing.api import views

app_name = "billing"
router = RoomRouter()
router.register("ledger", views.LedgerViewSet, basename="ledger")
router.register("holds", views.HoldViewSet, basename="hold")
urlpatterns = [
    path("balance/", views.BalanceView.as_view(), name="balance"),
    path("plan/", views.PlanView.as_view(), name="plan"),
    path("suspend/", views.SuspendView.as_view(), name="suspend"),
    path("reactivate/", views.ReactivateView.as_view(), name="reactivate"),
    *router.urls,
]
