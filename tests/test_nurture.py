"""A lead's run through a track: two voices never, nobody falls silent."""

import pytest
from django.db import transaction

from handoff import marketing
from handoff.claims import claim, hand_back, undo
from handoff.mailing import sending
from handoff.models import Clock, ClockKind, ClockState, Enrolment, EnrolmentState, Send, SendState
from handoff.nurturing import nurture
from handoff.timing.engine import fire_due
from leadboard.http.problems import Problem
from leadboard.leads import lifecycle
from leadboard.leads.models import LeadEvent
from leadboard.playbook import versions
from tests.mailing import fire_next, kinds, run_together


def running(lead, kind=ClockKind.NURTURE):
    """Return how many clocks of a kind run for a lead."""
    return Clock.objects.filter(lead=lead, kind=kind, state=ClockState.RUNNING).count()


def enrolment_of(lead):
    """Return the lead's newest enrolment as it is stored."""
    return Enrolment.objects.filter(lead=lead).latest("id")


def walk(lead, until):
    """Fire and deliver until the newest enrolment of the lead is in another track or none is open."""
    while (now := nurture.open_enrolment(lead)) and now.track != until:
        send = fire_next(lead)
        sending.deliver(send.pk)


@pytest.fixture
def lead(make_lead):
    """Return a lead in the track “welcome”."""
    return make_lead(lead_type="content", desk="nurture")


def test_a_lead_that_comes_to_nurture_has_a_track_and_a_next_step_ahead(lead):
    enrolment = enrolment_of(lead)
    assert (enrolment.track, enrolment.state, enrolment.step) == ("welcome", EnrolmentState.ACTIVE, 0)
    clock = Clock.objects.get(lead=lead, kind=ClockKind.NURTURE)
    assert (clock.due_at, clock.enrolment, clock.rule) == (
        enrolment.next_at,
        enrolment,
        "tracks.welcome.steps.0",
    )
    assert kinds(lead)[-1] == "enrolled"


def test_a_track_begins_once(lead):
    with transaction.atomic():
        again = nurture.enrol(lead, "welcome")
        same = nurture.resume_or_begin(lead, why="test")
    assert again == same == enrolment_of(lead)
    assert Enrolment.objects.filter(lead=lead).count() == 1
    assert kinds(lead).count("enrolled") == 1


def test_another_track_ends_the_first_one(lead):
    with transaction.atomic():
        nurture.enrol(lead, "long_term")
    first, second = Enrolment.objects.filter(lead=lead).order_by("id")
    assert (first.state, first.why, second.state) == (
        EnrolmentState.STOPPED,
        "other_track",
        EnrolmentState.ACTIVE,
    )
    assert running(lead) == 1


def test_a_track_that_the_playbook_does_not_have_is_refused(lead):
    with pytest.raises(ValueError, match="no track 'nowhere'"), transaction.atomic():
        nurture.enrol(lead, "nowhere")
    assert enrolment_of(lead).track == "welcome"


def test_a_claim_pauses_the_track_and_a_hand_back_resumes_it_where_it_stopped(lead, ana, sink):
    sending.deliver(fire_next(lead).pk)
    claim(lead.pk, ana)
    paused = enrolment_of(lead)
    assert (paused.state, paused.step, paused.why) == (EnrolmentState.PAUSED, 1, "claimed")
    assert running(lead) == 0
    hand_back(lead.pk, ana, "no_answer")
    resumed = enrolment_of(lead)
    assert (resumed.pk, resumed.state, resumed.step) == (paused.pk, EnrolmentState.ACTIVE, 1)
    second = fire_next(lead)
    assert second.step == 2
    sending.deliver(second.pk)
    assert [mail["Subject"] for mail in sink.mails] == [
        "What you asked us about",
        "How others at Barsund began",
    ]
    assert {"nurture_sent", "nurture_paused", "nurture_resumed"} <= set(kinds(lead))


def test_two_voices_never_talk_a_decided_mail_waits_while_a_rep_has_the_lead(lead, ana, sink):
    send = fire_next(lead)
    claim(lead.pk, ana)
    sending.deliver(send.pk)
    sending.sweep()
    send.refresh_from_db()
    assert (send.state, sink.asked, enrolment_of(lead).step) == (SendState.CANCELLED, 0, 0)
    undo(lead.pk, ana)
    again = fire_next(lead)
    assert (again.pk, again.step, again.token) == (send.pk, 1, send.token)
    sending.deliver(again.pk)
    assert sink.asked == 1


def test_a_lead_taken_from_sales_hands_begins_its_track_paused(make_lead, ana):
    lead = make_lead()
    claim(lead.pk, ana)
    with transaction.atomic():
        enrolment = nurture.enrol(lead, "welcome")
    assert (enrolment.state, running(lead)) == (EnrolmentState.PAUSED, 0)


