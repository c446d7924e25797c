"""Nurture over the API: who runs in which track, take a lead into one, and the stop list."""

from typing import Any

from django.urls import path
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from handoff import marketing
from handoff.mailing.addresses import is_mailable
from handoff.mailing.suppression import suppress
from handoff.models import Enrolment, EnrolmentState
from leadboard.leads.api import find
from leadboard.people.requests import StaffAPIRequest

WHY = ("objection", "unsubscribed", "complaint", "bounce", "other")


class EnrolmentSerializer(serializers.ModelSerializer):
    """A lead's run through a track; `step` is the last step that was decided."""

    lead = serializers.UUIDField(source="lead.uid")

    class Meta:
        model = Enrolment
        fields = [
            "id",
            "lead",
            "track",
            "state",
            "step",
            "next_at",
            "why",
            "playbook_version",
            "started_at",
            "ended_at",
        ]
        read_only_fields = fields


class EnrolmentFilter(filters.FilterSet):
    """By state, track, and the lead's UUID."""

    state = filters.MultipleChoiceFilter(choices=EnrolmentState.choices)
    track = filters.CharFilter()
    lead = filters.UUIDFilter(field_name="lead__uid")


@extend_schema(summary="Enrolments, newest first")
class EnrolmentList(generics.ListAPIView):
    """Every run of a lead through a track."""

    act = "see_leads"
    queryset = Enrolment.objects.filter(lead__erased_at__isnull=True).select_related("lead")
    serializer_class = EnrolmentSerializer
    filterset_class = EnrolmentFilter


class TakeSerializer(serializers.Serializer):
    """The track that the lead enters."""

    track = serializers.CharField(max_length=60)


class NurtureView(APIView):
    """A lead's nurture."""

    act = "nurture"

    @extend_schema(
        summary="Take a lead into a track", request=TakeSerializer, responses={200: EnrolmentSerializer}
    )
    def post(self, request: StaffAPIRequest, uid: Any) -> Response:
        """Take a lead that sales does not hold into a track; in the same track it goes on where it is."""
        lead = find(request.user, uid)
        asked = TakeSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        enrolment = marketing.take(lead.pk, asked.validated_data["track"], request.user)
        return Response(EnrolmentSerializer(enrolment).data)


class SuppressionSerializer(serializers.Serializer):
    """An address that must not be contacted any more."""

    email = serializers.CharField(max_length=254)
    why = serializers.ChoiceField(choices=WHY, default="objection")

    def validate_email(self, email: str) -> str:
        """Refuse what is no address."""
        if not is_mailable(email):
            raise serializers.ValidationError("This is no e-mail address.")
        return email


class SuppressedSerializer(serializers.Serializer):
    """What it ended."""

    leads_closed = serializers.IntegerField()


class SuppressionView(APIView):
    """The stop list: addresses go on it and never come off; it cannot be read."""

    act = "see_leads"

    @extend_schema(summary="Never contact an address again", request=SuppressionSerializer,
                   responses={201: SuppressedSerializer})  # fmt: skip
    def post(self, request: StaffAPIRequest) -> Response:
        """Put an address on the stop list and close its leads; twice is once."""
        asked = SuppressionSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        closed = suppress(asked.validated_data["email"], asked.validated_data["why"], actor=request.user)
        return Response({"leads_closed": closed}, status=201)


api_urls = [
    path("enrolments/", EnrolmentList.as_view(), name="enrolments"),
    path("leads/<uuid:uid>/nurture/", NurtureView.as_view(), name="lead-nurture"),
    path("suppressions/", SuppressionView.as_view(), name="suppressions"),
]
