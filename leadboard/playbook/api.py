"""Playbooks over the API: read every version, check a text, apply one, roll back."""

from django.http import Http404
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.response import Response

from leadboard.http.problems import Problem
from leadboard.playbook import versions
from leadboard.playbook.models import PlaybookVersion
from leadboard.playbook.schema import PlaybookError


class PlaybookSerializer(serializers.ModelSerializer):
    """One version of the agreement; `text` is the YAML as it was applied."""

    created_by = serializers.EmailField(source="created_by.email", default=None, read_only=True)

    class Meta:
        model = PlaybookVersion
        fields = ["number", "active", "note", "created_at", "created_by", "text"]
        read_only_fields = ["number", "active", "created_at", "created_by"]


class AgreementSerializer(serializers.Serializer):
    """A text to check or to apply."""

    text = serializers.CharField(trim_whitespace=False, max_length=500_000)
    note = serializers.CharField(required=False, default="", allow_blank=True, max_length=2_000)


class CheckedSerializer(serializers.Serializer):
    """The answer to a check that passed."""

    name = serializers.CharField()


def readable(text):
    """Return the agreement in this text, or refuse it with the path of every error."""
    try:
        return versions.check(text)
    except PlaybookError as error:
        raise Problem(
            422,
            "playbook",
            "The agreement is not right.",
            errors=[str(line) for line in str(error).splitlines()],
        ) from error


@extend_schema_view(
    list=extend_schema(summary="All versions of the playbook, newest first"),
    retrieve=extend_schema(summary="One version of the playbook"),
)
class PlaybookViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """The agreement between both teams, version by version."""

    acts = {
        "list": "see_playbook",
        "retrieve": "see_playbook",
        "active": "see_playbook",
        "POST": "change_playbook",
    }
    queryset = PlaybookVersion.objects.select_related("created_by")
    serializer_class = PlaybookSerializer
    lookup_field = "number"
    lookup_value_converter = "row"

    @extend_schema(
        summary="Apply a new version", request=AgreementSerializer, responses={201: PlaybookSerializer}
    )
    def create(self, request):
        """Store and activate the text; 422 with exact error paths when it is not right."""
        given = self.given(request)
        readable(given["text"])
        version = versions.apply(given["text"], by=request.user, note=given["note"])
        return Response(PlaybookSerializer(version).data, status=status.HTTP_201_CREATED)

    @extend_schema(
        summary="Check a text without applying it",
        request=AgreementSerializer,
        responses={200: CheckedSerializer, 422: OpenApiResponse(description="What is wrong, and where")},
    )
    @action(detail=False, methods=["post"])
    def check(self, request):
        """Say whether the text could be applied."""
        return Response({"name": readable(self.given(request)["text"]).name})

    @extend_schema(summary="The version in force", filters=False, responses=PlaybookSerializer)
    @action(detail=False, pagination_class=None)
    def active(self, request):
        """Return the version that decides now."""
        return Response(PlaybookSerializer(self.get_queryset().get(number=versions.active().version)).data)

    @extend_schema(summary="Apply an old version again", request=None, responses={201: PlaybookSerializer})
    @action(detail=True, methods=["post"])
    def restore(self, request, number=None):
        """Make a new version with the text of an old one."""
        try:
            version = versions.roll_back(number, by=request.user)
        except PlaybookVersion.DoesNotExist as error:
            raise Http404 from error
        return Response(PlaybookSerializer(version).data, status=status.HTTP_201_CREATED)

    def given(self, request):
        """Return the validated body."""
        serializer = AgreementSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        return serializer.validated_data
