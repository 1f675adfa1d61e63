"""The peer: a plain DRF ModelViewSet with SimpleJWT and ScopedRateThrottle on the same table, as the owner role."""

from contextvars import ContextVar
from typing import Any

from django.db import models
from django.urls import include, path
from rest_framework import serializers, viewsets
from rest_framework.pagination import PageNumberPagination
from rest_framework.parsers import JSONParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.renderers import JSONRenderer
from rest_framework.routers import SimpleRouter
from rest_framework.throttling import ScopedRateThrottle
from rest_framework_simplejwt.authentication import JWTAuthentication

from igny8_core.common.ids import uuid7
from igny8_core.modules.planner.api.serializers import KeywordSerializer

is_bare: ContextVar[bool] = ContextVar("bench_is_bare", default=False)
FIELDS = tuple(KeywordSerializer.Meta.fields)


class BareRouter:
    """Sends the peer's queries to the stock backend."""

    def db_for_read(self, model: type, **hints: Any) -> str | None:
        return "bare" if is_bare.get() else None

    db_for_write = db_for_read


class BareAccount(models.Model):
    id = models.BigIntegerField(primary_key=True)

    class Meta:
        managed, db_table, app_label = False, "igny8_auth_account", "bench"


class BareSite(models.Model):
    id = models.UUIDField(primary_key=True)

    class Meta:
        managed, db_table, app_label = False, "igny8_auth_site", "bench"


class BareSector(models.Model):
    id = models.UUIDField(primary_key=True)

    class Meta:
        managed, db_table, app_label = False, "igny8_auth_sector", "bench"


def _bare_keyword() -> type[models.Model]:
    """The keyword's columns as a plain model: the same fields, none of the wall."""
    from igny8_core.modules.planner.models import Keyword

    targets = {"account": BareAccount, "site": BareSite, "sector": BareSector}
    attributes: dict[str, Any] = {
        "__module__": __name__,
        "Meta": type(
            "Meta", (), {"managed": False, "db_table": Keyword._meta.db_table, "app_label": "bench"}
        ),
    }
    for field in Keyword._meta.concrete_fields:
        if field.name in targets:
            attributes[field.name] = models.ForeignKey(
                targets[field.name], models.DO_NOTHING, null=field.null, blank=field.null, related_name="+"
            )
        elif field.is_relation:
            attributes[field.name] = models.UUIDField(null=True, blank=True, db_column=field.column)
        elif field.primary_key:
            attributes["id"] = models.UUIDField(primary_key=True, default=uuid7, editable=False)
        else:
            attributes[field.name] = field.clone()
    return type("BareKeyword", (models.Model,), attributes)


BareKeyword = _bare_keyword()


class BareSerializer(serializers.ModelSerializer):
    class Meta:
        model = BareKeyword
        fields = FIELDS
        read_only_fields = tuple(KeywordSerializer.Meta.read_only_fields)


class BarePage(PageNumberPagination):
    page_size = 25


class BareThrottle(ScopedRateThrottle):
    THROTTLE_RATES = {"bench": "1000000/min"}


class BareKeywordViewSet(viewsets.ModelViewSet):
    """What a team writes on its first day, with the account filter that nobody forgets in a benchmark."""

    serializer_class = BareSerializer
    authentication_classes = (JWTAuthentication,)
    permission_classes = (IsAuthenticated,)
    throttle_classes = (BareThrottle,)
    throttle_scope = "bench"
    pagination_class = BarePage
    renderer_classes = (JSONRenderer,)
    parser_classes = (JSONParser,)

    def get_queryset(self) -> Any:
        return BareKeyword.objects.filter(account_id=self.request.user.account_id, deleted_at=None).order_by(
            "-id"
        )

    def perform_create(self, serializer: Any) -> None:
        serializer.save(account_id=self.request.user.account_id, normalized=serializer.validated_data["text"])


router = SimpleRouter()
router.register("keywords", BareKeywordViewSet, basename="bare")
urlpatterns = [path("bare/", include(router.urls)), path("", include("igny8_core.urls"))]
