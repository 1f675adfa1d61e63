"""The checks that look for the keywords in an article; each returns one judgement and reads nothing but the context."""

import re
from collections.abc import Sequence
from urllib.parse import unquote

from igny8_core.common.text import slugify
from igny8_core.modules.optimizer.scoring.context import Context
from igny8_core.modules.optimizer.scoring.document import words_of
from igny8_core.modules.optimizer.scoring.findings import KEEP, Judgement, Place, Position, not_judged
from igny8_core.modules.optimizer.scoring.links import link_kind
from igny8_core.modules.optimizer.scoring.matching import TOPIC_SHARE, Keyphrase, find_exact, parts_of
from igny8_core.modules.optimizer.scoring.wordlists import FUNCTION_WORDS

DENSITY_MIN_WORDS = 100
DENSITY_MIN = 0.5
DENSITY_MAX = 3.0
DENSITY_MAX_WITH_WORD_FORMS = 3.5
DENSITY_FAR_OVER = 4.0
SHARE_MIN, SHARE_MAX = 30, 75
HEADINGS_EXPECTED_FROM_WORDS = 300
IMAGES_FOR_SHARE = 5
MAX_NAMED = 5  # keywords in one sentence of advice


def introduction(context: Context) -> Judgement:
    """First paragraph: all content words in one sentence 9, spread over it 6, otherwise 3."""
    phrase = _phrase(context)
    paragraphs = context.document.paragraphs
    index = next((i for i, block in enumerate(paragraphs) if block.is_prose), None)
    threshold = "all words of the keyword in one sentence of the first paragraph"
    if index is None:
        return Judgement(
            points=3,
            value=0,
            threshold=threshold,
            reason="The article has no first paragraph.",
            advice="Open with a paragraph that says what the article is about, using the keyword.",
        )
    sentences = [context.stems(sentence) for sentence in paragraphs[index].sentences]
    share = phrase.share_found([stem for sentence in sentences for stem in sentence])
    if any(map(phrase.occurrences, sentences)):
        points, reason, advice = 9, "One sentence of the first paragraph holds the whole keyword.", KEEP
    elif share == 1:
        points, reason = 6, "The first paragraph holds the keyword, but no single sentence does."
        advice = "Bring the words of the keyword together in one sentence of the first paragraph."
    else:
        points, reason = 3, "The first paragraph does not hold the whole keyword."
        advice = "Use the keyword in a sentence of the first paragraph."
    return Judgement(
        points=points,
        value=round(share, 2),
        threshold=threshold,
        reason=reason,
        advice=advice,
        position=Position(Place.PARAGRAPH, index),
    )


def length(context: Context) -> Judgement:
    """Content words of the keyword: 1-4 9, 5-8 6, more 3, none -999 (which alone brings the SEO score to 0)."""
    phrase = context.keyphrase
    threshold = "1 to 4 content words"
    if phrase is None:
        return Judgement(
            points=-999,
            value=0,
            threshold=threshold,
            reason="No head keyword is set.",
            advice="Set the head keyword that this article should be found for.",
        )
    count = sum(phrase.content.values())
    reason = f"The keyword has {_count(count, 'content word')}."
    if count <= 4:
        return Judgement(points=9, value=count, threshold=threshold, reason=reason, advice=KEEP)
    points = 6 if count <= 8 else 3
    advice = "Shorten the keyword to at most four content words."
    return Judgement(points=points, value=count, threshold=threshold, reason=reason, advice=advice)


def density(context: Context) -> Judgement:
    """Occurrences per 100 words, from 100 words on: 0.5 < d <= 3 9, up to 0.5 4, up to 4 -10, above -50.

    Where word forms count as occurrences the upper bound is 3.5.
    """
    words = context.document.word_count
    if words < DENSITY_MIN_WORDS:
        return not_judged(f"Density is judged from {DENSITY_MIN_WORDS} words on; the text has {words}.")
    phrase = _phrase(context)
    uses = [sum(map(phrase.occurrences, block)) for block in context.sentence_stems]
    count = sum(uses)
    percent = 100 * count / words
    top = DENSITY_MAX_WITH_WORD_FORMS if context.matcher.knows_word_forms else DENSITY_MAX
    points = density_points(percent, top=top)
    advice = "Use the keyword more often." if percent <= DENSITY_MIN else "Replace some uses of the keyword."
    return Judgement(
        points=points,
        value=round(percent, 2),
        threshold=f"over {DENSITY_MIN} up to {top} %",
        reason=f"The keyword occurs {_count(count, 'time')} in {words} words ({percent:.1f} %).",
        advice=KEEP if points == 9 else advice,
        position=_block_position(context, uses.index(max(uses))) if percent > top else None,
    )


