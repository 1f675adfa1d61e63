"""How a site speaks, over HTTP."""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from igny8_core.api.base import VersionConflict, ViewFrame
from igny8_core.api.serializers import InputSerializer
from igny8_core.modules.system import constants, selectors, services
from igny8_core.modules.system.types import BrandProfileView


class BrandProfileQuery(InputSerializer):
    """Whose profile is meant."""

    site = serializers.UUIDField()


class BrandProfileInput(InputSerializer):
    """A whole profile; what is left out becomes empty."""

    voice = serializers.CharField(max_length=constants.VOICE_LENGTH, required=False, allow_blank=True)
    audience = serializers.CharField(max_length=constants.AUDIENCE_LENGTH, required=False, allow_blank=True)
    banned_phrases = serializers.ListField(
        child=serializers.CharField(max_length=constants.PHRASE_LENGTH),
        max_length=constants.PHRASES_MAX,
        required=False,
    )
    brand_terms = serializers.ListField(
        child=serializers.CharField(max_length=constants.PHRASE_LENGTH),
        max_length=constants.PHRASES_MAX,
        required=False,
    )
    call_to_action = serializers.CharField(
        max_length=constants.CALL_TO_ACTION_LENGTH, required=False, allow_blank=True
    )
    notes = serializers.CharField(max_length=constants.NOTES_LENGTH, required=False, allow_blank=True)
    example_text = serializers.CharField(
        max_length=constants.EXAMPLE_LENGTH, required=False, allow_blank=True
    )


class BrandProfileSerializer(serializers.Serializer[Any]):
    """How a site speaks, and what it never says."""

    site_id = serializers.UUIDField()
    voice = serializers.CharField()
    audience = serializers.CharField()
    banned_phrases = serializers.ListField(
        child=serializers.CharField(), help_text="A draft that holds one of them is not kept."
    )
    brand_terms = serializers.ListField(
        child=serializers.CharField(),
        help_text="Names by which searchers mean a brand: keywords with one of them are branded.",
    )
    call_to_action = serializers.CharField()
    notes = serializers.CharField()
    example_text = serializers.CharField()
    version = serializers.IntegerField(help_text="Also the ETag; 0 while nobody has set a profile.")


class BrandProfileApi(ViewFrame):
    """The brand profile of a site."""

    room, throttle_scope = "system", "system"
    operations: ClassVar[Mapping[str, str]] = {"GET": "brand_profile", "PUT": "brand_profile_change"}
    parameters: ClassVar[Mapping[str, frozenset[str]]] = dict.fromkeys(("get", "put"), frozenset({"site"}))

    @extend_schema(
        summary="Show a site's brand profile",
        description="Empty, with version 0, while nobody has set one.",
        parameters=[BrandProfileQuery],
        responses={200: BrandProfileSerializer},
    )
    def get(self, request: Request) -> Response:
        """The profile, or 304 when the caller has this version."""
        profile = selectors.brand_profile_get(self._site_id(request))
        if request.headers.get("If-None-Match") == _etag(profile):
            return Response(status=status.HTTP_304_NOT_MODIFIED, headers={"ETag": _etag(profile)})
        return _answer(profile)

    @extend_schema(
        summary="Set a site's brand profile",
        description="As a whole. What is written from now on follows it, and holds none of its banned phrases.",
        parameters=[BrandProfileQuery],
        request=BrandProfileInput,
        responses={200: BrandProfileSerializer},
    )
    def put(self, request: Request) -> Response:
        """Replace the profile."""
        site_id, fields = self._site_id(request), self.valid_data(BrandProfileInput(data=request.data))
        expected = _expected(request)
        return _answer(services.brand_profile_set(site_id, **fields, expected_version=expected))

    def _site_id(self, request: Request) -> UUID:
        site_id: UUID = self.valid_data(BrandProfileQuery(data=request.query_params.dict()))["site"]
        return site_id


def _etag(profile: BrandProfileView) -> str:
    return f'"{profile.version}"'


def _answer(profile: BrandProfileView) -> Response:
    return Response(BrandProfileSerializer(profile).data, headers={"ETag": _etag(profile)})


def _expected(request: Request) -> int | None:
    tag = request.headers.get("If-Match")
    if tag in (None, "*"):
        return None
    text = str(tag).strip('"')
    if not (text.isascii() and text.isdigit()):
        raise VersionConflict
    return int(text[:9])
