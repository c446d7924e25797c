"""Find leads by any piece of name, e-mail, company or phone, as quickly among a million as among ten.

PostgreSQL as it comes has no trigram extension. A trigger keeps what is searched of each lead in LeadSearch,
in small letters; an index over every three letters of it finds who may match, the text itself decides.
"""

from django.db.models import BooleanField, F, Func, QuerySet, TextField, Value
from django.db.models.expressions import CombinedExpression
from django.db.models.lookups import GreaterThan

from leadboard.leads.models import Lead

MOST_WORDS = 8
SHORTEST_PIECE = 3
LETTERS_IN_PIECES = 60  # of a word, for the index: more would not narrow it, and cost by their square
SAID = F("search__said")


class Pieces(Func):
    """Every three letters of a text."""

    function = "lead_search_pieces"
    output_field = TextField()


def search(leads: QuerySet[Lead], words: str) -> QuerySet[Lead]:
    """Return those of the leads that contain each of the words; letters in any case."""
    for word in words.lower().split()[:MOST_WORDS]:
        wanted = Value(word, output_field=TextField())
        if len(word) >= SHORTEST_PIECE:
            pieces = Pieces(Value(word[:LETTERS_IN_PIECES], output_field=TextField()))
            may_match = CombinedExpression(Pieces(SAID), "@>", pieces, output_field=BooleanField())
            leads = leads.filter(may_match)
        leads = leads.filter(GreaterThan(Func(SAID, wanted, function="strpos"), 0))
    return leads
