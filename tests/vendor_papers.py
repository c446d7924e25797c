"""What the vendors send, by their own documentation, and how each of them signs it."""

import base64
import hashlib
import hmac
import json
import time

SECRET = "the vendor's secret"
UNSIGNED = ("hubspot_forms", "jotform", "gravity_forms")


def hexed(message, secret=SECRET):
    """Return a hex HMAC-SHA256."""
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def based(message, secret=SECRET):
    """Return a base64 HMAC-SHA256."""
    return base64.b64encode(hmac.new(secret.encode(), message, hashlib.sha256).digest()).decode()


def hubspot_v3(body, source, stamp=None, secret=SECRET):
    """Return the headers of HubSpot's newest signature."""
    stamp = str(int(time.time() * 1000)) if stamp is None else stamp
    signed = f"POST{source.url}".encode() + body + stamp.encode()
    return {"x-hubspot-signature-v3": based(signed, secret), "x-hubspot-request-timestamp": stamp}


def calendly(body, source, stamp=None, secret=SECRET):
    """Return the header of Calendly."""
    stamp = str(int(time.time())) if stamp is None else stamp
    return {"calendly-webhook-signature": f"t={stamp},v1={hexed(f'{stamp}.'.encode() + body, secret)}"}


def webflow(body, source, stamp=None, secret=SECRET):
    """Return the headers of Webflow."""
    stamp = str(int(time.time() * 1000)) if stamp is None else stamp
    return {
        "x-webflow-timestamp": stamp,
        "x-webflow-signature": hexed(f"{stamp}:".encode() + body, secret),
    }


SIGN = {
    "hubspot": hubspot_v3,
    "typeform": lambda body, source: {"typeform-signature": "sha256=" + based(body)},
    "meta": lambda body, source: {"x-hub-signature-256": "sha256=" + hexed(body)},
    "linkedin": lambda body, source: {"x-li-signature": hexed(b"hmacsha256=" + body)},
    "calendly": calendly,
    "tally": lambda body, source: {"tally-signature": based(body)},
    "webflow": webflow,
}

