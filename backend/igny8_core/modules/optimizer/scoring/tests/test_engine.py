"""Proves how points become scores, and that no input breaks the scorer; it needs no network."""

import ast
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from igny8_core.modules.optimizer.scoring import (
    CHECKS,
    RULESET_VERSION,
    Dimension,
    Finding,
    Part,
    ScoredPage,
    Verdict,
    engine,
    score_page,
)
from igny8_core.modules.optimizer.scoring.engine import readability_score, seo_score, total_score
from igny8_core.modules.optimizer.scoring.findings import KEEP, verdict_of
from igny8_core.modules.optimizer.scoring.matching import STEMMERS, UNSPACED_LANGUAGES
from igny8_core.modules.optimizer.scoring.pixels import title_width
from igny8_core.modules.optimizer.scoring.tests.pages import GOOD, filler, page

_LANGUAGES = sorted({*STEMMERS, *UNSPACED_LANGUAGES, "", "xx", "EN_us", "pt-BR"})
_TAGS = st.sampled_from(
    "<p> </p> <h1> <h2> </h2> <ul><li> <table><tr><td> <br> <a href='/x'> <a rel=nofollow href=//[> </a> <pre> </pre> "
    "<img alt='coffee'> <figure> <template> <svg> <title> <!-- --> <select><option> <frameset> &amp; &#0; . ? ! ".split(
        " "
    )
)
_WORDS = st.sampled_from(
    "coffee grinder Grinders was roasted However the 3.5 café 漢字 हिन्दी e.g. U.S. don’t -- \x00".split(" ")
)
_HTML = st.one_of(
    st.text(), st.lists(st.one_of(_TAGS, _WORDS, st.text(max_size=5)), max_size=60).map(" ".join)
)
_PAGES = st.builds(
    ScoredPage,
    title=st.one_of(st.text(), _WORDS),
    slug=st.text(),
    meta_description=st.text(max_size=200),
    html=_HTML,
    head_keyword=st.one_of(st.text(max_size=40), st.just("coffee grinder")),
    secondary_keywords=st.lists(st.text(max_size=20), max_size=3).map(tuple),
    language=st.sampled_from(_LANGUAGES),
    site_host=st.text(max_size=20),
    is_cornerstone=st.booleans(),
    previously_used_count=st.integers(),
)


def _finding(points: int | None) -> Finding:
    return Finding(
        check="x",
        dimension=Dimension.SEO,
        verdict=verdict_of(points),
        points=points or 0,
        max_points=9,
        part=Part.TEXT,
        position=None,
        excerpt="",
        value=None,
        threshold="",
        reason="",
        advice="",
    )


def test_good_page_scores_full_points() -> None:
    score = score_page(GOOD)
    assert {found.check: found.points for found in score.findings if found.verdict is not Verdict.GOOD} == {}
    assert (score.total, score.seo, score.readability) == (100, 100, 90)
    assert score.ruleset_version == RULESET_VERSION


_POOR = page(
    title="Some thoughts about the many ways in which a coffee grinder may or may not be of any use to you",
    slug="x",
    meta_description="Beans.",
    html=(
        f"<p>{'Beans were roasted. ' * 60}</p><p>{filler(360)}.</p><h1>Beans</h1><h2>Beans</h2><img>"
        "<p><a href='/a' rel='nofollow'>coffee grinder</a> implementation considerations necessitate.</p>"
    ),
    head_keyword="one two three coffee grinder",
    secondary_keywords=("milk foam",),
    previously_used_count=1,
)


@pytest.mark.parametrize("scored", [GOOD, _POOR, replace(_POOR, language="de"), ScoredPage()])
def test_advice_says_keep_exactly_at_full_points(scored: ScoredPage) -> None:
    for found in score_page(scored).findings:
        expected = {9: found.advice == KEEP, None: found.advice == ""}
        is_judged = found.verdict is not Verdict.NOT_JUDGED
        assert expected.get(found.points if is_judged else None, found.advice not in {KEEP, ""}), found


