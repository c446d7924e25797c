"""Who may do what. One predicate per act; pages, API, sockets and buttons all ask here."""

from functools import wraps
from typing import Any, TypeGuard

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from rest_framework.permissions import BasePermission

from leadboard.people.models import Role, User

LEADS_SALES = {Role.REP, Role.MANAGER, Role.ADMIN}
LEADS_MARKETING = {Role.MARKETER, Role.MANAGER, Role.ADMIN}
LEADS_PEOPLE = {Role.MANAGER, Role.ADMIN}

ROLES_BY_ACT = {
    "see_leads": set(Role),
    "claim": LEADS_SALES,
    "work_lead": LEADS_SALES,
    "assign": LEADS_PEOPLE,
    "nurture": LEADS_MARKETING,
    "record_outcome": LEADS_SALES,
    "see_breaches": LEADS_PEOPLE,
    "resolve_breach": LEADS_PEOPLE,
    "change_playbook": LEADS_PEOPLE,
    "see_playbook": set(Role),
    "see_models": set(Role),
    "change_model": LEADS_PEOPLE,
    "change_sources": {Role.MARKETER, Role.MANAGER, Role.ADMIN},
    "send_touches": LEADS_MARKETING,
    "change_forms": {Role.MARKETER, Role.MANAGER, Role.ADMIN},
    "see_submissions": {Role.MARKETER, Role.MANAGER, Role.ADMIN},
    "see_companies": set(Role),
    "change_companies": {Role.MARKETER, Role.MANAGER, Role.ADMIN},
    "import_leads": {Role.MARKETER, Role.MANAGER, Role.ADMIN},
    "change_providers": LEADS_PEOPLE,
    "export": set(Role),
    "merge_leads": set(Role),  # of which leads: capture.duplicates.weighing
    "override_score": set(Role),
    "correct_classes": LEADS_MARKETING,
    "reopen": LEADS_PEOPLE,
    "tell_person": LEADS_PEOPLE,
    "erase_person": LEADS_PEOPLE,
    "change_people": {Role.ADMIN},
}


def may(user: Any, act: str) -> TypeGuard[User]:
    """May this person do this act at all? Inactive and anonymous people may do nothing."""
    return bool(
        getattr(user, "is_active", False) and user.is_authenticated and user.role in ROLES_BY_ACT[act]
    )


def refuse_unless(user, act):
    """Raise PermissionDenied with a sentence when the role does not allow the act."""
    if not may(user, act):
        words = act.replace("_", " ")
        raise PermissionDenied(f"Your role may not {words}. Ask a manager.")


def requires(act):
    """Decorate a page: sign-in first, then the right to the act (403 page otherwise)."""

    def decorate(view):
        @wraps(view)
        def guarded(request, *args, **kwargs):
            refuse_unless(request.user, act)
            return view(request, *args, **kwargs)

        return login_required(guarded)

    return decorate


class IsStaffMember(BasePermission):
    """API: an active person; a view names its act in `act` or, by method, in `acts`."""

    def has_permission(self, request, view):
        """Return whether the person may do what this request asks for."""
        acts: dict[str | None, str] = getattr(view, "acts", {})
        named = acts.get(request.method) or acts.get(getattr(view, "action", None))
        return may(request.user, named or str(getattr(view, "act", "see_leads")))
