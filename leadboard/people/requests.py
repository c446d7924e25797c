"""What a guarded view is given: a request with a person in it. For type hints; nothing is made of these."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails
from rest_framework.request import Request

from leadboard.people.models import User


class StaffRequest(HttpRequest):
    """A page's request behind `rights.requires`, which lets nobody in who is not signed in."""

    user: User
    htmx: HtmxDetails


class StaffAPIRequest(Request):
    """A request of the API behind `rights.IsStaffMember`, which lets nobody in who is not signed in."""

    user: User
