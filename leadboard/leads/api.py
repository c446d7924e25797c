"""Leads and their events over the API: read, filter, search; acts on them live in the parts."""

from functools import cache

from django.db.models import F, OuterRef, Subquery
from django.shortcuts import get_object_or_404
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action

from leadboard.http.paging import BySeq, InOrder
from leadboard.leads.events import sentence
from leadboard.leads.models import Lead, LeadEvent
from leadboard.leads.search import search
from leadboard.leads.stages import Band, Desk, EnquiryClass, Stage


class ReasonSerializer(serializers.Serializer):
    """Why the score is what it is, strongest first."""

    words = serializers.CharField()
    points = serializers.FloatField()
    fact = serializers.CharField(required=False, help_text="the value behind it; empty: not known")
    side = serializers.ChoiceField(choices=["fit", "intent"], required=False)


class MarkSerializer(serializers.Serializer):
    """How a piece of the contact data looks, and by what that was judged; a mark drops nothing."""

    field = serializers.ChoiceField(choices=["email", "phone"])
    mark = serializers.CharField(help_text="email_invalid, email_free, phone_valid …")
    source = serializers.CharField(  # type: ignore[assignment]  # DRF has that name
        help_text="syntax, lists, numbering plan or dns"
    )
    at = serializers.DateTimeField()
    value = serializers.CharField(required=False, help_text="the number as E.164")


class LeadSerializer(serializers.ModelSerializer):
    """A lead as the contract names its fields; `id` is its UUID, `owner` an e-mail address or null."""

    id = serializers.UUIDField(source="uid")
    owner = serializers.EmailField(source="owner.email", default=None)
    score = serializers.IntegerField(allow_null=True, help_text="0 to 100; null: not scored yet.")
    fit = serializers.IntegerField(allow_null=True)
    intent = serializers.IntegerField(allow_null=True)
    probability = serializers.FloatField(allow_null=True)
    reasons = ReasonSerializer(many=True)
    marks = MarkSerializer(many=True)
    merged_into = serializers.UUIDField(
        source="merged_into_uid",
        allow_null=True,
        default=None,
        help_text="Id of the lead of the same person that goes on in its place.",
    )
    seq = serializers.IntegerField(
        allow_null=True, help_text="Number of its newest event; null until numbered."
    )

    class Meta:
        model = Lead
        fields = [
            "id", "name", "email", "phone", "company", "title", "country", "source", "campaign", "lead_type",
            "message", "stage", "desk", "owner", "score", "fit", "intent", "band", "probability",
            "enquiry_class", "reasons", "due_kind", "due_at", "due_state", "submitted_at", "created_at",
            "first_action_at", "conversation_at", "do_not_contact", "target_account", "marks",
            "merged_into", "extra", "version", "seq",
        ]  # fmt: skip
        read_only_fields = fields


class EventSerializer(serializers.ModelSerializer):
    """One change of one lead; `words` is its sentence."""

    lead = serializers.UUIDField(source="lead.uid")
    actor = serializers.EmailField(source="actor.email", default=None)
    words = serializers.SerializerMethodField()

    class Meta:
        model = LeadEvent
        fields = [
            "seq",
            "lead",
            "version",
            "kind",
            "at",
            "recorded_at",
            "actor",
            "facts",
            "playbook_version",
            "words",
        ]
        read_only_fields = fields

    def get_words(self, event) -> str:
        """Return the sentence of the event."""
        return sentence(event, {"who": event.actor.name if event.actor else "leadboard"})[0]


