"""Says why a draft must not be kept; reads the draft, never changes it."""

import re

from igny8_core.common.html import to_text
from igny8_core.common.text import sentences, words
from igny8_core.modules.writer.drafting.brief import DraftBrief, Problem
from igny8_core.modules.writer.drafting.cleaning import URL, sentence_key
from igny8_core.modules.writer.drafting.language import STOPWORDS, language_guess

LENGTH_SHARE_MIN = 0.5
REPEAT_WORDS_MIN = 4
_HEADING = re.compile(r"<h[2-6][^>]*>.*?</h[2-6]>", re.DOTALL)
_EMPTY_SECTION = re.compile(r"</h2>\s*(?:<h2|$)")
_LINK = re.compile(r"<a\s[^>]*href", re.IGNORECASE)
_REFUSAL = re.compile(
    r"\bas an? (?:ai|artificial intelligence|(?:large )?language model)\b"
    r"|\bI(?:['’]m| am)? (?:sorry\b|unable to|not able to)|\bmy (?:training data|knowledge cut-?off)\b"
    r"|\bI (?:cannot|can['’]?t) (?:assist|help|fulfil|provide|answer|write)"
    r"|\bals (?:ki|künstliche intelligenz)\b[^.]{0,20}modell|\bals (?:een )?(?:ai|taalmodel)\b"
    r"|\ben tant qu['’](?:ia|intelligence artificielle)\b|\bcome modello linguistico\b"
    r"|\bcomo (?:una? )?(?:modelo de (?:lenguaje|linguagem)|inteligencia artificial|ia)\b",
    re.IGNORECASE,
)
_ERROR_TEXT = re.compile(
    r"^\s*(?:\w+)?error\s*:|traceback \(most recent call last\)|\b(?:internal server error|rate limit exceeded|"
    r"bad gateway|service unavailable|too many requests|context length exceeded)\b|\"error\"\s*:\s*[{\"]",
    re.IGNORECASE | re.MULTILINE,
)
_PLACEHOLDER = re.compile(
    r"\{\{?\s*[a-z_][a-z0-9_ ]*\}?\}"
    r"|\[(?:insert|your|todo|tbd|placeholder|name|brand|company|product|link|keyword)\b[^\]]*\]"
    r"|<\|[^|]*\|>|\blorem ipsum\b|\bTODO\b|\bXXX+\b",
    re.IGNORECASE,
)


def draft_problems(html: str, *, brief: DraftBrief) -> list[Problem]:
    """Every reason against keeping this draft, most telling first; empty when there is none."""
    body = to_text(_HEADING.sub("\n", html))
    found = [
        _refusal(body),
        _error_text(body),
        _placeholder(body),
        _banned(body, brief=brief),
        _links(html, body=body),
        _language(body, brief=brief),
        _repeats(body),
        _empty_section(html),
        _length(body, brief=brief),
    ]
    return [problem for problem in found if problem is not None]


def paragraph_problems(paragraphs: tuple[str, ...], *, brief: DraftBrief) -> list[Problem]:
    """The reasons against single paragraphs, before they are part of an article."""
    body = "\n".join(paragraphs)
    found = [
        _refusal(body),
        _error_text(body),
        _placeholder(body),
        _banned(body, brief=brief),
        _language(body, brief=brief),
    ]
    return [problem for problem in found if problem is not None]


def _refusal(body: str) -> Problem | None:
    if not (match := _REFUSAL.search(body)):
        return None
    return Problem(code="refusal_text", sentence=f"The model spoke of itself or refused: “{match[0]}”.")


def _error_text(body: str) -> Problem | None:
    if not (match := _ERROR_TEXT.search(body)):
        return None
    return Problem(code="error_text", sentence=f"The text contains an error message: “{match[0].strip()}”.")


def _placeholder(body: str) -> Problem | None:
    if not (match := _PLACEHOLDER.search(body)):
        return None
    return Problem(code="placeholder_left", sentence=f"A placeholder was left in the text: “{match[0]}”.")


def _banned(body: str, *, brief: DraftBrief) -> Problem | None:
    for phrase in brief.banned_phrases:
        spaced = r"\s+".join(re.escape(word) for word in phrase.split())
        if spaced and re.search(rf"(?<!\w){spaced}(?!\w)", body, re.IGNORECASE):
            sentence = f"The text uses “{phrase}”, which the site's brand profile bans."
            return Problem(code="banned_phrase", sentence=sentence)
    return None


def _links(html: str, *, body: str) -> Problem | None:
    count = len(_LINK.findall(html)) + len(URL.findall(body))
    if not count:
        return None
    return Problem(
        code="invented_link",
        sentence=f"The text contains {count} link(s) or address(es) that nobody checked.",
    )


def _language(body: str, *, brief: DraftBrief) -> Problem | None:
    if brief.language not in STOPWORDS:
        return None
    guess = language_guess(body)
    if guess in (None, brief.language):
        return None
    return Problem(
        code="wrong_language",
        sentence=f"The text is written in “{guess}”, the brief asks for “{brief.language}”.",
    )


def _repeats(body: str) -> Problem | None:
    seen: set[str] = set()
    for line in body.splitlines():
        for sentence in sentences(line):
            key = sentence_key(sentence)
            if key in seen and len(key.split()) >= REPEAT_WORDS_MIN:
                return Problem(code="repeated_sentence", sentence=f"A sentence comes twice: “{sentence}”")
            seen.add(key)
    return None


def _empty_section(html: str) -> Problem | None:
    if html.strip() and not _EMPTY_SECTION.search(html.strip()):
        return None
    return Problem(code="empty_section", sentence="A heading of the outline has no text under it.")


def _length(body: str, *, brief: DraftBrief) -> Problem | None:
    count, wanted = len(words(body)), brief.target_word_count
    if count >= LENGTH_SHARE_MIN * wanted:
        return None
    return Problem(
        code="too_short",
        sentence=f"The text has {count} words, less than half of the {wanted} the brief asks for.",
    )
