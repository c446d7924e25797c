"""When to call or meet: in somebody's own zone and business hours, at the hour at which they are there."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from leadboard.tracking.models import Touch
from qualification import calling, pipeline
from qualification.enrich import find_out


@pytest.mark.parametrize(
    ("country", "fields", "zone"),
    [
        ("DE", {}, "Europe/Berlin"),
        ("US", {"State": "Texas"}, "America/Chicago"),
        ("US", {"company_state": "CA"}, "America/Los_Angeles"),
        ("AU", {"State/Province": "wa"}, "Australia/Perth"),
        ("CA", {"Province": "Québec"}, "America/Toronto"),
        ("US", {"State": "Bavaria"}, None),
        ("US", {}, None),
    ],
)
def test_the_zone_is_that_of_the_state_or_of_a_country_with_one(country, fields, zone):
    found = [one.value for one in find_out("", "", country, fields) if one.field == "time_zone"]
    assert (found[0] if found else None) == zone


@pytest.fixture
def regular(make_lead):
    """A lead that looked at pages in three visits, mostly after lunch by its own clock."""
    lead = make_lead()
    for visit, hour in enumerate((14, 14, 20)):
        for page in range(3):
            Touch.objects.create(
                at=timezone.now(), kind="view", lead=lead, visit=visit, what=f"/{page}", hour=hour
            )
    return lead


def test_the_usual_hour_is_known_by_their_own_clock_even_where_nobody_knows_the_zone(regular):
    assert calling.best_time(regular) == "They are usually active around 14:00 by their own clock."


@pytest.mark.parametrize(
    ("now", "words"),
    [
        ("Wed 14:20", "Best now: it is 14:20 there (Europe/Berlin), when they are usually active."),
        ("Wed 10:05", "Good time: it is 10:05 there (Europe/Berlin). "
         "They are usually active around 14:00 their time."),
        ("Fri 18:30", "Best Mon from 14:00 their time (Europe/Berlin), when they are usually active; "
         "it is Fri 18:30 there now."),
        ("Wed 07:00", "Best Wed from 14:00 their time (Europe/Berlin), when they are usually active; "
         "it is Wed 07:00 there now."),
    ],
)  # fmt: skip
def test_it_says_whether_now_is_good_and_when_else(now, words):
    day = {"Wed": 25, "Fri": 27}[now[:3]]
    there = datetime(2026, 11, day, int(now[4:6]), int(now[7:]), tzinfo=ZoneInfo("Europe/Berlin"))
    assert calling._words(there, "Europe/Berlin", 14) == words


def test_the_rep_reads_it_beside_the_next_step(regular, page, ana):
    pipeline.qualify(regular.pk)
    assert "usually active" in page(ana).get(f"/leads/{regular.pk}/").content.decode()
