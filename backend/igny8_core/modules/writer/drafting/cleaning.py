"""Makes plain paragraphs of what a model answered; trusts nothing in it and adds nothing to it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from igny8_core.common.text import sentences, words

# The database stores neither NUL nor half a surrogate pair; no control character has a place in prose.
_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_CHAT_TOKEN = re.compile(r"<\|[^|>]*\|>|</?s>|\[/?INST\]")
_ROLE = re.compile(r"^\s*(?:assistant|system|ai|bot|writer|answer|paragraph)\s*:\s*", re.IGNORECASE)
_OTHER_TURN = re.compile(r"^\s*(?:user|human|question|q)\s*:", re.IGNORECASE)
_TAG = re.compile(r"</?[A-Za-z!][^<>]*>")
_MARKDOWN_IMAGE = re.compile(r"!\[[^\]]*\]\([^)]*\)")
_MARKDOWN_LINK = re.compile(r"\[([^\]]+)\]\([^)]*\)")
URL = re.compile(
    r"(?i:https?://|www\.)\S+|\b[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.(?:com|org|net|io|co|info|de|fr|uk)\b(?:/\S*)?"
)  # a domain ends in lower case: ASP.NET is a name
_HEADING = re.compile(r"^\s*(?:#{1,6}\s|(?:\*\*|__)[^*_]+(?:\*\*|__):?\s*$|[=\-*_]{3,}\s*$)")
_LIST_MARK = re.compile(r"^\s*(?:[-*+•]|\(?\d{1,2}[.)])\s+")
_FENCE = re.compile(r"^\s*(?:```|~~~)")
_EMPHASIS = re.compile(r"(\*\*|__|\*|`)(?=\S)(.+?)(?<=\S)\1")
_PREAMBLE = re.compile(
    r"^(?:(?:sure|certainly|absolutely|of course|okay|ok|great question)\b[^.!:]*[.!:,]"
    r"|here(?:'s|’s| is| are)\b[^.:\n]*\b(?:paragraph|answer|article|version|text|explanation|response|overview"
    r"|guide|summary|list|steps|example|draft|rewrite)\b[^.:\n]*[:.]"
    r"|(?:the|this) (?:following )?(?:paragraph|text|article|answer)\b[^.:\n]*[:.])\s*",
    re.IGNORECASE,
)
# Talk with the person who asked, or about the text itself, is no part of an article.
_CHATTER = re.compile(
    r"\b(?:let me know|feel free to ask|i hope (?:this|that) helps?|i(?:'m|’m| am) (?:happy|glad|here) to"
    r"|i(?:'m|’m| am) glad you|rewritten version|answers? (?:to )?your question|in this (?:article|paragraph|blog post)"
    r"|(?:this|the) (?:article|paragraph|section|text)(?:['’]s)? (?:is (?:called|titled|about|written|in)|section"
    r"|message|answers|recommends|discusses|explains|covers))\b",
    re.IGNORECASE,
)
_SENTENCE_COMPLETE = re.compile(r"[.!?…][\"'”’)\]]*$")
_QUOTES = frozenset('"“”„«»')
LABEL_WORDS_MAX = 8
NEAR_DUPLICATE_OVERLAP = 0.75
SENTENCE_WORDS_MIN = 4
LOOP_WORDS = 4


@dataclass(frozen=True, kw_only=True)
class CleanText:
    """Paragraphs of whole sentences, and how many links and sentences had to go."""

    paragraphs: tuple[str, ...]
    removed_link_count: int = 0
    removed_sentence_count: int = 0


def clean(raw: str) -> CleanText:
    """The answer's paragraphs without markup, headings, preambles, role echoes, chatter, links and broken sentences."""
    text, link_count = _without_links(_CHAT_TOKEN.sub("", _UNSTORABLE.sub("", raw)))
    paragraphs, url_count, sentence_count = [], 0, 0
    for block in _blocks(_TAG.sub(" ", text)):
        found = sentences(block)
        without_urls = [sentence for sentence in found if not URL.search(sentence)]
        kept = [sentence for sentence in without_urls if _belongs(sentence)]
        # A sentence that pointed somewhere says nothing once its address is gone.
        url_count += len(found) - len(without_urls)
        sentence_count += len(found) - len(kept)
        if kept:
            paragraphs.append(" ".join(kept))
    return CleanText(
        paragraphs=tuple(paragraphs),
        removed_link_count=link_count + url_count,
        removed_sentence_count=sentence_count,
    )


