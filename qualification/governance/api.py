"""Models over the API: which one judges, how good each is, promote, roll back, fairness reports, sign."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.response import Response

from leadboard.people.requests import StaffAPIRequest
from qualification.governance import signing, standing
from qualification.governance.models import Act, FairnessReport
from qualification.models import ScoringModel

REFUSED = {422: OpenApiResponse(description="What stands in the way, as `obstacles`")}


class ModelSerializer(serializers.ModelSerializer):
    """A model: `state` is challenger, live, retired or refused; `figures` are those on its newest leads."""

    figures = serializers.SerializerMethodField()
    fields_used = serializers.SerializerMethodField()
    left_out = serializers.SerializerMethodField()

    class Meta:
        model = ScoringModel
        fields = ["number", "state", "sha256", "outcomes", "trained_at", "figures", "fields_used", "left_out"]
        read_only_fields = fields

    def get_figures(self, model: ScoringModel) -> dict[str, Any]:
        """Figures by who was measured: candidate, scorecard, live."""
        return model.card.get("newest", {})

    def get_fields_used(self, model: ScoringModel) -> list[str]:
        """The fields it looks at."""
        return [column["name"] for column in model.card["served"]["form"]["plan"]["columns"]]

    def get_left_out(self, model: ScoringModel) -> dict[str, str]:
        """Field → why it does not look at it."""
        return model.card.get("left_out", {})


class ReasonSerializer(serializers.Serializer):
    """Why it is done."""

    why = serializers.CharField(required=False, default="", allow_blank=True, max_length=1000)


class RollBackSerializer(ReasonSerializer):
    """`to`: the number of an earlier model; null: the scorecard."""

    to = serializers.IntegerField(allow_null=True, min_value=1, max_value=2**31 - 1)


class ActSerializer(serializers.ModelSerializer):
    """An act on the models; `model` null is the scorecard, `by` null the machine."""

    model = serializers.IntegerField(source="model.number", default=None, read_only=True)
    before = serializers.IntegerField(source="before.number", default=None, read_only=True)
    by = serializers.EmailField(source="by.email", default=None, read_only=True)

    class Meta:
        model = Act
        fields = ["id", "kind", "model", "before", "report", "by", "why", "at"]
        read_only_fields = fields


@extend_schema_view(
    list=extend_schema(summary="All models, newest first"), retrieve=extend_schema(summary="One model")
)
class ModelViewSet(viewsets.ReadOnlyModelViewSet):
    """The models that judge, judged, or may judge."""

    acts = {"GET": "see_models", "POST": "change_model"}
    queryset = ScoringModel.objects.defer("content")
    serializer_class = ModelSerializer
    lookup_field = "number"
    lookup_value_converter = "row"

    @extend_schema(
        summary="Put a challenger live", request=ReasonSerializer, responses={200: ActSerializer, **REFUSED}
    )
    @action(detail=True, methods=["post"])
    def promote(self, request: StaffAPIRequest, number: int | None = None) -> Response:
        """Promote it when nothing stands in the way; 422 lists what does."""
        given = _given(ReasonSerializer, request)
        return _told(standing.promote(self.get_object(), by=request.user, why=given["why"]))

    @extend_schema(
        summary="Put an earlier model live again, or the scorecard",
        request=RollBackSerializer, responses={200: ActSerializer, **REFUSED},
    )  # fmt: skip
    @action(detail=False, methods=["post"], url_path="roll-back")
    def roll_back(self, request: StaffAPIRequest) -> Response:
        """Roll back; open leads are judged again afterwards."""
        given = _given(RollBackSerializer, request)
        to = ScoringModel.objects.filter(number=given["to"]).first() if given["to"] else None
        if given["to"] and to is None:
            raise Http404
        return _told(standing.roll_back(to, by=request.user, why=given["why"]))

    @extend_schema(summary="Who did what to the models, newest first", responses=ActSerializer(many=True))
    @action(detail=False, pagination_class=None, filter_backends=[])
    def log(self, request: StaffAPIRequest) -> Response:
        """The newest 200 entries of the log."""
        done = Act.objects.select_related("model", "before", "by")[:200]
        return Response(ActSerializer(done, many=True).data)


class FairnessSerializer(serializers.ModelSerializer):
    """Selection rates by group; `breaches` counts the findings that hold a model back until they are
    signed.
    """

    model = serializers.IntegerField(source="model.number", default=None, read_only=True)
    open_breaches = serializers.SerializerMethodField()

    class Meta:
        model = FairnessReport
        fields = ["id", "month", "model", "leads", "breaches", "open_breaches", "findings", "proxies", "at"]
        read_only_fields = fields

    def get_open_breaches(self, report: FairnessReport) -> int:
        """How many breaches nobody has signed for."""
        return len(signing.open_breaches(report))


@extend_schema_view(
    list=extend_schema(summary="Fairness reports, newest first"),
    retrieve=extend_schema(summary="One fairness report"),
)
class FairnessViewSet(viewsets.ReadOnlyModelViewSet):
    """One report a month on what was decided, one on each model before it may go live."""

    acts = {"GET": "see_models", "POST": "change_model"}
    queryset = FairnessReport.objects.select_related("model")
    serializer_class = FairnessSerializer
    lookup_value_converter = "row"

    @extend_schema(
        summary="Sign for the breaches", request=ReasonSerializer, responses={200: ActSerializer, **REFUSED}
    )
    @action(detail=True, methods=["post"])
    def sign(self, request: StaffAPIRequest, pk: int | None = None) -> Response:
        """Take the breaches on oneself; a reason is needed."""
        given = _given(ReasonSerializer, request)
        return _told(signing.sign(self.get_object(), by=request.user, why=given["why"]))


def _given(shape: type[serializers.Serializer], request: StaffAPIRequest) -> dict[str, Any]:
    serializer = shape(data=request.data)
    serializer.is_valid(raise_exception=True)
    return serializer.validated_data


def _told(act: Act) -> Response:
    return Response(ActSerializer(act).data)
