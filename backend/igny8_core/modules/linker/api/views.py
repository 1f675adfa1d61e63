"""The linker's resources over HTTP: parse, call one service, answer."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import ClassVar
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from igny8_core.api.base import SiteSectorModelViewSet, ViewFrame, job_accepted
from igny8_core.modules.linker import selectors, services
from igny8_core.modules.linker.api import filters, serializers
from igny8_core.modules.linker.models import LinkBatch, LinkEdge, LinkNode, LinkSuggestion

SITE = OpenApiParameter("site", OpenApiTypes.UUID, required=True, description="The site.")


class ScanView(ViewFrame):
    """The reading of a site's links."""

    room, throttle_scope = "linker", "linker"
    operations: ClassVar[Mapping[str, str]] = {"POST": "scan"}

    @extend_schema(
        summary="Read a site's links",
        description="Reads the articles that changed since they were last read. Costs no credits. Poll the job.",
        request=serializers.LinkSiteInput,
        responses={202: serializers.LinkJobStarted},
    )
    def post(self, request: Request) -> Response:
        """Start a scan."""
        data = self.valid_data(serializers.LinkSiteInput(data=request.data))
        return job_accepted(services.scan_start(site_id=data["site"].pk))


class GraphView(ViewFrame):
    """A site's links in numbers."""

    room, throttle_scope = "linker", "linker"
    operations: ClassVar[Mapping[str, str]] = {"GET": "graph"}
    parameters: ClassVar[Mapping[str, frozenset[str]]] = {"get": frozenset({"site"})}

    @extend_schema(
        summary="Show a site's link graph",
        description="Totals, orphans (nothing leads to them) and hubs as of the last scan; all articles are under "
        "`nodes/`.",
        parameters=[SITE],
        responses={200: serializers.Graph},
    )
    def get(self, request: Request) -> Response:
        """The graph as it was last read."""
        graph = selectors.graph_get(_uuid(request.query_params.get("site", "")))
        return Response(serializers.Graph(asdict(graph)).data)


class PreviewView(ViewFrame):
    """The dry run."""

    room, throttle_scope = "linker", "linker"
    operations: ClassVar[Mapping[str, str]] = {"POST": "preview"}

    @extend_schema(
        summary="Preview an insertion",
        description="What inserting these suggestions now would do to each article, with a diff. Changes nothing.",
        request=serializers.SuggestionIds,
        responses={200: serializers.LinkPreviews},
    )
    def post(self, request: Request) -> Response:
        """Insert in memory and show it."""
        data = self.valid_data(serializers.SuggestionIds(data=request.data))
        articles = [asdict(one) for one in services.links_preview(data["ids"])]
        return Response(serializers.LinkPreviews({"articles": articles}).data)


@extend_schema_view(
    list=extend_schema(
        summary="List articles in the graph",
        description="With their links in and out; order by inbound to see hubs, filter by health to see orphans.",
    ),
    retrieve=extend_schema(summary="Show an article in the graph", description="With its ETag."),
)
class LinkNodeViewSet(SiteSectorModelViewSet):
    """Articles and how they are linked."""

    room, throttle_scope = "linker", "linker"
    model, serializer_class, filterset_class = LinkNode, serializers.LinkNodeSerializer, filters.NodeFilter
    search_fields = ("title",)
    ordering_fields = ("title", "inbound", "outbound", "external", "created_at")


@extend_schema_view(
    list=extend_schema(summary="List links", description="Links that stand in articles, newest first."),
    retrieve=extend_schema(summary="Show a link", description="With its ETag."),
)
class LinkEdgeViewSet(SiteSectorModelViewSet):
    """Links that stand in articles."""

    room, throttle_scope = "linker", "linker"
    model, serializer_class, filterset_class = LinkEdge, serializers.LinkEdgeSerializer, filters.EdgeFilter
    search_fields = ("url", "anchor")
    ordering_fields = ("position", "created_at")


