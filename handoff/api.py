"""The acts on a lead over the API: each is a resource and answers with the lead as it is now."""

from typing import Any
from uuid import UUID

from django.http import Http404
from django.urls import path
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import mixins, viewsets
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.views import APIView

from handoff import actions, claims, outcomes, taking
from handoff.api_shapes import (
    ActionInput,
    ActionSerializer,
    AssignInput,
    BreachInput,
    BreachSerializer,
    ClaimSerializer,
    ClockSerializer,
    OutcomeInput,
    ReasonInput,
    RejectInput,
    ReleaseInput,
)
from handoff.models import Action, Breach, Claim, ClaimEnd, Clock, ClockKind, ClockState
from handoff.timing import breaches
from leadboard.http.problems import Problem
from leadboard.leads.api import LeadSerializer, document_of, find, pk_of
from leadboard.people.models import User
from leadboard.people.requests import StaffAPIRequest

KEY = OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER, description="The same key acts once.")


class LeadAct(APIView):
    """An act on one lead. Subclasses say which right it takes, what they read, and what they do."""

    act = "work_lead"
    takes: Any = None
    request: StaffAPIRequest

    def given(self) -> dict[str, Any]:
        """Return the validated body."""
        if self.takes is None:
            return {}
        shape = self.takes(data=self.request.data)
        shape.is_valid(raise_exception=True)
        return shape.validated_data

    def lead_now(self, uid: UUID, status: int = 200) -> Response:
        """Return the lead as it is now."""
        return Response(document_of(find(self.request.user, uid)), status=status)


@extend_schema(responses={200: LeadSerializer, 201: LeadSerializer})
class ClaimView(LeadAct):
    """Claim a lead (201; 200 when it is yours already; 409 with the winner; 422), or release it (DELETE)."""

    act = "claim"

    @extend_schema(summary="Claim the lead", request=None)
    def post(self, request: StaffAPIRequest, uid: UUID) -> Response:
        """Claim."""
        _, is_new = taking.take(pk_of(request.user, uid), request.user)
        return self.lead_now(uid, 201 if is_new else 200)

    @extend_schema(summary="Release the lead", request=None)
    def delete(self, request: StaffAPIRequest, uid: UUID) -> Response:
        """Release."""
        claims.release(pk_of(request.user, uid), request.user)
        return self.lead_now(uid)


@extend_schema(summary="Release the lead", request=ReleaseInput, responses=LeadSerializer)
class ReleaseView(LeadAct):
    """Release with a reason and a note."""

    takes = ReleaseInput

    def post(self, request: StaffAPIRequest, uid: UUID) -> Response:
        """Release."""
        claims.release(pk_of(request.user, uid), request.user, **self.given())
        return self.lead_now(uid)


@extend_schema(summary="Undo one's own claim within two minutes", request=None, responses=LeadSerializer)
class UndoView(LeadAct):
    """Take back a claim."""

    act = "claim"

    def post(self, request: StaffAPIRequest, uid: UUID) -> Response:
        """Undo."""
        claims.undo(pk_of(request.user, uid), request.user)
        return self.lead_now(uid)


@extend_schema(summary="Accept the lead as SAL", request=None, responses=LeadSerializer)
class AcceptView(LeadAct):
    """Accept."""

    def post(self, request: StaffAPIRequest, uid: UUID) -> Response:
        """Accept."""
        outcomes.accept(pk_of(request.user, uid), request.user)
        return self.lead_now(uid)


@extend_schema(summary="Reject the lead with a coded reason", request=RejectInput, responses=LeadSerializer)
class RejectView(LeadAct):
    """Reject; unknown codes are refused with the list of known ones."""

    takes = RejectInput

    def post(self, request: StaffAPIRequest, uid: UUID) -> Response:
        """Reject."""
        given = self.given()
        named = given.pop("duplicate_of")
        other = find(request.user, named) if named else None
        outcomes.reject(pk_of(request.user, uid), request.user, **given, duplicate_of=other)
        return self.lead_now(uid)


@extend_schema(summary="Hand the lead back to marketing", request=ReasonInput, responses=LeadSerializer)
class HandBackView(LeadAct):
    """Hand back; unknown codes are refused with the list of known ones."""

    takes = ReasonInput

    def post(self, request: StaffAPIRequest, uid: UUID) -> Response:
        """Hand back."""
        claims.hand_back(pk_of(request.user, uid), request.user, **self.given())
        return self.lead_now(uid)


@extend_schema(summary="Assign the lead to a rep", request=AssignInput, responses=LeadSerializer)
class AssignView(LeadAct):
    """Managers only."""

    act = "assign"
    takes = AssignInput

    def post(self, request: StaffAPIRequest, uid: UUID) -> Response:
        """Assign."""
        address = self.given()["rep"]
        rep = User.objects.filter(email__iexact=address).first()
        if rep is None:
            raise Problem(422, "unknown_person", f"Nobody here has the address {address}.")
        claims.assign(pk_of(request.user, uid), rep, request.user)
        return self.lead_now(uid)


