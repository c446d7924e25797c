"""Companies and their signals over the API: read, change, put many at once."""

from typing import Any

from django.db.models import Count, Q
from django.shortcuts import get_object_or_404
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.response import Response

from leadboard.companies import fields, reconcile, upsert
from leadboard.companies.models import Company, CompanySignal, SignalKind
from leadboard.http.problems import Problem
from leadboard.leads.clock import db_now

MOST_AT_ONCE = 1_000
OPEN = Q(matches__lead__erased_at=None) & ~Q(matches__lead__desk="closed")
READ = ["domain", "other_domains", "name", "employees", "industry", "tier", "country", "region", "city",
        "revenue", "language", "target", "target_note", "attributes"]  # fmt: skip


class CompanySerializer(serializers.ModelSerializer):
    """A company of the firm's own table; `leads` counts its open leads."""

    leads = serializers.IntegerField(read_only=True, default=0)

    class Meta:
        model = Company
        fields = ["id", *READ, "source", "created_at", "updated_at", "leads"]
        read_only_fields = ["id", "source", "created_at", "updated_at"]


class GivenCompany(serializers.Serializer):
    """What is sent: every field as people write it ("1,200", "Germany", "yes"); it is read exactly or
    refused.
    """

    domain = serializers.CharField(required=False, help_text="domain or web address")
    other_domains = serializers.JSONField(required=False, help_text="a list, or a text with commas")
    name = serializers.CharField(required=False)
    employees = serializers.JSONField(required=False, help_text="a number, or a text such as 51-200")
    industry = serializers.CharField(required=False)
    tier = serializers.CharField(required=False)
    country = serializers.CharField(required=False, help_text="code or name")
    region = serializers.CharField(required=False)
    city = serializers.CharField(required=False)
    revenue = serializers.JSONField(required=False, help_text="a number, or a text such as 2.5 Mio")
    language = serializers.CharField(required=False)
    target = serializers.JSONField(required=False, help_text="true or false")
    target_note = serializers.CharField(required=False)
    attributes = serializers.DictField(required=False, child=serializers.JSONField())


class BulkResult(serializers.Serializer):
    """What became of one of many: new, changed, same, or refused with why."""

    row = serializers.IntegerField()
    done = serializers.CharField()
    id = serializers.IntegerField(allow_null=True)
    why = serializers.CharField()


class SignalSerializer(serializers.ModelSerializer):
    """Something that happened at a company on a day."""

    kind = serializers.ChoiceField(choices=SignalKind.choices)
    source = serializers.CharField(max_length=120)  # type: ignore[assignment]  # DRF has that name

    class Meta:
        model = CompanySignal
        fields = ["id", "kind", "date", "source", "url", "note", "created_at"]
        read_only_fields = ["id", "created_at"]


class CompanyFilter(filters.FilterSet):
    """Filters by the fields' own names; `search` looks at name and domain."""

    search = filters.CharFilter(method="filter_search", label="name or domain contains")
    domain = filters.CharFilter(lookup_expr="iexact")
    industry = filters.CharFilter(lookup_expr="iexact")

    class Meta:
        model = Company
        fields = {"target": ["exact"], "tier": ["exact"], "country": ["iexact"], "employees": ["gte", "lte"]}

    def filter_search(self, companies, name, value):
        """Return the companies whose name or domain contains the text."""
        return companies.filter(Q(name__icontains=value) | Q(domain__icontains=value))


