"""The room's addresses."""

from igny8_core.api.routers import RoomRouter
from igny8_core.modules.publisher.api import views

app_name = "publisher"
router = RoomRouter()
router.register("publications", views.PublicationViewSet, basename="publication")
urlpatterns = router.urls
