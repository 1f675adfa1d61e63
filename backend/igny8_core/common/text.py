"""Small pure functions over plain text: words, sentences, slugs; none of them knows HTML."""

import hashlib
import re
import unicodedata

# Vowel signs are no "\w" for Python, yet a word of Hindi, Tamil or pointed Hebrew does not end at one.
_LETTER = r"(?:[^\W_]|[\u0300-\u036f\u0591-\u05bd\u064b-\u065f\u0670\u0900-\u0963\u0966-\u0dff])"
_WORD = re.compile(rf"[^\W_]{_LETTER}*(?:['’\-]{_LETTER}+)*")
_BOUNDARY = re.compile(r"(?<=[.!?…।؟])([\"'”’)\]]*)\s+(?=[\"'“‘(\[¿¡]*([^\W_]))")
_ABBREVIATION = re.compile(r"\b(?:mr|mrs|ms|dr|prof|st|vs|cf|fig|approx|e\.g|i\.e)\.$", re.IGNORECASE)
_NOT_SLUG = re.compile(r"[^a-z0-9]+")
_PARTING = re.compile("[\u00b7\u2010-\u2015\u2022\u2026\u2212]")


def words(text: str) -> list[str]:
    """The words of a text in order; an apostrophe or hyphen inside a word belongs to it."""
    return _WORD.findall(text)


def sentences(text: str) -> list[str]:
    """The sentences of a text, trimmed; a sentence ends at . ! ? … before a capital, a digit or a caseless letter."""
    found = (text[start:end].strip() for start, end in sentence_spans(text))
    return [sentence for sentence in found if sentence]


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Where each sentence of a text starts and ends, white space at its edges included."""
    found: list[tuple[int, int]] = []
    start = 0
    for boundary in _BOUNDARY.finditer(text):
        before = text[max(start, boundary.start() - 12) : boundary.start()]
        if boundary[2].islower() or _ABBREVIATION.search(before):
            continue
        found.append((start, boundary.end(1)))
        start = boundary.end()
    return [*found, (start, len(text))]


def slugify(text: str, *, max_length: int = 75) -> str:
    """A URL slug: ASCII, lower case, hyphens, cut at a word's end; empty when nothing is left."""
    parted = _PARTING.sub("-", text)
    ascii_text = unicodedata.normalize("NFKD", parted).encode("ascii", "ignore").decode("ascii")
    slug = _NOT_SLUG.sub("-", ascii_text.lower().replace("'", "")).strip("-")
    if len(slug) <= max_length:
        return slug
    return slug[: max_length + 1].rsplit("-", 1)[0][:max_length].strip("-")


def storable(text: str) -> str:
    """The text as PostgreSQL can hold it: a NUL character becomes the replacement character."""
    return text.replace("\x00", "\ufffd")


def digest(text: str) -> str:
    """The SHA-256 of a text in hex: enough for secrets that are random, never for passwords."""
    return hashlib.sha256(text.encode()).hexdigest()


def excerpt(text: str, *, max_length: int) -> str:
    """The text cut at a word's end so that it, with its ellipsis, is at most `max_length` characters."""
    flat = " ".join(text.split())
    if len(flat) <= max_length:
        return flat
    return flat[:max_length].rsplit(" ", 1)[0][: max_length - 1].rstrip(" ,;:.-") + "…"
