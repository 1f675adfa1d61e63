"""Runs every check on a page and adds the points up; it never calls a model, a database or the clock."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Flag, auto

from igny8_core.modules.optimizer.scoring import keyword_checks, page_checks, reading_checks
from igny8_core.modules.optimizer.scoring.context import Context
from igny8_core.modules.optimizer.scoring.findings import (
    MAX_POINTS,
    Dimension,
    Finding,
    Judgement,
    Part,
    Score,
    ScoredPage,
    Verdict,
    not_judged,
    verdict_of,
)

# Changes whenever the same page could get another score: a check, a threshold, a word list, a weight.
RULESET_VERSION = "2026.2"

SEO_WEIGHT = 70
READABILITY_WEIGHT = 30
READABILITY_BEST, READABILITY_MIDDLE, READABILITY_WORST, READABILITY_NONE = 90, 60, 30, 0


class Need(Flag):
    """What a page must have for a check to be judged."""

    NOTHING = 0
    KEYWORD = auto()
    SPACES = auto()
    TEXT = auto()
    PROSE = auto()
    ENGLISH = auto()


@dataclass(frozen=True, slots=True)
class Check:
    """A check by its stable name."""

    name: str
    dimension: Dimension
    part: Part
    judge: Callable[[Context], Judgement]
    needs: Need = Need.NOTHING


_NEEDS: tuple[tuple[Need, Callable[[Context], bool], str], ...] = (
    (Need.KEYWORD, lambda context: context.keyphrase is not None, "No head keyword is set."),
    (Need.SPACES, lambda context: context.is_spaced, "Words of this language cannot be counted by spaces."),
    (Need.ENGLISH, lambda context: context.is_english, "This check knows English only."),
    (Need.TEXT, lambda context: bool(context.document.paragraphs), "The article has no text."),
    (Need.PROSE, lambda context: bool(context.document.sentences), "The article has no prose."),
)

_SEO, _READ = Dimension.SEO, Dimension.READABILITY
_FOUND = Need.KEYWORD | Need.SPACES
_TEXT, _PROSE, _ENGLISH = Need.TEXT | Need.SPACES, Need.PROSE | Need.SPACES, Need.PROSE | Need.ENGLISH

CHECKS: tuple[Check, ...] = (
    Check("keyword_in_introduction", _SEO, Part.TEXT, keyword_checks.introduction, _FOUND),
    Check("keyword_length", _SEO, Part.KEYWORD, keyword_checks.length),
    Check("keyword_density", _SEO, Part.TEXT, keyword_checks.density, _FOUND),
    Check(
        "keyword_in_meta_description", _SEO, Part.META_DESCRIPTION, keyword_checks.meta_description, _FOUND
    ),
    Check("meta_description_length", _SEO, Part.META_DESCRIPTION, page_checks.meta_description_length),
    Check("keyword_in_subheadings", _SEO, Part.HEADINGS, keyword_checks.subheadings, _FOUND),
    Check("competing_links", _SEO, Part.LINKS, keyword_checks.competing_links, Need.KEYWORD),
    Check("keyword_in_image_alts", _SEO, Part.IMAGES, keyword_checks.image_alts, _FOUND),
    Check("keyword_in_title", _SEO, Part.TITLE, keyword_checks.title, _FOUND),
    Check("keyword_in_slug", _SEO, Part.SLUG, keyword_checks.slug, _FOUND),
    Check("keyword_previously_used", _SEO, Part.KEYWORD, keyword_checks.previously_used, Need.KEYWORD),
    Check("secondary_keywords", _SEO, Part.TEXT, keyword_checks.secondary_keywords, Need.SPACES),
    Check("text_length", _SEO, Part.TEXT, page_checks.text_length, Need.SPACES),
    Check("outbound_links", _SEO, Part.LINKS, page_checks.outbound_links),
    Check("internal_links", _SEO, Part.LINKS, page_checks.internal_links),
    Check("title_width", _SEO, Part.TITLE, page_checks.width_of_title),
    Check("single_h1", _SEO, Part.HEADINGS, page_checks.single_h1),
    Check("images", _SEO, Part.IMAGES, page_checks.images),
    Check("subheading_distribution", _READ, Part.TEXT, reading_checks.subheading_distribution, _TEXT),
    Check("paragraph_length", _READ, Part.TEXT, reading_checks.paragraph_length, _TEXT),
    Check("sentence_length", _READ, Part.TEXT, reading_checks.sentence_length, _PROSE),
    Check("passive_voice", _READ, Part.TEXT, reading_checks.passive_voice, _ENGLISH),
    Check("transition_words", _READ, Part.TEXT, reading_checks.transition_words, _ENGLISH),
    Check("sentence_beginnings", _READ, Part.TEXT, reading_checks.sentence_beginnings, _ENGLISH),
    Check("reading_ease", _READ, Part.TEXT, reading_checks.reading_ease, _ENGLISH),
)


def score_page(page: ScoredPage) -> Score:
    """Score an article from 0 to 100 and say why; the same page always gets the same score.

    total = round((70 * seo + 30 * readability * 100 / 90) / 100), since 90 is the best readability; without a
    judged readability it is the SEO score. The thresholds are those that writers know from common SEO plugins;
    they and the two weights are opinion: no ranking data stands behind them. Never raises on any HTML.
    """
    context = Context.of(page)
    findings = tuple(_find(check, context) for check in CHECKS)
    seo = seo_score([finding for finding in findings if finding.dimension is _SEO])
    readability = readability_score(
        [finding for finding in findings if finding.dimension is _READ],
        is_english=context.is_english,
        has_text=bool(context.document.paragraphs),
    )
    return Score(
        total=total_score(seo, readability=readability),
        seo=seo,
        readability=readability,
        findings=findings,
        ruleset_version=RULESET_VERSION,
    )


def seo_score(findings: Sequence[Finding]) -> int:
    """round(sum of points * 100 / (9 * n)) over the n judged findings, kept within 0 and 100."""
    points = [finding.points for finding in findings if finding.verdict is not Verdict.NOT_JUDGED]
    best = MAX_POINTS * len(points)
    return min(100, max(0, _rounded(100 * sum(points), best))) if points else 0


def readability_score(findings: Sequence[Finding], *, is_english: bool, has_text: bool) -> int | None:
    """90, 60 or 30 by penalties, 0 without text, None when no check was judged.

    A bad finding costs 3 (4 in a language of which only some checks are judged), an ok one 2. More than 6 (4)
    give 30, more than 4 (2) give 60.
    """
    verdicts = [finding.verdict for finding in findings if finding.verdict is not Verdict.NOT_JUDGED]
    if not has_text:
        return READABILITY_NONE
    if not verdicts:
        return None
    bad, many, some = (3, 6, 4) if is_english else (4, 4, 2)
    penalty = bad * verdicts.count(Verdict.BAD) + 2 * verdicts.count(Verdict.OK)
    if penalty > many:
        return READABILITY_WORST
    return READABILITY_MIDDLE if penalty > some else READABILITY_BEST


def total_score(seo: int, *, readability: int | None) -> int:
    """The two scores as one; the formula stands at `score_page`."""
    if readability is None:
        return seo
    weighted = SEO_WEIGHT * seo * READABILITY_BEST + READABILITY_WEIGHT * readability * 100
    return _rounded(weighted, (SEO_WEIGHT + READABILITY_WEIGHT) * READABILITY_BEST)


def _find(check: Check, context: Context) -> Finding:
    missing = next((why for need, is_met, why in _NEEDS if need in check.needs and not is_met(context)), None)
    judgement = check.judge(context) if missing is None else not_judged(missing)
    is_judged = judgement.points is not None
    return Finding(
        check=check.name,
        dimension=check.dimension,
        part=check.part,
        verdict=verdict_of(judgement.points),
        points=judgement.points or 0,
        max_points=MAX_POINTS if is_judged else 0,
        position=judgement.position,
        excerpt=context.excerpt(check.part, position=judgement.position) if is_judged else "",
        value=judgement.value,
        threshold=judgement.threshold,
        reason=judgement.reason,
        advice=judgement.advice,
    )


def _rounded(dividend: int, divisor: int) -> int:
    """The quotient rounded half up, without the pitfalls of floats."""
    return (2 * dividend + divisor) // (2 * divisor)
