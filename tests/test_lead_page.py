"""The lead page: head, message, the first 48 hours, one sentence per event; who may open it."""

from django.utils import timezone

from handoff import actions, claims
from leadboard.leads import lifecycle, timeline
from leadboard.leads.models import Lead, LeadEvent
from leadboard.leads.stages import Desk, Stage


def test_the_page_tells_who_they_are_and_what_they_wrote(page, mia, make_lead):
    lead = make_lead(
        name="Ana Ruiz", title="VP Operations", company="Halden Optik", message="We run two sites."
    )
    html = page(mia).get(f"/leads/{lead.pk}/").content.decode()
    assert "<h1" in html
    assert "<bdi>VP Operations</bdi>, <bdi>Halden Optik</bdi>" in html
    assert "We run two sites." in html
    assert 'href="mailto:diana@barsund.test"' in html


def test_a_stranger_and_an_unknown_or_erased_lead_get_nothing(client, page, ana, make_lead):
    lead = make_lead()
    assert client.get(f"/leads/{lead.pk}/").status_code == 302
    assert page(ana).get(f"/leads/{lead.pk + 1}/").status_code == 404
    assert page(ana).get("/leads/99999999999999999999/").status_code == 404
    Lead.objects.filter(pk=lead.pk).update(erased_at=timezone.now())
    assert page(ana).get(f"/leads/{lead.pk}/").status_code == 404
    assert page(ana).get(f"/leads/{lead.pk}/panel/").status_code == 404


def test_the_timeline_names_people_and_times_newest_first(ana, sam, make_lead):
    lead = make_lead()
    lifecycle.move(lead, "claimed", actor=sam, facts={"rep": sam.pk, "due": "2026-11-21T14:05:00+00:00"},
                   owner=sam, desk=Desk.SALES, stage=Stage.SAL)  # fmt: skip
    told = [(entry.headline, entry.detail) for entry in timeline.entries(timeline.events_of(lead))]
    assert told[0] == ("Claimed by Sam Okafor", "contact by Sat 21 Nov 14:05")
    assert told[-1] == ("Came in by Demo form", "")


def test_the_timeline_can_be_narrowed_to_what_they_did(page, ana, make_lead):
    lead = make_lead()
    lifecycle.move(
        lead, "qualified", facts={"score": 87, "band": "high", "enquiry_class": "buying", "route": "board"}
    )
    answer = page(ana).get(f"/leads/{lead.pk}/?who=prospect")
    assert [entry.headline for entry in answer.context["entries"]] == ["Came in by Demo form"]
    everything = page(ana).get(f"/leads/{lead.pk}/?who=nonsense").context
    assert everything["who"] == "all"
    assert "Scored 87 high" in [entry.headline for entry in everything["entries"]]


def test_the_path_shows_the_stations_once_and_then_what_is_owed(make_lead, sam):
    lead = make_lead()
    lead.refresh_from_db()
    for score in (40, 87):
        lifecycle.move(lead, "qualified", facts={"score": score, "band": "high" if score > 80 else "medium"})
    owed = {"due_kind": "contact", "due_at": timezone.now(), "due_state": "running"}
    held = {"owner": sam, "desk": Desk.SALES, "stage": Stage.SAL}
    lifecycle.move(lead, "claimed", actor=sam, facts={"rep": sam.pk}, **held, **owed)
    steps = timeline.path(lead, timeline.events_of(lead))
    labels = [step.label for step in steps]
    assert labels[0] == "Captured"
    assert labels.count("Scored medium") == 1
    assert labels[-2:] == ["Claimed", "Conversation"]
    assert steps[-1].at is None


def test_the_panel_is_the_same_lead_without_the_frame(page, ana, make_lead):
    lead = make_lead(name="Ana Ruiz")
    html = page(ana).get(f"/leads/{lead.pk}/panel/").content.decode()
    assert "<html" not in html
    assert f'data-panel="{lead.pk}"' in html
    assert 'id="panel-h"' in html
    assert f'id="lead-{lead.pk}-sla"' not in html


