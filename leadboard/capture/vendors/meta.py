"""Meta Lead Ads: ids of leads, up to a thousand in a delivery; the answers are fetched, or come later.

X-Hub-Signature-256 is `sha256=` and the hex HMAC-SHA256 of the raw body with the app secret. A subscription
is confirmed by a GET with the verify token that `source add` prints, and answered with the challenge.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from django.utils.crypto import salted_hmac

from leadboard.capture import signatures
from leadboard.capture.entries import Entry, id_text, moment, object_in, objects_in, put, short_code
from leadboard.capture.labels import word_set
from leadboard.capture.models import Source
from leadboard.capture.vendors.asking import get_object
from leadboard.capture.vendors.vendor import LARGE, Document, Sample, Vendor, as_json

API = "https://graph.facebook.com/v26.0"
WANTED = (
    "id,created_time,ad_id,ad_name,adset_id,adset_name,campaign_id,campaign_name,form_id,is_organic,platform,"
    "field_data,custom_disclaimer_responses"
)
ABOUT_THE_AD = ("ad_id", "ad_name", "adgroup_id", "adset_id", "adset_name", "campaign_name", "campaign_id",
                "form_id", "page_id", "is_organic", "platform")  # fmt: skip
DUMMY = "<test lead: dummy data"  # how every answer of Meta's testing tool begins
# The other fields of a page to which an app can subscribe, and what other objects than pages tell of.
NOT_LEADS = word_set(
    "feed messages mention conversations ratings leadgen_update leadgen_fat live_videos videos general_info "
    "name picture category description hours location phone email website about bio founded general_manager "
    "company_overview products mission members parking payment_options affiliation attire awards "
    "band_members culinary_team current_location personal_info personal_interests price_range "
    "publisher_subscriptions birthday checkins page_about_story page_change_proposal "
    "page_upcoming_change invalid_topic_placeholder "
    "group_feed inbox_labels send_cart standby registration response_feedback "
    "message_deliveries message_echoes message_edits message_mention message_reactions message_reads "
    "messaging_account_linking messaging_checkout_updates messaging_customer_information "
    "messaging_feedback messaging_game_plays messaging_handovers messaging_in_thread_lead_form_submit "
    "messaging_optins messaging_optouts messaging_payments messaging_policy_enforcement messaging_postbacks "
    "messaging_pre_checkouts messaging_referrals messaging_appointments"
)
OTHER_OBJECTS = ("instagram", "user", "permissions", "application", "whatsapp_business_account", "ad_account",
                 "certificate_transparency", "catalog", "payments")  # fmt: skip
IN_AN_ENTRY = ("messaging", "standby", "changed_fields")


def is_genuine(source: Source, headers: Mapping[str, str], body: bytes) -> bool:
    """Is the body signed with the app secret?"""
    given = headers.get("X-Hub-Signature-256", "").strip().lower()
    return bool(source.secret) and signatures.is_equal(given, sign(source, body)["X-Hub-Signature-256"])


def sign(source: Source, body: bytes) -> dict[str, str]:
    """Return the header that proves a body."""
    return {"X-Hub-Signature-256": "sha256=" + signatures.hmac_hex(source.secret, body)}


def verify_token(source: Source) -> str:
    """Return the token that a person pastes into Meta's form beside the address."""
    return salted_hmac("leadboard.meta.verify", source.key, algorithm="sha256").hexdigest()[:32]


def handshake(source: Source, query: Mapping[str, str]) -> tuple[str, str] | None:
    """Return the challenge for a subscription that knows the verify token."""
    challenge = query.get("hub.challenge", "")
    asked = query.get("hub.mode") == "subscribe" and 0 < len(challenge) <= 200 and challenge.isascii()
    known = signatures.is_equal(query.get("hub.verify_token", ""), verify_token(source))
    return ("text/plain", challenge) if asked and challenge.isprintable() and known else None


def split(payload: Any) -> list[Document]:
    """Return one document per change; Meta's test button sends one under `sample`."""
    if not isinstance(payload, dict) or payload.get("object") is None:
        return [payload] if isinstance(payload, dict) else []
    about = {name: value for name, value in payload.items() if name != "entry"}
    entries = payload.get("entry")
    return [
        about | {"entry": [_alone(entry, change)]}
        for entry in (entries if isinstance(entries, list) else [entries])
        for change in _changes(entry)
    ]


