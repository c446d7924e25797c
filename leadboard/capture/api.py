"""Sources and submissions over the API: make doors, look at what came, replay what waits."""

from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.response import Response

from leadboard.capture import replay, sources
from leadboard.capture.models import Source, Submission, SubmissionState
from leadboard.capture.vendors import VENDORS
from leadboard.http.paging import NewestFirst
from leadboard.http.problems import Problem

KEEP_OLD = "keep_old_secret"


class SourceSerializer(serializers.ModelSerializer):
    """A source as the contract names it; the secret can be set and never read."""

    vendor = serializers.ChoiceField(choices=list(VENDORS), default="generic")
    secret = serializers.CharField(write_only=True, required=False, allow_blank=True, max_length=500)
    keep_old_secret = serializers.BooleanField(
        write_only=True, required=False, help_text="take the secret before for one more day"
    )
    token = serializers.CharField(
        write_only=True,
        required=False,
        allow_blank=True,
        max_length=2_000,
        help_text="for the vendor's API: details of leads that came as ids are fetched with it",
    )
    has_secret = serializers.SerializerMethodField()
    path = serializers.SerializerMethodField()
    url = serializers.SerializerMethodField()
    mapping = serializers.DictField(
        required=False,
        child=serializers.JSONField(allow_null=True),
        help_text="{our field: path in the payload}",
    )

    class Meta:
        model = Source
        fields = [
            "id",
            "name",
            "vendor",
            "path",
            "url",
            "secret",
            "has_secret",
            "keep_old_secret",
            "token",
            "mapping",
            "lead_type",
            "campaign",
            "active",
            "created_at",
        ]
        read_only_fields = ["id", "created_at"]
        extra_kwargs: dict[str, dict[str, Any]] = {"name": {"validators": []}}

    def get_has_secret(self, source) -> bool:
        """Return whether senders have to show that they know a secret."""
        return bool(source.secret)

    def get_path(self, source) -> str:
        """Return the path to post leads to."""
        return sources.path_of(source)

    def get_url(self, source) -> str:
        """Return the full address of the same."""
        return sources.url_of(source)


class SubmissionSerializer(serializers.ModelSerializer):
    """One delivery and what became of it; `lead` is the lead's id."""

    source = serializers.CharField(source="source.name")  # type: ignore[assignment]  # DRF has that name
    lead = serializers.UUIDField(source="lead.uid", default=None)
    part_of = serializers.UUIDField(
        source="part_of_id", help_text="the delivery that carried it", default=None
    )

    class Meta:
        model = Submission
        fields = [
            "id",
            "source",
            "state",
            "problem",
            "lead",
            "part_of",
            "received_at",
            "submitted_at",
            "digested_at",
            "content_type",
        ]
        read_only_fields = fields


class RawSubmissionSerializer(SubmissionSerializer):
    """The same with what was sent, as text."""

    body = serializers.SerializerMethodField()

    class Meta(SubmissionSerializer.Meta):
        fields = [*SubmissionSerializer.Meta.fields, "headers", "idempotency_key", "body"]
        read_only_fields = fields

    @extend_schema_field(serializers.CharField())
    def get_body(self, submission) -> str:
        """Return the raw body, secrets masked; bytes that are no UTF-8 are shown as \\xnn."""
        return submission.shown


@extend_schema_view(
    list=extend_schema(summary="All sources, newest first"), retrieve=extend_schema(summary="One source")
)
class SourceViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """The doors by which leads come in."""

    act = "change_sources"
    queryset = Source.objects.all()
    serializer_class = SourceSerializer
    filterset_fields = ["name", "vendor", "active"]
    lookup_value_converter = "row"

    @extend_schema(summary="Make a source")
    def create(self, request):
        """Return the new source with its address; 422 with one sentence when a field is wrong."""
        given = SourceSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        try:
            fields = {name: value for name, value in given.validated_data.items() if name != KEEP_OLD}
            source = sources.add(by=request.user, **fields)
        except ValueError as refusal:
            raise Problem(422, "source", str(refusal)) from None
        return Response(SourceSerializer(source).data, status=status.HTTP_201_CREATED)

    @extend_schema(summary="Change a source: mapping, secret, lead type, campaign, active")
    def partial_update(self, request, pk=None):
        """Return the changed source; 422 with one sentence when a field is wrong."""
        source = self.get_object()
        given = SourceSerializer(source, data=request.data, partial=True)
        given.is_valid(raise_exception=True)
        try:
            sources.replace(source, **given.validated_data)
        except ValueError as refusal:
            raise Problem(422, "source", str(refusal)) from None
        return Response(SourceSerializer(source).data)

    @extend_schema(
        summary="Replay all that waits in quarantine from this source",
        request=None,
        responses={
            200: {
                "type": "object",
                "properties": {"replayed": {"type": "integer"}, "waiting": {"type": "integer"}},
            }
        },
    )
    @action(detail=True, methods=["post"])
    def replay(self, request, pk=None):
        """Return how many became leads or joined one, and how many still wait."""
        replayed, waiting = replay.replay_all(self.get_object())
        return Response({"replayed": replayed, "waiting": waiting})


class SubmissionFilter(filters.FilterSet):
    """Filters by state and by the source's id or name."""

    state = filters.MultipleChoiceFilter(choices=SubmissionState.choices)
    source = filters.CharFilter(method="filter_source", label="id or name of the source")

    class Meta:
        model = Submission
        fields = {"received_at": ["gte", "lte"], "part_of": ["exact"]}

    def filter_source(self, submissions: QuerySet, name: str, value: str) -> QuerySet:
        """Return the submissions of one source."""
        if value.isascii() and value.isdigit() and len(value) < 19:
            return submissions.filter(source=int(value))
        return submissions.filter(source__name=value)


class ByArrival(NewestFirst):
    """Newest first by arrival: a submission's id is a UUID and says nothing of order."""

    ordering = "-received_at"


@extend_schema_view(list=extend_schema(summary="What came in, newest first"))
class SubmissionViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Every delivery, kept as it came."""

    act = "see_submissions"
    queryset = Submission.objects.select_related("source", "lead")
    serializer_class = SubmissionSerializer
    filterset_class = SubmissionFilter
    pagination_class = ByArrival
    lookup_value_converter = "uuid"

    @extend_schema(summary="One submission with its raw body", responses=RawSubmissionSerializer)
    def retrieve(self, request, pk=None):
        """Return what was sent and what became of it."""
        return Response(RawSubmissionSerializer(self.get_object()).data)

    @extend_schema(summary="Try again what waits in quarantine", request=None, responses=SubmissionSerializer)
    @action(detail=True, methods=["post"])
    def replay(self, request, pk=None):
        """Return what became of it now; 409 unless it waits in quarantine."""
        submission = self.get_object()
        replay.replay(submission)
        return Response(SubmissionSerializer(submission).data)

    @extend_schema(summary="Put away what waits in quarantine", request=None, responses=SubmissionSerializer)
    @action(detail=True, methods=["post"])
    def discard(self, request, pk=None):
        """Take it out of the quarantine without making a lead; 409 unless it waits there."""
        submission = self.get_object()
        replay.put_away(submission)
        return Response(SubmissionSerializer(submission).data)
