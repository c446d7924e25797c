"""My own profile: how I am called, where I am, when I work."""

import re
import zoneinfo
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from leadboard.people.models import User

DAYS = {"mon": "Monday", "tue": "Tuesday", "wed": "Wednesday", "thu": "Thursday", "fri": "Friday",
        "sat": "Saturday", "sun": "Sunday"}  # fmt: skip
CLOCK_TIME = r"(?:[01]\d|2[0-3]):[0-5]\d"
SHIFT = re.compile(rf"{CLOCK_TIME}-(?:{CLOCK_TIME}|24:00)", re.ASCII)
MOST_SHIFTS = 24


def read_shifts(text: str) -> list[str]:
    """Return "09:00-12:30, 13:30-18:00" as shifts; ValidationError says which one cannot be read."""
    shifts = [part for part in re.split(r"[,;\s]+", text.replace("–", "-").strip()) if part]
    for shift in shifts:
        if not SHIFT.fullmatch(shift) or shift[:5] == shift[6:]:
            raise ValidationError(f"“{shift}” is not a shift. Write it as 09:00-17:30.")
    if len(shifts) > MOST_SHIFTS:
        raise ValidationError(f"A day may have {MOST_SHIFTS} shifts.")
    return shifts


class ProfileForm(forms.ModelForm):
    """Name, time zone and, for every weekday, the shifts; no shift at all means the hours of the playbook."""

    class Meta:
        model = User
        fields = ["name", "time_zone"]
        widgets = {
            "name": forms.TextInput(attrs={"class": "input", "autocomplete": "name"}),
            "time_zone": forms.TextInput(attrs={"class": "input", "list": "zones", "autocomplete": "off"}),
        }

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        kept = ((self.instance.hours or {}).get("hours")) or {}
        for day, label in DAYS.items():
            self.fields[day] = forms.CharField(
                label=label, required=False, max_length=400, initial=", ".join(kept.get(day, [])),
                widget=forms.TextInput(attrs={"class": "input", "placeholder": "09:00-17:30"}),
            )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Read the shifts of each day; each mistake is told at its own field."""
        cleaned = super().clean() or {}
        for day in DAYS:
            try:
                cleaned[day] = read_shifts(cleaned.get(day) or "")
            except ValidationError as wrong:
                self.add_error(day, wrong)
        return cleaned

    def save(self, commit: bool = True) -> User:
        """Keep the profile; the shifts become a calendar in the person's own zone, as in the playbook."""
        week = {day: self.cleaned_data[day] for day in DAYS if self.cleaned_data[day]}
        self.instance.hours = {"zone": self.instance.time_zone, "hours": week} if week else None
        return super().save(commit)

    def days(self) -> list[forms.BoundField]:
        """Return the fields of the weekdays, in their order."""
        return [self[day] for day in DAYS]


def zones() -> list[str]:
    """Return the time zones that can be chosen."""
    return sorted(zoneinfo.available_timezones())
