"""The console's addresses: the entrance, the account's pages, and the pages of each site."""

from django.urls import include, path

from igny8_core.console.views import (
    article_links,
    articles,
    audit,
    billing,
    connections,
    entrance,
    home,
    imports,
    keywords,
    pipelines,
    planning,
    publishing,
    revisions,
    team,
    work,
    writing,
)

app_name = "console"

# What is done with one article; its own page stands with the other pages of the site.
ARTICLE = [
    path("edit/", articles.ArticleEditView.as_view(), name="article_edit"),
    path("analyze/", articles.ArticleAnalyzeView.as_view(), name="article_analyze"),
    path("score/", articles.ArticleScoreView.as_view(), name="article_score"),
    path("request-review/", articles.ReviewRequestView.as_view(), name="article_request_review"),
    path("approve/", articles.ApproveView.as_view(), name="article_approve"),
    path("reject/", articles.RejectView.as_view(), name="article_reject"),
    path("delete/", articles.DeleteView.as_view(), name="article_delete"),
    path("restore/", articles.RestoreView.as_view(), name="article_restore"),
    path("revisions/", revisions.RevisionsView.as_view(), name="revisions"),
    path(
        "revisions/<int:number>/restore/",
        revisions.RevisionRestoreView.as_view(),
        name="revision_restore",
    ),
    path("publish/", publishing.PublishView.as_view(), name="article_publish"),
    path("links/find/", article_links.LinksFindView.as_view(), name="links_find"),
    path("links/preview/", article_links.LinksPreviewView.as_view(), name="links_preview"),
    path("links/insert/", article_links.LinksInsertView.as_view(), name="links_insert"),
    path("links/reject/", article_links.LinksRejectView.as_view(), name="links_reject"),
    path("links/<uuid:batch_id>/undo/", article_links.LinksUndoView.as_view(), name="links_undo"),
]

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
    path("jobs/", work.JobsView.as_view(), name="jobs"),
    path("jobs/<uuid:job_id>/", work.JobView.as_view(), name="job"),
    path("jobs/<uuid:job_id>/cancel/", work.JobCancelView.as_view(), name="job_cancel"),
    path("notifications/", work.NotificationsView.as_view(), name="notifications"),
    path("notifications/read/", work.NotificationsReadView.as_view(), name="notifications_read"),
    path(
        "notifications/<uuid:notification_id>/",
        work.NotificationOpenView.as_view(),
        name="notification_open",
    ),
    path("billing/", billing.BillingView.as_view(), name="billing"),
    path("billing/statement/", billing.StatementView.as_view(), name="billing_statement"),
    path("billing/ledger/", billing.LedgerView.as_view(), name="billing_ledger"),
    path("billing/payments/", billing.PaymentsView.as_view(), name="billing_payments"),
    path("billing/payments/request/", billing.PaymentRequestView.as_view(), name="payment_request"),
    path(
        "billing/payments/<uuid:payment_id>/cancel/",
        billing.PaymentCancelView.as_view(),
        name="payment_cancel",
    ),
    path("audit/", audit.AuditView.as_view(), name="audit"),
    path("sites/<uuid:site_id>/", home.SiteHomeView.as_view(), name="site_home"),
    path(
        "sites/<uuid:site_id>/",
        include(
            [
                path("keywords/", keywords.KeywordsView.as_view(), name="keywords"),
                path("keywords/status/", keywords.KeywordsStatusView.as_view(), name="keywords_status"),
                path(
                    "keywords/undo/<uuid:undo_id>/", keywords.KeywordsUndoView.as_view(), name="keywords_undo"
                ),
                path("keywords/delete/", keywords.KeywordsDeleteView.as_view(), name="keywords_delete"),
                path(
                    "keywords/restore/<uuid:undo_id>/",
                    keywords.KeywordsRestoreView.as_view(),
                    name="keywords_restore",
                ),
                path("keywords/seeds/", keywords.SeedsView.as_view(), name="seeds"),
                path("keywords/import/", imports.ImportsView.as_view(), name="imports"),
                path("keywords/import/<uuid:import_id>/", imports.ImportView.as_view(), name="import"),
                path(
                    "keywords/import/<uuid:import_id>/start/",
                    imports.ImportStartView.as_view(),
                    name="import_start",
                ),
                path("keywords/cluster/", keywords.ClusterRunView.as_view(), name="cluster_run"),
                path("map/", planning.MapView.as_view(), name="map"),
                path("clusters/<uuid:cluster_id>/", planning.ClusterView.as_view(), name="cluster"),
                path("ideas/", planning.IdeasView.as_view(), name="ideas"),
                path("ideas/accept/", planning.IdeasAcceptView.as_view(), name="ideas_accept"),
                path("ideas/reject/", planning.IdeasRejectView.as_view(), name="ideas_reject"),
                path("ideas/undo/<uuid:undo_id>/", planning.IdeasUndoView.as_view(), name="ideas_undo"),
                path("ideas/find/", planning.IdeasFindView.as_view(), name="ideas_find"),
                path("ideas/<uuid:idea_id>/", planning.IdeaView.as_view(), name="idea"),
                path("ideas/<uuid:idea_id>/write/", planning.IdeaWriteView.as_view(), name="idea_write"),
                path("pipelines/", pipelines.PipelinesView.as_view(), name="pipelines"),
                path(
                    "pipelines/settings/", pipelines.PipelineSettingsView.as_view(), name="pipeline_settings"
                ),
                path("pipelines/run/", pipelines.RunNowView.as_view(), name="run_now"),
                path("runs/<uuid:run_id>/", pipelines.RunView.as_view(), name="run"),
                path("runs/<uuid:run_id>/pause/", pipelines.RunPauseView.as_view(), name="run_pause"),
                path("runs/<uuid:run_id>/resume/", pipelines.RunResumeView.as_view(), name="run_resume"),
                path("runs/<uuid:run_id>/cancel/", pipelines.RunCancelView.as_view(), name="run_cancel"),
                path("runs/<uuid:run_id>/retry/", pipelines.RunRetryView.as_view(), name="run_retry"),
                path("runs/<uuid:run_id>/items/<uuid:item_id>/", pipelines.ItemView.as_view(), name="item"),
                path(
                    "runs/<uuid:run_id>/items/<uuid:item_id>/retry/",
                    pipelines.ItemRetryView.as_view(),
                    name="item_retry",
                ),
                path("connections/", connections.ConnectionsView.as_view(), name="connections"),
                path(
                    "connections/<uuid:destination_id>/",
                    connections.ConnectionView.as_view(),
                    name="connection",
                ),
                path(
                    "connections/<uuid:destination_id>/check/",
                    connections.ConnectionCheckView.as_view(),
                    name="connection_check",
                ),
                path(
                    "connections/<uuid:destination_id>/sync/",
                    connections.ConnectionSyncView.as_view(),
                    name="connection_sync",
                ),
                path(
                    "connections/<uuid:destination_id>/delete/",
                    connections.ConnectionDeleteView.as_view(),
                    name="connection_delete",
                ),
                path(
                    "connections/<uuid:destination_id>/restore/",
                    connections.ConnectionRestoreView.as_view(),
                    name="connection_restore",
                ),
                path("writing/", writing.WritingView.as_view(), name="writing"),
                path("writing/start/", writing.TasksWriteView.as_view(), name="tasks_write"),
                path("articles/<uuid:article_id>/", articles.ArticleView.as_view(), name="article"),
                path("articles/<uuid:article_id>/", include(ARTICLE)),
                path("publishing/", publishing.PublishingView.as_view(), name="publishing"),
                path("publishing/retry/", publishing.RetryView.as_view(), name="publications_retry"),
            ]
        ),
    ),
]
