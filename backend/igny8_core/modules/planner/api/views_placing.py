"""Where keywords belong, over HTTP: why one is where it is, and what a person decides about it."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from igny8_core.modules.planner import services
from igny8_core.modules.planner.api import serializers, serializers_plan
from igny8_core.modules.planner.api.ids import id_of
from igny8_core.modules.planner.selectors import keyword_reasons


class PlacesKeywords:
    """Actions on keywords and their clusters, for the keywords' viewset."""

    @extend_schema(
        summary="Move keywords to a cluster",
        description=(
            "All of them or none; at most 500 at a time. With no cluster they are taken out, and no run places them "
            "again until they are released. An idea goes where its head keyword goes. Can be undone."
        ),
        request=serializers_plan.KeywordsMoveInput,
        responses=serializers_plan.EditResultSerializer,
    )
    @action(detail=False, methods=["post"])
    def move(self: Any, request: Request) -> Response:
        """Put keywords into a cluster, or out of any."""
        data = self.valid_data(serializers_plan.KeywordsMoveInput(data=request.data))
        done = services.keywords_move(data["ids"], cluster_id=data["cluster"], versions=data.get("versions"))
        return edit_done(done)

    @extend_schema(
        summary="Let runs place keywords again",
        description="Keywords that a person took out of their cluster; all of them or none. Can be undone.",
        request=serializers.BulkIds,
        responses=serializers_plan.EditResultSerializer,
    )
    @action(detail=False, methods=["post"])
    def release(self: Any, request: Request) -> Response:
        """Give keywords back to the rules."""
        data = self.valid_data(serializers.BulkIds(data=request.data))
        return edit_done(services.keywords_release(data["ids"]))

    @extend_schema(
        summary="Say why a keyword is where it is",
        description=(
            "Its nearest neighbours in its cluster with their cosines, how well it fits, what else it is near to, and "
            "its variants; computed now, in a space of the site's biggest clusters and most searched keywords."
        ),
        responses=serializers_plan.KeywordReasonsSerializer,
    )
    @action(detail=True, methods=["get"])
    def reasons(self: Any, request: Request, pk: str) -> Response:
        """Why this keyword is here."""
        return Response(serializers_plan.KeywordReasonsSerializer(keyword_reasons(id_of(pk))).data)


def edit_done(result: Any) -> Response:
    """What an edit did."""
    return Response(serializers_plan.EditResultSerializer(result).data)
