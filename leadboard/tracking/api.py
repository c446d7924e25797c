"""Touches over the API: report them, read those of a lead, and which campaigns brought it."""

from datetime import timedelta
from typing import Any

from django.db import models
from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from leadboard.http.paging import NewestFirst
from leadboard.leads.api import find
from leadboard.people.requests import StaffAPIRequest
from leadboard.tracking import attribution, outside
from leadboard.tracking.models import Touch, TouchKind
from leadboard.tracking.origin import folded
from leadboard.tracking.outside import Reported

MOST_AT_ONCE = 500
FUTURE_ALLOWED, OLDEST = timedelta(minutes=5), timedelta(days=3_650)
KINDS = [kind for kind in TouchKind.choices if kind[0] != TouchKind.FORM]


def text(longest: int, words: str = "") -> serializers.CharField:
    """Return a text that may be left out."""
    return serializers.CharField(
        required=False, allow_blank=True, max_length=longest, default="", help_text=words
    )


class ReportedSerializer(serializers.Serializer):
    """One touch that another tool saw."""

    kind = serializers.ChoiceField(choices=KINDS)
    lead = serializers.UUIDField(required=False, help_text="Or its e-mail address.")
    email = text(254)
    at = serializers.DateTimeField(required=False, help_text="When it was; without it: now.")
    id = serializers.CharField(
        required=False, max_length=100, help_text="The sender's own id: with the same `at` it is stored once."
    )
    what = text(1_000, "Name of the mail, file or webinar, or the path of the page.")
    title = text(300)
    minutes = serializers.FloatField(required=False, min_value=0, max_value=1_440, default=0)
    source = text(200)  # type: ignore[assignment]  # the stub has a class attribute of this name
    medium, campaign = text(200), text(200)
    by_machine = serializers.BooleanField(
        required=False, default=False,
        help_text="A program did it by itself (Apple's Mail Privacy Protection, a scanner): it is kept, and "
        "counts for nothing.",
    )  # fmt: skip

    def to_internal_value(self, data: Any) -> Any:
        """Refuse names that mean nothing here: a misspelt one must not be lost silently."""
        unknown = sorted(set(data) - set(self.fields)) if isinstance(data, dict) else []
        if unknown:
            raise serializers.ValidationError({name[:60]: ["There is no such field."] for name in unknown})
        return super().to_internal_value(data)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Say of whom and of when it can be."""
        if not attrs.get("lead") and not attrs["email"]:
            raise serializers.ValidationError("Name the lead by its id, or by its email.")
        if attrs.get("id") and not attrs.get("at"):
            raise serializers.ValidationError({"at": ["An id needs the time beside it."]})
        now, at = timezone.now(), attrs.get("at")
        if at and not now - OLDEST <= at <= now + FUTURE_ALLOWED:
            raise serializers.ValidationError({"at": ["It lies in the future, or over ten years ago."]})
        return attrs


class ReportSerializer(serializers.Serializer):
    """Up to 500 touches; all are well formed or none is stored."""

    touches = serializers.ListField(child=ReportedSerializer(), min_length=1, max_length=MOST_AT_ONCE)


class LeftOutSerializer(serializers.Serializer):
    """A touch that was not stored: its place in the list, and unknown_lead or objected."""

    place = serializers.IntegerField()
    why = serializers.CharField()


class StoredSerializer(serializers.Serializer):
    """What became of a report."""

    stored = serializers.IntegerField()
    left_out = LeftOutSerializer(many=True)


class TouchSerializer(serializers.ModelSerializer):
    """One touch of a lead."""

    class Meta:
        model = Touch
        fields = ["at", "kind", "what", "title", "seconds", "depth", "visit", "device", "hour", "referrer",
                  "source", "medium", "campaign", "term", "content"]  # fmt: skip
        read_only_fields = fields


class StepSerializer(serializers.Serializer):
    """One touch of attribution."""

    at = serializers.DateTimeField()
    kind = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]  # likewise
    medium = serializers.CharField()
    campaign = serializers.CharField()
    term = serializers.CharField()
    content = serializers.CharField()
    landing = serializers.CharField()
    referrer = serializers.CharField()


class AttributionSerializer(serializers.Serializer):
    """Which campaigns brought a lead."""

    first = StepSerializer()
    last = StepSerializer()
    touches = StepSerializer(many=True)


class TouchesView(APIView):
    """Where mail tools, download pages and webinar tools report what a lead did."""

    act = "send_touches"

    @extend_schema(
        summary="Report mail opens and clicks, downloads, webinar minutes, replies",
        request=ReportSerializer, responses={202: StoredSerializer},
    )  # fmt: skip
    def post(self, request: StaffAPIRequest) -> Response:
        """Store them; those of unknown leads, or of people who objected, are left out and named."""
        report = ReportSerializer(data=request.data)
        report.is_valid(raise_exception=True)
        stored, left_out = outside.store([_reported(one) for one in report.validated_data["touches"]])
        names = [{"place": place, "why": why} for place, why in left_out]
        return Response({"stored": stored, "left_out": names}, status=202)


def _reported(one: dict[str, Any]) -> Reported:
    return Reported(
        one["kind"], one.get("lead"), one["email"], one.get("at"), one.get("id"), one["what"], one["title"],
        round(one["minutes"] * 60), *folded(one["source"], one["medium"]), one["campaign"], one["by_machine"],
    )  # fmt: skip


class ByTime(NewestFirst):
    """Pages of touches, newest first."""

    ordering: Any = ("-at", "-id")


class LeadTouchesView(APIView):
    """What one lead did."""

    act = "see_leads"

    @extend_schema(summary="The touches of one lead, newest first", responses=TouchSerializer(many=True))
    def get(self, request: StaffAPIRequest, uid: str) -> Response:
        """Return a page of them."""
        touches: models.QuerySet[Touch] = Touch.objects.filter(lead=find(request.user, uid))
        pages = ByTime()
        page = pages.paginate_queryset(touches, request, view=self)
        return pages.get_paginated_response(TouchSerializer(page, many=True).data)


class AttributionView(APIView):
    """Where one lead came from."""

    act = "see_leads"

    @extend_schema(summary="First, last and all touches that brought a lead", responses=AttributionSerializer)
    def get(self, request: StaffAPIRequest, uid: str) -> Response:
        """Return them in the order of time."""
        steps = attribution.touches_of(find(request.user, uid))
        first, last = attribution.first_and_last(steps)
        return Response(AttributionSerializer({"first": first, "last": last, "touches": steps}).data)


api_urls = [
    path("touches/", TouchesView.as_view(), name="touches"),
    path("leads/<uuid:uid>/touches/", LeadTouchesView.as_view(), name="lead-touches"),
    path("leads/<uuid:uid>/attribution/", AttributionView.as_view(), name="lead-attribution"),
]