def test_poor_page_fails_the_readability_checks_that_it_was_built_to_fail() -> None:
    findings = {found.check: found.points for found in score_page(_POOR).findings}
    assert {name: findings[name] for name in list(findings)[-7:]} == {
        "subheading_distribution": 3,
        "paragraph_length": 3,
        "sentence_length": 9,
        "passive_voice": 3,
        "transition_words": 3,
        "sentence_beginnings": 3,
        "reading_ease": 9,
    }


def test_empty_page_scores_nothing() -> None:
    score = score_page(ScoredPage())
    assert (score.total, score.seo, score.readability) == (0, 0, 0)
    assert [found.check for found in score.findings] == [check.name for check in CHECKS]


def test_missing_keyword_alone_brings_the_seo_score_to_zero() -> None:
    score = score_page(page(head_keyword=""))
    assert (score.seo, score.readability, score.total) == (0, 90, 30)


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ([9, 9], 100),
        ([9, 6, 3], 67),
        ([9, 0], 50),
        ([-50, 9], 0),
        ([None, 9], 100),
        ([None], 0),
        ([], 0),
        ([1] + [0] * 199, 0),
        ([9] * 13 + [-4] + [0] * 86, 13),
    ],
)
def test_seo_score_is_the_rounded_share_of_judged_points(points: list[int | None], expected: int) -> None:
    assert seo_score([_finding(value) for value in points]) == expected


def test_seo_score_rounds_half_up() -> None:
    assert seo_score([_finding(9)] + [_finding(0)] * 199) == 1


@pytest.mark.parametrize(
    ("bad", "ok", "is_english", "expected"),
    [
        (0, 0, True, 90),
        (0, 2, True, 90),
        (1, 0, True, 90),
        (1, 1, True, 60),
        (2, 0, True, 60),
        (0, 3, True, 60),
        (1, 2, True, 30),
        (3, 0, True, 30),
        (0, 1, False, 90),
        (1, 0, False, 60),
        (0, 2, False, 60),
        (1, 1, False, 30),
    ],
)
def test_readability_score_by_penalties(bad: int, ok: int, is_english: bool, expected: int) -> None:
    findings = [_finding(9), *[_finding(3)] * bad, *[_finding(6)] * ok, _finding(None)]
    assert readability_score(findings, is_english=is_english, has_text=True) == expected


def test_readability_score_without_text_or_judgement() -> None:
    assert readability_score([], is_english=True, has_text=False) == 0
    assert readability_score([_finding(None)], is_english=False, has_text=True) is None


@pytest.mark.parametrize(
    ("seo", "readability", "total"),
    [(100, 90, 100), (0, 0, 0), (100, 0, 70), (0, 90, 30), (80, 60, 76), (50, 30, 45), (77, None, 77)],
)
def test_total_weighs_seo_70_and_readability_30(seo: int, readability: int | None, total: int) -> None:
    assert total_score(seo, readability=readability) == total


@pytest.mark.parametrize(
    ("points", "verdict"),
    [(9, "good"), (8, "good"), (7, "ok"), (5, "ok"), (4, "bad"), (-999, "bad"), (None, "not_judged")],
)
def test_verdict_of_points(points: int | None, verdict: str) -> None:
    assert verdict_of(points).value == verdict


def test_check_names_are_unique() -> None:
    assert len({check.name for check in CHECKS}) == len(CHECKS) == 25


def test_other_language_leaves_out_the_english_checks() -> None:
    score = score_page(page(language="de-AT"))
    assert [found.check for found in score.findings if found.verdict is Verdict.NOT_JUDGED] == [
        "passive_voice",
        "transition_words",
        "sentence_beginnings",
        "reading_ease",
    ]
    assert score.readability == 90


