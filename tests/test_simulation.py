"""The demo's prospects look around before they write, come back, and leave nothing where they refuse."""

from random import Random

import pytest
import requests
from django.test import Client

from leadboard.capture.models import Source
from leadboard.leads.models import Lead
from leadboard.simulation.prospects import Prospects, doors
from leadboard.simulation.runner import MAIL_TOOL, employ
from leadboard.simulation.site import Site
from leadboard.tracking.models import Touch, Visitor


class Wire:
    """Carries what the simulation sends to the real doors of this process."""

    def post(self, url, json, headers, timeout):
        """Post by the test client; return the answer as requests gives it."""
        path = url.removeprefix("http://here")
        said = Client(headers=headers).post(path, json, content_type="application/json")
        answer = requests.Response()
        answer.status_code, answer._content = said.status_code, said.content
        return answer


@pytest.fixture
def site(db):
    made = Site("http://here", Random(7), employ(*MAIL_TOOL))
    made.session = Wire()
    return made


def test_prospects_look_around_write_and_come_back(site):
    paths = {
        name: f"/intake/{Source.objects.create(name=name, lead_type=kind).key}/"
        for name, kind in doors().items()
    }
    prospects = Prospects(Random(7))
    for _ in range(12):
        enquiry = prospects.next()
        fields = site.before(enquiry.door, enquiry.fields)
        assert Client().post(paths[enquiry.door], fields, content_type="application/json").status_code == 202
        site.afterwards()
    assert 6 <= Visitor.objects.count() < 12
    assert set(Visitor.objects.values_list("lead__erased_at", flat=True)) == {None}
    views = Touch.objects.filter(kind="view")
    assert views.count() > 12
    assert not views.filter(lead=None).exists()
    assert Lead.objects.filter(touches__kind="view", touches__seconds__gt=0).exists()
    for kind in ("visit_again", "prices_again", "download_again"):
        getattr(site, kind)(site.known[0])
    for kind in ("open", "click", "webinar", "reply"):
        site._report(kind)(site.known[0])
    kinds = set(Touch.objects.values_list("kind", flat=True))
    assert kinds == {"view", "download", "open", "click", "webinar", "reply", "form"}
    assert Touch.objects.filter(what="/pricing").exists()
