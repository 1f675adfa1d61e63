"""The console's addresses: the entrance, the account's pages, and the pages of each site."""

from django.urls import include, path

from igny8_core.console.views import audit, entrance, home, keywords, planning, team

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
    path("team/", team.TeamView.as_view(), name="team"),
    path("team/keys/new/", team.KeyNewView.as_view(), name="key_new"),
    path("team/keys/<uuid:key_id>/rotate/", team.KeyRotateView.as_view(), name="key_rotate"),
    path("team/keys/<uuid:key_id>/revoke/", team.KeyRevokeView.as_view(), name="key_revoke"),
    path("team/<uuid:user_id>/", team.MemberView.as_view(), name="member"),
    path("team/<uuid:user_id>/active/", team.MemberActiveView.as_view(), name="member_active"),
    path("team/<uuid:user_id>/remove/", team.MemberRemoveView.as_view(), name="member_remove"),
    path(
        "team/invitations/<uuid:invitation_id>/resend/",
        team.InvitationResendView.as_view(),
        name="invitation_resend",
    ),
    path(
        "team/invitations/<uuid:invitation_id>/revoke/",
        team.InvitationRevokeView.as_view(),
        name="invitation_revoke",
    ),
    path("audit/", audit.AuditView.as_view(), name="audit"),
    path("sites/<uuid:site_id>/", home.SiteHomeView.as_view(), name="site_home"),
    path(
        "sites/<uuid:site_id>/",
        include(
            [
                path("keywords/", keywords.KeywordsView.as_view(), name="keywords"),
                path("keywords/status/", keywords.KeywordsStatusView.as_view(), name="keywords_status"),
                path("keywords/cluster/", keywords.ClusterRunView.as_view(), name="cluster_run"),
                path("map/", planning.MapView.as_view(), name="map"),
                path("clusters/<uuid:cluster_id>/", planning.ClusterView.as_view(), name="cluster"),
                path("ideas/", planning.IdeasView.as_view(), name="ideas"),
                path("ideas/accept/", planning.IdeasAcceptView.as_view(), name="ideas_accept"),
                path("ideas/reject/", planning.IdeasRejectView.as_view(), name="ideas_reject"),
                path("ideas/find/", planning.IdeasFindView.as_view(), name="ideas_find"),
                path("ideas/<uuid:idea_id>/", planning.IdeaView.as_view(), name="idea"),
            ]
        ),
    ),
]
