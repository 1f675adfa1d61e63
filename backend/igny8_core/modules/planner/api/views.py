"""The planner's resources over HTTP: parse, call one service, answer."""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from igny8_core.api.base import (
    CreateRows,
    DeleteRows,
    SiteSectorModelViewSet,
    UpdateRows,
    job_accepted,
)
from igny8_core.api.filters import narrow
from igny8_core.common.sheets import XLSX_TYPE
from igny8_core.modules.planner import services
from igny8_core.modules.planner.api import filters, serializers
from igny8_core.modules.planner.api.ids import id_of
from igny8_core.modules.planner.api.serializers_ownership import ConfirmInput, IdeaConflictsSerializer
from igny8_core.modules.planner.api.views_exports import ExportsKeywords
from igny8_core.modules.planner.api.views_placing import PlacesKeywords
from igny8_core.modules.planner.constants import MAX_UPLOAD_BYTES, KeywordStatus
from igny8_core.modules.planner.errors import KeywordFileTooLarge
from igny8_core.modules.planner.idea_sheet import MAX_EXPORT, idea_file
from igny8_core.modules.planner.models import ContentIdea, Keyword, KeywordImport
from igny8_core.modules.planner.selectors import idea_conflicts

_FORM_OVERHEAD_BYTES = 64 * 1024
_EXPORT = (
    "Those that the list's filters leave, best first, at most 20,000; cells that a spreadsheet would take for formulas "
    "begin with an apostrophe."
)


