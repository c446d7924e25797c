"""What the labels of forms mean, in English, German and French, without regard to case, accents and
punctuation.
"""

import re
from functools import lru_cache

from leadboard.capture.contact import folded


def word_set(text: str) -> frozenset[str]:
    """Return the words of a constant as a set."""
    return frozenset(text.split())


CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
WORD = re.compile(r"[^\W_]+")

LABELS = {
    "email": "email mail emailaddress mailaddress workemail businessemail companyemail emailadresse "
    "mailadresse epost "
    "courriel mel adresseemail adressemail adressecourriel adresseelectronique emailprofessionnel emailpro "
    "geschaftlicheemail",
    "phone": "phone phonenumber telephone telephonenumber tel mobile mobilenumber mobilephone cell "
    "cellphone cellnumber "
    "telefon telefonnummer telefonnr rufnummer handy handynummer mobilnummer mobiltelefon mobil "
    "numerodetelephone "
    "telephoneportable portable numtel notelephone workphone businessphone daytimephone whatsapp "
    "whatsappnumber",
    "name": "name fullname yourname contactname personname vorundnachname nameundvorname "
    "vornameundnachname ihrname "
    "ansprechpartner vollername nomcomplet nometprenom prenometnom nomprenom prenomnom displayname "
    "namevorname",
    "first_name": "firstname forename givenname fname namefirst vorname rufname prenom first",
    "last_name": "lastname surname familyname lname namelast secondname nachname familienname zuname "
    "nomdefamille last",
    "nom": "nom",
    "company": "company companyname organization organisation organizationname organisationname business "
    "businessname "
    "employer account accountname firm firma firmenname unternehmen unternehmensname organisationsname "
    "arbeitgeber betrieb "
    "societe nomdelasociete nomdesociete entreprise nomdelentreprise nomentreprise raisonsociale employeur "
    "agency",
    "title": "title jobtitle position jobrole role jobfunction function yourrole jobposition occupation "
    "designation "
    "funktion berufsbezeichnung stellenbezeichnung stelle jobbezeichnung rolle beruf positionimunternehmen "
    "poste fonction titreduposte intituleduposte metier roleauseindelentreprise titel",
    "country": "country countrycode countryname countryregion land pays staat",
    "website": "website web url homepage companywebsite websiteurl companyurl webseite internetseite "
    "siteweb siteinternet "
    "companydomain domain webadresse",
    "message": "message messages comment comments question questions note notes enquiry inquiry request "
    "details "
    "description freetext howcanwehelp howcanwehelpyou howmaywehelp howmaywehelpyou whatcanwedoforyou "
    "tellusmore "
    "additionalinformation anythingelse moreinformation nachricht mitteilung kommentar kommentare "
    "anmerkung anmerkungen "
    "bemerkung bemerkungen frage fragen anfrage anliegen wiekonnenwirhelfen wiekonnenwirihnenhelfen "
    "beschreibung "
    "commentaire commentaires votremessage remarque remarques demande projet votredemande votreprojet "
    "commentpouvonsnousvousaider precisions body text",
    "campaign": "utmcampaign campaign campaignname kampagne campagne campaignid",
    "submitted_at": "submittedat submissiondate submissiontime datesubmitted submitted submittime",
}
MEANINGS = {label: field for field, row in LABELS.items() for label in row.split()}
# Words that add nothing to a label ("Your e-mail", "Contact phone"). "form", "page", "user" and "file" do
# add something.
FILLERS = word_set(
    "your my the a an contact lead person prospect customer work business professional primary main please "
    "enter "
    "ihr ihre ihren deine dein bitte eingeben geschaftliche berufliche dienstliche votre vos ton merci de "
    "saisir "
    "professionnel professionnelle required pflichtfeld obligatoire optional what is was ist quel quelle "
    "est you are "
    "we may reach by for of properties field fields attributes data answers at"
)
# Objects and fields of these names are about somebody or something else than the prospect.
OTHERS = word_set(
    "owner assignee assigned rep agent salesperson sender recipient referrer referer referral webhook form "
    "page site app "
    "browser device event hidden bearbeiter consent agree terms privacy gdpr datenschutz einwilligung "
    "consentement rgpd "
    "newsletter captcha honeypot password token user username login"
)
EMAIL_WORDS = word_set("email mail emailaddress courriel mailadresse emailadresse")
PHONE_WORDS = word_set("phone tel telephone telefon mobile handy cell telefonnummer rufnummer whatsapp")
MESSAGE_WORDS = word_set(
    "message nachricht comment comments kommentar commentaire question questions frage enquiry inquiry "
    "help helfen aider "
    "anliegen interested interest"
)


@lru_cache(maxsize=4_096)
def words(label: str) -> tuple[str, ...]:
    """Return the words of a label: "Your e-mail:" → ("your", "email"); "jobTitle" → ("job", "title")."""
    found = WORD.findall(folded(CAMEL.sub(" ", label[:300])))
    text = " ".join(found).replace("e mail", "email").replace("e post", "epost")
    return tuple(text.split())


def meaning(steps: tuple[str, ...]) -> str | None:
    """Return which of our fields the path of a value means, or None.

    The last two steps are asked together first ("name.last", "company.name"), then the last alone.
    """
    parts = [words(step) for step in steps if not step.isdigit()]
    if not parts or any(OTHERS.intersection(part) for part in parts):
        return None
    candidates = [parts[-2] + parts[-1]] if len(parts) > 1 else []
    candidates.append(parts[-1])
    for candidate in candidates:
        known = MEANINGS.get("".join(candidate)) or MEANINGS.get(
            "".join(word for word in candidate if word not in FILLERS)
        )
        if known:
            return known
    return _by_word(parts[-1])


def is_about_others(steps: tuple[str, ...]) -> bool:
    """Does the path name somebody or something else than the prospect (the owner, the form, a consent)?"""
    return any(OTHERS.intersection(words(step)) for step in steps)


def _by_word(label: tuple[str, ...]) -> str | None:
    """Return the meaning that one telling word in a long label gives it."""
    if EMAIL_WORDS.intersection(label):
        return "email"
    if PHONE_WORDS.intersection(label):
        return "phone"
    return "message" if len(label) > 2 and MESSAGE_WORDS.intersection(label) else None
