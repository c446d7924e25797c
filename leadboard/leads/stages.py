"""Where a lead can be, and which moves exist. Pure data."""

from django.db.models import TextChoices


class Stage(TextChoices):
    """How far a lead is."""

    RAW = "raw", "Raw"
    MQL = "mql", "MQL"
    SAL = "sal", "SAL"
    SQL = "sql", "SQL"
    WON = "won", "Won"
    LOST = "lost", "Lost"
    DISQUALIFIED = "disqualified", "Disqualified"


class Desk(TextChoices):
    """Who has a lead now."""

    BOARD = "board", "Open board"
    SALES = "sales", "Sales"
    NURTURE = "nurture", "Nurture"
    LONG_NURTURE = "long_nurture", "Long-term nurture"
    QUARANTINE = "quarantine", "Quarantine"
    CLOSED = "closed", "Closed"


class EnquiryClass(TextChoices):
    """What an enquiry is; unclear means that the machine abstained."""

    BUYING = "buying", "Buying signal"
    INFORMATION = "information", "Information request"
    WRONG_FIT = "wrong_fit", "Wrong fit"
    NON_PROSPECT = "non_prospect", "Not a prospect"
    UNCLEAR = "unclear", "Unclear"


class Band(TextChoices):
    """How promising a lead is, cut from the score by the playbook."""

    HIGH = "high", "High"
    MEDIUM = "medium", "Medium"
    LOW = "low", "Low"


OVER = {Stage.WON, Stage.LOST, Stage.DISQUALIFIED}
CLAIMABLE_DESKS = {Desk.BOARD, Desk.NURTURE, Desk.LONG_NURTURE}

# Backward moves are normal: a hand-back takes a SAL to MQL. Disqualified is reachable from
# anywhere; `raw -> sal` is sales taking a lead that nobody qualified yet.
MOVES = {
    Stage.RAW: {Stage.MQL, Stage.SAL, Stage.WON, Stage.LOST, Stage.DISQUALIFIED},
    Stage.MQL: {Stage.RAW, Stage.SAL, Stage.WON, Stage.LOST, Stage.DISQUALIFIED},
    Stage.SAL: {Stage.RAW, Stage.MQL, Stage.SQL, Stage.WON, Stage.LOST, Stage.DISQUALIFIED},
    Stage.SQL: {Stage.RAW, Stage.MQL, Stage.SAL, Stage.WON, Stage.LOST, Stage.DISQUALIFIED},
    Stage.WON: {Stage.RAW, Stage.MQL, Stage.SAL, Stage.SQL, Stage.LOST},
    Stage.LOST: {Stage.RAW, Stage.MQL, Stage.SAL, Stage.SQL, Stage.WON},
    Stage.DISQUALIFIED: {Stage.RAW, Stage.MQL, Stage.SAL},
}


def may_move(old, new):
    """May a lead go from one stage to another (or stay)?"""
    return old == new or new in MOVES[Stage(old)]
