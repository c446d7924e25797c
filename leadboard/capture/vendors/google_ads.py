"""Google Ads lead forms: one lead per delivery, the key that proves the sender in the body.

A field is called by its `column_id` where Google has one (FULL_NAME, EMAIL), a question of the firm's own by
its `column_name`. Test leads are marked and stay off the board.
"""

from collections.abc import Mapping
from typing import Any

from leadboard.capture import signatures
from leadboard.capture.entries import Entry, digest_of, id_text, moment, object_in, objects_in, put
from leadboard.capture.labels import word_set
from leadboard.capture.models import Source
from leadboard.capture.vendors.vendor import TESTER, Document, Sample, Vendor, as_json
from leadboard.http import strict_json

ASKS = "The google_key in the body is missing or wrong: it must be the secret of this source."
ABOUT_THE_AD = (
    "campaign_id",
    "form_id",
    "adgroup_id",
    "creative_id",
    "asset_group_id",
    "gcl_id",
    "lead_stage",
)
KNOWN = word_set(
    "FULL_NAME FIRST_NAME LAST_NAME GIVEN_NAME FAMILY_NAME EMAIL WORK_EMAIL PHONE_NUMBER WORK_PHONE "
    "COMPANY_NAME JOB_TITLE "
    "CITY REGION COUNTRY POSTAL_CODE STREET_ADDRESS"
)


def is_genuine(source: Source, headers: Mapping[str, str], body: bytes) -> bool:
    """Is the key in the body the one of the form?"""
    document = strict_json.loads(body)
    key = document.get("google_key") if isinstance(document, dict) else None
    return bool(source.secret) and isinstance(key, str) and signatures.is_equal(key, source.secret)


def read(document: Document) -> Entry:
    """Return one lead by the columns of its form."""
    columns = objects_in(document, "user_column_data")
    if not columns:
        return Entry(problem="Google sent a lead without user_column_data.")
    fields: dict[str, Any] = {}
    for column in columns:
        column_id, name = id_text(column.get("column_id")), id_text(column.get("column_name"))
        label = column_id if column_id in KNOWN or not name else name
        put(
            fields,
            label or "answer",
            column.get("string_value") or object_in(column, "column_value").get("string_value"),
        )
    for name in ABOUT_THE_AD:
        put(fields, name, document.get(name))
    lead = id_text(document.get("lead_id"))
    return Entry(
        fields,
        hints={"campaign": None},  # an id says less than the campaign of the source
        key=f"{lead} {digest_of(columns)}" if lead else "",
        submitted_at=moment(document.get("lead_submit_time")),
        is_test=document.get("is_test") in (True, "true", "True", 1),
    )


def sample(source: Source, mark: str) -> Sample:
    """Return what Google's own button "Send test data" sends, with the key of this source."""
    columns = {
        "FULL_NAME": TESTER["name"],
        "EMAIL": TESTER["email"],
        "PHONE_NUMBER": TESTER["phone"],
        "COMPANY_NAME": TESTER["company"],
        "JOB_TITLE": TESTER["title"],
    }
    data = [{"column_id": name, "string_value": value} for name, value in columns.items()]
    about = {
        "api_version": "1.0",
        "form_id": 0,
        "campaign_id": 0,
        "google_key": source.secret,
        "is_test": True,
    }
    return as_json({"lead_id": mark, "user_column_data": data} | about)


def steps(source: Source) -> list[str]:
    """Return how to connect it."""
    return [
        "In Google Ads open the lead form asset, then Lead delivery options (Webhook integration).",
        "Paste the address as webhook URL and the secret of this source as key.",
        "Press Send test data: the test appears below and stays off the board.",
    ]


VENDOR = Vendor(
    "Google Ads", is_genuine, read, sample, steps,
    secret="the key that you type into the lead form in Google Ads", is_secret_ours=True, asks=ASKS,
)  # fmt: skip
