"""The checks of how easily an article reads; those that need word lists know English only."""

from collections.abc import Callable
from itertools import groupby, islice

from igny8_core.modules.optimizer.scoring.context import Context
from igny8_core.modules.optimizer.scoring.document import Words
from igny8_core.modules.optimizer.scoring.findings import KEEP, Judgement, Place, Position, not_judged
from igny8_core.modules.optimizer.scoring.syllables import reading_ease as flesch
from igny8_core.modules.optimizer.scoring.wordlists import (
    IRREGULAR_PARTICIPLES,
    NOT_PASSIVE,
    PASSIVE_AUXILIARIES,
    PASSIVE_FILLERS,
    TRANSITION_PAIRS,
    TRANSITION_PHRASES,
    TRANSITION_WORDS,
    WEAK_STARTS,
)

SECTION_GOOD, SECTION_OK = 300, 350
PARAGRAPH_GOOD, PARAGRAPH_OK = 150, 200
LONG_SENTENCE = 20
LONG_GOOD, LONG_OK = 25, 30
PASSIVE_GOOD, PASSIVE_OK = 10, 15
PASSIVE_REACH = 4
TRANSITION_MIN_WORDS = 200
TRANSITION_GOOD, TRANSITION_OK = 30, 20
SAME_STARTS_BAD = 3
EASE_GOOD, EASE_OK = 60, 50


def subheading_distribution(context: Context) -> Judgement:
    """Words of the longest stretch without a heading: up to 300 9, up to 350 6, more 3."""
    first, words = max(context.document.section_sizes, key=lambda section: section[1])
    points = _at_most(words, SECTION_GOOD, SECTION_OK)
    return Judgement(
        points=points,
        value=words,
        threshold=f"at most {SECTION_GOOD} words",
        reason=f"The longest stretch of text without a subheading has {words} words.",
        advice=KEEP if points == 9 else "Divide this stretch by a subheading.",
        position=None if points == 9 else Position(Place.PARAGRAPH, first),
    )


def paragraph_length(context: Context) -> Judgement:
    """Words of the longest paragraph: up to 150 9, up to 200 6, more 3."""
    paragraphs = context.document.paragraphs
    index = max(range(len(paragraphs)), key=lambda i: paragraphs[i].word_count)
    words = paragraphs[index].word_count
    points = _at_most(words, PARAGRAPH_GOOD, PARAGRAPH_OK)
    return Judgement(
        points=points,
        value=words,
        threshold=f"at most {PARAGRAPH_GOOD} words",
        reason=f"The longest paragraph has {words} words.",
        advice=KEEP if points == 9 else "Split this paragraph.",
        position=None if points == 9 else Position(Place.PARAGRAPH, index),
    )


def sentence_length(context: Context) -> Judgement:
    """Sentences of more than 20 words: up to 25 % 9, up to 30 % 6, more 3."""
    percent, first = _share(context, lambda sentence: len(sentence) > LONG_SENTENCE)
    points = _at_most(percent, LONG_GOOD, LONG_OK)
    return Judgement(
        points=points,
        value=round(percent, 1),
        threshold=f"at most {LONG_GOOD} %",
        reason=f"{percent:.1f} % of the sentences have more than {LONG_SENTENCE} words.",
        advice=KEEP if points == 9 else "Split long sentences.",
        position=None if points == 9 else first,
    )


def passive_voice(context: Context) -> Judgement:
    """Sentences in passive voice: up to 10 % 9, up to 15 % 6, more 3."""
    percent, first = _share(context, is_passive)
    points = _at_most(percent, PASSIVE_GOOD, PASSIVE_OK)
    return Judgement(
        points=points,
        value=round(percent, 1),
        threshold=f"at most {PASSIVE_GOOD} %",
        reason=f"{percent:.1f} % of the sentences are in passive voice.",
        advice=KEEP if points == 9 else "Say who does it: turn passive sentences into active ones.",
        position=None if points == 9 else first,
    )


