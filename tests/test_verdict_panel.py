"""The verdict on the lead page in every state: what a rep reads at a glance, and what unfolds."""

import pytest
from django.db import transaction
from django.template.loader import render_to_string

from leadboard.leads import lifecycle
from qualification import panels, pipeline
from qualification.corrections import correcting
from qualification.explain import past

BUYER = (
    "We need a quote for 40 seats. The budget is approved, prices matter, and it has to be live by October."
)


@pytest.fixture
def shown(make_lead):
    """Return a function that gives the panel of a lead to a viewer, as text and as its context."""

    def show(lead, viewer):
        lead.refresh_from_db()
        template, context = panels.verdict(lead, viewer)
        return " ".join(render_to_string(template, context).split()), context

    return show


@pytest.fixture
def student(make_lead):
    lead = make_lead(
        message=BUYER, title="Student", email="bo@gmail.com", phone="+49 3641 555014", source="Demo form"
    )
    pipeline.qualify(lead.pk)
    return lead


def test_what_speaks_for_and_against_stands_apart_each_with_the_fact_behind_it(student, ana, shown):
    words, context = shown(student, ana)
    up = {bar.words: bar for bar in context["sides"].up}
    down = {bar.words: bar for bar in context["sides"].down}
    assert {bar.points[0] for bar in up.values()} == {"+"}
    assert {bar.points[0] for bar in down.values()} == {"−"}
    budget, title = up["Speaks of a budget"].fact, down["Is not buying for a firm"].fact
    assert (budget.value, budget.source) == ("“budget is approved”", "their message")
    assert (title.value, title.source) == ("Student", "by Demo form")
    assert words.index("For</caption>") < words.index("Against</caption>")
    assert "by the points of the playbook; no outcome has checked them yet" in words


def test_there_are_five_reasons_on_a_side_and_the_longest_bar_is_the_heaviest(student, ana, shown):
    many = [
        {"words": f"Reason {n}", "points": n - 8, "field": f"f{n}", "fact": "", "side": "fit"}
        for n in range(17)
    ]
    student.verdicts.update(reasons=many)
    _, context = shown(student, ana)
    up, down = context["sides"]
    assert [bar.points for bar in up] == ["+8", "+7", "+6", "+5", "+4"]
    assert [bar.points for bar in down] == ["−8", "−7", "−6", "−5", "−4"]
    assert (up[0].width, up[4].width) == ("60.0", "30.0")


def test_the_next_step_is_a_button_for_who_holds_the_lead_and_a_claim_for_who_may(
    student, ana, sam, mia, shown
):
    claim = f'action="/leads/{student.pk}/claim/"'
    assert claim in shown(student, ana)[0]
    assert claim not in shown(student, mia)[0]
    lifecycle.move(student, "claimed", actor=ana, owner=ana, desk="sales", facts={})
    assert 'href="tel:+49 3641 555014"' in shown(student, ana)[0]
    others = shown(student, sam)[0]
    assert "tel:" not in others
    assert claim not in others


def test_left_to_people_says_why_and_who_may_says_what_it_is_with_one_click(make_lead, ana, shown):
    lead = make_lead(name="", email="someone@gmail.com", company="", message="Ok", lead_type="other")
    verdict = pipeline.qualify(lead.pk)
    verdict.abstained = "The country is one it has never seen."
    verdict.save()
    words, _ = shown(lead, ana)
    assert "Left to people" in words
    assert "The country is one it has never seen. It is left to people." in words
    assert f"Why {verdict.score}" not in words
    assert words.count('name="label" value="buying"') == 1


def test_before_a_verdict_the_panel_says_what_it_waits_for(make_lead, ana, shown):
    claimed = make_lead(owner=ana, desk="sales")
    waiting = make_lead(desk="quarantine", email="", message="")
    silent = make_lead(do_not_contact=True)
    assert "scored only when somebody asks" in shown(claimed, ana)[0]
    assert "waits for its details" in shown(waiting, ana)[0]
    words, _ = shown(silent, ana)
    assert "Nothing is worked out about them" in words
    assert "<form" not in words


def test_the_history_tells_what_changed_and_who_overruled(student, mia, shown):
    first = student.verdicts.get()
    correcting.override(student.pk, mia, code="talked", note="They start in May.", score=91)
    correcting.automatic(student.pk, mia)
    student.refresh_from_db()
    with transaction.atomic():
        lifecycle.move(student, "joined", facts={"source": "Form"}, title="Head of Operations")
    pipeline.qualify(student.pk, asked=True)
    steps = {", ".join(step.why): step for step in past.history(student)}
    by_hand = steps.pop("we talked, They start in May.")
    assert (by_hand.score, by_hand.by) == (91, "Mia Sato")
    assert steps.pop("what Mia Sato had set holds no more").band == "ended"
    assert (
        steps.pop("first verdict").score == steps.pop("asked again; nothing had changed").score == first.score
    )
    (newest,) = steps.values()
    assert newest.moved == f"+{newest.score - first.score}"
    assert newest.why[0] == "is in a position to decide (+8)"
    assert "History, 5 entries" in shown(student, mia)[0]


def test_a_mark_covers_whole_words(student):
    rice = student.message.index("rice")
    student.verdicts.update(evidence=[{"topic": "class", "words": "rice", "at": [rice, rice + 4]}])
    start, end, _ = panels.marks(student)[0]
    assert student.message[start:end] == "prices"
