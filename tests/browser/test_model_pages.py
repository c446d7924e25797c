"""The model page and the fairness report of a firm with a past, wide and narrow, in light and dark."""

import pytest
from django.utils import timezone

from qualification.governance import shadow, watching
from qualification.learning import promotion
from tests.browser.reading import faults_of
from tests.firm import market, past
from tests.test_model_promotion import by_hand


@pytest.fixture
def story(lea):
    """A live model with drift, and a challenger that waits for a signature; return the latter."""
    past(*market(400, seed=1), by=lea)
    promotion.train()
    past(*market(150, seed=2, source="Podcast"), by=lea)
    watching.watch(timezone.now())
    by_hand(blocks="every")
    rows, _ = market(300, seed=3, region="north")
    past(rows, [None] * 300)
    _, challenger = promotion.train()
    shadow.score_all()
    return challenger


def test_the_model_pages_can_be_read_by_everybody(site, lea, story):
    screens = {
        "model": "/models/",
        "challenger": f"/models/{story.number}/",
        "fairness": f"/models/fairness/{story.fairness.get().pk}/?selection=high",
        "alerts": "/alerts/",
    }
    faults = []
    page = site.open("/accounts/login/", person=lea)
    for name, path in screens.items():
        page.goto(site.base + path)
        for fold in page.locator("figure details, .needs details").all():
            fold.evaluate("fold => { fold.open = true; }")
        faults += faults_of(page, name)
    assert faults == []
