"""What people say against the machine: a class corrected, a score or a desk set by hand, and what learns."""

import pytest

from leadboard.http.problems import Problem
from leadboard.leads import lifecycle
from leadboard.leads.models import LeadEvent
from leadboard.people.models import Availability
from qualification import pipeline
from qualification.corrections import correcting, firm_words, standing
from qualification.corrections.firm_fit import Taught, fit_added
from qualification.corrections.models import Correction, FirmWords, Override
from qualification.models import Verdict
from qualification.text.classify import classify, seed, word_model
from tests.mailing import run_together

ODD = "Could you take care of our zorbel park? We would need somebody for the flimmer rods."
BUYER = "Budget is approved. We are 60 people and want to start in January. Can we have a demo and a quote?"


@pytest.fixture
def judged(make_lead):
    """Return a function that captures a lead of its own address and judges it."""

    def make(message=BUYER, number=1, **fields):
        lead = make_lead(message=message, email=f"diana{number}@barsund.test", **fields)
        pipeline.qualify(lead.pk)
        lead.refresh_from_db()
        return lead

    return make


@pytest.fixture
def resting(ana):
    """A rep to whom nothing is given by itself."""
    ana.availability = Availability.AWAY
    ana.save()
    return ana


def newest(lead):
    return lead.verdicts.order_by("-id").first()


def test_one_click_corrects_the_class_and_the_lead_is_judged_with_it(judged, mia):
    lead = judged("Please unsubscribe me.")
    assert (lead.enquiry_class, lead.desk, lead.stage) == ("non_prospect", "closed", "disqualified")
    correcting.correct(lead.pk, mia, "buying")
    lead.refresh_from_db()
    assert (lead.enquiry_class, lead.desk, lead.stage) == ("buying", "board", "mql")
    assert (newest(lead).class_confidence, newest(lead).enquiry_class) == (1.0, "buying")
    event = LeadEvent.objects.get(lead=lead, kind="class_corrected")
    assert (event.actor, event.facts["class"], event.facts["was"]) == (mia, "buying", "other")


def test_saying_it_twice_changes_nothing(judged, mia):
    lead = judged()
    correcting.correct(lead.pk, mia, "information")
    version = correcting.correct(lead.pk, mia, "information").version
    assert correcting.correct(lead.pk, mia, "information").version == version
    assert Correction.objects.count() == 1


def test_a_correction_holds_for_that_text_and_not_for_the_next_letter(judged, resting):
    lead = judged(ODD)
    correcting.correct(lead.pk, resting, "vendor")
    assert (newest(lead).enquiry_class, newest(lead).class_kind) == ("non_prospect", "vendor")
    again = judged(ODD, number=2)
    correcting.correct(again.pk, resting, "buying")
    again.refresh_from_db()
    lifecycle.move(
        again, "joined", facts={"source": "Form"}, message="I forgot my password and cannot log in."
    )
    pipeline.qualify(again.pk)
    assert newest(again).class_kind == "existing_customer"


def test_a_won_lead_stays_won_and_a_claimed_one_with_its_rep(judged, resting, mia):
    won, held = judged(number=1), judged(number=2)
    lifecycle.move(won, "won", stage="won", desk="closed", facts={"stage": "won"})
    lifecycle.move(held, "claimed", actor=resting, owner=resting, desk="sales", facts={})
    for lead in (won, held):
        correcting.correct(lead.pk, mia, "wrong_fit")
        lead.refresh_from_db()
    assert (won.stage, won.desk) == ("won", "closed")
    assert (held.owner, held.desk) == (resting, "sales")


def test_what_a_person_closed_is_not_reopened_by_a_word_about_its_class(judged, resting):
    lead = judged()
    lifecycle.move(
        lead,
        "disqualified",
        actor=resting,
        stage="disqualified",
        desk="closed",
        facts={"stage": "disqualified"},
    )
    correcting.correct(lead.pk, resting, "information")
    lead.refresh_from_db()
    assert (lead.desk, lead.stage) == ("closed", "disqualified")


def test_an_override_holds_against_later_verdicts_until_somebody_gives_it_back(judged, resting):
    lead = judged()
    by_machine = lead.score
    correcting.override(lead.pk, resting, code="talked", note="Met them.", score=12)
    lead.refresh_from_db()
    assert (lead.score, lead.band, lead.desk) == (12, "low", "nurture")
    event = LeadEvent.objects.get(lead=lead, kind="score_overridden")
    assert (event.facts["verdict"], event.facts["reason"], event.facts["was"]) == (
        newest(lead).pk, "talked", by_machine,
    )  # fmt: skip
    assert event.playbook_version == newest(lead).playbook_version
    again = pipeline.qualify(lead.pk, asked=True, anew=True)
    lead.refresh_from_db()
    assert again.score == by_machine
    assert (lead.score, lead.band, lead.desk) == (12, "low", "nurture")
    correcting.automatic(lead.pk, resting)
    lead.refresh_from_db()
    assert lead.score == newest(lead).score > 12
    assert (lead.desk, Override.objects.filter(ended_at=None).exists()) == ("board", False)


