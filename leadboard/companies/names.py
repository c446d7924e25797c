"""One company, many spellings: a name in the form in which two spellings of it are equal.

Case, accents, punctuation, legal forms and the little words between two names do not count: "Müller & Söhne
GmbH + Co. KG", "MULLER UND SOHNE" and "Muller et Sohne SA" are one. What tells firms apart stays: "Group",
"Holding", countries and numbers.
"""

import re
import unicodedata

# Legal forms as one word each, after dots are gone and single letters are joined ("S. A. R. L." → "sarl").
_FORMS = (
    "gmbh mbh ggmbh ag kg kgaa ohg ug gbr partg partgmbb se ev eg ek haftungsbeschrankt "
    "ltd limited plc llp llc lp inc incorporated corp corporation co company pc pllc "
    "sa sas sasu sarl eurl sci snc scs sca scop scrl srl sapa sl slu sau "
    "bv nv cv vof bvba cvba ab hb as asa aps oy oyj ehf hf "
    "kft zrt nyrt sro spzoo spolka doo dd dooel eood ood sia uab ltda lda eireli "
    "pty pvt pte sdn bhd kk jsc pjsc wll fzco fze fzllc "
)
FORMS = frozenset(_FORMS.split())
# Where the form stands first; "SAS" and "AG" may be names there, so they are not among these.
FORMS_IN_FRONT = frozenset(["ooo", "zao", "oao", "pao", "pt", "sarl", "eurl"])
# Read as a form only as it is usually written: "Day Spa" is no S.p.A.
CASED_FORM = re.compile(r"(?<!\w)(?:SpA|[Ss]\.[Pp]\.[Aa])$")
BETWEEN = frozenset(["and", "und", "et", "och", "og", "y", "e"])
ARTICLES = frozenset(("the",))
WORD = re.compile(r"[^\W_]+")
DOTTED = re.compile(
    r"(?<![^\W_])(?:(?:[^\W\d_]\.){2,}(?:[^\W\d_](?![^\W_]))?|(?:[^\W\d_]/){1,3}[^\W\d_](?![^\W_]))"
)
LONGEST = 200


def plain(text: str) -> str:
    """Return a text for comparing: lower case, without accents and surplus spaces."""
    decomposed = unicodedata.normalize("NFKD", text)
    letters = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return " ".join(letters.casefold().split())


def folded_name(name: str) -> str:
    """Return the comparable form of a company's name; "" for a name without a letter or digit.

    Folding twice is folding once. At least one word is left, so that a firm called "AG" keeps its name.
    """
    name = unicodedata.normalize("NFKC", name[:LONGEST]).strip().rstrip(".,;")
    bare = CASED_FORM.sub("", name)
    text = bare if WORD.search(bare) else name
    words = _words(text)
    while (shorter := _shorter(words)) != words:
        words = shorter
    return " ".join(words)[:LONGEST].strip()


def _words(text: str) -> list[str]:
    joined = DOTTED.sub(lambda found: re.sub(r"[./]", "", found[0]) + " ", text)
    folded = plain(re.sub(r"['’`´]", "", joined).replace("&", " and ").replace("+", " and "))
    return _join_letters(WORD.findall(folded))


def _join_letters(words: list[str]) -> list[str]:
    """Join letters that stand alone: "a b c systems" → "abc systems", "sp z o o" → "spzoo"."""
    joined: list[str] = []
    run = ""
    for word in [*words, ""]:
        if len(word) == 1 and word.isalpha():
            run += word
            continue
        if run:
            joined.append(run)
        run = ""
        joined += [word] if word else []
    return _polish(joined)


def _polish(words: list[str]) -> list[str]:
    """Join what Polish law writes apart: "sp" and "zoo"."""
    text = " ".join(words)
    return re.sub(r"\bsp zoo\b", "spzoo", text).split()


def _shorter(words: list[str]) -> list[str]:
    """Return the words without one more thing that does not count; the same when all of them do."""
    if len(words) > 1 and words[-1] in FORMS | BETWEEN and _is_name(words[:-1]):
        return words[:-1]
    if len(words) > 1 and words[0] in FORMS_IN_FRONT | ARTICLES:
        return words[1:]
    inside = [word for word in words[1:-1] if word not in BETWEEN]
    return _join_letters([words[0], *inside, words[-1]]) if len(words) > 2 else words


def _is_name(words: list[str]) -> bool:
    return words != ["the"]
