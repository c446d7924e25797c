"""The forms of the Sources screen."""

from django import forms

from leadboard.capture import sources
from leadboard.capture.picking import OWN, SHOWN
from leadboard.capture.vendors import VENDORS
from leadboard.playbook import versions

OWN_ROWS = 3
MAKE = "Make a secret for me"


def text(label, **options):
    """Return a short text field that keeps what was typed."""
    return forms.CharField(
        label=label,
        required=options.pop("required", False),
        max_length=options.pop("max_length", 300),
        widget=forms.TextInput({"class": "input", "autocomplete": "off"}),
        **options,
    )


def hidden_text(label, **options):
    """Return a field whose text is never shown again, not even after an error."""
    return forms.CharField(
        label=label,
        required=False,
        max_length=options.pop("max_length", 500),
        widget=forms.PasswordInput({"class": "input", "autocomplete": "new-password"}),
        **options,
    )


class SourceForm(forms.Form):
    """Add a source."""

    name = text("Name", required=True, max_length=80, help_text="Shown on the card of each of its leads.")
    vendor = forms.ChoiceField(
        label="Comes from",
        choices=[(name, vendor.title) for name, vendor in VENDORS.items()],
        widget=forms.Select({"class": "input"}),
        help_text="Generic is any form, tool or script that can POST.",
    )
    lead_type = forms.ChoiceField(
        label="Its leads come for", required=False, widget=forms.Select({"class": "input"})
    )
    campaign = text("Campaign", help_text="Of leads that name none themselves.")
    secret = hidden_text("Secret", help_text="What it is for each vendor stands below. Shown to you once.")
    make_secret = forms.BooleanField(label=MAKE, required=False)
    token = hidden_text(
        "Token",
        max_length=2_000,
        help_text="Only HubSpot, Meta and LinkedIn: they send ids, and details are fetched with it.",
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        types = versions.active().lead_types
        lead_type = self.fields["lead_type"]
        assert isinstance(lead_type, forms.ChoiceField)
        lead_type.choices = [
            ("", "whatever the playbook reads in it"),
            *((name, name.replace("_", " ")) for name in types),
        ]

    def add(self, person):
        """Return the new source, or None with the refusal among the errors."""
        fields = {name: value for name, value in self.cleaned_data.items() if name != "make_secret"}
        if self.cleaned_data["make_secret"] and not fields["secret"]:
            fields["secret"] = sources.new_secret()
        try:
            return sources.add(by=person, **fields)
        except ValueError as refusal:
            self.add_error(about(str(refusal)), str(refusal))
            return None


class KeysForm(forms.Form):
    """Replace the secret or the token of a source; what is left empty stays."""

    secret = hidden_text("New secret")
    make_secret = forms.BooleanField(label=MAKE, required=False)
    keep_old = forms.BooleanField(
        label="Take the old secret for one more day",
        required=False,
        initial=True,
        help_text="Until the sender has the new one. Not where the old one has leaked.",
    )
    token = hidden_text("New token", max_length=2_000)
    forget_token = forms.BooleanField(label="Forget the token", required=False)

    def save(self, source):
        """Store them; return False with the refusal among the errors."""
        given = self.cleaned_data
        secret = given["secret"] or (sources.new_secret() if given["make_secret"] else "")
        token = "" if given["forget_token"] else given["token"] or source.token
        try:
            sources.replace(
                source,
                keep_old_secret=given["keep_old"],
                token=token,
                **({"secret": secret} if secret else {}),
            )
        except ValueError as refusal:
            self.add_error(about(str(refusal)), str(refusal))
            return False
        return True


def about(refusal):
    """Return the field that a refusal is about."""
    words = refusal.lower()
    return "token" if "token" in words else "secret" if "secret" in words else "name"


class PickForm(forms.Form):
    """One choice per value of a delivery: which field of ours it is."""

    def __init__(self, data, *, rows):
        self.picked = rows
        super().__init__(data)
        choices = [(OWN, "an own field"), *((name, name.replace("_", " ")) for name in SHOWN)]
        for place, row in enumerate(rows):
            self.fields[f"row_{place}"] = forms.ChoiceField(
                label=row.path,
                required=False,
                choices=choices,
                initial=row.field,
                widget=forms.Select({"class": "input"}),
            )

    def rows(self):
        """Return (value, its choice) for the template."""
        return [(row, self[f"row_{place}"]) for place, row in enumerate(self.picked)]

    def chosen(self):
        """Return {path: our field, or OWN}."""
        return {row.path: self.cleaned_data[f"row_{place}"] for place, row in enumerate(self.picked)}


class MappingForm(forms.Form):
    """One row per field of ours: the name or path of its value. Several paths are parted by `|`."""

    only_these = forms.BooleanField(label="Drop what is not named here", required=False)

    def __init__(self, data, *, source):
        self.source = source
        own = [name for name in source.mapping if name not in SHOWN and name != "*"]
        self.own = [*own, *[""] * OWN_ROWS]
        super().__init__(data, initial=self._typed(own))
        for name in SHOWN:
            self.fields[name] = text(name.replace("_", " ").capitalize())
        for number in range(len(self.own)):
            self.fields[f"own_name_{number}"] = text("Own field", max_length=200)
            self.fields[f"own_path_{number}"] = text("Its path")

    def _typed(self, own):
        typed = {
            name: " | ".join([path] if isinstance(path, str) else path or [])
            for name, path in self.source.mapping.items()
        }
        for number, name in enumerate(own):
            typed |= {f"own_name_{number}": name, f"own_path_{number}": typed[name]}
        return typed | {"only_these": "*" in self.source.mapping}

    def rows(self):
        """Return the fields of ours, for the template."""
        return [self[name] for name in SHOWN]

    def own_rows(self):
        """Return the pairs of own name and path, for the template."""
        return [(self[f"own_name_{number}"], self[f"own_path_{number}"]) for number in range(len(self.own))]

    def mapping(self):
        """Return the mapping that was typed; a field that was empty and null stays null."""
        given = [(name, self.cleaned_data[name]) for name in SHOWN]
        given += [
            (self.cleaned_data[f"own_name_{n}"], self.cleaned_data[f"own_path_{n}"])
            for n in range(len(self.own))
        ]
        mapping = {name: self._paths(typed) for name, typed in given if name and typed}
        kept = {
            name: None
            for name, path in self.source.mapping.items()
            if path is None and name != "*" and name not in mapping
        }
        return mapping | kept | ({"*": None} if self.cleaned_data["only_these"] else {})

    def save(self):
        """Store it; return False with the refusal among the errors when it is no mapping."""
        try:
            sources.change(self.source, mapping=self.mapping())
        except ValueError as refusal:
            self.add_error(None, str(refusal))
            return False
        return True

    @staticmethod
    def _paths(typed):
        paths = [path.strip() for path in typed.split("|") if path.strip()]
        return paths[0] if len(paths) == 1 else paths
