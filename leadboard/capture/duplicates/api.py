"""Duplicates over the API: what is suspected, what a merge would do, merge, undo."""

from typing import Any
from uuid import UUID

from django.http import Http404
from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.response import Response
from rest_framework.views import APIView

from leadboard.capture.duplicates import merging, suspicions, undoing, weighing
from leadboard.capture.duplicates.models import Merge, PossibleDuplicate, Why
from leadboard.http.problems import Problem
from leadboard.leads.api import find
from leadboard.leads.models import Lead
from leadboard.people.requests import StaffAPIRequest

CHOICES = [*weighing.LABELS, "-message"]


class MergeInput(serializers.Serializer):
    """Into which lead this one goes."""

    into = serializers.UUIDField()
    take = serializers.ListField(
        child=serializers.ChoiceField(choices=CHOICES),
        required=False,
        default=list,
        max_length=len(CHOICES),
        help_text="Fields whose value this lead has better; -message keeps the older message.",
    )


class MergeSerializer(serializers.ModelSerializer):
    """One merge: `lead` went into `into`."""

    lead = serializers.UUIDField(source="gone_lead.uid")
    into = serializers.UUIDField(source="kept_lead.uid")
    by = serializers.EmailField(
        source="by.email", default=None, help_text="null: one delivery had the contact data of both"
    )
    undone_by = serializers.EmailField(source="undone_by.email", default=None)

    class Meta:
        model = Merge
        fields = ["id", "lead", "into", "by", "at", "undone_by", "undone_at"]
        read_only_fields = fields


class FieldSerializer(serializers.Serializer):
    """One field of both leads; `taken`: the value of the lead that goes is kept."""

    name = serializers.CharField()
    stays = serializers.CharField()
    goes = serializers.CharField()
    taken = serializers.BooleanField()


class PreviewSerializer(serializers.Serializer):
    """What a merge would do; `refusal` says why it may not be, null when it may."""

    lead = serializers.UUIDField()
    into = serializers.UUIDField()
    refusal = serializers.CharField(allow_null=True)
    fields_of_both = FieldSerializer(many=True)
    outcome = serializers.ListField(child=serializers.CharField())


class DuplicateSerializer(serializers.Serializer):
    """Another lead that may be of the same person, and why."""

    lead = serializers.UUIDField()
    why = serializers.ChoiceField(choices=Why.choices)
    words = serializers.CharField()
    at = serializers.DateTimeField()


class DismissInput(serializers.Serializer):
    """The lead that is somebody else."""

    lead = serializers.UUIDField()


class AboutTwo(APIView):
    """An act on a lead and another one."""

    act = "merge_leads"
    request: StaffAPIRequest

    def given(self, shape: type[serializers.Serializer], data: Any) -> dict[str, Any]:
        """Return the validated input."""
        read = shape(data=data)
        read.is_valid(raise_exception=True)
        return read.validated_data

    def second(self, uid: UUID) -> Lead:
        """Return the other lead; Problem 422 when the person sees none of this id."""
        try:
            return find(self.request.user, uid)
        except Http404 as missing:
            raise Problem(422, "unknown_lead", f"There is no lead {uid}.") from missing


class MergeView(AboutTwo):
    """Merge this lead into another one: 201; 403, 409 (merged already), 422 (the wrong way round)."""

    @extend_schema(
        summary="What merging this lead into another would do",
        parameters=[OpenApiParameter("into", UUID, required=True)],
        responses=PreviewSerializer,
    )
    def get(self, request: StaffAPIRequest, uid: UUID) -> Response:
        """Return the preview; nothing is changed."""
        given = self.given(MergeInput, {"into": request.query_params.get("into", "")})
        goes, stays = find(request.user, uid), self.second(given["into"])
        refusal = weighing.refusal(stays, goes, request.user)
        shown = {
            "lead": goes.uid, "into": stays.uid, "refusal": refusal.detail if refusal else None,
            "fields_of_both": weighing.fields(stays, goes), "outcome": weighing.outcome(stays, goes),
        }  # fmt: skip
        return Response(PreviewSerializer(shown).data)

    @extend_schema(
        summary="Merge this lead into another", request=MergeInput, responses={201: MergeSerializer}
    )
    def post(self, request: StaffAPIRequest, uid: UUID) -> Response:
        """Merge."""
        given = self.given(MergeInput, request.data)
        goes, stays = find(request.user, uid), self.second(given["into"])
        row = merging.merge(stays.pk, goes.pk, request.user, take=given["take"])
        return Response(MergeSerializer(row).data, status=status.HTTP_201_CREATED)


class UndoMergeView(AboutTwo):
    """Undo the newest merge in which this lead went or stayed; 409 with all that stands in the way."""

    @extend_schema(summary="Undo the lead's newest merge", request=None, responses=MergeSerializer)
    def post(self, request: StaffAPIRequest, uid: UUID) -> Response:
        """Undo."""
        row = undoing.newest_of(find(request.user, uid))
        if row is None:
            raise Problem(409, "not_merged", "This lead went into no other, and no other into it.")
        return Response(MergeSerializer(undoing.undo(row.pk, request.user)).data)


class DuplicatesView(AboutTwo):
    """Other leads that may be of the same person; DELETE says that one of them is not."""

    @extend_schema(summary="Possible duplicates of the lead", responses=DuplicateSerializer(many=True))
    def get(self, request: StaffAPIRequest, uid: UUID) -> Response:
        """List what nobody has settled."""
        lead = find(request.user, uid)
        return Response([_told(pair, lead) for pair in suspicions.of(lead)])

    @extend_schema(
        summary="Say that a possible duplicate is somebody else",
        parameters=[OpenApiParameter("lead", UUID, required=True)],
        responses={204: None},
    )
    def delete(self, request: StaffAPIRequest, uid: UUID) -> Response:
        """Dismiss."""
        given = self.given(DismissInput, {"lead": request.query_params.get("lead", "")})
        if not suspicions.dismiss(find(request.user, uid), self.second(given["lead"]), request.user):
            raise Problem(409, "not_suspected", "These two leads are not suspected to be one person.")
        return Response(status=status.HTTP_204_NO_CONTENT)


def _told(pair: PossibleDuplicate, lead: Lead) -> dict[str, Any]:
    other = suspicions.other_of(pair, lead)
    told = {"lead": other.uid, "why": pair.why, "words": pair.get_why_display(), "at": pair.at}
    return DuplicateSerializer(told).data


api_urls = [
    path("leads/<uuid:uid>/merge/", MergeView.as_view(), name="lead-merge"),
    path("leads/<uuid:uid>/merge/undo/", UndoMergeView.as_view(), name="lead-merge-undo"),
    path("leads/<uuid:uid>/duplicates/", DuplicatesView.as_view(), name="lead-duplicates"),
]
