"""A lead comes in and is judged: what is known, what it wants, what it is worth, where it goes."""

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django_q.models import OrmQ

from leadboard.board import feed
from leadboard.leads import lifecycle
from leadboard.leads.clock import db_now
from leadboard.leads.models import LeadEvent
from leadboard.playbook import versions
from qualification import jobs, pipeline, thinking, verdicts
from qualification.models import Enrichment, Verdict
from qualification.panels import verdict as panel

BUYER = (
    "We run two sites, about 60 people, and lose web enquiries over lunch. Budget is approved. "
    "We want to start in January. Can we have a demo?"
)


@pytest.fixture
def buyer(make_lead):
    return make_lead(
        name="Ana Lund", email="ana.lund@halden-optik.de", phone="+49 3641 555014", title="VP Operations",
        company="Halden Optik GmbH", message=BUYER, extra={"visits": "5", "Lead Origin": "Landing page"},
    )  # fmt: skip


def kinds(lead):
    return list(LeadEvent.objects.filter(lead=lead).order_by("version").values_list("kind", flat=True))


def test_a_buyer_is_judged_and_goes_to_the_board_as_an_mql(buyer):
    verdict = pipeline.qualify(buyer.pk)
    buyer.refresh_from_db()
    assert (verdict.enquiry_class, verdict.band, verdict.method) == ("buying", "high", "scorecard")
    assert (buyer.desk, buyer.stage, buyer.band, buyer.score) == ("board", "mql", "high", verdict.score)
    assert buyer.reasons == verdict.reasons
    assert verdict.playbook_version == versions.active().version
    event = LeadEvent.objects.get(lead=buyer, kind="qualified")
    assert event.facts["verdict"] == verdict.pk
    assert (event.facts["route"], event.facts["assign"], event.facts["missing"]) == ("board", True, [])


def test_what_the_prospect_wrote_stays_out_of_the_event(buyer):
    pipeline.qualify(buyer.pk)
    event = LeadEvent.objects.get(lead=buyer, kind="qualified")
    assert "Halden" not in str(event.facts)
    assert "lunch" not in str(event.facts)


def test_the_verdict_keeps_the_facts_it_was_made_from_with_numbers_as_numbers(buyer):
    facts = pipeline.qualify(buyer.pk).features
    assert facts["visits"] == 5.0
    assert facts["Lead Origin"] == "Landing page"
    assert (facts["budget"], facts["timeline"], facts["title_level"]) == (True, True, "vp")
    assert (facts["email_kind"], facts["country"], facts["has_phone"]) == ("work", "DE", True)


def test_every_value_that_was_found_out_keeps_its_source_and_method(buyer):
    pipeline.qualify(buyer.pk)
    found = {(row.field, row.source): row.value for row in Enrichment.objects.filter(lead=buyer)}
    assert found[("company", "email domain")] == "Halden Optik"
    assert found[("website", "email domain")] == "https://halden-optik.de"
    assert found[("country", "phone")] == "DE"
    assert found[("time_zone", "country")] == "Europe/Berlin"


def test_judging_twice_gives_one_verdict(buyer):
    first = pipeline.qualify(buyer.pk)
    assert pipeline.qualify(buyer.pk) == first
    assert Verdict.objects.filter(lead=buyer).count() == 1
    assert kinds(buyer).count("qualified") == 1


def test_who_writes_again_is_judged_again(buyer):
    first = pipeline.qualify(buyer.pk)
    buyer.refresh_from_db()
    lifecycle.move(
        buyer,
        "joined",
        facts={"source": "Contact form"},
        message="Please reset my password, I cannot log in.",
    )
    second = pipeline.qualify(buyer.pk)
    assert second != first
    assert (second.enquiry_class, second.class_kind) == ("non_prospect", "existing_customer")


def test_a_claimed_lead_is_not_judged_unless_somebody_asks(buyer, ana):
    lifecycle.move(buyer, "claimed", actor=ana, owner=ana, desk="sales", facts={})
    assert pipeline.qualify(buyer.pk) is None
    asked = pipeline.qualify(buyer.pk, asked=True)
    buyer.refresh_from_db()
    assert (buyer.desk, buyer.owner, buyer.score) == ("sales", ana, asked.score)


