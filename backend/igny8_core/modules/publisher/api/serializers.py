"""Bodies of the publisher room."""

from rest_framework import serializers

from igny8_core.api.serializers import InputSerializer, RowSerializer
from igny8_core.modules.publisher.models import Publication


class PublicationSerializer(RowSerializer[Publication]):
    """An article on a destination, and how far it is on its way there."""

    class Meta(RowSerializer.Meta):
        model = Publication
        fields = (
            "id",
            "site",
            "article",
            "destination",
            "state",
            "slug",
            "url",
            "external_id",
            "sent_at",
            "attempts",
            "article_version",
            "is_edited",
            "twins",
            "differences",
            "error_code",
            "error_message",
            "confirmed_at",
            "version",
            "created_at",
            "updated_at",
        )
        read_only_fields = fields


class PublicationInput(InputSerializer):
    """The article to publish, and where."""

    article = serializers.UUIDField()
    destination = serializers.UUIDField()


class PublicationAccepted(serializers.Serializer[object]):
    """The publication, and the job to poll."""

    publication_id = serializers.UUIDField()
    job_id = serializers.UUIDField()
