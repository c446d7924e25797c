"""Corrections and overrides over the API: each act answers with the lead as it is now."""

from typing import Any
from uuid import UUID

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from leadboard.leads.api import LeadSerializer, find
from leadboard.people.requests import StaffAPIRequest
from qualification.corrections import correcting
from qualification.corrections.models import Label, Reason


class CorrectInput(serializers.Serializer):
    """What the message is; for no prospect the kind of it."""

    label = serializers.ChoiceField(choices=Label.choices)  # type: ignore[assignment]  # a field of that name


class OverrideInput(serializers.Serializer):
    """A score, a desk, or both, and why; `label` corrects the class in the same act."""

    score = serializers.IntegerField(
        min_value=0, max_value=100, required=False, allow_null=True, default=None
    )
    desk = serializers.ChoiceField(
        choices=[str(desk) for desk in correcting.DESKS], required=False, allow_blank=True, default=""
    )
    label = serializers.ChoiceField(  # type: ignore[assignment]  # a field of that name
        choices=Label.choices, required=False, allow_blank=True, default=""
    )
    code = serializers.ChoiceField(choices=Reason.choices)
    note = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")


class Act(APIView):
    """One act on one lead, for everybody who may override the machine."""

    act = "override_score"
    request: StaffAPIRequest

    def answer(self, uid: UUID) -> Response:
        """Return the lead as it is now."""
        return Response(LeadSerializer(find(self.request.user, uid)).data)


class CorrectView(Act):
    """Say what the message is."""

    @extend_schema(summary="Correct the class of the enquiry", request=CorrectInput, responses=LeadSerializer)
    def post(self, request: StaffAPIRequest, uid: UUID) -> Response:
        """Correct; the lead is judged anew with it and the word model learns it."""
        shape = CorrectInput(data=request.data)
        shape.is_valid(raise_exception=True)
        correcting.correct(find(request.user, uid).pk, request.user, shape.validated_data["label"])
        return self.answer(uid)

    @extend_schema(summary="Take a correction back", request=None, responses=LeadSerializer)
    def delete(self, request: StaffAPIRequest, uid: UUID) -> Response:
        """Undo it; the machine reads the message again."""
        correcting.take_back(find(request.user, uid).pk, request.user)
        return self.answer(uid)


class OverrideView(Act):
    """Set score or desk by hand, or give them back."""

    @extend_schema(summary="Override score or desk", request=OverrideInput, responses=LeadSerializer)
    def post(self, request: StaffAPIRequest, uid: UUID) -> Response:
        """Override; it holds against later verdicts."""
        shape = OverrideInput(data=request.data)
        shape.is_valid(raise_exception=True)
        given: dict[str, Any] = dict(shape.validated_data)
        correcting.override(find(request.user, uid).pk, request.user, **given)
        return self.answer(uid)

    @extend_schema(summary="Back to automatic", request=None, responses=LeadSerializer)
    def delete(self, request: StaffAPIRequest, uid: UUID) -> Response:
        """Give score and desk back to the machine, which judges anew."""
        correcting.automatic(find(request.user, uid).pk, request.user)
        return self.answer(uid)


api_urls = [
    path("leads/<uuid:uid>/correct/", CorrectView.as_view(), name="lead-correct"),
    path("leads/<uuid:uid>/override/", OverrideView.as_view(), name="lead-override"),
]