def _changes(entry: Any) -> list[Any]:
    changes = entry.get("changes") if isinstance(entry, dict) else entry
    return changes if isinstance(changes, list) else [changes]


def _alone(entry: Any, change: Any) -> Any:
    return entry | {"changes": [change]} if isinstance(entry, dict) else change


def read(document: Document) -> Entry:
    """Return the id of one lead, or its answers when they are in the document."""
    if isinstance(document.get("field_data"), list):
        return _entry(id_text(document.get("id")) or id_text(document.get("leadgen_id")), document)
    changes = [change for entry in objects_in(document, "entry") for change in objects_in(entry, "changes")]
    change = changes[0] if changes else object_in(document, "sample")
    kind, value = change.get("field"), object_in(change, "value")
    if not changes:
        kind = kind or next((name for name in IN_AN_ENTRY if _is_there(document, name)), None)
    if kind in (*IN_AN_ENTRY, *NOT_LEADS) or (kind != "leadgen" and document.get("object") in OTHER_OBJECTS):
        return Entry(ignored=f"Meta tells of {kind!r}, which is no lead.")
    if kind != "leadgen" or document.get("object", "page") != "page":
        return Entry(problem=f"Meta sent a change of {kind!r}, which is not known here.")
    return _entry(id_text(value.get("leadgen_id")), value)


def _is_there(document: Document, name: str) -> bool:
    return any(entry.get(name) for entry in objects_in(document, "entry"))


def _entry(leadgen_id: str, lead: Document) -> Entry:
    if not (leadgen_id.isascii() and leadgen_id.isdigit()):
        return Entry(problem="Meta sent a lead without a leadgen_id.")
    fields: dict[str, Any] = {}
    for answer in objects_in(lead, "field_data"):
        values = answer.get("values")
        put(fields, id_text(answer.get("name")) or "answer", _one(values))
    for ticked in objects_in(lead, "custom_disclaimer_responses"):
        label = f"consent {id_text(ticked.get('checkbox_key'))}"
        put(fields, label, ticked.get("is_checked") in (True, 1, "1", "true"))
    answered = bool(fields)
    for name in ABOUT_THE_AD:
        put(fields, name, id_text(lead.get(name)))
    return Entry(
        fields,
        hints={} if fields.get("campaign_name") else {"campaign": None},
        key=f"{leadgen_id} details" if answered else leadgen_id,
        submitted_at=moment(lead.get("created_time")),
        external_id=leadgen_id,
        name=f"Meta lead {short_code(leadgen_id)}",
        is_test=_is_test(leadgen_id, fields),
    )


def _is_test(leadgen_id: str, fields: dict[str, Any]) -> bool:
    """Is it from the button of the dashboard (an id of fours), or from the testing tool?"""
    dummy = any(isinstance(value, str) and value.startswith(DUMMY) for value in fields.values())
    return dummy or (len(leadgen_id) > 8 and set(leadgen_id) == {"4"})


def _one(values: Any) -> Any:
    return values[0] if isinstance(values, list) and len(values) == 1 else values


def fetch(external_id: str, token: str) -> Document:
    """Return the answers of a lead from the Graph API; raises NotAnswered."""
    return get_object(
        f"{API}/{quote(external_id, safe='')}",
        headers={"Authorization": f"Bearer {token}"},
        query={"fields": WANTED},
    )


def sample(source: Source, mark: str) -> Sample:
    """Return the notification of one lead."""
    value = {"leadgen_id": str(int(mark, 16)), "page_id": "0", "form_id": "0"}
    changes = [{"field": "leadgen", "value": value}]
    return as_json({"object": "page", "entry": [{"id": "0", "time": 0, "changes": changes}]})


def steps(source: Source) -> list[str]:
    """Return what a person types into Meta's form."""
    return [
        f"Verify token: {verify_token(source)}",
        "In the app's Webhooks choose Page, paste address and verify token, and subscribe to leadgen.",
        "Subscribe each page to the app (POST /<page id>/subscribed_apps?subscribed_fields=leadgen).",
        "Ids come without answers. With a token (a page token with leads_retrieval) they are fetched; "
        "else they may "
        "be posted here later, as the Graph API gives them.",
    ]


VENDOR = Vendor(
    "Meta", is_genuine, read, sample, steps, sign=sign, secret="the app secret",
    token="a page access token with leads_retrieval", largest_body=LARGE, split=split, handshake=handshake,
    fetch=fetch, batches=True,
)  # fmt: skip
