"""The demo's prospects are mostly readers, look around before they write, come back, and leave nothing where
they refuse; what becomes of them follows from who they are.
"""

from random import Random

import pytest
import requests
from django.test import Client

from leadboard.capture.models import Source, Submission
from leadboard.leads.models import Lead
from leadboard.simulation.prospects import Prospects, doors, kinds
from leadboard.simulation.reps import Held, Rep
from leadboard.simulation.runner import MAIL_TOOL, Simulation, employ
from leadboard.simulation.site import Site
from leadboard.simulation.truth import Truth
from leadboard.tracking.models import Touch, Visitor


def test_few_are_buyers_and_what_becomes_of_them_is_no_chance():
    prospects = Prospects(Random(3))
    told = [prospects.next() for _ in range(1_000)]
    share = {kind: sum(one.kind == kind for one in told) / 1_000 for kind in kinds()}
    assert 0.06 < share["buyer"] < 0.15 < 0.35 < share["reader"]
    assert {one.door for one in told} == doors().keys()
    assert len({one.fields["country"] for one in told}) > 15
    assert {one.fields["email"].rpartition(".")[2] for one in told} == {"example"}
    assert not [one for one in told if "{" in one.fields["message"]]
    assert {one.fields["email"].partition(".")[0] for one in told if one.fields["first_name"] == "Chloé"} == {
        "chloe"
    }
    worth = {
        kind: [prospects.truths[one.fields["email"]].wins for one in told if one.kind == kind]
        for kind in ("buyer", "shopper", "reader")
    }
    means = [sum(chances) / len(chances) for chances in worth.values()]
    assert means[0] > 2 * means[1] > 4 * means[2]


def test_a_simulation_that_goes_on_lets_nobody_write_twice_for_that(db):
    first = Simulation("http://here", rate=1)
    names = [first.prospects.next().fields["email"] for _ in range(3)]
    source = Source.objects.get(name="Webinar")
    Submission.objects.create(source=source, body=b"", body_hash=b"")
    assert Simulation("http://here", rate=1).prospects.next().fields["email"] == names[1]


def test_a_rep_does_with_a_lead_what_the_truth_says():
    said = []
    rep = Rep("Ida", "", "", Random(1))
    rep.call = lambda method, path, **body: said.append((path.split("/")[2], *body.values()))
    for truth in (
        Truth(talks=1, accepts=1, wins=1),
        Truth(talks=1, accepts=0, refused=("wrong_fit",)),
        Truth(talks=0),
    ):
        held = Held("1", 0, truth)
        while held.step != "done":
            getattr(rep, f"step_{held.step}")(held)
    acts = [(one[0], one[2] if one[0] == "actions" else one[1] if len(one) > 1 else "") for one in said]
    assert acts[:4] == [("actions", "connected"), ("accept", ""), ("outcome", "sql"), ("outcome", "won")]
    assert acts[4:6] == [("actions", "connected"), ("reject", "wrong_fit")]
    assert [one[0] for one in acts[6:]] == ["actions", "actions", "actions", "hand-back"]


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
        fields = site.before(enquiry)
        assert Client().post(paths[enquiry.door], fields, content_type="application/json").status_code == 202
        site.afterwards()
    assert 6 <= Visitor.objects.count() < 12
    assert set(Visitor.objects.values_list("lead__erased_at", flat=True)) == {None}
    views = Touch.objects.filter(kind="view")
    assert views.count() > 12
    assert not views.filter(lead=None).exists()
    assert Lead.objects.filter(touches__kind="view", touches__seconds__gt=0).exists()
    strangers = Visitor.objects.count()
    site.strangers()
    assert Visitor.objects.filter(lead=None).count() == Visitor.objects.count() - strangers == 2
    for kind in ("visit_again", "prices_again", "download_again"):
        getattr(site, kind)(site.known[0])
    for kind in ("open", "click", "webinar", "reply"):
        site._report(kind)(site.known[0])
    kinds = set(Touch.objects.values_list("kind", flat=True))
    assert kinds == {"view", "download", "open", "click", "webinar", "reply", "form"}
    assert Touch.objects.filter(what="/pricing").exists()