def test_who_claims_while_the_machine_thinks_keeps_the_lead(buyer, ana):
    playbook = versions.active()
    read = type(buyer).objects.get(pk=buyer.pk)
    thoughts = thinking.think_all([read], playbook, db_now())
    lifecycle.move(buyer, "claimed", actor=ana, owner=ana, desk="sales", facts={})
    done = verdicts.write_all([(read, thoughts[0])], playbook, waits=True)
    buyer.refresh_from_db()
    assert (buyer.desk, buyer.stage, buyer.owner) == ("sales", "raw", ana)
    assert (buyer.score, done.again) == (done.verdicts[buyer.pk].score, [])
    assert "route" not in LeadEvent.objects.get(lead=buyer, kind="qualified").facts


def test_a_lead_that_was_sent_elsewhere_meanwhile_is_judged_anew(buyer):
    playbook = versions.active()
    read = type(buyer).objects.get(pk=buyer.pk)
    thoughts = thinking.think_all([read], playbook, db_now())
    lifecycle.move(buyer, "disqualified", desk="closed", stage="disqualified", facts={"desk": "closed"})
    assert verdicts.write_all([(read, thoughts[0])], playbook, waits=True) == ({}, [buyer.pk])
    assert pipeline.qualify(buyer.pk) is None
    assert Verdict.objects.filter(lead=buyer).count() == 0


def test_a_machine_does_not_close_what_sales_had_accepted(buyer):
    lifecycle.move(buyer, "accepted", stage="sal", facts={}, message="Please unsubscribe me.")
    verdict = pipeline.qualify(buyer.pk)
    buyer.refresh_from_db()
    assert verdict.enquiry_class == "non_prospect"
    assert (buyer.desk, buyer.stage) == ("board", "sal")


def test_a_job_applicant_costs_no_selling_time(make_lead):
    lead = make_lead(
        message="I would like to apply for the position of driver. My CV is attached.",
        lead_type="hand_raiser",
    )
    verdict = pipeline.qualify(lead.pk)
    lead.refresh_from_db()
    assert (verdict.enquiry_class, verdict.class_kind) == ("non_prospect", "job_seeker")
    assert (lead.desk, lead.stage) == ("closed", "disqualified")
    assert LeadEvent.objects.get(lead=lead, kind="qualified").facts["polite_answer"] == "non_prospect"


def test_a_lead_of_which_nothing_is_known_is_left_to_people(make_lead):
    lead = make_lead(name="", email="someone@gmail.com", company="", message="", lead_type="other")
    verdict = pipeline.qualify(lead.pk)
    lead.refresh_from_db()
    assert verdict.abstained == "Too little is known of this lead to judge it."
    assert (lead.desk, lead.stage, lead.band, lead.score) == ("board", "raw", "", verdict.score)
    assert list(feed.matching("people", "")) == [lead]
    assert list(feed.matching("medium", "")) == []
    assert "<b>?</b>" in render_to_string("lead/score.html", {"lead": lead})


def test_a_clear_case_of_which_little_else_is_known_costs_no_selling_time(make_lead):
    lead = make_lead(name="", email="x@gmail.com", company="", message="Please unsubscribe me.", source="")
    verdict = pipeline.qualify(lead.pk)
    lead.refresh_from_db()
    assert (verdict.abstained, verdict.class_kind, lead.desk) == ("", "other", "closed")


def test_a_demo_form_without_a_word_still_says_what_is_wanted(make_lead):
    assert pipeline.qualify(make_lead(message="", lead_type="demo").pk).enquiry_class == "buying"
    assert pipeline.qualify(make_lead(message="", lead_type="other").pk).enquiry_class == "unclear"


