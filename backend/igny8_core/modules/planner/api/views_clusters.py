"""Clusters, topics and what people did to them over HTTP: parse, call one service, answer."""

from collections.abc import Mapping
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from igny8_core.api.base import SiteSectorModelViewSet, UpdateRows
from igny8_core.modules.planner import services
from igny8_core.modules.planner.api import filters, serializers, serializers_plan
from igny8_core.modules.planner.api.ids import id_of
from igny8_core.modules.planner.api.views_ownership import OwnerActions
from igny8_core.modules.planner.api.views_placing import edit_done
from igny8_core.modules.planner.api.views_runs import RunsClusters
from igny8_core.modules.planner.models import Cluster, PlanEdit, Topic
from igny8_core.modules.planner.selectors import cluster_split_proposal


@extend_schema_view(
    list=extend_schema(
        summary="List clusters", description="Newest first; order by volume to see the biggest."
    ),
    retrieve=extend_schema(summary="Show a cluster", description="With its ETag."),
    update=extend_schema(summary="Change a cluster", description="Name, status and lock."),
    partial_update=extend_schema(
        summary="Change parts of a cluster",
        description="A locked cluster takes and gives no keywords.",
    ),
)
class ClusterViewSet(RunsClusters, OwnerActions, UpdateRows, SiteSectorModelViewSet):
    """Topics of a site."""

    room = "planner"
    throttle_scope = "planner"
    model = Cluster
    serializer_class = serializers.ClusterSerializer
    filterset_class = filters.ClusterFilter
    search_fields = ("name", "head_keyword")
    ordering_fields = ("name", "volume", "keywords_count", "avg_difficulty", "cohesion", "created_at")
    update_service = staticmethod(services.cluster_update)
    refusals: ClassVar[Mapping[str, tuple[int, ...]]] = {"run": (402,)}

    @extend_schema(
        summary="Make a cluster",
        description="By hand, empty or of keywords that leave where they are. Can be undone.",
        request=serializers_plan.ClusterInput,
        responses={201: serializers.ClusterSerializer},
    )
    def create(self, request: Request) -> Response:
        """Make one cluster."""
        data = self.valid_data(serializers_plan.ClusterInput(data=request.data))
        sector, topic = data.get("sector"), data.get("topic")
        done = services.cluster_create(
            site_id=data["site"].pk,
            sector_id=sector.pk if sector else None,
            topic_id=topic.pk if topic else None,
            name=data["name"],
            keyword_ids=data.get("keyword_ids", ()),
        )
        self.kwargs["pk"] = str(done.cluster_id)
        return self.answer(self.get_object(), status.HTTP_201_CREATED)

    @extend_schema(
        summary="Merge clusters",
        description="Into one of them: keywords and ideas follow, the others are deleted. Can be undone.",
        request=serializers_plan.ClustersMergeInput,
        responses=serializers_plan.EditResultSerializer,
    )
    @action(detail=False, methods=["post"])
    def merge(self, request: Request) -> Response:
        """Merge clusters."""
        data = self.valid_data(serializers_plan.ClustersMergeInput(data=request.data))
        return edit_done(
            services.clusters_merge(data["ids"], into_id=data["into"], versions=data.get("versions"))
        )

    @extend_schema(
        summary="Split a cluster",
        description="The given keywords become a cluster of their own, with the same sector and topic. Can be undone.",
        request=serializers_plan.ClusterSplitInput,
        responses=serializers_plan.EditResultSerializer,
    )
    @action(detail=False, methods=["post"])
    def split(self, request: Request) -> Response:
        """Split one cluster."""
        data = self.valid_data(serializers_plan.ClusterSplitInput(data=request.data))
        return edit_done(
            services.cluster_split(
                data["cluster"],
                keyword_ids=data["keyword_ids"],
                name=data.get("name", ""),
                versions=data.get("versions"),
            )
        )

    @extend_schema(
        summary="Propose a split",
        description="Two groups that the cluster's keywords fall into; nothing is changed until you split.",
        responses=serializers_plan.SplitProposalSerializer,
    )
    @action(detail=True, methods=["get"])
    def proposal(self, request: Request, pk: str) -> Response:
        """How this cluster could be split."""
        return Response(serializers_plan.SplitProposalSerializer(cluster_split_proposal(id_of(pk))).data)

    @extend_schema(
        summary="Change many clusters",
        description="Lock, unlock or finalise them, all or none. Can be undone.",
        request=serializers_plan.ClustersChangeInput,
        responses=serializers_plan.EditResultSerializer,
    )
    @action(detail=False, methods=["post"], url_path="bulk-change")
    def bulk_change(self, request: Request) -> Response:
        """Change many clusters."""
        data = self.valid_data(serializers_plan.ClustersChangeInput(data=request.data))
        return edit_done(services.clusters_change(data.pop("ids"), **data))

    @extend_schema(
        summary="Delete clusters",
        description="Their keywords are set aside, and their ideas go with them; all or none. Can be undone.",
        request=serializers_plan.ClustersDeleteInput,
        responses=serializers_plan.EditResultSerializer,
    )
    @action(detail=False, methods=["post"], url_path="bulk-delete")
    def bulk_delete(self, request: Request) -> Response:
        """Delete many clusters."""
        data = self.valid_data(serializers_plan.ClustersDeleteInput(data=request.data))
        return edit_done(services.clusters_delete(data["ids"], versions=data.get("versions")))

    @extend_schema(
        summary="Move clusters to a topic",
        description="To one that is there or to a new one, all or none; a topic left empty goes. Can be undone.",
        request=serializers_plan.ClustersTopicInput,
        responses=serializers_plan.EditResultSerializer,
    )
    @action(detail=False, methods=["post"], url_path="bulk-topic")
    def bulk_topic(self, request: Request) -> Response:
        """Give many clusters a topic."""
        data = self.valid_data(serializers_plan.ClustersTopicInput(data=request.data))
        done = services.clusters_set_topic(
            data["ids"],
            topic_id=data.get("topic"),
            name=data.get("name", ""),
            versions=data.get("versions"),
        )
        return edit_done(done)