def test_a_person_may_say_where_a_lead_lies_also_one_that_the_machine_closed(judged, mia):
    lead = judged("I would like to apply for the position of driver. My CV is attached.")
    assert lead.desk == "closed"
    correcting.override(lead.pk, mia, code="known_person", desk="board")
    lead.refresh_from_db()
    assert (lead.desk, lead.stage, lead.due_kind) == ("board", "raw", "first_action")
    pipeline.qualify(lead.pk, asked=True, anew=True)
    lead.refresh_from_db()
    assert lead.desk == "board"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"code": "nothing", "score": 5}, "unknown_reason"),
        ({"code": "other"}, "nothing_to_override"),
        ({"code": "other", "score": 101}, "score"),
        ({"code": "other", "desk": "closed"}, "unknown_desk"),
    ],
)
def test_nonsense_is_refused_with_what_is_wrong(judged, resting, given, code):
    with pytest.raises(Problem) as refused:
        correcting.override(judged().pk, resting, **given)
    assert (refused.value.status, refused.value.code) == (422, code)


def test_the_desk_of_a_claimed_lead_is_not_moved_from_afar(judged, resting, mia):
    lead = judged()
    lifecycle.move(lead, "claimed", actor=resting, owner=resting, desk="sales", facts={})
    with pytest.raises(Problem) as refused:
        correcting.override(lead.pk, mia, code="other", desk="nurture")
    assert refused.value.status == 409
    correcting.override(lead.pk, mia, code="other", score=90)
    lead.refresh_from_db()
    assert (lead.score, lead.owner) == (90, resting)


def test_nobody_from_outside_may_and_nobody_at_all_about_who_objected(judged, otto, resting):
    lead = judged()
    with pytest.raises(Problem) as refused:
        correcting.correct(lead.pk, otto, "buying")
    assert refused.value.status == 403
    lifecycle.move(lead, "suppressed", do_not_contact=True)
    with pytest.raises(Problem) as refused:
        correcting.override(lead.pk, resting, code="other", score=5)
    assert refused.value.code == "do_not_contact"


@pytest.mark.django_db(transaction=True)
def test_the_word_model_learns_what_was_corrected_and_each_verdict_names_it(judged, mia):
    before = newest(judged(ODD, number=0)).words_version
    for number in range(1, 4):
        text = f"{ODD} The {['red', 'green', 'old'][number - 1]} flimmer rods of zorbel are what we mean."
        correcting.correct(judged(text, number=number).pk, mia, "wrong_fit")
    assert before.startswith("seed ")
    kept = firm_words.refit()
    assert (kept.is_live, kept.corrections, kept.held_out) == (True, 3, 3)
    assert kept.right >= kept.right_before
    fresh = newest(judged("Somebody for flimmer rods in a zorbel park?", number=9))
    assert (fresh.enquiry_class, fresh.words_version) == ("wrong_fit", f"firm 1 {kept.sha256[:8]}")
    assert firm_words.refit() is None


def test_a_word_model_that_was_tampered_with_is_refused_and_the_lead_still_routed(judged):
    FirmWords.objects.create(
        number=1, is_live=True, content=b"nonsense", sha256="0" * 64, corrections=1, newest=1, right=1,
        right_before=0, held_out=1,
    )  # fmt: skip
    lead = judged(number=5)
    assert newest(lead).flags == ["the text could not be read: classifier failed"]
    assert lead.score is not None


def test_over_the_api_a_correction_and_an_override_answer_with_the_lead(judged, resting, api, otto):
    lead = judged()
    session = api(resting)
    answer = session.post(f"/api/leads/{lead.uid}/correct/", {"label": "information"}, format="json")
    assert (answer.status_code, answer.json()["enquiry_class"]) == (200, "information")
    answer = session.post(f"/api/leads/{lead.uid}/override/", {"score": 7, "code": "talked"}, format="json")
    assert (answer.status_code, answer.json()["score"], answer.json()["band"]) == (200, 7, "low")
    answer = session.delete(f"/api/leads/{lead.uid}/override/")
    assert answer.json()["score"] == newest(lead).score
    for wrong in ({}, {"label": "nonsense"}, {"label": None}, []):
        refused = session.post(f"/api/leads/{lead.uid}/correct/", wrong, format="json")
        assert refused.status_code == 400
    assert (
        session.post(f"/api/leads/{lead.uid}/override/", {"code": "talked"}, format="json").status_code == 422
    )
    assert Verdict.objects.filter(lead=lead).count() >= 2


# ---- two people at once, and taking it back