@extend_schema_view(
    list=extend_schema(
        summary="List keywords", description="Newest first; filter, search and order at will."
    ),
    retrieve=extend_schema(summary="Show a keyword", description="With its ETag."),
    create=extend_schema(
        summary="Add a keyword",
        description="Adds one keyword by hand; without an intent the rules guess one.",
    ),
    update=extend_schema(summary="Change a keyword", description="All fields that a person may change."),
    partial_update=extend_schema(
        summary="Change parts of a keyword",
        description="Text, market, intent, cluster or status; an intent set here outlives every import.",
    ),
    destroy=extend_schema(summary="Delete a keyword", description="Softly; it can be restored for a while."),
)
class KeywordViewSet(
    PlacesKeywords, ExportsKeywords, CreateRows, UpdateRows, DeleteRows, SiteSectorModelViewSet
):
    """Search queries of a site."""

    room = "planner"
    throttle_scope = "planner"
    model = Keyword
    serializer_class = serializers.KeywordSerializer
    filterset_class = filters.KeywordFilter
    search_fields = ("text",)
    ordering_fields = ("text", "volume", "difficulty", "cpc", "created_at")
    parameters: ClassVar[Mapping[str, frozenset[str]]] = {
        name: frozenset({*filters.KeywordFilter.base_filters, "search"}) for name in ("export", "export_xlsx")
    }
    create_service = staticmethod(services.keyword_create)
    update_service = staticmethod(services.keyword_update)
    delete_service = staticmethod(services.keyword_delete)

    def get_serializer_class(self) -> type[BaseSerializer[Any]]:
        """Metrics may be given when a keyword is added, never afterwards."""
        if self.action in ("update", "partial_update"):
            return serializers.KeywordEditSerializer
        return serializers.KeywordSerializer

    @extend_schema(
        summary="Restore a keyword", description="Inside the account's retention window.", request=None
    )
    def restore(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Bring a deleted keyword back into its cluster's figures."""
        answer = super().restore(request, *args, **kwargs)
        services.keyword_restored(answer.data["id"])
        return answer

    @extend_schema(
        summary="Give many keywords a status",
        description="All of them or none; at most 500 at a time.",
        request=serializers.BulkStatusInput,
        responses=serializers.BulkResultSerializer,
    )
    @action(detail=False, methods=["post"], url_path="bulk-status")
    def bulk_status(self, request: Request) -> Response:
        """Change the status of many keywords."""
        data = self.valid_data(serializers.BulkStatusInput(data=request.data))
        changed = services.keywords_set_status(data["ids"], status=KeywordStatus(data["status"]))
        return Response({"changed": changed})

    @extend_schema(
        summary="Add a sector's seed keywords",
        description="From the catalogue of industries, without figures; what the site has already stays as it is.",
        request=serializers.SeedInput,
        responses=serializers.SeedResultSerializer,
    )
    @action(detail=False, methods=["post"])
    def seed(self, request: Request) -> Response:
        """Add the keywords of one catalogue sector."""
        data = self.valid_data(serializers.SeedInput(data=request.data))
        sector = data.get("sector")
        report = services.keywords_seed(
            site_id=data["site"].pk,
            sector_id=sector.pk if sector else None,
            industry=data["industry"],
            sector_slug=data["sector_slug"],
        )
        return Response(serializers.SeedResultSerializer(report).data)


@extend_schema_view(
    list=extend_schema(summary="List imports", description="Newest first, without the rejects."),
    retrieve=extend_schema(
        summary="Show an import",
        description="With its first 1,000 rejects.",
        responses=serializers.KeywordImportDetailSerializer,
    ),
)
class KeywordImportViewSet(SiteSectorModelViewSet):
    """Uploads of keyword exports."""

    room = "planner"
    throttle_scope = "planner"
    model = KeywordImport
    serializer_class = serializers.KeywordImportSerializer
    parser_classes = (MultiPartParser, JSONParser)
    filterset_class = filters.KeywordImportFilter
    ordering_fields = ("created_at", "finished_at")

    def get_serializer_class(self) -> type[BaseSerializer[Any]]:
        """One import is shown with its rejects."""
        if self.action == "retrieve":
            return serializers.KeywordImportDetailSerializer
        return serializers.KeywordImportSerializer

    @extend_schema(
        summary="Upload a keyword export",
        description=(
            "Takes an export of Semrush, Ahrefs, Google or a plain list, and imports it in the background: "
            "all of its keywords or, when the file cannot be read to its end, none. Poll the job. "
            "With `preview` nothing is imported yet: the answer says what the first 10,000 rows hold, the plan's room "
            "and the price (none), and `start` imports the file; one that nobody starts within a day is forgotten. "
            "Columns mean what the account said of such a header before (`mapping`: remembered), else what the tool's "
            "layout says (detected). A preview with `needs_mapping` has columns alone: `map` says what they mean."
        ),
        request={"multipart/form-data": serializers.KeywordImportInput},
        responses={201: serializers.KeywordImportDetailSerializer, 202: serializers.ImportStarted},
    )
    def create(self, request: Request) -> Response:
        """Store the upload, and start its import unless it is to be looked at first."""
        _refuse_oversize(request)
        data = self.valid_data(serializers.KeywordImportInput(data=request.data))
        sector = data.get("sector")
        upload = {
            "site_id": data["site"].pk,
            "sector_id": sector.pk if sector else None,
            "filename": data["file"].name,
            "content": data["file"],
        }
        if data.get("preview"):
            row = services.keyword_import_preview(**upload)
            answer = serializers.KeywordImportDetailSerializer(row, context=self.get_serializer_context())
            return Response(answer.data, status=status.HTTP_201_CREATED)
        return _import_started(services.keyword_import_create(**upload).pk)

    @extend_schema(
        summary="Say what an import's columns mean",
        description=(
            "Makes the preview of an upload that was not started anew (`mapping`: given). One column must be the "
            "keyword (`text`), no field may be said twice; 400 `import_column_unknown`, `import_field_unknown`, "
            "`import_field_twice` or `import_keyword_column_missing` say what is wrong. Starting the import keeps it "
            "for the account's next file with this header."
        ),
        request={"application/json": serializers.ImportColumnsInput},
        responses=serializers.KeywordImportDetailSerializer,
    )
    @action(detail=True, methods=["post"])
    def map(self, request: Request, pk: str) -> Response:
        """Give the columns of an upload a meaning."""
        data = self.valid_data(serializers.ImportColumnsInput(data=request.data))
        said = data.get("columns", data.get("positions"))
        row = services.keyword_import_map(id_of(pk), columns=said)
        answer = serializers.KeywordImportDetailSerializer(row, context=self.get_serializer_context())
        return Response(answer.data)

    @extend_schema(
        summary="Start an import",
        description="Imports an upload that was made with `preview`. Poll the job; asked again it is the same one.",
        request=None,
        responses={202: serializers.ImportStarted},
    )
    @action(detail=True, methods=["post"])
    def start(self, request: Request, pk: str) -> Response:
        """Import an upload that was looked at."""
        return _import_started(id_of(pk))


def _import_started(import_id: UUID) -> Response:
    job = services.keyword_import_start(import_id)
    return Response({"job_id": job.pk, "import_id": import_id}, status=status.HTTP_202_ACCEPTED)


def _refuse_oversize(request: Request) -> None:
    # Before the body is read: otherwise all of it would first be written to a temporary file.
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdigit() and int(length) > MAX_UPLOAD_BYTES + _FORM_OVERHEAD_BYTES:
        raise KeywordFileTooLarge


@extend_schema_view(
    list=extend_schema(summary="List ideas", description="Newest first; order by score to see the best."),
    retrieve=extend_schema(
        summary="Show an idea",
        description="With its brief: titles, outline, keywords, audience.",
        responses=serializers.IdeaDetailSerializer,
    ),
)
class IdeaViewSet(SiteSectorModelViewSet):
    """Articles that the clusters ask for."""

    room = "planner"
    throttle_scope = "planner"
    model = ContentIdea
    serializer_class = serializers.IdeaSerializer
    filterset_class = filters.IdeaFilter
    search_fields = ("title", "head_keyword")
    ordering_fields = ("title", "score", "created_at")
    parameters: ClassVar[Mapping[str, frozenset[str]]] = {
        name: frozenset({*filters.IdeaFilter.base_filters, "search"}) for name in ("export", "export_xlsx")
    }

    def get_serializer_class(self) -> type[BaseSerializer[Any]]:
        """A list is read without the briefs."""
        return serializers.IdeaSerializer if self.action == "list" else serializers.IdeaDetailSerializer

    @extend_schema(
        summary="Accept an idea",
        description="An article is to be written of it. When something of the site answers its query already, the "
        "answer is 409 `idea_duplicates` with what does, unless the caller confirms.",
        request=ConfirmInput,
        responses=serializers.IdeaDetailSerializer,
    )
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: str) -> Response:
        """Accept one idea."""
        data = self.valid_data(ConfirmInput(data=request.data))
        return self.answer(services.idea_accept(id_of(pk), is_confirmed=data["is_confirmed"]))

    @extend_schema(
        summary="Show an idea's conflicts",
        description="What answers its query already: pages, ideas, articles at work.",
        responses=IdeaConflictsSerializer,
    )
    @action(detail=True, methods=["get"])
    def conflicts(self, request: Request, pk: str) -> Response:
        """What accepting it would ask about."""
        row = self.get_object()
        return Response(IdeaConflictsSerializer({"conflicts": idea_conflicts([row.pk])}).data)

    @extend_schema(
        summary="Complete an improvement",
        description="The page that an accepted idea is about was improved. New content is completed by its article.",
        request=None,
        responses=serializers.IdeaDetailSerializer,
    )
    @action(detail=True, methods=["post"])
    def complete(self, request: Request, pk: str) -> Response:
        """Say that the page was improved."""
        return self.answer(services.idea_done(id_of(pk)))

    @extend_schema(
        summary="Reject an idea",
        description="No article is wanted; it is not proposed again.",
        request=None,
        responses=serializers.IdeaDetailSerializer,
    )
    @action(detail=True, methods=["post"])
    def reject(self, request: Request, pk: str) -> Response:
        """Reject one idea."""
        return self.answer(services.idea_reject(id_of(pk)))

    @extend_schema(
        summary="Accept many ideas",
        description="All of them or none; refused with what answers their queries already, unless confirmed.",
        request=serializers.BulkAcceptInput,
        responses=serializers.BulkResultSerializer,
    )
    @action(detail=False, methods=["post"], url_path="bulk-accept")
    def bulk_accept(self, request: Request) -> Response:
        """Accept many ideas."""
        data = self.valid_data(serializers.BulkAcceptInput(data=request.data))
        changed = services.ideas_decide(data["ids"], is_accepted=True, is_confirmed=data["is_confirmed"])
        return Response({"changed": changed})

    @extend_schema(
        summary="Reject many ideas",
        description="All of them or none.",
        request=serializers.BulkIds,
        responses=serializers.BulkResultSerializer,
    )
    @action(detail=False, methods=["post"], url_path="bulk-reject")
    def bulk_reject(self, request: Request) -> Response:
        """Reject many ideas."""
        data = self.valid_data(serializers.BulkIds(data=request.data))
        return Response({"changed": services.ideas_decide(data["ids"], is_accepted=False)})

    @extend_schema(
        summary="Export ideas",
        description=f"{_EXPORT} As CSV.",
        responses={(200, "text/csv"): OpenApiTypes.STR},
        filters=True,
    )
    @action(detail=False, methods=["get"])
    def export(self, request: Request) -> HttpResponse:
        """Ideas as CSV."""
        return self._file(request, kind="csv", content_type="text/csv; charset=utf-8")

    @extend_schema(
        summary="Export ideas as a workbook",
        description=f"{_EXPORT} As XLSX.",
        responses={(200, XLSX_TYPE): OpenApiTypes.BINARY},
        filters=True,
    )
    @action(detail=False, methods=["get"], url_path="export-xlsx")
    def export_xlsx(self, request: Request) -> HttpResponse:
        """Ideas as a workbook."""
        return self._file(request, kind="xlsx", content_type=XLSX_TYPE)

    def _file(self, request: Request, *, kind: str, content_type: str) -> HttpResponse:
        found = narrow(self.get_queryset(), request, self).values_list("pk", flat=True)
        name = {"Content-Disposition": f'attachment; filename="ideas.{kind}"'}
        content = idea_file(list(found[:MAX_EXPORT]), kind=kind)
        return HttpResponse(content, content_type=content_type, headers=name)

    @extend_schema(
        summary="Generate ideas",
        description="Makes the ideas that the site's clusters ask for and that were never there. Poll the job.",
        request=serializers.SiteInput,
        responses={202: serializers.JobStarted},
    )
    @action(detail=False, methods=["post"], throttle_scope="planner_ai")
    def generate(self, request: Request) -> Response:
        """Start the making of ideas."""
        data = self.valid_data(serializers.SiteInput(data=request.data))
        return job_accepted(services.ideas_start(site_id=data["site"].pk))