def test_all_steps_go_out_in_order_then_the_long_term_track_then_a_person_decides(lead, sink):
    walk(lead, "long_term")
    assert [send.step for send in Send.objects.filter(lead=lead).order_by("id")] == [1, 2, 3]
    lead.refresh_from_db()
    assert (lead.desk, enrolment_of(lead).track, running(lead)) == ("long_nurture", "long_term", 1)
    walk(lead, "nothing")
    assert len(sink.mails) == 5
    assert (running(lead), running(lead, ClockKind.PARKED)) == (0, 1)
    assert kinds(lead)[-2:] == ["nurture_done", "parked"]


def test_the_next_step_waits_for_a_mail_that_is_still_on_its_way(lead, sink):
    sink.mode = "try_later"
    first = fire_next(lead)
    sending.deliver(first.pk)
    assert fire_next(lead) == first
    assert (enrolment_of(lead).step, running(lead)) == (1, 1)


def test_a_lead_without_an_address_is_left_to_a_person(make_lead):
    lead = make_lead(email="", phone="+49 30 1234567", desk="nurture", lead_type="content")
    with transaction.atomic():
        nurture.fire(Clock.objects.get(lead=lead, kind=ClockKind.NURTURE))
    assert enrolment_of(lead).state == EnrolmentState.STOPPED
    assert (running(lead), running(lead, ClockKind.PARKED)) == (0, 1)
    assert not Send.objects.filter(lead=lead).exists()


def test_a_parked_lead_asks_again_until_somebody_decides(make_lead):
    lead = make_lead(desk="nurture")
    with transaction.atomic():
        nurture.stop(lead, "test")
        nurture.park(lead, "test")
        nurture.fire(Clock.objects.get(lead=lead, kind=ClockKind.PARKED))
    assert running(lead, ClockKind.PARKED) == 1


def test_the_engine_of_the_clocks_fires_a_step(lead):
    Clock.objects.filter(lead=lead, kind=ClockKind.NURTURE).update(
        fires_at=lead.created_at, due_at=lead.created_at
    )
    assert fire_due() == 1
    assert fire_due() == 0
    assert Send.objects.get(lead=lead).state == SendState.DECIDED
    assert running(lead) == 1


def test_an_enrolment_follows_the_version_with_which_it_began(lead, sink):
    text = versions.PlaybookVersion.objects.get(active=True).text
    versions.apply(text.replace("What you asked us about", "A new subject"))
    sending.deliver(fire_next(lead).pk)
    assert sink.mails[0]["Subject"] == "What you asked us about"


@pytest.mark.django_db(transaction=True)
def test_a_step_decided_while_somebody_claims_never_goes_out_in_between(
    transactional_db, make_lead, ana, sink
):
    """Decide, deliver and claim race on their own connections: afterwards either the mail went out
    before the claim, or it waits; never is a mail decided on a claimed lead."""
    for number in range(8):
        lead = make_lead(email=f"p{number}@race.test", lead_type="content", desk="nurture")

        def decide(lead=lead):
            with transaction.atomic():
                lifecycle.lock(lead.pk)
                clock = Clock.objects.filter(
                    lead=lead, kind=ClockKind.NURTURE, state=ClockState.RUNNING
                ).first()
                if clock:
                    nurture.fire(clock)
            for send in Send.objects.filter(lead=lead):
                sending.deliver(send.pk)

        run_together([decide, lambda lead=lead: claim(lead.pk, ana)])
        assert enrolment_of(lead).state == EnrolmentState.PAUSED
        states = set(Send.objects.filter(lead=lead).values_list("state", flat=True))
        assert states <= {SendState.SENT, SendState.CANCELLED}
        order = kinds(lead)
        decided_after = Send.objects.filter(
            lead=lead,
            state=SendState.SENT,
            decided_at__gt=LeadEvent.objects.get(lead=lead, kind="claimed").at,
        )
        assert not decided_after.exists(), order


def test_the_page_shows_who_is_where_and_who_waits(lead, make_lead, ana, mia, page):
    other = make_lead(email="tom@kestrel.test", name="Tom Held", lead_type="content", desk="nurture")
    claim(other.pk, ana)
    back = make_lead(email="flo@lark.test", name="Flo Gray")
    claim(back.pk, ana)
    hand_back(back.pk, ana, "wrong_time", "call in May")
    shown = page(mia).get("/nurture/")
    assert '<option value="long_term">long term</option>' in shown.content.decode()
    columns = {
        column["queue"].key: [str(card.lead) for card in column["cards"]]
        for column in shown.context["columns"]
    }
    assert columns == {
        "back": ["Flo Gray"],
        "woke": [],
        "medium": ["Diana Ek", "Tom Held"],
        "long": [],
        "out": [],
    }
    text = shown.content.decode()
    assert "Interested, but later" in text
    assert "call in May" in text
    assert "Waits: Ana Ruiz has the lead" in text
    assert 'style="' not in text


