"""The room's addresses."""

from igny8_core.api.routers import RoomRouter
from igny8_core.modules.planner.api import views, views_clusters, views_figures, views_ownership

app_name = "planner"

router = RoomRouter()
router.register("keywords", views.KeywordViewSet, basename="keyword")
router.register("imports", views.KeywordImportViewSet, basename="import")
router.register("clusters", views_clusters.ClusterViewSet, basename="cluster")
router.register("topics", views_clusters.TopicViewSet, basename="topic")
router.register("edits", views_clusters.PlanEditViewSet, basename="edit")
router.register("ideas", views.IdeaViewSet, basename="idea")
router.register("pages", views_ownership.SitePageViewSet, basename="page")
router.register("findings", views_ownership.FindingViewSet, basename="finding")
router.register("rankings", views_figures.KeywordRankingViewSet, basename="ranking")
router.register("metrics", views_figures.KeywordMetricViewSet, basename="metric")
router.register("import-mappings", views_figures.ImportMappingViewSet, basename="import_mapping")

urlpatterns = router.urls
