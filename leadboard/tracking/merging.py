"""Two leads were one person: what was seen of the one that goes belongs to the one that stays, until it is
undone.
"""

from leadboard.capture.duplicates.models import Merge
from leadboard.leads.models import Lead, LeadEvent
from leadboard.tracking import interest
from leadboard.tracking.models import Touch, Visitor

GONE = "gone"


def hand_over(lead: Lead, event: LeadEvent) -> None:
    """React to `merged`: browsers and touches of the lead that goes are the other's; the merge remembers
    which.
    """
    row = Merge.objects.filter(pk=event.facts.get("merge")).first()
    if row is None:
        return
    # The browsers first, in the order in which deliveries lock them: whoever sends now waits, and is the lead
    # that stays afterwards.
    browsers = list(Visitor.objects.select_for_update(no_key=True).filter(lead=lead).order_by("uid"))
    touches = list(Touch.objects.filter(lead=lead).values_list("pk", flat=True))
    row.kept["visitors"] = [browser.pk for browser in browsers]
    row.kept["touches"] = touches
    row.save(update_fields=["kept"])
    Visitor.objects.filter(pk__in=row.kept["visitors"]).update(lead=row.kept_lead_id)
    Touch.objects.filter(lead=lead).update(lead=row.kept_lead_id)
    if touches:
        interest.note(row.kept_lead_id, len(touches), is_hot=False)


def hand_back(lead: Lead, event: LeadEvent) -> None:
    """React to `unmerged` on the lead that had gone: what was its is its again; what came since is not
    known to be, and stays where it came.
    """
    row = Merge.objects.filter(pk=event.facts.get("merge"), gone_lead=lead).first()
    if row is None:
        return
    mine = Visitor.objects.select_for_update(no_key=True).filter(
        pk__in=row.kept.get("visitors", []), lead=row.kept_lead_id
    )
    Visitor.objects.filter(pk__in=[browser.pk for browser in mine.order_by("uid")]).update(lead=lead)
    touches = Touch.objects.filter(pk__in=row.kept.get("touches", []), lead=row.kept_lead_id)
    if touches.update(lead=lead):
        interest.know(lead.pk)
