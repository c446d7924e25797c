"""HubSpot forms, as their own submission (`fields`), as listed (`values`), or by a workflow (`properties`).

HubSpot signs none of these. With a secret the sender shows it as with a generic source: a workflow can
send it as a header. A field is called by its property's name; one of a company (0-2) by what it is here.
"""

from typing import Any

from leadboard.capture.entries import Entry, digest_of, id_text, moment, object_in, objects_in, put
from leadboard.capture.vendors import generic
from leadboard.capture.vendors.vendor import Document, Vendor

COMPANY = "0-2"
OF_A_COMPANY = {"name": "company", "domain": "website"}
OWN_NOISE = ("hs_", "hubspot_", "num_", "lastmodified", "associatedcompany")
IDS = ("submissionId", "conversionId", "conversion-id")


def read(document: Document) -> Entry:
    """Return one submission of a form."""
    fields: dict[str, Any] = {}
    for field in objects_in(document, "fields") or objects_in(document, "values"):
        name = id_text(field.get("name"))
        if field.get("objectTypeId") == COMPANY:
            name = OF_A_COMPANY.get(name, f"company {name}")
        put(fields, name or "field", field.get("value"))
    for name, value in object_in(document, "properties").items():
        if not name.startswith(OWN_NOISE):
            put(fields, name, value.get("value") if isinstance(value, dict) else value)
    context = object_in(document, "context")
    put(fields, "page.address", context.get("pageUri") or document.get("pageUrl"))
    put(fields, "page.name", context.get("pageName"))
    submitted_at = fields.pop("createdate", None) or document.get("submittedAt")
    given = next((id_text(document[name]) for name in IDS if document.get(name)), "")
    visitor = id_text(context.get("hutk"))
    key = given or (
        f"{visitor} {document.get('submittedAt')}" if visitor and document.get("submittedAt") else ""
    )
    return Entry(
        fields or document, key=f"{key} {digest_of(fields)}" if key else "", submitted_at=moment(submitted_at)
    )


VENDOR = Vendor(
    "HubSpot forms", generic.is_genuine, read, secret="none, or a text that a workflow sends as a header",
    needs_secret=False, asks=generic.ASKS,
)  # fmt: skip
