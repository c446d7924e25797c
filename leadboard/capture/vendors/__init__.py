"""The vendors whose deliveries are understood: one small module each (see `vendor.Vendor`)."""

from leadboard.capture.vendors import (
    calendly,
    generic,
    google_ads,
    gravity_forms,
    hubspot,
    hubspot_forms,
    jotform,
    linkedin,
    meta,
    tally,
    typeform,
    webflow,
)
from leadboard.capture.vendors.vendor import Vendor

VENDORS: dict[str, Vendor] = {
    "generic": generic.VENDOR,
    "hubspot": hubspot.VENDOR,
    "hubspot_forms": hubspot_forms.VENDOR,
    "typeform": typeform.VENDOR,
    "meta": meta.VENDOR,
    "google_ads": google_ads.VENDOR,
    "linkedin": linkedin.VENDOR,
    "calendly": calendly.VENDOR,
    "jotform": jotform.VENDOR,
    "tally": tally.VENDOR,
    "gravity_forms": gravity_forms.VENDOR,
    "webflow": webflow.VENDOR,
}
