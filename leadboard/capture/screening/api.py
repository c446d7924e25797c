"""Junk over the API: mark, rescue and drop."""

from uuid import UUID

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from leadboard.capture.screening import acts
from leadboard.leads.api import LeadSerializer, find
from leadboard.people.requests import StaffAPIRequest


class JunkView(APIView):
    """Put a lead on the junk desk (POST), or rescue it (DELETE)."""

    acts = {"POST": "merge_leads", "DELETE": "nurture"}
    act = "merge_leads"

    @extend_schema(summary="Put the lead on the junk desk", request=None, responses=LeadSerializer)
    def post(self, request: StaffAPIRequest, uid: UUID) -> Response:
        """Mark as junk; 403, 409 unless it is open."""
        acts.mark(find(request.user, uid).pk, request.user)
        return Response(LeadSerializer(find(request.user, uid)).data)

    @extend_schema(
        summary="Rescue the lead from the junk desk", request=None, responses={200: LeadSerializer}
    )
    def delete(self, request: StaffAPIRequest, uid: UUID) -> Response:
        """Rescue; 409 unless it is junk."""
        acts.rescue(find(request.user, uid).pk, request.user)
        return Response(LeadSerializer(find(request.user, uid)).data)


class DropView(APIView):
    """Take junk off the desk: a person has looked. Nothing is deleted."""

    act = "nurture"

    @extend_schema(summary="Drop the lead from the junk desk", request=None, responses=LeadSerializer)
    def post(self, request: StaffAPIRequest, uid: UUID) -> Response:
        """Drop; 409 unless it is on the desk."""
        acts.drop(find(request.user, uid).pk, request.user)
        return Response(LeadSerializer(find(request.user, uid)).data)


api_urls = [
    path("leads/<uuid:uid>/junk/", JunkView.as_view(), name="lead-junk"),
    path("leads/<uuid:uid>/junk/drop/", DropView.as_view(), name="lead-junk-drop"),
]