TYPEFORM = {
    "event_id": "LtWXD3crgy",
    "event_type": "form_response",
    "form_response": {
        "form_id": "lT4Z3j",
        "token": "a3a12ec67a1365927098a606107fac15",
        "submitted_at": "2018-01-18T18:17:02Z",
        "landed_at": "2018-01-18T18:07:02Z",
        "calculated": {"score": 9},
        "hidden": {"utm_campaign": "Spring"},
        "definition": {
            "id": "lT4Z3j",
            "title": "Webhooks example",
            "fields": [
                {"id": "DlXFaesGBpoF", "title": "What is your name?", "type": "short_text", "ref": "name"},
                {"id": "SMEUb7VJz92Q", "title": "Your email address", "type": "email", "ref": "mail"},
                {"id": "JwWggjAKtOkA", "title": "Phone", "type": "phone_number", "ref": "tel"},
                {"id": "KoJxDM3c6x8h", "title": "How can we help?", "type": "long_text", "ref": "help"},
                {"id": "PNe8ZKBK8C2Q", "title": "Which products?", "type": "picture_choice", "ref": "p"},
                {"id": "Q7M2XAwY04dW", "title": "Team size", "type": "multiple_choice", "ref": "size"},
            ],
        },
        "answers": [
            {"type": "text", "text": "Laura Ek", "field": {"id": "DlXFaesGBpoF", "type": "short_text"}},
            {"type": "email", "email": "laura@halden.example", "field": {"id": "SMEUb7VJz92Q"}},
            {"type": "phone_number", "phone_number": "+493012345678", "field": {"id": "JwWggjAKtOkA"}},
            {"type": "text", "text": "We want a demo of the scanner", "field": {"id": "KoJxDM3c6x8h"}},
            {
                "type": "choices",
                "choices": {"labels": ["London", "Sydney"], "other": "New York"},
                "field": {"id": "PNe8ZKBK8C2Q"},
            },
            {"type": "choice", "choice": {"label": "11-50"}, "field": {"id": "Q7M2XAwY04dW"}},
        ],
    },
}
TALLY = {
    "eventId": "a4cb511e-d513-4fa5-baee-b815d718dfd1",
    "eventType": "FORM_RESPONSE",
    "createdAt": "2023-06-28T15:00:21.889Z",
    "data": {
        "responseId": "2wgx4n",
        "submissionId": "2wgx4n",
        "respondentId": "dwQKYm",
        "formId": "VwbNEw",
        "formName": "Webhook payload",
        "createdAt": "2023-06-28T15:00:21.000Z",
        "fields": [
            {"key": "question_mVGEg3", "label": "Full name", "type": "INPUT_TEXT", "value": "Laura Ek"},
            {
                "key": "question_nrPNpQ",
                "label": "Email",
                "type": "INPUT_EMAIL",
                "value": "laura@halden.example",
            },
            {
                "key": "question_3EKz4n",
                "label": "Country",
                "type": "DROPDOWN",
                "value": ["6b2a"],
                "options": [{"id": "6b2a", "text": "Germany"}, {"id": "d9c8", "text": "France"}],
            },
            {
                "key": "question_wQ7ABC",
                "label": "Products",
                "type": "CHECKBOXES",
                "value": ["e7bf", "ab12"],
                "options": [{"id": "e7bf", "text": "Scanner"}, {"id": "ab12", "text": "Reader"}],
            },
            {
                "key": "question_wQ7ABC_e7bf",
                "label": "Products (Scanner)",
                "type": "CHECKBOXES",
                "value": True,
            },
            {"key": "question_w2lkbq", "label": "utm_campaign", "type": "HIDDEN_FIELDS", "value": "Spring"},
        ],
    },
}
WEBFLOW = {
    "triggerType": "form_submission",
    "payload": {
        "name": "Contact Us",
        "siteId": "65427cf400e02b306eaa049c",
        "data": {
            "First Name": "Zaphod",
            "Last Name": "Beeblebrox",
            "email": "zaphod@heartofgold.example",
            "Phone Number": 15550000000,
        },
        "schema": [{"fieldName": "First Name", "fieldType": "FormTextInput", "fieldElementId": "285042f7"}],
        "submittedAt": "2022-09-14T12:35:16.117Z",
        "id": "6321ca84df3949bfc6752327",
        "formId": "65429eadebe8a9f3a30f62d0",
        "formElementId": "4e038d2c-6a1e-4953-7be9-a59a2b453177",
    },
}
WEBFLOW_V1 = {
    "name": "Sample Form",
    "site": "62749158efef318abc8d5a0f",
    "data": {"name": "Some One", "email": "some.one@home.example"},
    "d": "2022-09-14T12:35:16.117Z",
    "_id": "6321ca84df3949bfc6752327",
}
CALENDLY = {
    "event": "invitee.created",
    "created_at": "2020-11-23T17:51:19.000000Z",
    "created_by": "https://api.calendly.com/users/AAAAAAAAAAAAAAAA",
    "payload": {
        "uri": "https://api.calendly.com/scheduled_events/AAAA/invitees/BBBB",
        "cancel_url": "https://calendly.com/cancellations/BBBB",
        "created_at": "2020-11-23T17:51:18.327602Z",
        "email": "laura@halden.example",
        "event": "https://api.calendly.com/scheduled_events/AAAA",
        "first_name": None,
        "last_name": None,
        "name": "Laura Ek",
        "new_invitee": None,
        "questions_and_answers": [
            {"question": "Company", "answer": "Halden Optik", "position": 0},
            {"question": "What shall we talk about?", "answer": "A demo of the scanner", "position": 1},
        ],
        "rescheduled": False,
        "status": "active",
        "text_reminder_number": "+49 30 12345678",
        "timezone": "Europe/Berlin",
        "tracking": {"utm_campaign": "Spring", "utm_source": None},
        "scheduled_event": {"name": "30 minutes", "start_time": "2020-11-25T14:00:00.000000Z"},
    },
}
ROUTING_FORM = {
    "event": "routing_form_submission.created",
    "created_at": "2022-05-15T14:59:59.000000Z",
    "created_by": "https://api.calendly.com/users/AAAAAAAAAAAAAAAA",
    "payload": {
        "uri": "https://api.calendly.com/routing_form_submissions/AAAAAAAAAAAAAAAA",
        "routing_form": "https://api.calendly.com/routing_forms/AAAAAAAAAAAAAAAA",
        "questions_and_answers": [
            {"question_uuid": "1", "question": "Your name", "answer": "Laura Ek"},
            {"question_uuid": "2", "question": "Business e-mail", "answer": "laura@halden.example"},
            {"question_uuid": "3", "question": "What is your industry?", "answer": "IT & Software"},
        ],
        "tracking": {"utm_campaign": None},
        "result": {"type": "event_type", "value": "https://api.calendly.com/event_types/GBGB"},
        "submitter": None,
        "created_at": "2022-05-15T03:04:05.678Z",
    },
}
GOOGLE = {
    "lead_id": "TeSter-123-ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "user_column_data": [
        {"column_name": "Full Name", "string_value": "Laura Ek", "column_id": "FULL_NAME"},
        {"column_name": "User Email", "string_value": "laura@halden.example", "column_id": "EMAIL"},
        {"column_name": "User Phone", "string_value": "+493012345678", "column_id": "PHONE_NUMBER"},
        {"column_name": "Company Name", "string_value": "Halden Optik", "column_id": "COMPANY_NAME"},
        {"column_name": "Job Title", "string_value": "Head of Sales", "column_id": "JOB_TITLE"},
        {"column_name": "When do you start?", "string_value": "Next month", "column_id": "when_do_you_start"},
    ],
    "api_version": "1.0",
    "form_id": 40000000000,
    "campaign_id": 123456,
    "google_key": SECRET,
    "is_test": False,
    "gcl_id": "gcl-1",
    "adgroup_id": 20000000000,
    "creative_id": 30000000000,
    "lead_submit_time": "2024-09-26T12:30:00Z",
}
META = {
    "object": "page",
    "entry": [
        {
            "id": "153125381133",
            "time": 1438292065,
            "changes": [
                {
                    "field": "leadgen",
                    "value": {
                        "leadgen_id": "123123123123",
                        "page_id": "153125381133",
                        "form_id": "12312312312",
                        "ad_id": "12312312312",
                        "adgroup_id": "12312312312",
                        "created_time": 1440120384,
                    },
                }
            ],
        }
    ],
}
META_ANSWERS = {
    "created_time": "2015-08-21T01:26:24+0000",
    "id": "123123123123",
    "ad_id": "12312312312",
    "form_id": "12312312312",
    "field_data": [
        {"name": "full_name", "values": ["Joe Example"]},
        {"name": "email", "values": ["joe@halden.example"]},
        {"name": "car_make", "values": ["Honda"]},
    ],
}
LINKEDIN = {
    "type": "LEAD_ACTION",
    "leadGenForm": "urn:li:versionedLeadGenForm:(urn:li:leadGenForm:3162,1)",
    "leadGenFormResponse": "urn:li:leadGenFormResponse:bbf6c2b5-1112-4d3a",
    "leadType": "SPONSORED",
    "leadAction": "CREATED",
    "owner": {"sponsoredAccount": "urn:li:sponsoredAccount:522529623"},
    "associatedEntity": {"sponsoredCreative": "urn:li:sponsoredCreative:370506756"},
    "occurredAt": 1666203605013,
}
LINKEDIN_ANSWERS = {
    "id": "bbf6c2b5-1112-4d3a",
    "submittedAt": 1666203604000,
    "testLead": False,
    "formResponse": {
        "answers": [
            {"questionId": 1, "answerDetails": {"textQuestionAnswer": {"answer": "Laura"}}},
            {"questionId": 2, "answerDetails": {"textQuestionAnswer": {"answer": "Ek"}}},
            {"questionId": 3, "answerDetails": {"textQuestionAnswer": {"answer": "laura@halden.example"}}},
            {"questionId": 4, "answerDetails": {"textQuestionAnswer": {"answer": "Next month"}}},
        ]
    },
    "form": {
        "id": 3162,
        "content": {
            "questions": [
                {"questionId": 1, "predefinedField": "FIRST_NAME"},
                {"questionId": 2, "predefinedField": "LAST_NAME"},
                {"questionId": 3, "predefinedField": "WORK_EMAIL"},
                {"questionId": 4, "question": {"localized": {"en_US": "When do you start?"}}},
            ]
        },
    },
}
HUBSPOT = [
    {
        "eventId": 1,
        "subscriptionId": 12345,
        "portalId": 62515,
        "occurredAt": 1564113600000,
        "subscriptionType": "contact.creation",
        "attemptNumber": 0,
        "objectId": 123,
        "changeSource": "CRM",
        "changeFlag": "NEW",
        "appId": 54321,
    }
]
HUBSPOT_CONTACT = {
    "id": "123",
    "createdAt": "2019-07-26T04:00:00.000Z",
    "properties": {
        "email": "laura@halden.example",
        "firstname": "Laura",
        "lastname": "Ek",
        "company": "Halden Optik",
        "jobtitle": "Head of Sales",
        "phone": None,
        "createdate": "2019-07-26T04:00:00.000Z",
    },
}
HUBSPOT_FORM = {
    "submittedAt": "1517927174000",
    "fields": [
        {"objectTypeId": "0-1", "name": "email", "value": "laura@halden.example"},
        {"objectTypeId": "0-1", "name": "firstname", "value": "Laura"},
        {"objectTypeId": "0-1", "name": "lastname", "value": "Ek"},
        {"objectTypeId": "0-2", "name": "name", "value": "Halden Optik"},
        {"objectTypeId": "0-1", "name": "message", "value": "A demo, please"},
    ],
    "context": {
        "hutk": "e6c6b3f3",
        "pageUri": "https://www.halden.example/demo",
        "pageName": "Book a demo",
    },
}
GRAVITY = {
    "id": "18",
    "form_id": "3",
    "post_id": None,
    "date_created": "2024-05-06 07:08:09",
    "date_updated": "2024-05-06 07:08:09",
    "is_starred": "0",
    "is_read": "0",
    "ip": "192.0.2.1",
    "source_url": "https://www.halden.example/contact",
    "user_agent": "Mozilla/5.0",
    "currency": "EUR",
    "created_by": None,
    "status": "active",
    "1.2": "",
    "1.3": "Laura",
    "1.4": "",
    "1.6": "Ek",
    "1.8": "",
    "2": "laura@halden.example",
    "3": "(030) 1234-5678",
    "4.1": "Hauptstr. 1",
    "4.3": "Berlin",
    "4.5": "10115",
    "4.6": "Germany",
    "5": "We would like to see a demo soon",
    "6": "06/05/2024",
}
JOTFORM_ANSWERS = {
    "slug": "submit/253594218352056",
    "jsExecutionTracker": "build-date-1772558705337",
    "submitSource": "form",
    "submitDate": "1714979289000",
    "buildDate": "1772558705337",
    "uploadServerUrl": "https://upload.jotform.com/upload",
    "eventObserver": "1",
    "q6_fullName6": {"first": "Laura", "last": "Ek"},
    "q7_email7": "laura@halden.example",
    "q8_phoneNumber": {"area": "030", "phone": "12345678"},
    "q9_howCan": "A demo, please, and a price",
    "q10_typeA": "Halden Optik",
    "event_id": "1772558705337_253594218352056_abc",
    "timeToSubmit": "21",
}
JOTFORM = {
    "action": "",
    "formID": "253594218352056",
    "formTitle": "Contact",
    "submissionID": "6483681866127454931",
    "ip": "192.0.2.1",
    "username": "halden",
    "pretty": "Full Name:Laura Ek, E-mail:laura@halden.example, Phone Number:(030) 12345678, "
    "How can we help, in short?:A demo, please, and a price, Your company:Halden Optik",
    "rawRequest": json.dumps(JOTFORM_ANSWERS),
}
PAPERS = {
    "hubspot": HUBSPOT,
    "hubspot_forms": HUBSPOT_FORM,
    "typeform": TYPEFORM,
    "meta": META,
    "google_ads": GOOGLE,
    "linkedin": LINKEDIN,
    "calendly": CALENDLY,
    "tally": TALLY,
    "gravity_forms": GRAVITY,
    "webflow": WEBFLOW,
}


def multipart(fields):
    """Return a multipart body as Jotform sends it."""
    parts = "".join(
        f'--q\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    )
    return (parts + "--q--\r\n").encode()
