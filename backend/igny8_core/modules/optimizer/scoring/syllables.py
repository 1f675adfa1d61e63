"""English syllables by rules of spelling and the reading ease that follows from them; it knows no other language."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

_VOWELS = re.compile(r"[aeiouy]+")
_CONSONANT = "[bcdfghjklmnpqrstvwxz]"
# A final e that is only spelt: "make", "makes", "baked"; not "table", "wishes", "wanted".
_SILENT_END = re.compile(
    rf"(?:{_CONSONANT}(?<!{_CONSONANT}l)e|[gq]ue|(?:[bdfklmnprtvw](?<!{_CONSONANT}l)|th|gu)es"
    rf"|(?:[bcfghjkmnpqrsvwxz]|ll|[aeiou]l)ed)$"
)
# The same e inside a word: "movement", "careful", "lonely".
_SILENT_MIDDLE = re.compile(rf"[aeiouy]{_CONSONANT}e(?=(?:ment|ful|less|ly|ness)s?$)")
# Two vowels that stand side by side and are both heard: "radio", "video", "actual", "going", "happier".
_HIATUS = re.compile(
    r"(?<![cglnstx])i[aou](?!us$)|[ct]iat(?!ion)|(?<=[cst])iation|(?<=l)iab|(?<=[rdlnv])ious$|(?<!g)eo(?!u)|(?<![qg])ua|(?<=[aeouy])ing"
    r"|(?<=[a-z]{3})i(?:er|est)$|(?<=[lrbd])ien(?:t|ce)|^(?:bi|tri)(?=[aou])|^sci(?=e)"
)
_EXCEPTIONS_BY_COUNT = {
    1: "the year real",
    2: """argue being business chocolate client clients coffee create creates cafe diet every evening homepage lion
    naive people poem poet quiet react really science someone something sometimes somewhere therefore website
    websites""",
    3: """area areas businesses comfortable created different element elements everyone everything idea ideal ideas
    interesting museum reaction recipe recipes several simile temperature theory vegetable""",
    4: "cooperate geography reality",
}
_EXCEPTIONS = {word: count for count, listed in _EXCEPTIONS_BY_COUNT.items() for word in listed.split()}


def count_syllables(word: str) -> int:
    """The syllables of a lower-case English word, at least 1; wrong for about one word in twenty."""
    word = word.removesuffix("'s").replace("'", "")
    known = _EXCEPTIONS.get(word)
    return sum(map(_count_part, word.split("-"))) if known is None else known


def _count_part(word: str) -> int:
    if len(word) < 3:
        return 1
    count = len(_VOWELS.findall(word)) + len(_HIATUS.findall(word))
    if _SILENT_END.search(word):
        count -= 1
    if _SILENT_MIDDLE.search(word):
        count -= 1
    return max(count, 1)


def reading_ease(sentences: Sequence[Iterable[str]]) -> float:
    """Flesch reading ease (1948): 206.835 - 1.015 words per sentence - 84.6 syllables per word.

    `sentences` hold lower-case words; without a word the result is 0.
    """
    counts = Counter(word for sentence in sentences for word in sentence)
    total = counts.total()
    if not total:
        return 0.0
    syllables = sum(count_syllables(word) * times for word, times in counts.items())
    return 206.835 - 1.015 * total / len(sentences) - 84.6 * syllables / total