class LeadFilter(filters.FilterSet):
    """Filters by the fields' own names; `owner` takes an e-mail address, `me` or `none`."""

    id = filters.UUIDFilter(field_name="uid")
    stage = filters.MultipleChoiceFilter(choices=Stage.choices)
    desk = filters.MultipleChoiceFilter(choices=Desk.choices)
    band = filters.MultipleChoiceFilter(choices=Band.choices)
    enquiry_class = filters.MultipleChoiceFilter(choices=EnquiryClass.choices)
    score = filters.NumberFilter(field_name="standing__score")
    score__gte = filters.NumberFilter(field_name="standing__score", lookup_expr="gte")
    score__lte = filters.NumberFilter(field_name="standing__score", lookup_expr="lte")
    score__isnull = filters.BooleanFilter(field_name="standing__score", lookup_expr="isnull")
    owner = filters.CharFilter(method="filter_owner")
    name = filters.CharFilter(lookup_expr="iexact")
    email = filters.CharFilter(lookup_expr="iexact")
    company = filters.CharFilter(lookup_expr="iexact")
    search = filters.CharFilter(
        method="filter_search", label="each word is in name, e-mail, company or phone"
    )

    class Meta:
        model = Lead
        fields = {
            "phone": ["exact"],
            "title": ["iexact"],
            "country": ["iexact"],
            "source": ["exact"],
            "campaign": ["exact"],
            "lead_type": ["exact"],
            "version": ["exact"],
            "due_kind": ["exact"],
            "due_state": ["exact"],
            "due_at": ["gte", "lte", "isnull"],
            "created_at": ["gte", "lte"],
            "submitted_at": ["gte", "lte"],
            "do_not_contact": ["exact"],
            "target_account": ["exact"],
        }

    def filter_owner(self, leads, name, value):
        """Return the leads of one owner, mine, or nobody's."""
        if value == "none":
            return leads.filter(owner__isnull=True)
        if value == "me":
            return leads.filter(owner=self.request.user)
        return leads.filter(owner__email__iexact=value)

    def filter_search(self, leads, name, value):
        """Return the leads that contain each of the words."""
        return search(leads, value)


@cache
def _shape():
    """Return the serializer that all share: to make one costs more than to read a lead with it."""
    return LeadSerializer()


def document_of(lead):
    """Return a lead of `visible_to` as the API shows it."""
    return _shape().to_representation(lead)


def visible_to(person):
    """Return the leads this person may see: both teams see all of them, but erased ones are gone."""
    newest = LeadEvent.objects.filter(lead=OuterRef("pk")).order_by("-version").values("seq")[:1]
    return (
        Lead.objects.filter(erased_at__isnull=True)
        .select_related("owner", "standing")
        .annotate(seq=Subquery(newest), merged_into_uid=F("merged_into__uid"))
    )


def find(person, uid):
    """Return the lead of this UUID among those the person may see, or raise Http404."""
    return get_object_or_404(visible_to(person), uid=uid)


def pk_of(person, uid):
    """Return the key of a lead that this person may see: an act reads the lead itself, under its lock."""
    return get_object_or_404(Lead.objects.filter(erased_at__isnull=True).only("pk"), uid=uid).pk


@extend_schema_view(
    list=extend_schema(summary="List leads, newest first"),
    retrieve=extend_schema(summary="One lead"),
)
class LeadViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Leads, newest first."""

    act = "see_leads"
    queryset = Lead.objects.none()
    serializer_class = LeadSerializer
    filterset_class = LeadFilter
    lookup_field = "uid"
    lookup_value_converter = "uuid"

    def get_queryset(self):
        """Return what this person may see."""
        return visible_to(self.request.user)

    @extend_schema(summary="The events of one lead, oldest first", responses=EventSerializer(many=True))
    @action(detail=True, pagination_class=InOrder, filterset_class=None)
    def events(self, request, uid=None):
        """Return the lead's own log."""
        events = LeadEvent.objects.filter(lead=self.get_object()).select_related("lead", "actor")
        page = self.paginate_queryset(events)
        return self.get_paginated_response(EventSerializer(page, many=True).data)


class EventFilter(filters.FilterSet):
    """`after` is the last `seq` you have: everything later comes, in order, without a gap."""

    after = filters.NumberFilter(field_name="seq", lookup_expr="gt", min_value=0, max_value=2**62)
    kind = filters.CharFilter()


@extend_schema_view(list=extend_schema(summary="All events in the order of their dense seq"))
class EventViewSet(mixins.ListModelMixin, viewsets.GenericViewSet):
    """The one log: follow it with `after`."""

    act = "see_leads"
    queryset = LeadEvent.objects.filter(seq__isnull=False).select_related("lead", "actor")
    serializer_class = EventSerializer
    filterset_class = EventFilter
    pagination_class = BySeq

    def get_queryset(self):
        """Return the numbered events of leads that are still there, in their order."""
        return super().get_queryset().filter(lead__erased_at__isnull=True)
