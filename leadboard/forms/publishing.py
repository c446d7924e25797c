"""Make, change, publish, copy, retire and delete forms: what the screens and the API share.

Raises ValueError with one sentence, or DefinitionError with the places; then nothing is stored.
"""

import re
import secrets
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.db.models.functions import Now

from leadboard.capture import sources
from leadboard.capture.contact import folded
from leadboard.capture.mapping import FIELDS, MOST_MAPPED
from leadboard.capture.models import Source
from leadboard.forms import facts
from leadboard.forms.models import Form, FormVersion
from leadboard.forms.schema import Definition, DefinitionError, load
from leadboard.playbook import versions

SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?")
SLUG_WORDS = "An address has 1 to 60 small letters, digits and hyphens between them."
LONGEST_NAME = 80


def create(name: str, draft: dict[str, Any], *, by=None, slug: str = "") -> Form:
    """Return a new form that is not published yet."""
    form = Form(name=name.strip(), slug=slug or free_slug(name), draft=draft, created_by=by, changed_by=by)
    _check(form)
    _store(form)
    return form


def change(
    form: Form, *, name: str | None = None, slug: str | None = None, draft: Any = None, by=None
) -> None:
    """Change the draft, the name or the address; what is published stays as it is until it is published
    again. A new address holds at once, and the old one is gone.
    """
    form.name = form.name if name is None else name.strip()
    form.slug = form.slug if slug is None else slug
    form.draft = form.draft if draft is None else draft
    _check(form)
    form.changed_by = by
    _store(form)


def publish(form: Form, *, by=None) -> FormVersion:
    """Make the draft the next version, which prospects see from now on; the same draft makes no new one."""
    definition = _check(form)
    with transaction.atomic():
        held = Form.objects.select_for_update().get(pk=form.pk)
        if held.retired_at is not None:
            raise ValueError("This form is retired: bring it back first.")
        newest = held.versions.first()
        if newest is None or newest.definition != form.draft:
            number = (held.versions.aggregate(newest=Max("number"))["newest"] or 0) + 1
            newest = FormVersion.objects.create(
                form=held, number=number, definition=form.draft, created_by=by
            )
        held.source = _source_of(form, definition, by)
        held.live = newest
        held.save(update_fields=["source", "live"])
    form.source, form.live = held.source, newest
    return newest


def unpublish(form: Form) -> None:
    """Take it off: its address answers 404; versions, answers and leads stay."""
    form.live = None
    form.save(update_fields=["live"])


def retire(form: Form) -> None:
    """Take it off and out of the list: its address answers 404; versions, answers and leads stay."""
    form.live, form.retired_at = None, Now()
    form.save(update_fields=["live", "retired_at"])
    form.refresh_from_db(fields=["retired_at"])


def bring_back(form: Form) -> None:
    """Put a retired form back into the list; it is off until it is published."""
    form.retired_at = None
    form.save(update_fields=["retired_at"])


def delete(form: Form) -> None:
    """Delete a form that nobody ever sent, with its versions and its source; ValueError for any other."""
    with transaction.atomic():
        held = Form.objects.select_for_update().get(pk=form.pk)
        source = held.source
        if held.sendings.exists() or (source is not None and source.submissions.exists()):
            raise ValueError("It was sent already: retire it, so that what it took keeps its form.")
        Form.objects.filter(pk=held.pk).update(live=None)
        held.delete()
        if source is not None:
            source.delete()


def duplicate(form: Form, *, by=None) -> Form:
    """Return a copy of the draft, under a free name and not published."""
    stem = f"Copy of {form.name}"[: LONGEST_NAME - 4]
    taken = set(Form.objects.filter(name__startswith=stem).values_list("name", flat=True))
    name = next(name for name in [stem, *(f"{stem} {n}" for n in range(2, 999))] if name not in taken)
    return create(name, form.draft, by=by)


def restore(form: Form, number: int, *, by=None) -> None:
    """Make an earlier version the draft; raises FormVersion.DoesNotExist."""
    change(form, draft=form.versions.get(number=number).definition, by=by)


def free_slug(name: str) -> str:
    """Return an address made of a name that no form has yet."""
    stem = (
        re.sub(r"[^a-z0-9]+", "-", folded(name).encode("ascii", "ignore").decode()).strip("-")[:50].strip("-")
    )
    stem = stem or "form"
    taken = set(Form.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    return stem if stem not in taken else f"{stem}-{secrets.token_hex(3)}"


def _check(form: Form) -> Definition:
    if not form.name or len(form.name) > LONGEST_NAME or not form.name.isprintable():
        raise ValueError("A name has 1 to 80 printable characters.")
    if not SLUG.fullmatch(form.slug):
        raise ValueError(SLUG_WORDS)
    definition = load(form.draft)
    form.draft = definition.model_dump(mode="json")  # one form of writing it, so that versions compare
    types = versions.active().lead_types
    if definition.lead_type and definition.lead_type not in types:
        words = f"there is no lead type {definition.lead_type}; the playbook has {', '.join(types)}"
        raise DefinitionError([("lead_type", words)])
    return definition


def _store(form: Form) -> None:
    form.changed_at = Now()
    try:
        with transaction.atomic():
            form.save()
    except IntegrityError as error:
        field = "address" if "slug" in str(error) else "name"
        raise ValueError(f"There is a form with this {field} already.") from None
    form.refresh_from_db(fields=["changed_at"])


def _source_of(form: Form, definition: Definition, by) -> Source:
    """Return the form's own source, in step with it. Its secret keeps others from posting past the form."""
    said: dict[str, Any] = {
        "name": form.name,
        "lead_type": definition.lead_type,
        "campaign": definition.campaign,
        "active": True,
    }
    if form.source is None:
        return sources.add(
            **said, by=by, secret=secrets.token_urlsafe(32), mapping=mapping_of(definition, {})
        )
    sources.change(form.source, **said, mapping=mapping_of(definition, form.source.mapping))
    return form.source


def mapping_of(definition: Definition, before: dict[str, Any]) -> dict[str, Any]:
    """Return which name of the delivery is which field of the lead; names of earlier versions stay known,
    so that what came by them can be replayed.
    """
    own = [question.name for question in definition.questions if question.type not in facts.PERSON]
    own += [figure.name for figure in definition.figures]
    columns = {name: name for name in FIELDS if name in (*facts.PERSON, "campaign", "basis")}
    now = columns | {f"extra.{name}": name for name in [*own, *sorted(facts.OURS)]} | {"*": None}
    older = [item for item in before.items() if item[0] not in now][: MOST_MAPPED - len(now)]
    return dict(older) | now