def test_a_marketer_takes_a_lead_that_sales_gave_back_into_a_track(make_lead, ana, mia, page):
    lead = make_lead(name="Flo Gray")
    claim(lead.pk, ana)
    hand_back(lead.pk, ana, "wrong_time")
    answer = page(mia).post(f"/nurture/{lead.pk}/track/", {"track": "long_term"}, follow=True)
    assert "Flo Gray is in the track “long_term” now." in answer.content.decode()
    lead.refresh_from_db()
    assert (lead.desk, enrolment_of(lead).track) == ("long_nurture", "long_term")
    assert [len(column["cards"]) for column in answer.context["columns"]] == [0, 0, 0, 1, 0]
    assert LeadEvent.objects.get(lead=lead, kind="nurture_taken").actor == mia


def test_a_promoted_lead_is_on_the_board_with_a_fresh_clock_and_its_track_waits(lead, mia, page):
    assert page(mia).post(f"/nurture/{lead.pk}/promote/").status_code == 302
    lead.refresh_from_db()
    assert (lead.desk, lead.due_kind) == ("board", "first_action")
    assert (enrolment_of(lead).state, running(lead, ClockKind.FIRST_ACTION)) == (EnrolmentState.PAUSED, 1)
    back = page(mia).post(f"/nurture/{lead.pk}/track/", {"track": "welcome"})
    assert back.status_code == 302
    lead.refresh_from_db()
    assert (lead.desk, lead.due_kind, enrolment_of(lead).state) == ("nurture", "", EnrolmentState.ACTIVE)
    assert running(lead, ClockKind.FIRST_ACTION) == 0


def test_a_lead_is_disqualified_for_a_reason_of_the_playbook_only(lead, mia, page):
    assert page(mia).post(f"/nurture/{lead.pk}/disqualify/", {"reason": "because"}).status_code == 422
    assert page(mia).post(f"/nurture/{lead.pk}/disqualify/", {"reason": "wrong_fit"}).status_code == 302
    lead.refresh_from_db()
    assert (lead.stage, lead.desk, enrolment_of(lead).state) == (
        "disqualified",
        "closed",
        EnrolmentState.STOPPED,
    )
    assert running(lead) == 0


def test_marketing_does_nothing_with_a_lead_that_sales_holds(lead, ana, mia):
    claim(lead.pk, ana)
    for act in (lambda: marketing.take(lead.pk, "welcome", mia), lambda: marketing.promote(lead.pk, mia)):
        with pytest.raises(Problem) as refused:
            act()
        assert (refused.value.status, refused.value.code) == (409, "held")


def test_reps_do_not_work_the_queues(lead, ana, otto, page, client):
    assert client.get("/nurture/").status_code == 302
    assert page(ana).get("/nurture/").status_code == 403
    assert page(ana).post(f"/nurture/{lead.pk}/promote/").status_code == 403
    lead.refresh_from_db()
    assert lead.desk == "nurture"


def test_an_unknown_mail_is_shown_and_settled_by_a_person(lead, mia, page, sink):
    sink.mode = "drop"
    send = fire_next(lead)
    sending.deliver(send.pk)
    assert "Did these mails arrive?" in page(mia).get("/nurture/").content.decode()
    done = page(mia).post(f"/nurture/sends/{send.pk}/", {"how": "arrived"}, follow=True).content.decode()
    assert "Noted: the mail arrived." in done
    assert "Did these mails arrive?" not in done
    twice = page(mia).post(f"/nurture/sends/{send.pk}/", {"how": "again"}, follow=True).content.decode()
    assert "Nothing was changed" in twice
    assert page(mia).post(f"/nurture/sends/{send.pk}/", {"how": "nonsense"}).status_code == 302
    send.refresh_from_db()
    assert send.state == SendState.SENT


def test_a_queue_is_read_page_by_page_and_by_track(lead, mia, page):
    assert page(mia).get("/nurture/medium/?page=2").context["page"].number == 1
    assert page(mia).get("/nurture/nowhere/").status_code == 404
    shown = page(mia).get("/nurture/?track=long_term").context["columns"]
    assert sum(len(column["cards"]) for column in shown) == 0


def test_the_api_lists_enrolments_and_takes_a_lead_into_a_track(lead, ana, mia, api):
    listed = api(ana).get(f"/api/enrolments/?lead={lead.uid}&state=active").json()["results"]
    assert [(one["lead"], one["track"], one["state"], one["step"]) for one in listed] == [
        (str(lead.uid), "welcome", "active", 0)
    ]
    assert api(ana).get("/api/enrolments/?track=long_term").json()["results"] == []
    url = f"/api/leads/{lead.uid}/nurture/"
    assert api(mia).post(url, {"track": "long_term"}, format="json").json()["track"] == "long_term"
    assert api(mia).post(url, {"track": "nowhere"}, format="json").json()["code"] == "unknown_track"
    assert api(mia).post(url, {}, format="json").status_code == 400
    assert api(ana).post(url, {"track": "welcome"}, format="json").status_code == 403
    claim(lead.pk, ana)
    assert api(mia).post(url, {"track": "welcome"}, format="json").status_code == 409