@extend_schema_view(
    list=extend_schema(
        summary="List topics", description="Newest first; order by volume to see the biggest."
    ),
    retrieve=extend_schema(summary="Show a topic", description="With its ETag."),
    update=extend_schema(summary="Change a topic", description="Name and lock. Can be undone."),
    partial_update=extend_schema(
        summary="Change parts of a topic",
        description="A locked topic takes and gives no clusters. Can be undone.",
    ),
)
class TopicViewSet(UpdateRows, SiteSectorModelViewSet):
    """What several clusters are about together."""

    room = "planner"
    throttle_scope = "planner"
    model = Topic
    serializer_class = serializers_plan.TopicSerializer
    filterset_class = filters.TopicFilter
    search_fields = ("name", "head_keyword")
    ordering_fields = (
        "name",
        "volume",
        "clusters_count",
        "keywords_count",
        "avg_difficulty",
        "created_at",
    )
    update_service = staticmethod(services.topic_update)


@extend_schema_view(
    list=extend_schema(
        summary="List edits of the plan", description="Newest first, without what they changed."
    ),
    retrieve=extend_schema(
        summary="Show an edit",
        description="With the rows that it changed, before and after.",
        responses=serializers_plan.PlanEditDetailSerializer,
    ),
)
class PlanEditViewSet(SiteSectorModelViewSet):
    """What people did to topics and clusters."""

    room = "planner"
    throttle_scope = "planner"
    model = PlanEdit
    serializer_class = serializers_plan.PlanEditSerializer
    filterset_class = filters.PlanEditFilter
    ordering_fields = ("created_at",)

    def get_serializer_class(self) -> type[BaseSerializer[Any]]:
        """A list is read without the changes."""
        if self.action == "list":
            return serializers_plan.PlanEditSerializer
        return serializers_plan.PlanEditDetailSerializer

    @extend_schema(
        summary="Undo an edit",
        description=(
            "Gives back exactly what was before, while every row is still as the edit left it; 409 says what changed "
            "since. Undone again it stays undone."
        ),
        request=None,
        responses=serializers_plan.PlanEditDetailSerializer,
    )
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, pk: str) -> Response:
        """Take one edit back."""
        return self.answer(services.plan_edit_undo(id_of(pk)))
