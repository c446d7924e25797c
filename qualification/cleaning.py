"""The part of a message in which somebody says what they want: mark-up, signature, legal notice, quoted
replies and addresses are blanked out. Every letter that is left keeps its place.
"""

import html
import re

LONGEST = 4_000
FEWEST_LETTERS = 12
_TAG = re.compile(r"<(?:/?[a-z][a-z0-9]{0,11}(?:\s[^<>]{0,300})?/?|!--[^<>]{0,300}--)>", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d{1,6}|#x[0-9a-f]{1,5}|[a-z]{2,8});", re.IGNORECASE)
_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,24}){1,4}")
_QUOTED = re.compile(r"^[ \t]*>.*$", re.MULTILINE)
_HEADER = re.compile(
    r"^[ \t]*(?:from|to|cc|sent|date|von|an|gesendet|de|para|enviado|envoyé|datum|da|a)[ \t]*:.{0,200}$",
    re.IGNORECASE | re.MULTILINE,
)
# From here on it is not about the matter any more.
_END = re.compile(
    r"^[ \t]*(?:--[ \t]*$|_{5,}|sent from my |gesendet von |envoyé de mon |enviado desde "
    r"|-{2,} ?(?:original message|ursprüngliche nachricht|message d'origine)"
    r"|(?:this e-?mail|this message|diese e-?mail|ce message)\b.{0,80}"
    r"\b(?:confidential|vertraulich|confidentiel))"
    r"|^[ \t]*(?:on|am|le|el|il)\b.{5,120}\b(?:wrote|schrieb|a écrit|escribió|ha scritto)\b.{0,40}:[ \t]*$"
    r"|^[ \t]*(?:(?:best|kind|warm|many)(?: \w+)?,? (?:regards|wishes|thanks)|regards|sincerely|cheers"
    r"|yours (?:sincerely|faithfully|truly)|mit freundlichen grüßen|mfg|viele grüße|cordialement|saludos"
    r"|atentamente|cordiali saluti|met vriendelijke groet|atenciosamente|pozdrawiam)[ \t,.!]*$",
    re.IGNORECASE | re.MULTILINE,
)


def matter_of(text: str) -> str:
    """The text with everything else blanked out, as long as the text (its first 4,000 characters)."""
    text = text[:LONGEST]
    bare = _ADDRESS.sub(_blank, _TAG.sub(_blank, _ENTITY.sub(_unescaped, text)))
    for cut in (_without_end, lambda part: _HEADER.sub(_blank, _QUOTED.sub(_blank, part))):
        kept = cut(bare)
        if sum(map(str.isalpha, kept)) >= FEWEST_LETTERS:
            bare = kept
    return bare


def _without_end(text: str) -> str:
    found = _END.search(text)
    return text[: found.start()] + " " * (len(text) - found.start()) if found else text


def _blank(found: re.Match[str]) -> str:
    return " " * len(found.group())


def _unescaped(found: re.Match[str]) -> str:
    return html.unescape(found.group())[:1].ljust(len(found.group()))