def test_what_a_rep_wrote_beside_an_act_stands_in_the_story(page, mia, ana, make_lead):
    lead = make_lead()
    claims.claim(lead.pk, ana)
    actions.log(lead.pk, ana, "call", outcome="no_answer", note="Call again on Friday <b>early</b>")
    claims.hand_back(lead.pk, ana, "wrong_time", "They buy in spring")
    entries = {entry.headline: entry.note for entry in page(mia).get(f"/leads/{lead.pk}/").context["entries"]}
    assert entries["Ana Ruiz: call"] == "Call again on Friday <b>early</b>"
    assert "They buy in spring" in entries.values()
    html = page(mia).get(f"/leads/{lead.pk}/").content.decode()
    assert "Call again on Friday &lt;b&gt;early&lt;/b&gt;" in html
    assert "<b>early</b>" not in html


def test_a_clause_without_its_facts_is_not_told(make_lead):
    lead = make_lead()
    lifecycle.move(lead, "warned", facts={"clock": "first_action"})
    lifecycle.move(lead, "qualified", facts={"score": 8, "enquiry_class": "non_prospect", "route": "closed"})
    told = [(entry.headline, entry.detail) for entry in timeline.entries(timeline.events_of(lead))]
    assert told[0] == ("Scored 8", "not a prospect; closed")
    assert told[1] == ("First action is nearly due", "")


def test_the_facts_read_as_words_and_the_marks_of_the_campaign_as_one_line(page, ana, make_lead):
    extra = {
        "utm_source": "google", "utm_medium": "cpc", "utm_term": "lead software", "gclid": "Cj0",
        "_ga": "GA1",
        "landing-page": "https://x.test/?utm_source=google", "seats_wanted": 40, "Sites": ["Jena", "Graz"],
        "hubs": {"EU": 2}, "agreed": True, "employees": "220",
    }  # fmt: skip
    lead = make_lead(extra=extra, campaign="brand-dach")
    shown = page(ana).get(f"/leads/{lead.pk}/").context
    assert shown["came_by"] == "google / cpc, brand-dach, “lead software”"
    assert {fact.label: fact.value for fact in shown["told"]} == {
        "Seats wanted": "40", "Sites": "Jena, Graz", "Hubs": "EU: 2", "Agreed": "yes",
    }  # fmt: skip
    assert {fact.label for fact in shown["marks"]} == {
        "utm_source", "utm_medium", "utm_term", "gclid", "_ga", "landing-page",
    }  # fmt: skip


def test_a_person_is_reached_from_the_head_unless_they_objected(page, ana, make_lead):
    lead = make_lead(phone="+49 30 901820", email="d@x.test")
    for path in (f"/leads/{lead.pk}/", f"/leads/{lead.pk}/panel/"):
        head = page(ana).get(path).content.decode().split('class="reach"')[1].split("</p>")[0]
        assert 'href="tel:+49 30 901820"' in head
        assert 'href="mailto:d@x.test"' in head
    Lead.objects.filter(pk=lead.pk).update(do_not_contact=True)
    html = page(ana).get(f"/leads/{lead.pk}/").content.decode()
    assert "tel:" not in html
    assert "mailto:" not in html


def test_the_panel_tells_the_time_of_whoever_reads(page, ana, make_lead):
    lead = make_lead()
    ana.time_zone = "Asia/Tokyo"
    ana.save()
    Lead.objects.filter(pk=lead.pk).update(created_at="2026-11-20T20:00Z")
    LeadEvent.objects.filter(lead=lead).update(at="2026-11-20T20:00Z")
    html = page(ana).get(f"/leads/{lead.pk}/panel/").content.decode()
    assert 'title="21 Nov 2026 05:00:00">05:00</time>' in html
