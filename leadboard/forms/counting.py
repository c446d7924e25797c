"""How often forms are looked at and sent."""

from dataclasses import dataclass

from django.db import connection
from django.db.models import Count, Max, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from leadboard.forms.models import Form, FormDay, Sending

SEEN = """
INSERT INTO forms_formday (form_id, day, views) VALUES (%s, (now() AT TIME ZONE 'UTC')::date, 1)
ON CONFLICT (form_id, day) DO UPDATE SET views = forms_formday.views + 1
"""


@dataclass(frozen=True)
class Figures:
    """Views, sendings, and their share (None while nobody looked)."""

    views: int
    sendings: int

    @property
    def share(self) -> int | None:
        """Return the conversion in percent; a form sent twice from one page is not more than 100."""
        return min(100, round(100 * self.sendings / self.views)) if self.views else None


def seen(form: Form) -> None:
    """Count one look at the page."""
    with connection.cursor() as cursor:
        cursor.execute(SEEN, [form.pk])


def with_figures(forms: QuerySet[Form]) -> QuerySet[Form]:
    """Return the forms with `views`, `sent` and `newest` (when one was sent last)."""
    views = FormDay.objects.filter(form=OuterRef("pk")).values("form").annotate(n=Sum("views")).values("n")
    sent = Sending.objects.filter(form=OuterRef("pk")).values("form").annotate(n=Count("pk")).values("n")
    newest = Sending.objects.filter(form=OuterRef("pk")).values("form").annotate(at=Max("at")).values("at")
    return forms.annotate(
        views=Coalesce(Subquery(views), 0), sent=Coalesce(Subquery(sent), 0), newest=Subquery(newest)
    )


def figures_of(form: Form) -> Figures:
    """Return the figures of a form that was read by `with_figures`, or of any other."""
    counted = form if hasattr(form, "sent") else with_figures(Form.objects.filter(pk=form.pk)).get()
    return Figures(counted.views, counted.sent)  # type: ignore[attr-defined]  # annotated
