"""A person's rights over the API: what is held of them, and its erasure."""

from uuid import UUID

from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from leadboard.leads.api import find
from leadboard.leads.persons import person_of
from leadboard.people.requests import StaffAPIRequest
from leadboard.privacy.erasing import erase
from leadboard.privacy.models import Erasure, Why
from leadboard.privacy.telling import tell


class EraseInput(serializers.Serializer):
    """Why the person is erased."""

    why = serializers.ChoiceField(choices=Why.choices)


class ErasureSerializer(serializers.ModelSerializer):
    """One person who was erased; `leads` are the ids of the leads that are empty now."""

    by = serializers.EmailField(source="by.email", default=None)

    class Meta:
        model = Erasure
        fields = ["id", "leads", "why", "by", "at"]
        read_only_fields = fields


class PersonDataView(APIView):
    """What is held of the person behind a lead."""

    act = "tell_person"

    @extend_schema(summary="All that is held of the person behind a lead", responses=OpenApiTypes.OBJECT)
    def get(self, request: StaffAPIRequest, uid: UUID) -> Response:
        """Return {what: rows}."""
        return Response(tell(person_of([find(request.user, uid)])))


class EraseView(APIView):
    """The erasure of the person behind a lead, with every lead of theirs."""

    act = "erase_person"

    @extend_schema(summary="Erase the person", request=EraseInput, responses=ErasureSerializer)
    def post(self, request: StaffAPIRequest, uid: UUID) -> Response:
        """Erase; the answer names the leads that are empty now."""
        asked = EraseInput(data=request.data)
        asked.is_valid(raise_exception=True)
        lead = find(request.user, uid)
        done = erase(person_of([lead]), why=asked.validated_data["why"], by=request.user)
        return Response(ErasureSerializer(done).data, status=201)


api_urls = [
    path("leads/<uuid:uid>/person/", PersonDataView.as_view(), name="lead-person"),
    path("leads/<uuid:uid>/erase/", EraseView.as_view(), name="lead-erase"),
]