@extend_schema_view(
    list=extend_schema(
        summary="List suggested links", description="Newest first; order by score for the best."
    ),
    retrieve=extend_schema(
        summary="Show a suggested link", description="With the sentence and the words to be linked."
    ),
)
class LinkSuggestionViewSet(SiteSectorModelViewSet):
    """Links that articles should have."""

    room, throttle_scope = "linker", "linker"
    model, serializer_class = LinkSuggestion, serializers.LinkSuggestionSerializer
    filterset_class = filters.SuggestionFilter
    search_fields = ("anchor", "sentence", "url")
    ordering_fields = ("score", "created_at", "updated_at")

    @extend_schema(
        summary="Look for links",
        description="Suggests links to published articles of the site on words that stand in the text already. "
        "Deterministic: no model is asked and no credits are charged. Poll the job.",
        request=serializers.LinkGenerateInput,
        responses={202: serializers.LinkJobStarted},
    )
    @action(detail=False, methods=["post"])
    def generate(self, request: Request) -> Response:
        """Start the search."""
        data = self.valid_data(serializers.LinkGenerateInput(data=request.data))
        job = services.suggestions_start(site_id=data["site"].pk, article_id=data.get("article"))
        return job_accepted(job)

    @extend_schema(
        summary="Accept a suggested link",
        description="The link is wanted; a batch puts it in.",
        request=None,
        responses=serializers.LinkSuggestionSerializer,
    )
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: str) -> Response:
        """Accept one."""
        return self.answer(services.suggestion_accept(self.get_object().pk))

    @extend_schema(
        summary="Reject a suggested link",
        description="The link is not wanted and is not suggested again.",
        request=None,
        responses=serializers.LinkSuggestionSerializer,
    )
    @action(detail=True, methods=["post"])
    def reject(self, request: Request, pk: str) -> Response:
        """Reject one."""
        return self.answer(services.suggestion_reject(self.get_object().pk))

    @extend_schema(
        summary="Accept many suggested links",
        description="All of them or none.",
        request=serializers.SuggestionIds,
        responses=serializers.BulkChanged,
    )
    @action(detail=False, methods=["post"], url_path="bulk-accept")
    def bulk_accept(self, request: Request) -> Response:
        """Accept many."""
        return self._decide(request, is_accepted=True)

    @extend_schema(
        summary="Reject many suggested links",
        description="All of them or none.",
        request=serializers.SuggestionIds,
        responses=serializers.BulkChanged,
    )
    @action(detail=False, methods=["post"], url_path="bulk-reject")
    def bulk_reject(self, request: Request) -> Response:
        """Reject many."""
        return self._decide(request, is_accepted=False)

    def _decide(self, request: Request, *, is_accepted: bool) -> Response:
        data = self.valid_data(serializers.SuggestionIds(data=request.data))
        return Response({"changed": services.suggestions_decide(data["ids"], is_accepted=is_accepted)})


@extend_schema_view(
    list=extend_schema(summary="List link batches", description="Newest first."),
    retrieve=extend_schema(
        summary="Show a link batch", description="How many links it put in, and its state."
    ),
)
class LinkBatchViewSet(SiteSectorModelViewSet):
    """Links that were put in together."""

    room, throttle_scope = "linker", "linker"
    model, serializer_class, filterset_class = LinkBatch, serializers.LinkBatchSerializer, filters.BatchFilter
    ordering_fields = ("created_at", "finished_at")

    @extend_schema(
        summary="Insert links",
        description="Accepts these suggestions and puts them into their articles, one revision per article. Nothing is "
        "sent to a destination: publish again to update the post. Poll the job.",
        request=serializers.SuggestionIds,
        responses={202: serializers.BatchStarted},
    )
    def create(self, request: Request) -> Response:
        """Make a batch and start it."""
        data = self.valid_data(serializers.SuggestionIds(data=request.data))
        batch, job = services.batch_create(data["ids"])
        return Response({"batch_id": batch.pk, "job_id": job.pk}, status=status.HTTP_202_ACCEPTED)

    @extend_schema(
        summary="Undo a link batch",
        description="Articles that nobody edited since get back their text byte for byte; in edited ones only links "
        "that stand exactly as they were inserted are taken out. Poll the job.",
        request=None,
        responses={202: serializers.LinkJobStarted},
    )
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, pk: str) -> Response:
        """Start the undoing."""
        return job_accepted(services.batch_undo_start(self.get_object().pk))

    @extend_schema(
        summary="Show what a batch did to each article",
        description="Outcome, revisions before and after, and whether an older version of the article is public.",
        responses={200: serializers.LinkBatchArticles},
        filters=False,
    )
    @action(detail=True, methods=["get"])
    def articles(self, request: Request, pk: str) -> Response:
        """The batch's articles."""
        articles = [asdict(one) for one in selectors.batch_articles(self.get_object().pk)]
        return Response(serializers.LinkBatchArticles({"articles": articles}).data)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise ValidationError({"site": ["Name the site by its id."]}) from error
