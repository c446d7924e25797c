"""HubSpot forms, as their own submission (`fields`), as listed (`values`), or by a workflow (`properties`).

HubSpot signs none of these. With a secret the sender shows it as with a generic source: a workflow can
send it as a header. A field is called by its property's name; one of a company (0-2) by what it is here.
"""

from typing import Any

from leadboard.capture.entries import Entry, digest_of, id_text, moment, object_in, objects_in, put
from leadboard.capture.models import Source
from leadboard.capture.vendors import generic
from leadboard.capture.vendors.vendor import TESTER, Document, Sample, Vendor, as_json

COMPANY = "0-2"
OF_A_COMPANY = {"name": "company", "domain": "website"}
OWN_NOISE = ("hs_", "hubspot_", "num_", "lastmodified", "associatedcompany")
LISTS = ("fields", "values", "data")
IDS = ("submissionId", "conversionId", "conversion-id")


def read(document: Document) -> Entry:
    """Return one submission of a form."""
    fields: dict[str, Any] = {}
    for field in next(filter(None, (objects_in(document, name) for name in LISTS)), []):
        name = "/".join(filter(None, (id_text(field.get("objectTypeId")), id_text(field.get("name")))))
        put(fields, _named(name) or "field", field.get("value"))
    typed = object_in(document, "properties") or object_in(document, "data", "submissionValues")
    for name, value in typed.items():
        if not name.startswith(OWN_NOISE):
            put(fields, _named(name), value.get("value") if isinstance(value, dict) else value)
    _consents(document, fields)
    context = object_in(document, "context")
    put(fields, "page.address", context.get("pageUri") or document.get("pageUrl"))
    put(fields, "page.name", context.get("pageName"))
    submitted_at = _submitted_at(document, fields)
    given = next((id_text(document[name]) for name in IDS if document.get(name)), "")
    visitor = id_text(context.get("hutk"))
    key = given or (
        f"{visitor} {document.get('submittedAt')}" if visitor and document.get("submittedAt") else ""
    )
    return Entry(
        fields or document, key=f"{key} {digest_of(fields)}" if key else "", submitted_at=moment(submitted_at)
    )


def _named(name: str) -> str:
    """Return what a property is called here; of a company ("0-2/name") by what it is for the lead."""
    kind, slash, plain = name.rpartition("/")
    if not slash:
        return name
    return OF_A_COMPANY.get(plain, f"company {plain}") if kind == COMPANY else plain


def _consents(document: Document, fields: dict[str, Any]) -> None:
    """Add what was agreed to: to be contacted, and each kind of message by its text."""
    options = object_in(document, "legalConsentOptions", "consent")
    for ticked in objects_in(options, "communications"):
        put(fields, f"consent {id_text(ticked.get('subscriptionTypeId'))}".strip(), ticked.get("value"))
    put(fields, "processing agreed", options.get("consentToProcess"))


def _submitted_at(document: Document, fields: dict[str, Any]) -> Any:
    """Return when the form was sent. Of a contact in a workflow that is its latest submission; the contact
    itself may be years old.
    """
    sent = [form.get("timestamp") for form in objects_in(document, "form-submissions")]
    latest = max((stamp for stamp in sent if isinstance(stamp, int)), default=None)
    recent, created = fields.pop("recent_conversion_date", None), fields.pop("createdate", None)
    return document.get("submittedAt") or latest or recent or created


def sample(source: Source, mark: str) -> Sample:
    """Return one submission."""
    names = {
        "firstname": "first",
        "lastname": "last",
        "email": "email",
        "company": "company",
        "message": "message",
    }
    fields = [{"objectTypeId": "0-1", "name": name, "value": TESTER[key]} for name, key in names.items()]
    return as_json({"submissionId": mark, "fields": fields, "context": {"pageName": "Test"}})


def steps(source: Source) -> list[str]:
    """Return how to connect it."""
    header = "Add the request header Authorization with the value Bearer and the secret of this source."
    return [
        "In HubSpot make a workflow that begins with Form submission, and add the action Send a webhook.",
        "Choose POST, paste the address, and send all contact properties.",
        header
        if source.secret
        else "HubSpot signs nothing; a secret, sent as a request header, keeps others out.",
    ]


VENDOR = Vendor(
    "HubSpot forms", generic.is_genuine, read, sample, steps, sign=generic.sign,
    secret="none, or a text that a workflow sends as a header", needs_secret=False, is_secret_ours=True,
    asks=generic.ASKS,
)  # fmt: skip
