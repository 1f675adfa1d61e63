"""Owns the key of near duplicates in one language; must never give one key to queries that ask different things.

Folded are Unicode, case, punctuation, word order, number, and spellings: accents, British and American, "e-mail" and
"email". What has a direction keeps it: "usd to eur" is not "eur to usd".
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import snowballstemmer

from igny8_core.semantics.normalise import STOP_WORDS, keyword_normalise

_BREAK = re.compile(r"[-/_]")
_LETTER_AND_WORD = re.compile(r"(?<!\S)([a-z])-(?=[^\W\d_]{3,})")  # e-mail, t-shirt, x-ray
_SPACED = re.compile(r"(?<!\S)(?:(e) (?=mails?\b|books?\b|bikes?\b)|(t) (?=shirts?\b)|(wi)[- ](?=fi\b))")
_KEPT_MARKS = {"ñ"}  # a letter of its own: "año" and "ano" are two words


@dataclass(frozen=True, slots=True)
class _Language:
    stemmer: str
    stop_words: frozenset[str]
    directions: frozenset[str] = frozenset()  # "to" between two content words
    elided: re.Pattern[str] | None = None  # "l'acqua"
    is_folded: bool = True
    spellings: tuple[tuple[re.Pattern[str], str], ...] = ()


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# British spellings to American ones. A rule may meet a word that it was not made for ("exercise"): both of its forms
# still get one key, and no other word has it.
_ENGLISH = (
    (
        re.compile(
            r"^(arm|behavi|col|endeav|fav|flav|harb|hon|hum|lab|neighb|od|parl|rig|rum|sav|splend|vap|vig)our"
        ),
        r"\1or",
    ),
    (re.compile(r"^(cent|fib|lit|lust|met|calib|sab|spect|theat)re(s?)$"), r"\1er\2"),
    (re.compile(r"^(\w{3,})is(e|es|ed|ing|er|ers|ation|ations)$"), r"\1iz\2"),
    (re.compile(r"^(\w{2,}ly)s(e|es|ed|ing|er|ers)$"), r"\1z\2"),
    (re.compile(r"^(ana|cata|dia|mono)logue(s?)$"), r"\1log\2"),
    (re.compile(r"^(\w{3,}[aeiou])ll(ing|ed|er|ers)$"), r"\1l\2"),
    (re.compile(r"^jeweller(y|ies)$"), r"jewelr\1"),
    (re.compile(r"^(emu|guru|menu)s$"), r"\1"),
    (re.compile(r"^grey"), "gray"),
    (re.compile(r"^tyre"), "tire"),
    (re.compile(r"^alumini"), "alumin"),
    (re.compile(r"^mould"), "mold"),
    (re.compile(r"^plough"), "plow"),
    (re.compile(r"^programme(s?)$"), r"program\1"),
    (re.compile(r"^(def|off|lic)ence"), r"\1ense"),
    (re.compile(r"^pyjama"), "pajama"),
    (re.compile(r"^doughnut"), "donut"),
    (re.compile(r"^moustache"), "mustache"),
    (re.compile(r"^yoghurt"), "yogurt"),
    (re.compile(r"^sulph"), "sulf"),
    (re.compile(r"^kerb"), "curb"),
)
# Plurals that the Snowball stemmer leaves, or knows only with their accents, which searchers leave out.
_FRENCH = ((re.compile(r"(?<=\w{2}[^s])s$"), ""), (re.compile(r"(?<=\w[eo]u)x$"), ""))
_SPANISH = ((re.compile(r"(?<=\w{2})ces$"), "z"),)
_PORTUGUESE = (
    (re.compile(r"(?<=\w)(?:oes|aes)$|(?<=\w{2})aos$"), "ao"),
    (re.compile(r"(?<=\w{3})eis$"), "el"),
    (re.compile(r"(?<=\w{3})ais$"), "al"),
    (re.compile(r"(?<=\w{3})ois$"), "ol"),
    (re.compile(r"(?<=\w{2})ns$"), "m"),
)

# As in English, why, when, where and who are kept: they ask different things of the same words.
_GERMAN_WORDS = (
    "der die das den dem des ein eine einer eines einem einen und oder am an auf aus bei beim bis durch für fuer"
    " gegen im in ins mit nach seit über ueber um unter vom von vor zu zum zur ist sind war waren wird werden man"
    " ich du er sie es wir ihr mein meine meinen dein deine sein seine sich wie was welche welcher welches kann"
    " darf soll muss als auch dass wenn so hat haben"
)
_SPANISH_WORDS = (
    "el la los las lo un una unos unas y e o u de del a al ante con contra desde en entre hacia hasta para por"
    " segun sobre tras es son ser era esta estan este esto ese eso mi mis tu tus su sus me te se nos yo que cual"
    " cuales como cuanto si hay ha he tiene puede"
)
_FRENCH_WORDS = (
    "le la les l un une des du de d et ou a au aux avec chez contre dans depuis en entre par pour sous sur vers"
    " est sont etre ce cet cette ces c mon ma mes ton ta tes son sa ses nos vos leur je j tu il elle on nous vous"
    " ils me m te t se s que qu quel quelle quels quelles quoi comment ou combien si y il ont peut faut"
)
_ITALIAN_WORDS = (
    "il lo la i gli le l un uno una e ed o di d del dello della dei degli delle dell a al allo alla ai agli alle"
    " all da dal dallo dalla dai dagli dalle dall in nel nello nella nei negli nelle nell con su sul sullo sulla"
    " sui sugli sulle sull per tra fra sono essere era questo questa mio mia tuo tua suo sua mi ti si ci vi io tu"
    " che cui quale quali come cosa cos quanto se ha ho puo"
)
_PORTUGUESE_WORDS = (
    "o a os as um uma uns umas e ou de do da dos das d em no na nos nas num numa por pelo pela pelos pelas para"
    " pra com contra desde entre ate sobre ao aos sao ser era esta este isto esse isso meu minha meus seu sua seus"
    " me te se eu tu que qual quais como quanto se ha tem pode"
)
_LANGUAGES = {
    "en": _Language("english", STOP_WORDS, _words("to"), spellings=_ENGLISH),
    # The German stemmer folds umlauts by itself, and reads "groesse" as "größe".
    "de": _Language("german", _words(_GERMAN_WORDS), _words("nach in"), is_folded=False),
    "es": _Language("spanish", _words(_SPANISH_WORDS), _words("a"), spellings=_SPANISH),
    "fr": _Language(
        "french",
        _words(_FRENCH_WORDS),
        _words("vers en"),
        re.compile(r"^(?:[cdjlmnst]|qu)'"),
        spellings=_FRENCH,
    ),
    "it": _Language(
        "italian",
        _words(_ITALIAN_WORDS),
        _words("a in"),
        re.compile(r"^(?:[cdlms]|un|cos|(?:d|n|s)?[aeu]ll)'"),
    ),
    "pt": _Language(
        "portuguese", _words(_PORTUGUESE_WORDS), _words("para"), re.compile(r"^d'"), spellings=_PORTUGUESE
    ),
}
STEMMED_LANGUAGES = frozenset(_LANGUAGES)


def variant_key(text: str, language: str) -> str:
    """Return the key that near duplicates share: the language and what `variant_stems` gives.

    `language` is an ISO 639-1 code. Empty when the text has nothing to search for. Equal keys mean the same query in
    another spelling.
    """
    stems = variant_stems(text, language)
    return f"{language}: {' '.join(stems)}" if stems else ""


def variant_stems(text: str, language: str) -> tuple[str, ...]:
    """The sorted stems of a text's content words; in a language without a stemmer here its words, in their order.

    A text of function words alone keeps them. A destination is marked: "to:eur".
    """
    known = _LANGUAGES.get(language)
    tokens = _tokens(text, known)
    if known is None:
        return tuple(tokens)
    kept = {
        _stem(word, language, is_destination=_is_destination(tokens, at, known))
        for at, word in enumerate(tokens)
        if word not in known.stop_words
    }
    return tuple(sorted(kept or set(tokens)))


def _tokens(text: str, known: _Language | None) -> list[str]:
    flat = keyword_normalise(text)
    if known is None:
        return _BREAK.sub(" ", flat).split()
    if not flat.isascii() and known.is_folded:
        flat = _without_accents(flat)
    flat = _LETTER_AND_WORD.sub(r"\1", _SPACED.sub(lambda found: "".join(filter(None, found.groups())), flat))
    words = _BREAK.sub(" ", flat).split()
    if known.elided is not None and "'" in flat:
        words = [word for word in (known.elided.sub("", word) for word in words) if word]
    return words


def _without_accents(text: str) -> str:
    return "".join(char if char in _KEPT_MARKS else unicodedata.normalize("NFD", char)[0] for char in text)


def _is_destination(tokens: list[str], at: int, known: _Language) -> bool:
    return at >= 2 and tokens[at - 1] in known.directions and tokens[at - 2] not in known.stop_words


def _stem(word: str, language: str, *, is_destination: bool) -> str:
    return f"to:{_stemmed(word, language)}" if is_destination else _stemmed(word, language)


@lru_cache(maxsize=100_000)
def _stemmed(word: str, language: str) -> str:
    known = _LANGUAGES[language]
    for pattern, to in known.spellings:
        word = pattern.sub(to, word)
    # A stemmer object keeps its cursor between calls, so that two threads must not share one.
    return str(snowballstemmer.stemmer(known.stemmer).stemWord(word))