def sentence_key(sentence: str) -> str:
    """What makes two sentences the same: their words, whatever the case and punctuation."""
    return " ".join(words(sentence.casefold()))


def without_repeats(paragraphs: Iterable[str], *, seen: set[str]) -> tuple[tuple[str, ...], int]:
    """The paragraphs without sentences that `seen` holds, nearly holds, or that loop in themselves; and how many fell.

    Adds what it keeps to `seen`, so that one set carries through an article.
    """
    result, removed_count = [], 0
    for paragraph in paragraphs:
        kept = []
        for sentence in sentences(paragraph):
            key = sentence_key(sentence)
            if _loops(key) or _is_known(key, seen=seen):
                removed_count += 1
                continue
            seen.add(key)
            kept.append(sentence)
        if kept:
            result.append(" ".join(kept))
    return tuple(result), removed_count


def _without_links(text: str) -> tuple[str, int]:
    without_images, image_count = _MARKDOWN_IMAGE.subn("", text)
    without_links, link_count = _MARKDOWN_LINK.subn(r"\1", without_images)
    return without_links, image_count + link_count


def _blocks(text: str) -> list[str]:
    """Paragraphs of joined lines; a list's items flow into one paragraph, as paragraphs are all that is asked for."""
    blocks: list[list[str]] = [[]]
    for line in text.splitlines():
        if _OTHER_TURN.match(line):
            break  # the model has begun to play the other side; nothing after this is an answer
        plain = _plain_line(line)
        if plain:
            blocks[-1].append(plain)
        elif not line.strip():
            blocks.append([])
    flat = [_unquoted(" ".join(lines)) for lines in blocks if lines]
    return [block for block in (_PREAMBLE.sub("", block) for block in flat) if block]


def _plain_line(line: str) -> str:
    if _FENCE.match(line) or _HEADING.match(line):
        return ""
    plain = _LIST_MARK.sub("", _ROLE.sub("", line))
    plain = " ".join(_EMPHASIS.sub(r"\2", plain).split())
    is_label = plain.endswith(":") and len(words(plain)) <= LABEL_WORDS_MAX
    return "" if is_label else plain


def _unquoted(block: str) -> str:
    """Without the quotation marks that a model puts around its whole answer."""
    is_wrapped = block[:1] in _QUOTES and block[-1:] in _QUOTES
    return block[1:-1].strip() if is_wrapped and not any(mark in _QUOTES for mark in block[1:-1]) else block


def _belongs(sentence: str) -> bool:
    """Whether it ends as a sentence, says something, and speaks of the subject, not to whoever asked."""
    return bool(
        _SENTENCE_COMPLETE.search(sentence)
        and len(words(sentence)) >= SENTENCE_WORDS_MIN
        and not _CHATTER.search(sentence)
    )


def _is_known(key: str, *, seen: set[str]) -> bool:
    if key in seen:
        return True
    mine = set(key.split())
    return any(_overlap(mine, set(other.split())) >= NEAR_DUPLICATE_OVERLAP for other in seen)


def _overlap(left: set[str], right: set[str]) -> float:
    return len(left & right) / max(1, len(left | right))


def _loops(key: str) -> bool:
    """Whether a run of four words comes twice within one sentence: the mark of a small model going round."""
    parts = key.split()
    runs = [tuple(parts[at : at + LOOP_WORDS]) for at in range(len(parts) - LOOP_WORDS + 1)]
    return len(runs) != len(set(runs))
