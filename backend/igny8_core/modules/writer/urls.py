"""The room's addresses."""

from igny8_core.api.routers import RoomRouter
from igny8_core.modules.writer.api import views

app_name = "writer"
router = RoomRouter()
router.register("tasks", views.WritingTaskViewSet, basename="task")
router.register("articles", views.ArticleViewSet, basename="article")
urlpatterns = router.urls