def _block_position(context: Context, index: int) -> Position:
    """The position of the `index`-th block among the headings or the paragraphs, whichever it is one of."""
    blocks = context.document.blocks
    is_heading = blocks[index].level > 0
    before = sum((block.level > 0) is is_heading for block in blocks[:index])
    return Position(Place.HEADING if is_heading else Place.PARAGRAPH, before)


def density_points(percent: float, *, top: float) -> int:
    """The points of a keyword density in percent."""
    if percent <= DENSITY_MIN:
        return 4
    if percent <= top:
        return 9
    return -10 if percent <= DENSITY_FAR_OVER else -50


def meta_description(context: Context) -> Judgement:
    """Occurrences in the meta description: 1-2 9, none or more 3."""
    count = _phrase(context).occurrences(context.stems(words_of(context.page.meta_description)))
    good = 1 <= count <= 2
    advice = (
        "Use the keyword once in the meta description." if not count else "Use the keyword at most twice."
    )
    return Judgement(
        points=9 if good else 3,
        value=count,
        threshold="1 to 2 times",
        reason=f"The meta description holds the keyword {_count(count, 'time')}.",
        advice=KEEP if good else advice,
    )


def subheadings(context: Context) -> Judgement:
    """H2 and H3 that hold more than half of the keyword: 30-75 % (a single one: it does) 9, otherwise 3."""
    judged = [(i, block) for i, block in enumerate(context.document.headings) if block.level in (2, 3)]
    threshold = f"{SHARE_MIN} to {SHARE_MAX} % of the H2 and H3"
    if not judged:
        return _without_subheadings(context, threshold=threshold)
    phrase = _phrase(context)
    reflect = {
        i: phrase.is_topic_of([stem for sentence in block.sentences for stem in context.stems(sentence)])
        for i, block in judged
    }
    hits = sum(reflect.values())
    if _is_share_good(hits, of=len(judged)):
        points, advice, position = 9, KEEP, None
    else:
        points, too_many = 3, 100 * hits > SHARE_MAX * len(judged)
        advice = (
            "Word some subheadings without the keyword."
            if too_many
            else "Use the keyword, or most of its words, in more subheadings."
        )
        position = Position(Place.HEADING, next(i for i, is_hit in reflect.items() if is_hit is too_many))
    return Judgement(
        points=points,
        value=round(100 * hits / len(judged), 1),
        threshold=threshold,
        reason=f"{hits} of {_count(len(judged), 'subheading')} (H2, H3) reflect the keyword.",
        advice=advice,
        position=position,
    )


def _without_subheadings(context: Context, *, threshold: str) -> Judgement:
    if context.document.word_count <= HEADINGS_EXPECTED_FROM_WORDS:
        return not_judged("A short text without subheadings needs none.")
    return Judgement(
        points=3,
        value=0,
        threshold=threshold,
        reason="The article has no H2 or H3.",
        advice="Add subheadings, some of them with the keyword.",
    )


def competing_links(context: Context) -> Judgement:
    """A link whose anchor text is the keyword sends the reader, and the ranking, elsewhere: 2, none 9."""
    keyword = set(_phrase(context).content)
    competing = [
        index
        for index, link in enumerate(context.document.links)
        if link_kind(link.href, site_host=context.page.site_host) is not None
        and context.matcher.content_stems(link.anchor) == keyword
    ]
    threshold = "no link with the keyword as anchor text"
    if not competing:
        reason = "No link uses the keyword as its anchor text."
        return Judgement(points=9, value=0, threshold=threshold, reason=reason, advice=KEEP)
    return Judgement(
        points=2,
        value=len(competing),
        threshold=threshold,
        reason=f"{_count(len(competing), 'link')} with the keyword as anchor text competes with this page.",
        advice="Reword the anchor text so that it names what the linked page is about.",
        position=Position(Place.LINK, competing[0]),
    )


def image_alts(context: Context) -> Judgement:
    """Images whose alt text reflects the keyword: one of up to 4, or 30-75 % of 5 and more 9, otherwise 6."""
    alts = context.document.image_alts
    if not alts:
        return not_judged("The article has no image whose alt text could be read.")
    phrase = _phrase(context)
    reflect = [phrase.is_topic_of(context.stems(alt)) for alt in alts]
    hits = sum(reflect)
    if len(alts) < IMAGES_FOR_SHARE:
        good, threshold = hits > 0, "at least 1 image"
    else:
        good, threshold = _is_share_good(hits, of=len(alts)), f"{SHARE_MIN} to {SHARE_MAX} % of the images"
    too_many = not good and 100 * hits > SHARE_MAX * len(alts)
    advice = (
        "Describe some images without the keyword."
        if too_many
        else "Use the keyword where an image shows it."
    )
    return Judgement(
        points=9 if good else 6,
        value=hits,
        threshold=threshold,
        reason=f"The alt texts of {hits} of {_count(len(alts), 'image')} reflect the keyword.",
        advice=KEEP if good else advice,
        position=None if good else Position(Place.IMAGE, reflect.index(too_many)),
    )


