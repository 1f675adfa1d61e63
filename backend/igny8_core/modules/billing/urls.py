"""The room's addresses."""

from django.urls import path

from igny8_core.api.routers import RoomRouter
from igny8_core.modules.billing.api import payments, plans, views

app_name = "billing"
router = RoomRouter()
router.register("ledger", views.LedgerViewSet, basename="ledger")
router.register("holds", views.HoldViewSet, basename="hold")
router.register("payments", payments.PaymentViewSet, basename="payment")
urlpatterns = [
    path("balance/", views.BalanceView.as_view(), name="balance"),
    path("statement/", views.StatementView.as_view(), name="statement"),
    path("statement/export/", views.StatementExportView.as_view(), name="statement-export"),
    path("plan/", plans.PlanView.as_view(), name="plan"),
    path("plans/", plans.OffersView.as_view(), name="offers"),
    path("subscription/", plans.SubscriptionView.as_view(), name="subscription"),
    path("prices/", plans.PricesView.as_view(), name="prices"),
    path("estimate/", plans.EstimateView.as_view(), name="estimate"),
    path("suspend/", plans.SuspendView.as_view(), name="suspend"),
    path("reactivate/", plans.ReactivateView.as_view(), name="reactivate"),
    path("payments/<uuid:payment_id>/approve/", payments.ApproveView.as_view(), name="payment-approve"),
    path("payments/<uuid:payment_id>/reject/", payments.RejectView.as_view(), name="payment-reject"),
    *router.urls,
]
