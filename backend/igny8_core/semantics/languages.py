"""Owns the guess of a keyword's language; must never claim one that the text and its site do not make likely."""

from functools import lru_cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from igny8_core.semantics.normalise import keyword_normalise
from igny8_core.semantics.variants import STEMMED_LANGUAGES

# Neighbours of the six: without them a Polish query on an English site would have to be English or Italian.
_OTHERS = ("cs", "da", "fi", "hu", "nl", "no", "pl", "ro", "sv", "tr")
_SITE_SHARE = (
    0.5  # of the probability before reading, for the language of the site; the others share the rest
)
_ENOUGH = 0.5


def language_guess(text: str, *, site_language: str) -> str:
    """Return the ISO 639-1 code of a keyword's language, empty when none is more likely than all others together.

    By letters, as a query is too short for words: a naive Bayes model of byte n-grams (Lui and Baldwin 2011), over six
    languages with stemmers, ten of their neighbours and the site's own, which counts as half of what was expected.
    """
    found = _identifier(site_language).rank(keyword_normalise(text))
    others = len(found) - 1
    weighed = {
        code: share * (_SITE_SHARE if code == site_language else (1 - _SITE_SHARE) / others)
        for code, share in found
    }
    best = max(weighed, key=lambda code: weighed[code])
    return best if weighed[best] > _ENOUGH * sum(weighed.values()) else ""


@lru_cache(maxsize=8)
def _identifier(site_language: str) -> LanguageIdentifier:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    wanted = {*STEMMED_LANGUAGES, *_OTHERS, site_language}
    identifier.set_languages(sorted(wanted & set(identifier.nb_classes)))
    return identifier