def transition_words(context: Context) -> Judgement:
    """Sentences with a transition word, in prose from 200 words on: 30 % 9, 20 % 6, fewer 3."""
    words = sum(context.sentence_lengths)
    if words < TRANSITION_MIN_WORDS:
        return not_judged(f"Transition words are judged from {TRANSITION_MIN_WORDS} words of prose on.")
    holds = [has_transition(sentence) for sentence in context.document.sentences]
    percent = 100 * sum(holds) / len(holds)
    points = _at_least(percent, TRANSITION_GOOD, TRANSITION_OK)
    return Judgement(
        points=points,
        value=round(percent, 1),
        threshold=f"at least {TRANSITION_GOOD} %",
        reason=f"{percent:.1f} % of the sentences hold a transition word.",
        advice=KEEP
        if points == 9
        else "Show how sentences follow from one another: because, however, for example.",
        position=None if points == 9 else Position(Place.SENTENCE, holds.index(False)),
    )


def sentence_beginnings(context: Context) -> Judgement:
    """Sentences in a row that start with the same word: up to 2 9, more 3."""
    longest, first, index = 0, 0, 0
    for _, run in groupby(context.document.sentences, key=sentence_start):
        size = sum(1 for _ in run)
        if size > longest:
            longest, first = size, index
        index += size
    good = longest < SAME_STARTS_BAD
    return Judgement(
        points=9 if good else 3,
        value=longest,
        threshold=f"fewer than {SAME_STARTS_BAD} in a row",
        reason=f"At most {longest} sentences in a row start with the same word.",
        advice=KEEP if good else "Start one of these sentences differently.",
        position=None if good else Position(Place.SENTENCE, first),
    )


def reading_ease(context: Context) -> Judgement:
    """Flesch reading ease: above 60 9, 50 to 60 6, below 50 3."""
    ease, lengths = flesch(context.document.sentences), context.sentence_lengths
    points = ease_points(ease)
    return Judgement(
        points=points,
        value=round(ease, 1),
        threshold=f"above {EASE_GOOD}",
        reason=f"The Flesch reading ease of the text is {ease:.1f}.",
        advice=KEEP if points == 9 else "Use shorter sentences and shorter words.",
        position=None if points == 9 else Position(Place.SENTENCE, lengths.index(max(lengths))),
    )


def ease_points(ease: float) -> int:
    """The points of a Flesch reading ease."""
    if ease > EASE_GOOD:
        return 9
    return 6 if ease >= EASE_OK else 3


def is_passive(sentence: Words) -> bool:
    """Whether an English sentence holds a form of "be" or "get" and, adverbs apart, a participle after it."""
    if PASSIVE_AUXILIARIES.isdisjoint(sentence):
        return False
    return any(
        word in PASSIVE_AUXILIARIES and _participle_follows(sentence, index + 1)
        for index, word in enumerate(sentence)
    )


def _participle_follows(sentence: Words, start: int) -> bool:
    for word in islice(sentence, start, start + PASSIVE_REACH):
        if word in IRREGULAR_PARTICIPLES or (word.endswith("ed") and word not in NOT_PASSIVE):
            return True
        if word not in PASSIVE_FILLERS and not word.endswith("ly"):
            return False
    return False


def has_transition(sentence: Words) -> bool:
    """Whether an English sentence holds a transition word, phrase or pair."""
    if not TRANSITION_WORDS.isdisjoint(sentence):
        return True
    for index, word in enumerate(sentence):
        for rest in TRANSITION_PHRASES.get(word, ()):
            if sentence[index + 1 : index + 1 + len(rest)] == rest:
                return True
    return any(_in_order(pair, sentence) for pair in TRANSITION_PAIRS)


def _in_order(pair: tuple[str, ...], sentence: Words) -> bool:
    """Whether the words of `pair` occur in that order, whatever stands between them."""
    rest = iter(sentence)
    return all(word in rest for word in pair)


def sentence_start(sentence: Words) -> Words:
    """What a sentence starts with: its first word, with the second when the first is an article or a number."""
    return sentence[:2] if sentence[0] in WEAK_STARTS else sentence[:1]


def _share(context: Context, holds: Callable[[Words], bool]) -> tuple[float, Position | None]:
    """The percentage of sentences for which `holds`, and the first of them."""
    sentences = context.document.sentences
    hits = [index for index, sentence in enumerate(sentences) if holds(sentence)]
    first = Position(Place.SENTENCE, hits[0]) if hits else None
    return 100 * len(hits) / len(sentences), first


def _at_most(value: float, good: float, ok: float) -> int:
    if value <= good:
        return 9
    return 6 if value <= ok else 3


def _at_least(value: float, good: float, ok: float) -> int:
    if value >= good:
        return 9
    return 6 if value >= ok else 3
