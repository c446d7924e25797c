"""The forms of the Sources screen."""

from django import forms

from leadboard.capture import sources
from leadboard.capture.mapping import FIELDS
from leadboard.capture.vendors import VENDORS
from leadboard.playbook import versions

OWN_ROWS = 3
SHOWN = [name for name in FIELDS if name not in ("lead_type", "basis")]


def text(label, **options):
    """Return a short text field that keeps what was typed."""
    return forms.CharField(
        label=label,
        required=options.pop("required", False),
        max_length=options.pop("max_length", 300),
        widget=forms.TextInput({"class": "input", "autocomplete": "off"}),
        **options,
    )


class SourceForm(forms.Form):
    """Add a source."""

    name = text("Name", required=True, max_length=80)
    vendor = forms.ChoiceField(
        choices=[(name, name) for name in VENDORS], widget=forms.Select({"class": "input"})
    )
    lead_type = forms.ChoiceField(
        label="Its leads come for", required=False, widget=forms.Select({"class": "input"})
    )
    secret = text(
        "Secret", max_length=500, help_text="Senders must show that they know it. Empty: anybody may send."
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
        try:
            return sources.add(by=person, **self.cleaned_data)
        except ValueError as refusal:
            self.add_error("name", str(refusal))
            return None


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
