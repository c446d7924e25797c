"""The forms of the wizard: the file, then what each column is."""

from typing import Any

from django import forms

from leadboard.imports import files
from leadboard.imports.kinds import CompanyRows, LeadRows, rows_of
from leadboard.imports.models import ImportRun, Kind
from leadboard.playbook import versions

SELECT = {"class": "input"}
LABELS = {
    "email": "E-mail", "first_name": "First name", "last_name": "Last name", "submitted_at": "Form sent at",
    "signal_date": "Date of the signal", "signal_source": "Source of the signal",
    "signal_url": "Address of the signal", "target_note": "Why it is a target",
}  # fmt: skip


def guessed(run: ImportRun) -> dict[str, str]:
    """Return {our field: column} as headings and first rows say."""
    return rows_of(run).guess(files.sample_of(run))


class UploadForm(forms.Form):
    """A file and what its rows are."""

    kind = forms.ChoiceField(label="The rows are", choices=Kind.choices, widget=forms.Select(SELECT))
    file = forms.FileField(
        label="File", help_text="CSV or XLSX with a first row that names the columns; up to 100 MB.",
        widget=forms.FileInput({"class": "input", "accept": ".csv,.tsv,.txt,.xlsx,.xlsm"}),
        allow_empty_file=True, max_length=None,
    )  # fmt: skip


class MapForm(forms.Form):
    """Which column fills which of our fields, and what holds for all rows."""

    def __init__(self, data: Any, *, run: ImportRun):
        self.run = run
        rows: LeadRows | CompanyRows = rows_of(run)  # type: ignore[assignment]
        mapped = run.mapping or guessed(run)
        super().__init__(data, initial={f"f_{name}": column for name, column in mapped.items()} | run.options)
        choices = [("", "—"), *((column, column) for column in run.columns)]
        for name in rows.FIELDS:
            label = LABELS.get(name, name.replace("_", " ").capitalize())
            self.fields[f"f_{name}"] = forms.ChoiceField(
                label=label, required=False, choices=choices, widget=forms.Select(SELECT)
            )
        self.fields |= self._for_all()

    def _for_all(self) -> dict[str, forms.Field]:
        """Return the fields of what holds for all rows."""
        if self.run.kind == Kind.COMPANIES:
            return {"target": forms.BooleanField(label="All of them are target accounts", required=False)}
        types = versions.active().lead_types
        lead_types = [("", "by content"), *((name, clause.words) for name, clause in types.items())]
        text = {"class": "input", "autocomplete": "off"}
        return {
            "source": forms.CharField(label="Source", max_length=80, widget=forms.TextInput(text)),
            "lead_type": forms.ChoiceField(
                label="They came for", required=False, choices=lead_types, widget=forms.Select(SELECT)
            ),
            "campaign": forms.CharField(
                label="Campaign of all", required=False, max_length=200, widget=forms.TextInput(text)
            ),
            "basis": forms.CharField(
                label="Legal basis", required=False, max_length=40, widget=forms.TextInput(text),
                help_text="On which these people may be contacted, e.g. consent.",
            ),
        }  # fmt: skip

    def column_rows(self) -> list[Any]:
        """Return the fields of ours, for the template."""
        return [self[name] for name in self.fields if name.startswith("f_")]

    def headings(self) -> list[tuple[str, str]]:
        """Return each column with the field of ours that it fills, "" for none."""
        fills = {field.value(): field.label for field in self.column_rows()}
        return [(column, str(fills.get(column, ""))) for column in self.run.columns]

    def options(self) -> list[Any]:
        """Return the fields of what holds for all rows."""
        return [self[name] for name in self.fields if not name.startswith("f_")]

    def save(self) -> bool:
        """Store mapping and options; False with the refusal among the errors when they do not fit."""
        said = self.cleaned_data
        self.run.mapping = {
            name[2:]: said[name] for name in self.fields if name.startswith("f_") and said[name]
        }
        self.run.options = {name: said[name] for name in self.fields if not name.startswith("f_")}
        try:
            if not self.run.mapping:
                raise ValueError("Say of at least one column what it is.")
            rows_of(self.run).check(self.run)
        except (ValueError, forms.ValidationError) as refusal:
            self.add_error(None, str(refusal))
            return False
        self.run.save(update_fields=["mapping", "options"])
        return True
