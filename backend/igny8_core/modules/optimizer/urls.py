"""The room's addresses."""

from igny8_core.api.routers import RoomRouter
from igny8_core.modules.optimizer.api.views import ScoreViewSet

app_name = "optimizer"
router = RoomRouter()
router.register("scores", ScoreViewSet, basename="score")
urlpatterns = router.urls