@extend_schema(summary="Record what became of the lead", request=OutcomeInput, responses=LeadSerializer)
class OutcomeView(LeadAct):
    """sql (with its contract), won, lost or disqualified; also for leads that nobody holds."""

    act = "record_outcome"
    takes = OutcomeInput

    def post(self, request: StaffAPIRequest, uid: UUID) -> Response:
        """Record."""
        given, pk = self.given(), pk_of(request.user, uid)
        if given["outcome"] == "sql":
            contract = {name: given[name] for name in ("problem", "authority", "next_step", "next_step_at")}
            outcomes.to_sql(pk, request.user, **contract)
        elif given["outcome"] == "disqualified":
            outcomes.disqualify(pk, request.user, given["code"], given["note"])
        else:
            ended = {name: given[name] for name in ("code", "note", "at")}
            outcomes.record(pk, request.user, given["outcome"], **ended)
        return self.lead_now(uid)


class ActionsView(LeadAct):
    """What was done with a lead, oldest first; POST logs one more."""

    acts = {"GET": "see_leads", "POST": "work_lead"}
    takes = ActionInput

    @extend_schema(summary="The actions on the lead", responses=ActionSerializer(many=True))
    def get(self, request: StaffAPIRequest, uid: UUID) -> Response:
        """List."""
        made = (
            Action.objects.select_related("lead", "actor").filter(lead=find(request.user, uid)).order_by("pk")
        )
        return Response(ActionSerializer(made, many=True).data)

    @extend_schema(
        summary="Log an action", request=ActionInput, responses={201: ActionSerializer}, parameters=[KEY]
    )
    def post(self, request: StaffAPIRequest, uid: UUID) -> Response:
        """Log."""
        key = request.headers.get("Idempotency-Key", "")
        action = actions.log(pk_of(request.user, uid), request.user, key=key, **self.given())
        return Response(ActionSerializer(action).data, status=201)


class ClaimFilter(filters.FilterSet):
    """Claims by lead, rep and how they ended; `open=true` for those that run."""

    lead = filters.UUIDFilter(field_name="lead__uid")
    rep = filters.CharFilter(field_name="rep__email", lookup_expr="iexact")
    end = filters.ChoiceFilter(choices=ClaimEnd.choices)
    open = filters.BooleanFilter(field_name="ended_at", lookup_expr="isnull")


@extend_schema_view(list=extend_schema(summary="Claims, newest first"))
class ClaimViewSet(mixins.ListModelMixin, viewsets.GenericViewSet):
    """Who had which lead, when, and how it ended."""

    act = "see_leads"
    queryset = Claim.objects.select_related("lead", "rep").filter(lead__erased_at__isnull=True)
    serializer_class = ClaimSerializer
    filterset_class = ClaimFilter


class ClockFilter(filters.FilterSet):
    """Clocks by lead, kind, state and due time."""

    lead = filters.UUIDFilter(field_name="lead__uid")
    kind = filters.ChoiceFilter(choices=ClockKind.choices)
    state = filters.ChoiceFilter(choices=ClockState.choices)
    due_before = filters.IsoDateTimeFilter(field_name="due_at", lookup_expr="lt")


@extend_schema_view(list=extend_schema(summary="Clocks, newest first"))
class ClockViewSet(mixins.ListModelMixin, viewsets.GenericViewSet):
    """What is and was owed, until when."""

    act = "see_leads"
    queryset = Clock.objects.select_related("lead").filter(lead__erased_at__isnull=True)
    serializer_class = ClockSerializer
    filterset_class = ClockFilter


class BreachFilter(filters.FilterSet):
    """Breaches by lead, rep, promise and cause; `open=true` for those to review."""

    lead = filters.UUIDFilter(field_name="lead__uid")
    rep = filters.CharFilter(field_name="rep__email", lookup_expr="iexact")
    kind = filters.ChoiceFilter(field_name="clock__kind", choices=ClockKind.choices)
    cause = filters.CharFilter()
    open = filters.BooleanFilter(field_name="resolved_at", lookup_expr="isnull")


@extend_schema_view(
    list=extend_schema(summary="Breaches, newest first"), retrieve=extend_schema(summary="One breach")
)
class BreachViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Missed promises as incidents; managers state causes and resolve them."""

    acts = {"list": "see_breaches", "retrieve": "see_breaches", "partial_update": "resolve_breach"}
    act = "see_breaches"
    queryset = Breach.objects.select_related("lead", "clock", "rep", "resolved_by")
    serializer_class = BreachSerializer
    filterset_class = BreachFilter
    lookup_value_converter = "row"

    @extend_schema(summary="Review a breach", request=BreachInput, responses=BreachSerializer)
    def partial_update(self, request: StaffAPIRequest, pk: int | None = None) -> Response:
        """State cause and note, mark as resolved."""
        if pk is None:
            raise Http404
        shape = BreachInput(data=request.data)
        shape.is_valid(raise_exception=True)
        given = shape.validated_data
        breaches.resolve(
            pk, request.user, cause=given.get("cause"), note=given.get("note"), done=given["resolved"]
        )
        return Response(BreachSerializer(self.get_queryset().get(pk=pk)).data)


router = SimpleRouter(use_regex_path=False)
router.register("claims", ClaimViewSet, "claim")
router.register("clocks", ClockViewSet, "clock")
router.register("breaches", BreachViewSet, "breach")

ACTS = {
    "claim": ClaimView,
    "release": ReleaseView,
    "undo": UndoView,
    "accept": AcceptView,
    "reject": RejectView,
    "hand-back": HandBackView,
    "assign": AssignView,
    "outcome": OutcomeView,
    "actions": ActionsView,
}
api_urls = [
    *(path(f"leads/<uuid:uid>/{name}/", view.as_view(), name=f"lead-{name}") for name, view in ACTS.items()),
    *router.urls,
]
