"""The room's addresses."""

from django.urls import path

from igny8_core.api.routers import RoomRouter
from igny8_core.modules.auth.api import own, views

app_name = "auth_room"
router = RoomRouter()
router.register("sessions", own.SessionViewSet, basename="session")
urlpatterns = [
    path("login/", views.LoginView.as_view(), name="login"),
    path("refresh/", views.RefreshView.as_view(), name="refresh"),
    path("register/", views.RegisterView.as_view(), name="register"),
    path("register/confirm/", views.RegisterConfirmView.as_view(), name="register-confirm"),
    path("password/reset/", views.PasswordResetView.as_view(), name="password-reset"),
    path("password/reset/confirm/", views.PasswordResetConfirmView.as_view(), name="password-reset-confirm"),
    path("invitations/accept/", views.InvitationAcceptView.as_view(), name="invitation-accept"),
    path("logout/", views.LogoutView.as_view(), name="logout"),
    path("logout/everywhere/", views.LogoutEverywhereView.as_view(), name="logout-everywhere"),
    path("me/", views.MeView.as_view(), name="me"),
    path("password/", views.PasswordView.as_view(), name="password"),
    path("second-factor/", own.SecondFactorView.as_view(), name="second-factor"),
    path("second-factor/confirm/", own.SecondFactorConfirmView.as_view(), name="second-factor-confirm"),
    path("second-factor/recovery-codes/", own.RecoveryCodesView.as_view(), name="recovery-codes"),
    path("second-factor/end/", own.SecondFactorEndView.as_view(), name="second-factor-end"),
    *router.urls,
]