@extend_schema_view(
    list=extend_schema(summary="Companies, newest first"), retrieve=extend_schema(summary="One company")
)
class CompanyViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """The firm's own table of companies. After a change every open lead is looked at again."""

    act = "change_companies"
    acts = {"list": "see_companies", "retrieve": "see_companies"}
    queryset = Company.objects.annotate(leads=Count("matches", filter=OPEN))
    serializer_class = CompanySerializer
    filterset_class = CompanyFilter
    lookup_value_converter = "row"

    @extend_schema(summary="Put a company into the table", request=GivenCompany, responses=CompanySerializer)
    def create(self, request):
        """201 for a new company, 200 when its domain or name was known and it was brought up to date."""
        outcome = put([request.data], request.user)[0]
        if outcome.done == upsert.REFUSED:
            raise Problem(422, "company", outcome.why)
        code = status.HTTP_201_CREATED if outcome.done == upsert.NEW else status.HTTP_200_OK
        return Response(CompanySerializer(outcome.company).data, status=code)

    @extend_schema(
        summary="Put up to 1,000 companies", request=GivenCompany(many=True), responses=BulkResult(many=True)
    )
    @action(detail=False, methods=["post"], pagination_class=None, filterset_class=None)
    def bulk(self, request):
        """Each row is new, changed, same or refused; a refused one holds up nothing."""
        rows = request.data
        if not isinstance(rows, list) or not 0 < len(rows) <= MOST_AT_ONCE:
            raise Problem(422, "companies", f"Send a list of 1 to {MOST_AT_ONCE} companies.")
        outcomes = put(rows, request.user)
        return Response([
            {"row": number, "done": one.done, "id": one.company.pk if one.company else None, "why": one.why}
            for number, one in enumerate(outcomes)
        ])  # fmt: skip

    @extend_schema(summary="Change a company", request=GivenCompany, responses=CompanySerializer)
    def partial_update(self, request, pk=None):
        """A null empties a field. 422 when a value is wrong, 409 when the domain is taken."""
        company = self.get_object()
        change_company(company, _object(request.data), request.user)
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(summary="Take a company off the table")
    def destroy(self, request, pk=None):
        """Its leads stay; they lose the mark of a target account."""
        self.get_object().delete()
        reconcile.later()
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        methods=["get"], summary="Signals of a company, newest first", responses=SignalSerializer(many=True)
    )
    @extend_schema(
        methods=["post"], summary="Note a signal", request=SignalSerializer, responses=SignalSerializer
    )
    @action(detail=True, methods=["get", "post"], filterset_class=None, pagination_class=None)
    def signals(self, request, pk=None):
        """Dated facts: funding, hiring, expansion, a change of leadership. The same one twice is one."""
        company = self.get_object()
        if request.method == "GET":
            return Response(SignalSerializer(company.signals.all()[:500], many=True).data)
        given = SignalSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        signal, is_new = note_signal(company, **given.validated_data)
        return Response(SignalSerializer(signal).data, status=201 if is_new else 200)

    @extend_schema(summary="Take a signal off", responses={204: None})
    @action(detail=True, methods=["delete"], url_path="signals/<row:signal>")
    def signal(self, request, pk=None, signal=None):
        """A wrong signal goes away."""
        get_object_or_404(CompanySignal, company=self.get_object(), pk=signal).delete()
        return Response(status=status.HTTP_204_NO_CONTENT)


def change_company(company: Company, given: dict[str, Any], by: Any) -> None:
    """Change fields of a company; raises Problem 422 or 409."""
    try:
        values = {
            name: _emptied(name) if value in (None, "") else _read(name, value)
            for name, value in given.items()
        }
    except ValueError as refusal:
        raise Problem(422, "company", str(refusal)) from None
    now = {"domain": company.domain, "name": company.name} | values
    if not fields.can_be_recognised(now):
        raise Problem(422, "company", upsert.NOBODY)
    if upsert.is_taken(company, now):
        raise Problem(409, "company", "Another company of the table has this domain or name.")
    upsert.store(company, values, by.name)
    reconcile.later()


def note_signal(company: Company, *, kind: str, date: Any, source: str, url: str = "", note: str = ""):
    """Return (the signal, whether it is new); raises Problem 422."""
    try:
        code, day = fields.read_signal(kind, date, db_now().date())
    except ValueError as refusal:
        raise Problem(422, "signal", str(refusal)) from None
    return CompanySignal.objects.get_or_create(
        company=company,
        kind=code,
        date=day,
        source=source,
        defaults={"url": upsert.web_address(url), "note": note},
    )


def put(rows: list[Any], by: Any) -> list[upsert.Outcome]:
    """Put rows as they were sent; those that cannot be read are refused in their place."""
    read: list[dict[str, Any] | upsert.Outcome] = []
    for row in rows:
        try:
            given = {name: value for name, value in _object(row).items() if value not in (None, "")}
            given = fields.with_all_domains(given)
            read.append({name: _read(name, value) for name, value in given.items()})
        except (ValueError, Problem) as refusal:
            read.append(upsert.Outcome(upsert.REFUSED, why=getattr(refusal, "detail", str(refusal))))
    stored = iter(upsert.put([row for row in read if isinstance(row, dict)], source=by.name))
    reconcile.later()
    return [next(stored) if isinstance(row, dict) else row for row in read]


def _object(data: Any) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise Problem(422, "company", "A company is an object with its fields.")
    return data


def _read(name: str, value: Any) -> Any:
    if name not in READ:
        raise ValueError(f"There is no field {name[:60]!r}; there are {', '.join(READ)}.")
    if name == "attributes":
        if not isinstance(value, dict):
            raise ValueError("attributes is an object of your own fields.")
        return fields.read_attributes(value)
    if isinstance(value, dict | list) and name != "other_domains":
        raise ValueError(f"{name} is a text or a number.")
    return fields.read_field(name, value)


def _emptied(name: str) -> Any:
    if name not in READ:
        raise ValueError(f"There is no field {name[:60]!r}; there are {', '.join(READ)}.")
    empty: dict[str, Any] = {
        "domain": None,
        "employees": None,
        "revenue": None,
        "target": False,
        "attributes": {},
    }
    return (empty | {"other_domains": []}).get(name, "")
