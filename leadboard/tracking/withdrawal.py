"""Taking consent back: what was recorded of a visitor is deleted in the request that says so."""

import uuid

from django.db import connection, transaction

from leadboard.leads import lifecycle
from leadboard.leads.models import Lead
from leadboard.tracking.models import Interest, Touch, Visitor

# Also a visitor of whom nothing is known yet: a delivery that is still under way must find it withdrawn.
END = """
INSERT INTO tracking_visitor AS v (uid, consented_at, seen_at, visit, tokens, withdrawn_at)
VALUES (%(uid)s, now(), now(), 0, 0, now())
ON CONFLICT (uid) DO UPDATE SET withdrawn_at = coalesce(v.withdrawn_at, now())
RETURNING id, lead_id
"""


DELETE = "DELETE FROM tracking_touch WHERE visitor_id = %s RETURNING lead_id"


def withdraw(uid: uuid.UUID) -> int:
    """Delete all touches of a visitor, also those that belong to a lead; return how many.

    The visitor's row stays, without its lead, so that its id is never taken again. The leads are told
    afterwards, each in a transaction of its own: whoever holds a lead may wait for a visitor, never the
    reverse.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(END, {"uid": uid})
        visitor_id, _ = cursor.fetchone()
        cursor.execute(DELETE, [visitor_id])
        owners = [row[0] for row in cursor.fetchall()]
        Visitor.objects.filter(pk=visitor_id).update(lead=None, identified_at=None)
    for lead_id in sorted({lead_id for lead_id in owners if lead_id}):
        _tell(lead_id, owners.count(lead_id))
    return len(owners)


@transaction.atomic
def _tell(lead_id: int, deleted: int) -> None:
    lead = lifecycle.lock(lead_id)
    if lead and not lead.erased_at:
        lifecycle.move(lead, "consent_withdrawn", facts={"deleted": deleted})


def forget(lead: Lead) -> None:
    """Delete what a lead ever did, and which browsers were its: for a person that is erased. To be called
    in a transaction. What such a browser did as somebody else stays with that lead.
    """
    Touch.objects.filter(lead=lead).delete()
    Visitor.objects.filter(lead=lead).delete()
    Interest.objects.filter(lead=lead).delete()
