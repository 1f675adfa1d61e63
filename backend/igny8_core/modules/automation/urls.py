"""The room's addresses."""

from igny8_core.api.routers import RoomRouter
from igny8_core.modules.automation.api.views import RunItemViewSet, RunViewSet

app_name = "automation"
router = RoomRouter()
router.register("runs", RunViewSet, basename="run")
router.register("items", RunItemViewSet, basename="item")
urlpatterns = router.urls
