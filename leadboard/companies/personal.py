"""What companies hold of a person: to which company they were put. A company is no person."""

from typing import Any

from django.db.models import F, Func, Value

from leadboard.companies.models import CompanyMatch, ProviderAnswer
from leadboard.leads.persons import Person, told


def told_of(person: Person) -> dict[str, Any]:
    """Return the company to which each lead was put."""
    found = CompanyMatch.objects.filter(lead__in=person.ids)
    return {"companies": told(found, "company__name", "company__domain", "by")}


def erase(person: Person) -> None:
    """Forget it, and who asked a provider for it."""
    CompanyMatch.objects.filter(lead__in=person.ids).delete()
    for pk in person.ids:
        without = Func(F("leads"), Value(pk), function="array_remove")
        ProviderAnswer.objects.filter(leads__contains=[pk]).update(leads=without)
    ProviderAnswer.objects.filter(leads=[], answered_at=None).delete()
