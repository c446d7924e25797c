"""The part of a message in which somebody says what they want: mark-up, greeting, signature, legal notice,
quoted replies and addresses are blanked out. Every letter that is left keeps its place.
"""

# ruff: noqa: E501 - a way to say something is read in one line

import html
import re

LONGEST = 4_000
FEWEST_LETTERS = 12
_TAG = re.compile(r"<(?:/?[a-z][a-z0-9]{0,11}(?:\s[^<>]{0,300})?/?|!--[^<>]{0,300}--)>", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d{1,6}|#x[0-9a-f]{1,5}|[a-z]{2,8});", re.IGNORECASE)
_ADDRESS = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}+@[\w-]{1,64}+(?:\.[\w-]{1,24}+){1,4}")
_QUOTED = re.compile(r"^[ \t]*+>.*$", re.MULTILINE)
_HEADER = re.compile(
    r"^[ \t]*+(?:from|to|cc|sent|date|von|an|gesendet|de|para|enviado|envoyé|datum|da|a)[ \t]*:.{0,200}$",
    re.IGNORECASE | re.MULTILINE,
)
_REACHED = re.compile(
    r"^[ \t]*+(?:tel|phone|mobil[e]?|fax|handy|móvil|cell|www|https?)[.: ].{0,80}$",
    re.IGNORECASE | re.MULTILINE,
)
_GREETING = re.compile(
    r"\A\W*+(?:(?i:good (?:morning|afternoon|evening|day)|guten (?:tag|morgen|abend)|grüß gott|bonjour|bonsoir|buenos días"
    r"|buenas(?: tardes| noches)?|goede(?:n)? ?(?:morgen|middag|avond|dag)|buongiorno|buonasera|bom dia|boa (?:tarde|noite)"
    r"|dzień dobry|hello|hallo|hi|hey|moin|servus|hola|salut|coucou|hoi|ciao|salve|olá|oi|witam|cześć|hej"
    r"|dear|sehr geehrter?|liebe[rs]?|chère?|estimad[oa]s?|geachte|beste|gentil[ei]|egregi[oa]?|spett\.?(?:le)?|prezad[oa]s?"
    r"|caro|szanown[aiy]|madame, monsieur|messieurs|madame|monsieur))\b"
    r"(?:[ ,]{1,2}(?:(?i:there|all|team|sir|madam|or|sirs|everyone|damen und herren|herr|frau|à tous|madame|monsieur"
    r"|señor(?:a|es)?|srs?|a todos|heer|mevrouw|meneer|heer/mevrouw|ditta|signori?|sig|dott|senhor(?:a|es)?|państwo|panie|pani"
    r"|mr|mrs|ms|dr)\b\.?|[A-ZÀ-Ž][\w'-]{1,20}(?=[ ,!.:\n]))){0,5}[ \t]*[,!.:;]*",
)
# From here on it is not about the matter any more.
_END = re.compile(
    r"^[ \t]*+(?:--[ \t]*$|_{5,}|sent from my |gesendet von |envoyé de mon |enviado desde |verzonden (?:met|vanaf) |inviato da "
    r"|get outlook for |von meinem |enviado do meu |wysłane z "
    r"|-{2,} ?(?:original message|ursprüngliche nachricht|message d'origine|mensaje original|oorspronkelijk bericht"
    r"|messaggio originale|mensagem original)"
    r"|(?:this e-?mail|this message|diese e-?mail|ce message)\b.{0,80}"
    r"\b(?:confidential|vertraulich|confidentiel))"
    r"|^[ \t]*+(?:on|am|le|el|il)\b.{5,120}\b(?:wrote|schrieb|a écrit|escribió|ha scritto)\b.{0,40}:[ \t]*$"
    r"|^[ \t]*+(?:(?:best|kind|warm|many)(?: \w+)?,? (?:regards|wishes|thanks)|regards|sincerely|cheers"
    r"|yours (?:sincerely|faithfully|truly)|(?:mit )?(?:freundlichen?|besten?|vielen?|lieben?|schönen?|herzlichen?) grü(?:ß|ss)en?"
    r"|mfg|lg|vg|(?:bien )?cordialement|bien à vous|(?:meilleures |sincères )?salutations|(?:un )?saludos?(?: cordiale?s)?"
    r"|atentamente|(?:cordiali|distinti) saluti|saluti|(?:met )?(?:vriendelijke|hartelijke) groet(?:en)?|groet(?:en|jes)?|mvg"
    r"|atenciosamente|(?:melhores )?cumprimentos|pozdrawiam|z poważaniem|thanks?(?: you)?|thx|danke|vielen dank|merci"
    r"|gracias|bedankt|grazie|obrigad[oa]|dziękuję)[ \t,.!]*$",
    re.IGNORECASE | re.MULTILINE,
)


def matter_of(text: str) -> str:
    """The text with everything else blanked out, as long as the text (its first 4,000 characters)."""
    text = text[:LONGEST]
    bare = _ADDRESS.sub(_blank, _TAG.sub(_blank, _ENTITY.sub(_unescaped, text)))
    for cut in (_without_end, _without_quoted):
        kept = cut(bare)
        if sum(map(str.isalpha, kept)) >= FEWEST_LETTERS:
            bare = kept
    return _GREETING.sub(_blank, bare)


def _without_end(text: str) -> str:
    found = _END.search(text)
    return text[: found.start()] + " " * (len(text) - found.start()) if found else text


def _without_quoted(text: str) -> str:
    return _REACHED.sub(_blank, _HEADER.sub(_blank, _QUOTED.sub(_blank, text)))


def _blank(found: re.Match[str]) -> str:
    return " " * len(found.group())


def _unescaped(found: re.Match[str]) -> str:
    return html.unescape(found.group())[:1].ljust(len(found.group()))