def test_a_stage_is_not_given_without_its_contract(make_lead):
    lead = make_lead(email="ana@mailinator.com", message=BUYER, title="CEO", phone="+49 3641 555014")
    pipeline.qualify(lead.pk)
    lead.refresh_from_db()
    event = LeadEvent.objects.get(lead=lead, kind="qualified")
    assert lead.stage == "raw"
    assert event.facts["missing"] == ["email_kind"]


def test_a_lead_that_is_gone_or_closed_is_left_alone(make_lead):
    assert pipeline.qualify(0) is None
    lead = make_lead()
    lifecycle.move(lead, "lost", desk="closed", stage="lost", facts={"code": "no_answer"})
    assert pipeline.qualify(lead.pk) is None
    assert pipeline.qualify(make_lead(desk="quarantine").pk) is None


def test_who_objected_to_contact_is_not_profiled_either(buyer, ana):
    lifecycle.move(buyer, "suppressed", do_not_contact=True)
    assert pipeline.qualify(buyer.pk) is None
    assert pipeline.qualify(buyer.pk, asked=True) is None
    assert Verdict.objects.count() == 0


def test_a_word_model_that_fails_leaves_the_rules_to_decide(buyer, monkeypatch):
    def broken(*_):
        raise RuntimeError("no words today")

    monkeypatch.setattr(thinking.standing, "classify", broken)
    verdict = pipeline.qualify(buyer.pk)
    assert verdict.flags == ["the text could not be read: classifier failed"]
    assert verdict.enquiry_class == "unclear"
    assert verdict.score is not None


@pytest.mark.parametrize(
    "message", ["", "\x1f", "💥" * 500, "a" * 20_000, "<script>", "%s {x} \\", "ﷺ" * 100]
)
def test_no_text_stops_a_verdict(make_lead, message):
    assert pipeline.qualify(
        make_lead(message=message, extra={"n": 10**400, "x": {"deep": [1]}, "nan": "NaN"}).pk
    )


def test_the_sweep_finds_what_the_queue_lost(make_lead):
    old, new, claimed = make_lead(), make_lead(), make_lead()
    OrmQ.objects.all().delete()
    backdate(old)
    backdate(claimed)
    pipeline.qualify(claimed.pk)
    assert jobs.sweep() == 1
    assert OrmQ.objects.count() == 1
    assert new.verdicts.count() == 0


def backdate(lead):
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE leads_lead SET created_at = now() - interval '2 minutes' WHERE id = %s", [lead.pk]
        )


def test_the_panel_says_why(buyer, ana):
    template, context = panel(buyer, ana)
    assert "No score yet" in render_to_string(template, context)
    judged = pipeline.qualify(buyer.pk)
    page = render_to_string(*panel(buyer, ana))
    assert f"Why {judged.score}" in page
    assert all(f'<th scope="row">{reason["words"]}</th>' in page for reason in judged.reasons)
    assert "style=" not in page


def test_anybody_who_sees_a_lead_may_ask_for_a_score(buyer, mia, page):
    answer = page(mia).post(f"/leads/{buyer.pk}/qualify/")
    assert (answer.status_code, answer["Location"]) == (302, f"/leads/{buyer.pk}/")
    assert Verdict.objects.filter(lead=buyer).count() == 1
    part = page(mia).post(f"/leads/{buyer.pk}/qualify/", headers={"HX-Request": "true"})
    assert f"Why {Verdict.objects.get(lead=buyer).score}" in part.content.decode()


def test_nobody_from_outside_may_ask_for_a_score(buyer, otto, client):
    assert client.post(f"/leads/{buyer.pk}/qualify/")["Location"].startswith("/accounts/login/")
    client.force_login(otto)
    assert client.post(f"/leads/{buyer.pk}/qualify/").status_code in (302, 403)
    assert Verdict.objects.filter(lead=buyer).count() == 0


def test_a_job_also_judges_the_next_leads_that_have_waited(make_lead):
    first, second, fresh = make_lead(), make_lead(), make_lead()
    backdate(second)
    jobs.qualify(first.pk)
    assert [lead.verdicts.count() for lead in (first, second, fresh)] == [1, 1, 0]