def title(context: Context) -> Judgement:
    """Exact at the start (function words may precede) 9, exact elsewhere or all words 6, otherwise 2."""
    phrase, words = _phrase(context), context.title_words
    stems = context.stems(words)
    start = find_exact(phrase, words)
    position = None
    if start is not None and _leads(context, phrase):
        points, reason, advice = 9, "The title starts with the keyword.", KEEP
    elif start is not None:
        points, reason, advice = (
            6,
            "The title holds the keyword, but not at its start.",
            "Move it to the start.",
        )
        position = _character_of(phrase.words[0], context.page.title)
    elif phrase.occurrences(stems):
        points, reason = 6, "The title holds the words of the keyword, but not the exact keyword."
        advice = "Put the exact keyword at the start of the title."
    else:
        points, reason = 2, "The title lacks words of the keyword."
        advice = "Start the title with the keyword."
    return Judgement(
        points=points,
        value=round(phrase.share_found(stems), 2),
        threshold="the exact keyword at the start",
        reason=reason,
        advice=advice,
        position=position,
    )


def _leads(context: Context, phrase: Keyphrase) -> bool:
    """Whether nothing but English function words stands before the first exact occurrence in the title."""
    words = parts_of(context.title_words)
    before = words[: find_exact(phrase, words)]
    return not before or (context.is_english and FUNCTION_WORDS.issuperset(before))


def _character_of(word: str, text: str) -> Position | None:
    """Where `word` starts in `text`, when it is found as written."""
    found = re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE)
    return found and Position(Place.CHARACTER, found.start())


def slug(context: Context) -> Judgement:
    """The slug holds the keyword (of three content words and more: more than half of them) 9, otherwise 6."""
    phrase = _phrase(context)
    parts = words_of(re.sub(r"[-_/+]+", " ", unquote(context.page.slug)))
    stems = {context.matcher.stem(part) for part in parts}
    # A slug is ASCII where the keyword is not, so a word may also match by its folded form.
    wanted = {
        word: {context.matcher.stem(word), context.matcher.stem(slugify(word))}
        for word in phrase.words
        if context.matcher.stem(word) in phrase.content
    }
    hits = sum(1 for forms in wanted.values() if stems & forms)
    good = hits == len(wanted) or (len(wanted) > 2 and hits > TOPIC_SHARE * len(wanted))
    return Judgement(
        points=9 if good else 6,
        value=hits,
        threshold="the words of the keyword",
        reason=f"The slug holds {hits} of {_count(len(wanted), 'content word')} of the keyword.",
        advice=KEEP if good else "Put the keyword into the slug before the page is published.",
    )


def previously_used(context: Context) -> Judgement:
    """Other pages of the site with the same head keyword: 0 9, 1 6, more 1."""
    count = max(context.page.previously_used_count, 0)
    points = {0: 9, 1: 6}.get(count, 1)
    return Judgement(
        points=points,
        value=count,
        threshold="no other page",
        reason=f"The keyword is the head keyword of {_count(count, 'other page')} of this site.",
        advice=KEEP if not count else "Choose another keyword, or merge the pages that compete for this one.",
    )


def secondary_keywords(context: Context) -> Judgement:
    """Secondary keywords of which a sentence or heading holds all words: all 9, half 6, fewer 3."""
    phrases = context.secondary
    if not phrases:
        return not_judged("No secondary keyword is set.")
    sentences = [stems for block in context.sentence_stems for stems in block]
    missing = [phrase for phrase in phrases if not any(map(phrase.occurrences, sentences))]
    found = len(phrases) - len(missing)
    points = 9 if found == len(phrases) else 6 if 2 * found >= len(phrases) else 3
    return Judgement(
        points=points,
        value=found,
        threshold=f"all {len(phrases)}",
        reason=f"{found} of {_count(len(phrases), 'secondary keyword')} occur in the text.",
        advice=f"Cover in a sentence each, or drop: {_named(missing)}." if missing else KEEP,
    )


def _named(phrases: Sequence[Keyphrase]) -> str:
    names = [f"“{' '.join(phrase.words)}”" for phrase in phrases]
    more = len(names) - MAX_NAMED
    return ", ".join(names[:MAX_NAMED]) + (f" and {more} more" if more > 0 else "")


def _phrase(context: Context) -> Keyphrase:
    """The head keyword of a page that has one; the engine asks only then."""
    if context.keyphrase is None:
        raise ValueError("this check needs a head keyword")
    return context.keyphrase


def _is_share_good(hits: int, *, of: int) -> bool:
    """Whether `hits` are 30 to 75 % of all; of a single one, whether it is a hit."""
    return hits == 1 if of == 1 else SHARE_MIN * of <= 100 * hits <= SHARE_MAX * of


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
