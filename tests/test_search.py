"""A lead is found by any piece of its name, e-mail, company or phone."""

import pytest
from django.db.models import Q
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from leadboard.leads import lifecycle
from leadboard.leads.models import Lead, LeadSearch
from leadboard.leads.search import search

pytestmark = pytest.mark.django_db


def found(words):
    """Return the names of the leads that a search gives."""
    return sorted(search(Lead.objects.all(), words).values_list("name", flat=True))


@pytest.fixture
def three(make_lead):
    """Three people of two firms."""
    make_lead(name="Diana Ek", email="diana@barsund.test", company="Barsund AB", phone="+46701234567")
    make_lead(name="Bo Chen", email="bo@delmar.test", company="Delmar 100 % Löwen", phone="")
    make_lead(name="Dina Löwe", email="d@barsund.test", company="", phone="")


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("DIANA", ["Diana Ek"]),
        ("iana", ["Diana Ek"]),
        ("barsund", ["Diana Ek", "Dina Löwe"]),
        ("diana barsund", ["Diana Ek"]),
        ("barsund bo", []),
        ("0123456", ["Diana Ek"]),
        ("löwe", ["Bo Chen", "Dina Löwe"]),
        ("b", ["Bo Chen", "Diana Ek", "Dina Löwe"]),
        ("ek", ["Diana Ek"]),
        ("%", ["Bo Chen"]),
        ("_", []),
        ("\\", []),
        ("' OR 1=1--", []),
        ("  ", ["Bo Chen", "Diana Ek", "Dina Löwe"]),
    ],
)
def test_any_piece_of_a_lead_finds_it(three, words, names):
    assert found(words) == names


def test_what_changes_is_found_by_the_new_words_only(three):
    lead = Lead.objects.get(name="Bo Chen")
    lifecycle.move(lead, "details_arrived", name="Robert Chen", email="")
    assert (found("bo@delmar"), found("robert")) == ([], ["Robert Chen"])


def test_a_name_that_goes_on_for_pages_is_found_by_its_beginning(make_lead):
    lead = make_lead(name="Endless " + "n" * 60_000, email="e@x.test", company="Barsund AB", phone="")
    assert found("endless barsund") == [lead.name]
    assert len(LeadSearch.objects.get(lead=lead).said) == 300 + len("\ne@x.test\nbarsund ab\n")


def test_of_an_erased_person_nothing_is_left_to_search(three):
    Lead.objects.filter(name="Diana Ek").update(name="", email="", company="", phone="")
    assert found("diana") == []
    assert not LeadSearch.objects.filter(said__contains="diana").exists()


class SearchLaw(TestCase):
    """The index over pieces never hides what the text itself would show."""

    @settings(max_examples=60, deadline=None)
    @given(
        st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12),
        st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=5),
    )
    def test_a_word_is_found_exactly_where_it_stands(self, name, word):
        lead, _ = lifecycle.capture({"name": name, "source": "x"}, facts={})
        wanted = word.lower().split()
        said = LeadSearch.objects.get(lead=lead).said
        assert search(Lead.objects.filter(Q(pk=lead.pk)), word).exists() == all(w in said for w in wanted)
