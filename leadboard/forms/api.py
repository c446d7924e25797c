"""Forms over the API: definitions as JSON, refused with the exact place of everything that is wrong."""

from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.response import Response

from leadboard.forms import counting, publishing
from leadboard.forms.models import Form
from leadboard.forms.schema import DefinitionError
from leadboard.http.problems import Problem

WRONG = OpenApiResponse(description="What is wrong, and where: errors is a list of {path, message}")


class FormSerializer(serializers.ModelSerializer):
    """A form as the contract names it; `definition` is the draft, `version` the number that prospects see."""

    name = serializers.CharField(max_length=80)
    slug = serializers.CharField(max_length=60, required=False, help_text="the page is at /f/<slug>/")
    definition = serializers.DictField(
        source="draft",
        help_text="kind, title, questions, … as leadboard/forms/schema.py names them; read one to begin with",
    )
    version = serializers.IntegerField(source="live.number", default=None, read_only=True)
    is_live = serializers.SerializerMethodField()
    url = serializers.CharField(read_only=True)
    views = serializers.SerializerMethodField()
    sendings = serializers.SerializerMethodField()

    class Meta:
        model = Form
        fields = [
            "id",
            "name",
            "slug",
            "definition",
            "is_live",
            "version",
            "retired_at",
            "url",
            "views",
            "sendings",
            "changed_at",
            "created_at",
        ]
        read_only_fields = ["id", "retired_at", "changed_at", "created_at"]

    def get_is_live(self, form) -> bool:
        """Return whether prospects see it."""
        return form.live_id is not None

    def get_views(self, form) -> int:
        """Return how often the page was opened."""
        return counting.figures_of(form).views

    def get_sendings(self, form) -> int:
        """Return how often it was sent."""
        return counting.figures_of(form).sendings


class refusing:
    """Turn what is wrong with a form into a problem document."""

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if isinstance(error, DefinitionError):
            errors = [
                {"path": f"definition.{path}".rstrip("."), "message": words} for path, words in error.problems
            ]
            raise Problem(422, "definition", "The form is not right.", errors=errors) from error
        if isinstance(error, ValueError):
            raise Problem(422, "form", str(error)) from error


@extend_schema_view(
    list=extend_schema(summary="All forms, newest first"), retrieve=extend_schema(summary="One form")
)
class FormViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Forms of our own: hosted, embedded, versioned."""

    act = "change_forms"
    serializer_class = FormSerializer
    filterset_fields = ["name", "slug"]
    lookup_value_converter = "row"
    queryset = Form.objects.none()

    def get_queryset(self):
        """Return the forms with their figures."""
        return counting.with_figures(Form.objects.select_related("live"))

    @extend_schema(summary="Make a form", responses={201: FormSerializer, 422: WRONG})
    def create(self, request):
        """Return the new form, which is not published yet."""
        said = self.given(request)
        with refusing():
            form = publishing.create(said["name"], said["draft"], by=request.user, slug=said.get("slug", ""))
        return self.answer(form, status.HTTP_201_CREATED)

    @extend_schema(
        summary="Change the draft, the name or the address", responses={200: FormSerializer, 422: WRONG}
    )
    def partial_update(self, request, pk=None):
        """Return the changed form; what is published stays until it is published again."""
        form, said = self.get_object(), self.given(request, partial=True)
        with refusing():
            publishing.change(
                form, name=said.get("name"), slug=said.get("slug"), draft=said.get("draft"), by=request.user
            )
        return self.answer(form)

    @extend_schema(
        summary="Publish the draft as the next version",
        request=None,
        responses={200: FormSerializer, 422: WRONG},
    )
    @action(detail=True, methods=["post"])
    def publish(self, request, pk=None):
        """Return the form, live."""
        form = self.get_object()
        with refusing():
            publishing.publish(form, by=request.user)
        return self.answer(form)

    @extend_schema(summary="Take a form off", request=None, responses=FormSerializer)
    @action(detail=True, methods=["post"])
    def unpublish(self, request, pk=None):
        """Return the form; its address answers 404."""
        form = self.get_object()
        publishing.unpublish(form)
        return self.answer(form)

    @extend_schema(summary="Retire a form: off, and out of the list", request=None, responses=FormSerializer)
    @action(detail=True, methods=["post"])
    def retire(self, request, pk=None):
        """Return the form; what it took stays."""
        form = self.get_object()
        publishing.retire(form)
        return self.answer(form)

    @extend_schema(summary="Bring a retired form back", request=None, responses=FormSerializer)
    @action(detail=True, methods=["post"], url_path="bring-back")
    def bring_back(self, request, pk=None):
        """Return the form, not published."""
        form = self.get_object()
        publishing.bring_back(form)
        return self.answer(form)

    @extend_schema(summary="Delete a form that nobody ever sent", responses={204: None, 422: WRONG})
    def destroy(self, request, pk=None):
        """Delete; 422 once it was sent: retire it then."""
        with refusing():
            publishing.delete(self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(summary="Copy a form", request=None, responses={201: FormSerializer})
    @action(detail=True, methods=["post"])
    def duplicate(self, request, pk=None):
        """Return the copy of the draft, not published."""
        return self.answer(publishing.duplicate(self.get_object(), by=request.user), status.HTTP_201_CREATED)

    def given(self, request, *, partial=False):
        """Return the validated body."""
        serializer = FormSerializer(data=request.data, partial=partial)
        serializer.is_valid(raise_exception=True)
        return serializer.validated_data

    def answer(self, form, code=status.HTTP_200_OK):
        """Return the form as it is now."""
        return Response(FormSerializer(self.get_queryset().get(pk=form.pk)).data, status=code)
