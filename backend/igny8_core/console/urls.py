"""The console's addresses: the entrance, the account's pages, and the pages of each site."""

from django.urls import path

from igny8_core.console.views import entrance, home

app_name = "console"

urlpatterns = [
    path("sign-in/", entrance.SignInView.as_view(), name="sign_in"),
    path("sign-up/", entrance.SignUpView.as_view(), name="sign_up"),
    path("sign-up/confirm/", entrance.SignUpConfirmView.as_view(), name="sign_up_confirm"),
    path("password/", entrance.PasswordView.as_view(), name="password"),
    path("password/confirm/", entrance.PasswordConfirmView.as_view(), name="password_confirm"),
    path("join/", entrance.JoinView.as_view(), name="join"),
    path("sign-out/", entrance.SignOutView.as_view(), name="sign_out"),
    path("", home.HomeView.as_view(), name="home"),
    path("sites/<uuid:site_id>/", home.SiteHomeView.as_view(), name="site_home"),
]
