"""Who deals in what spam deals in, and wants to buy from us, is left to people; spam is still spam."""

import pytest

from qualification.text.classify import classify
from qualification.text.demand import is_asked_of_us

BUYERS = [
    "We sell SEO software (backlinks) and look for a tool to route 900 leads. A demo, please?",
    "Our casino desk needs a CRM for 14 agents. Free spins are our trade, answering is not.",
    "Wir handeln mit Bitcoin und suchen eine Software, die Anfragen nach Sprache verteilt.",
    "Nous vendons des backlinks et nous cherchons un logiciel pour 6 commerciaux.",
    "Compramos y vendemos criptomonedas y necesitamos una herramienta para repartir contactos.",
]
PITCHES = [
    "We can get your website to the first page of Google. Do you need more traffic? Free audit attached.",
    "Buy verified contact lists of 50,000 decision makers, 95 % deliverable. Interested?",
    "Casino bonus, 200 free spins for you! https://spin.example",
    "Wir bringen Ihre Website auf Seite 1 bei Google. Brauchen Sie mehr Besucher? Backlinks ab 49 Euro.",
]


@pytest.mark.parametrize("text", BUYERS)
def test_a_buyer_with_the_words_of_spam_is_not_sent_away(text):
    assert is_asked_of_us(text)
    assert classify(text).enquiry_class in ("buying", "information", "unclear")


@pytest.mark.parametrize("text", PITCHES)
def test_a_pitch_is_a_pitch(text):
    assert not is_asked_of_us(text)
    assert classify(text).enquiry_class == "non_prospect"


def test_a_long_row_of_needs_is_read_in_a_moment():
    assert not is_asked_of_us("we need " * 8_000)
