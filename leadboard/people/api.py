"""People over the API: who I am, who works here, my availability."""

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import generics, mixins, serializers, viewsets

from leadboard.people.models import User


class PersonSerializer(serializers.ModelSerializer):
    """A person as colleagues see them."""

    team = serializers.CharField(source="team.name", default=None)

    class Meta:
        model = User
        fields = [
            "id",
            "email",
            "name",
            "role",
            "team",
            "territory",
            "time_zone",
            "availability",
            "is_active",
        ]
        read_only_fields = fields


class MeSerializer(serializers.ModelSerializer):
    """My own account: availability, time zone and name can be changed."""

    class Meta:
        model = User
        fields = ["id", "email", "name", "role", "availability", "time_zone", "cap"]
        read_only_fields = ["id", "email", "role", "cap"]


@extend_schema_view(list=extend_schema(summary="People"), retrieve=extend_schema(summary="One person"))
class PersonViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Everybody who works here."""

    act = "see_leads"
    queryset = User.objects.filter(is_active=True).select_related("team")
    serializer_class = PersonSerializer
    filterset_fields = ["role", "availability"]


@extend_schema_view(
    get=extend_schema(summary="Who I am"),
    patch=extend_schema(summary="Change my availability, time zone or name"),
)
class MeView(generics.RetrieveUpdateAPIView):
    """The person behind the token."""

    act = "see_leads"
    serializer_class = MeSerializer
    http_method_names = ["get", "patch", "head", "options"]

    def get_object(self):
        """Return the signed-in person."""
        return self.request.user