def test_language_without_spaces_counts_no_words() -> None:
    score = score_page(
        ScoredPage(title="コーヒー", html="<p>コーヒー豆を挽く。</p>", head_keyword="コーヒー", language="ja")
    )
    judged = [found.check for found in score.findings if found.verdict is not Verdict.NOT_JUDGED]
    assert judged == [
        "keyword_length",
        "meta_description_length",
        "competing_links",
        "keyword_previously_used",
        "outbound_links",
        "internal_links",
        "title_width",
        "single_h1",
        "images",
    ]
    assert (score.readability, score.total) == (None, score.seo)


@given(_PAGES)
@settings(max_examples=400, deadline=None)
def test_any_page_gets_a_score_in_range_twice_the_same(scored: ScoredPage) -> None:
    score = score_page(scored)
    assert 0 <= score.total <= 100
    assert 0 <= score.seo <= 100
    assert score.readability in {None, 0, 30, 60, 90}
    assert all(found.reason.endswith(".") and found.points <= found.max_points for found in score.findings)
    assert score_page(scored) == score


@given(
    st.lists(st.sampled_from("coffee best grinder the of guide review cheap".split(" ")), max_size=6),
    st.integers(0, 6),
)
@settings(deadline=None)
def test_keyword_put_into_a_title_that_fits_never_lowers_the_seo_score(words: list[str], at: int) -> None:
    assume(
        words[:at][-1:] + words[at:][:1] != ["coffee", "grinder"]
    )  # that would split the keyword in the title
    before = " ".join(words)
    after = " ".join([*words[:at], "coffee grinder", *words[at:]])
    assert title_width(after) <= 600
    assert score_page(page(title=after)).seo >= score_page(page(title=before)).seo


@pytest.mark.parametrize(
    "better",
    [
        {"slug": "coffee-grinder"},
        {"meta_description": GOOD.meta_description},
        {"previously_used_count": 0},
        {"secondary_keywords": ("hand mill",)},
    ],
)
def test_mended_field_never_lowers_the_seo_score(better: dict[str, object]) -> None:
    poor = page(
        slug="x", meta_description="Beans.", previously_used_count=2, secondary_keywords=("milk foam",)
    )
    assert score_page(replace(poor, **better)).seo > score_page(poor).seo  # type: ignore[arg-type]  # fields vary


@pytest.mark.parametrize(
    "html",
    [
        "<p>" + "coffee grinder " * 100_000,
        "<ul><li>" * 100_000 + "coffee grinder",
        "<b>" * 100_000 + "coffee grinder",
        "a. B" * 100_000,
        "." * 300_000,
        "x" * 1_000_000,
        "<br>" * 100_000,
        "<a href=/x>" * 50_000,
        "-'" * 200_000,
        "a-" * 200_000,
    ],
    ids=["words", "lists", "inline", "sentences", "dots", "one word", "breaks", "links", "marks", "hyphens"],
)
def test_huge_html_gets_a_score(html: str) -> None:
    assert 0 <= score_page(page(html=html)).total <= 100


def test_score_is_the_same_in_another_process() -> None:
    code = (
        "from igny8_core.modules.optimizer.scoring import score_page\n"
        "from igny8_core.modules.optimizer.scoring.tests.pages import page\n"
        "print(score_page(page(title='Guide', slug='x')))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONHASHSEED": "7", "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.strip() == str(score_page(page(title="Guide", slug="x")))


def test_scoring_imports_only_pure_helpers() -> None:
    imported: set[str] = set()
    for source in Path(engine.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(source.read_text())):
            if isinstance(node, ast.ImportFrom):
                imported.add(node.module or "")
            elif isinstance(node, ast.Import):
                imported.update(alias.name for alias in node.names)
    foreign = {name for name in imported if name.partition(".")[0] not in sys.stdlib_module_names}
    assert {name for name in foreign if "optimizer.scoring" not in name} == {
        "igny8_core.common.html",
        "igny8_core.common.text",
        "selectolax.lexbor",
        "snowballstemmer",
    }
