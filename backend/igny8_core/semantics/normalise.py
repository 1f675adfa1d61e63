"""Owns the exact key of a keyword, and English stems; must never guess a meaning the text does not spell."""

import re
import unicodedata
from functools import lru_cache

import snowballstemmer

# NFKC would glue these to the word before them: "nike™" must not become "niketm".
_MARKS = dict.fromkeys(map(ord, "™℠®©"), " ")
_QUOTES_AND_DASHES = (
    dict.fromkeys(map(ord, "‘’ʼ′"), "'") | dict.fromkeys(map(ord, "‐‑‒–—―−"), "-") | {ord("⁄"): "/"}
)
_LEADING_KEPT = "#@&"
_TRAILING_KEPT = "#%&"
_JOINERS = "\u200c\u200d"  # they tell words apart in Persian and the Indic scripts

_PLAIN = re.compile(r"[A-Za-z0-9 ]+")
_FUNCTION_WORDS = (
    "a about am an and any are as at be been being but by can could did do does doing for from had has have how i"
    " if in into is it its just many may me might much must my of on or our shall should so some such than that the"
    " their them then there these they this those to was we were what which will with would you your"
)
STOP_WORDS = frozenset(_FUNCTION_WORDS.split())


def keyword_normalise(text: str) -> str:
    """Return the exact key of a keyword: equal keys mean the same query to a search engine.

    NFKC, case folded, white space collapsed, punctuation stripped from the edges of each word. What carries
    meaning stays: "c++", "c#", ".net", "401(k)", "at&t", "0% apr", "$100". Idempotent; empty when nothing is left.
    """
    if _PLAIN.fullmatch(text):  # most keywords: nothing below would change them, at a tenth of its cost
        return " ".join(text.lower().split())
    flat = unicodedata.normalize("NFKC", text.translate(_MARKS)).casefold()
    flat = unicodedata.normalize("NFKC", flat).translate(_QUOTES_AND_DASHES)
    visible = "".join(char for char in flat if char in _JOINERS or not _is_invisible(char))
    return " ".join(word for word in map(_edges_strip, visible.split()) if word)


def _is_invisible(char: str) -> bool:
    return unicodedata.category(char) in {"Cc", "Cf"} and not char.isspace()


def _edges_strip(word: str) -> str:
    start, end = 0, len(word)
    while start < end and _is_edge(word[start]) and word[start] not in _LEADING_KEPT:
        start += 1
    while end > start and _is_edge(word[end - 1]) and not _is_trailing_kept(word, start, end - 1):
        end -= 1
    stripped = word[start:end]
    if not any(map(str.isalnum, stripped)):
        return stripped if stripped in {"&", "+"} else ""
    is_dotted = word[max(start - 1, 0) : start] == "." and word[max(start - 2, 0) : start] != ".."
    return f".{stripped}" if is_dotted and stripped[0].isalnum() else stripped


def _is_trailing_kept(word: str, start: int, at: int) -> bool:
    return word[at] in _TRAILING_KEPT or (word[at] == ")" and "(" in word[start:at])


def _is_edge(char: str) -> bool:
    return unicodedata.category(char)[0] == "P" or unicodedata.category(char) == "Sk"


@lru_cache(maxsize=50_000)
def english_stem(word: str) -> str:
    """The Snowball stem of a word in lower case."""
    # A stemmer object keeps its cursor between calls, so that two threads must not share one.
    return str(snowballstemmer.stemmer("english").stemWord(word))
