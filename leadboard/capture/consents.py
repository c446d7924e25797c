"""By which boxes somebody agrees to be contacted: by the label of a box, or by the sentence it ticks."""

from leadboard.capture import labels

# In the words of `labels.words`, parted by one space.
REFUSES = ("unsubscribe", "disagree", "do not", "don t", "opt out", "nicht", " ne ", " pas ", " no ", " non ",
           " niet ")  # fmt: skip
ASKS = (
    "consent", "opt in", "optin", "agree", "i accept", "subscribe", "permission", "einwillig", "zustimm",
    "stimme zu", "stimme der", "stimme ein", "einverstanden", "j accepte", "accepte", "d accord", "abonn",
    "acepto", "autorizo", "consiento", "acconsento", "accetto", "autorizzo", "akkoord", "ik stem", "aceito",
    "concordo", "samtykk",
)  # fmt: skip
# How the sentence itself begins.
AGREES = (
    "i agree", "i accept", "i consent", "i would like to receive", "i want to receive", "yes i ",
    "ich stimme", "ich willige", "ich bin einverstanden", "ja ich", "j accepte", "je consens",
    "je souhaite recevoir", "acepto", "autorizo", "acconsento", "accetto", "autorizzo", "ik ga akkoord",
    "ik stem", "aceito", "concordo",
)  # fmt: skip
BEGINNINGS, LONGEST_WORD = frozenset(phrase.split()[0] for phrase in AGREES), 20
TERMS = (
    "privacy", "terms", "conditions", "policy", "datenschutz", " agb", "nutzungsbedingungen",
    "confidentialit", "privacidad", "politica", "terminos", "condiciones", "termini", "condizioni",
    "voorwaarden", "privacidade",
)  # fmt: skip
CONTACTS = (
    "contact", "kontakt", "receiv", "marketing", "inform", "newsletter", "e mail", "email", "call", "anruf",
    "recevoir", "recib", "ricev", "receber", "ontvang", "rufen", "zusend", "process", "verarbeit",
    "traitement", "tratamiento", "trattamento", "verwerk",
)  # fmt: skip


def asks(steps: tuple[str, ...]) -> bool:
    """Is it a tick by which somebody agrees to be contacted?"""
    text = f" {' '.join(labels.words(steps[-1]))} " if steps else ""
    refuses = any(phrase in text for phrase in REFUSES)
    return not refuses and any(phrase in text for phrase in ASKS) and not _is_of_terms(text)


def agrees(text: str) -> bool:
    """Is a text the sentence of a box that was ticked, such as "I agree to be contacted"?"""
    begins = text[:LONGEST_WORD].casefold().replace("’", " ").replace("'", " ").replace(",", " ").split()
    if not begins or begins[0] not in BEGINNINGS or len(text) > labels.LONGEST:
        return False
    said = " ".join(labels.words(text)) + " "
    return said.startswith(AGREES) and not _is_of_terms(said)


def _is_of_terms(text: str) -> bool:
    """Does it speak of terms or of a privacy notice alone? Who takes note of those agrees to no contact."""
    return any(word in text for word in TERMS) and not any(word in text for word in CONTACTS)
