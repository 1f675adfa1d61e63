"""The rooms' router: lists and rows at fixed addresses, `restore` beside what can be deleted."""

from rest_framework.routers import Route, SimpleRouter


class RoomRouter(SimpleRouter):
    """A SimpleRouter that also routes `POST <row>/restore/` where a viewset can."""

    routes = [
        *SimpleRouter.routes,
        Route(
            url=r"^{prefix}/{lookup}/restore{trailing_slash}$",
            mapping={"post": "restore"},
            name="{basename}-restore",
            detail=True,
            initkwargs={"suffix": "Restore"},
        ),
    ]
