"""What the API of the handoff takes and gives."""

from rest_framework import serializers

from handoff.models import Action, ActionKind, Breach, Claim, Clock


class PlainText(serializers.CharField):
    """Text that PostgreSQL can store; blank and missing are the same."""

    def __init__(self, *, max_length: int = 5000):
        super().__init__(required=False, allow_blank=True, default="", max_length=max_length)


class ClaimSerializer(serializers.ModelSerializer):
    """One spell of ownership."""

    lead = serializers.UUIDField(source="lead.uid")
    rep = serializers.EmailField(source="rep.email")

    class Meta:
        model = Claim
        fields = [
            "id",
            "lead",
            "rep",
            "how",
            "from_desk",
            "started_at",
            "ended_at",
            "end",
            "reason",
            "attempts",
        ]
        read_only_fields = fields


class ClockSerializer(serializers.ModelSerializer):
    """A deadline of a lead."""

    lead = serializers.UUIDField(source="lead.uid")

    class Meta:
        model = Clock
        fields = [
            "id", "lead", "kind", "level", "rule", "playbook_version", "anchored_at", "started_at", "warn_at",
            "due_at", "warned_at", "state", "ended_at", "recorded_at",
        ]  # fmt: skip
        read_only_fields = fields


class BreachSerializer(serializers.ModelSerializer):
    """A missed promise; `step` is the rung of the ladder that was reached."""

    lead = serializers.UUIDField(source="lead.uid")
    kind = serializers.CharField(source="clock.kind")
    rule = serializers.CharField(source="clock.rule")
    rep = serializers.EmailField(source="rep.email", default=None)
    resolved_by = serializers.EmailField(source="resolved_by.email", default=None)

    class Meta:
        model = Breach
        fields = [
            "id", "lead", "kind", "rule", "rep", "due_at", "recorded_at", "step", "acted_at", "cause", "note",
            "resolved_by", "resolved_at",
        ]  # fmt: skip
        read_only_fields = fields


class ActionSerializer(serializers.ModelSerializer):
    """Something that was done with a lead."""

    lead = serializers.UUIDField(source="lead.uid")
    actor = serializers.EmailField(source="actor.email")

    class Meta:
        model = Action
        fields = ["id", "lead", "actor", "kind", "outcome", "is_conversation", "note", "recording", "at"]
        read_only_fields = fields


class ActionInput(serializers.Serializer):
    """An action to log; outcomes are those of the playbook."""

    kind = serializers.ChoiceField(choices=ActionKind.choices)
    outcome = PlainText(max_length=24)
    note = PlainText()
    recording = serializers.URLField(required=False, allow_blank=True, default="", max_length=200)


class ReasonInput(serializers.Serializer):
    """A coded reason and a note."""

    code = serializers.CharField(max_length=40)
    note = PlainText()


class RejectInput(ReasonInput):
    """A coded reason and a note; a duplicate may name the lead that stays."""

    duplicate_of = serializers.UUIDField(required=False, allow_null=True, default=None)


class ReleaseInput(serializers.Serializer):
    """Why, in a word of one's own, and a note."""

    reason = PlainText(max_length=40)
    note = PlainText()


class AssignInput(serializers.Serializer):
    """Who gets the lead, by e-mail address."""

    rep = serializers.EmailField(max_length=254)


class OutcomeInput(serializers.Serializer):
    """How a lead ended, or that it became SQL with its contract."""

    outcome = serializers.ChoiceField(choices=["sql", "won", "lost", "disqualified"])
    code = PlainText(max_length=40)
    note = PlainText()
    at = serializers.DateTimeField(required=False, allow_null=True, default=None)
    problem = PlainText()
    authority = PlainText()
    next_step = PlainText()
    next_step_at = serializers.DateTimeField(required=False, allow_null=True, default=None)


class BreachInput(serializers.Serializer):
    """A review of an incident; what is missing stays as it is."""

    cause = serializers.CharField(required=False, allow_blank=True, max_length=40)
    note = serializers.CharField(required=False, allow_blank=True, max_length=5000)
    resolved = serializers.BooleanField(required=False, default=False)