@pytest.mark.django_db(transaction=True)
def test_of_two_people_who_say_different_things_at_once_one_is_told_who_was_faster(judged, mia, ana):
    lead = judged(ODD)
    read, told = standing.seen(lead), []

    def say(person, label):
        try:
            correcting.correct(lead.pk, person, label, read)
        except Problem as problem:
            told.append((person, problem.status, problem.code, problem.detail))

    run_together([lambda: say(mia, "vendor"), lambda: say(ana, "information")])
    stands = Correction.objects.get()
    ((slower, status, code, words),) = told
    assert {stands.by, slower} == {mia, ana}
    assert (status, code) == (409, "said_already")
    assert words.startswith(f"{stands.by.name} said meanwhile that it is:")
    assert LeadEvent.objects.filter(lead=lead, kind="class_corrected").count() == 1


def test_who_says_the_same_agrees_and_who_has_read_the_other_word_overrules_it(judged, mia, ana):
    lead = judged(ODD)
    read = standing.seen(lead)
    correcting.correct(lead.pk, mia, "vendor", read)
    correcting.correct(lead.pk, ana, "vendor", read)
    assert Correction.objects.get().by == mia
    correcting.correct(lead.pk, ana, "information", standing.seen(lead))
    assert (Correction.objects.get().by, Correction.objects.get().label) == (ana, "information")


def test_nobody_answers_a_text_that_changed_while_it_was_read(judged, mia):
    lead = judged(ODD)
    read = standing.seen(lead)
    lifecycle.move(lead, "joined", facts={"source": "Form"}, message=BUYER)
    with pytest.raises(Problem) as refused:
        correcting.correct(lead.pk, mia, "vendor", read)
    assert refused.value.code == "changed"
    assert not Correction.objects.exists()


def test_what_was_said_is_taken_back_and_the_machine_reads_it_again(judged, mia, ana):
    lead = judged()
    correcting.correct(lead.pk, mia, "vendor")
    correcting.take_back(lead.pk, ana)
    assert (newest(lead).enquiry_class, newest(lead).class_kind) == ("buying", "")
    assert LeadEvent.objects.get(lead=lead, kind="correction_undone").actor == ana
    version = correcting.take_back(lead.pk, ana).version
    assert correcting.take_back(lead.pk, ana).version == version


def test_the_word_model_forgets_what_was_taken_back(judged, mia):
    lead = judged(ODD)
    correcting.correct(lead.pk, mia, "buying")
    known = {
        "number": 1,
        "is_live": True,
        "content": b"",
        "sha256": "",
        "held_out": 1,
        "right": 1,
        "right_before": 1,
    }
    FirmWords.objects.create(corrections=1, newest=Correction.objects.get().pk, **known)
    assert firm_words.refit() is None
    correcting.take_back(lead.pk, mia)
    learnt = firm_words.refit()
    assert (learnt.number, learnt.corrections, learnt.is_live) == (2, 0, True)
    assert firm_words.words_in_use()[0].to_json() == word_model().to_json()
    assert firm_words.refit() is None


def test_who_sets_a_score_over_one_that_was_not_on_the_page_is_told_whose_it_is(judged, resting, mia):
    lead = judged()
    correcting.override(lead.pk, mia, code="talked", score=71, over="0")
    with pytest.raises(Problem) as refused:
        correcting.override(lead.pk, resting, code="other", score=20, over="0")
    assert (refused.value.status, refused.value.detail[:26]) == (409, "Mia Sato set it meanwhile.")
    seen = str(Override.objects.get().pk)
    correcting.override(lead.pk, resting, code="other", score=20, over=seen)
    assert Override.objects.get(ended_at=None).by == resting


STUDENTS = [
    f"{who} {what}"
    for who in ("I am a student and would like to enrol in", "As a student I want to book")
    for what in ("your evening course", "the spring term", "the diploma class", "your online seminar")
]


def read_by(taught, texts):
    """Return what a model that was taught these (text, label) pairs reads in each text."""
    fitted = fit_added(word_model(), [Taught(*pair) for pair in taught], seed())
    model = word_model().plus(fitted.added, fitted.shipped_counts)
    return [classify(text, model).enquiry_class for text in texts]


def test_like_texts_follow_what_was_corrected_and_others_stay(db):
    others = [
        "Can we get a quote for 40 seats?",
        "I forgot my password and cannot log in.",
        "Where is the manual?",
    ]
    like = "I'm a student and want to book the summer course"
    assert read_by([(text, "buying") for text in STUDENTS], [like, *others]) == [
        "buying", *(classify(text).enquiry_class for text in others),
    ]  # fmt: skip


def test_a_hundred_wrong_corrections_turn_few_of_the_texts_that_were_read_right(db):
    texts, labels = seed()
    buyers = [text for text, label in zip(texts, labels, strict=True) if label == "buying"]
    rest = buyers[1::9]
    read = read_by([(text, "spam") for text in buyers[::5]], rest)
    assert read.count("buying") >= 0.7 * len(rest)
