"""Titles, headings, outlines and scores as an editor would read them; every expectation is real English."""

import numpy as np
import pytest

from igny8_core.modules.planner.ideation.drafts import Candidate, ClusterView, idea_drafts
from igny8_core.modules.planner.ideation.forms import Form, is_for_article, keyword_form, keyword_options
from igny8_core.modules.planner.ideation.frames import frame_for
from igny8_core.modules.planner.ideation.outline import outline, plain_outline
from igny8_core.modules.planner.ideation.phrases import is_heading, points, section_heading
from igny8_core.modules.planner.ideation.scoring import WEIGHTS, Figures, Standing, idea_score, score_lines
from igny8_core.modules.planner.ideation.titles import TitleSubject, title_options
from igny8_core.modules.planner.ideation.wording import Wording

SITE: list[tuple[str, list[str]]] = [
    ("garden hose", ["commercial"]),
    ("garden hoses", ["commercial"]),
    ("how to fix a garden hose", ["informational"]),
    ("gardena smart hose", ["navigational"]),
    ("gardena smart hose reel", ["navigational", "transactional"]),
    ("garden hose reel", ["commercial"]),
    ("garden hose fittings", ["commercial"]),
    ("garden hose leaking at tap", ["informational"]),
    ("soil ph", ["informational"]),
    ("what is soil ph", ["informational"]),
    ("compost bin", ["commercial"]),
    ("diy compost bin", ["informational"]),
    ("gardeen hose", ["commercial"]),
]
WORDING = Wording.learn(SITE)


class TestForms:
    @pytest.mark.parametrize(
        ("text", "form"),
        [
            ("how to prune roses", Form.HOW_TO),
            ("clean gutters", Form.HOW_TO),
            ("compost bin instructions", Form.HOW_TO),
            ("why is my lawn mower not starting", Form.PROBLEM),
            ("garden hose leaking at tap", Form.PROBLEM),
            ("sprinkler won't turn off", Form.PROBLEM),
            ("mulch vs bark", Form.COMPARISON),
            ("difference between mulch and bark", Form.COMPARISON),
            ("loam or clay", Form.COMPARISON),
            ("best garden hose", Form.BUYING),
            ("garden hose under 50", Form.BUYING),
            ("garden hose reviews", Form.BUYING),
            ("sod price per pallet", Form.PRICE),
            ("what is soil ph", Form.DEFINITION),
            ("loam meaning", Form.DEFINITION),
            ("how much mulch do i need", Form.QUESTION),
            ("50 ft hose how many gallons", Form.QUESTION),
            ("tomato sauce recipe", Form.RECIPE),
            ("garden centre near me", Form.LOCAL),
            ("garden hose", Form.TOPIC),
        ],
    )
    def test_form_is_read_from_the_words(self, text: str, form: Form) -> None:
        assert keyword_form(text) is form

    @pytest.mark.parametrize(
        ("text", "options"),
        [
            ("mulch vs bark", ("mulch", "bark")),
            ("mulch versus bark which is better", ("mulch", "bark")),
            ("difference between loam and clay", ("loam", "clay")),
            ("bleached vs unbleached paper", ("bleached paper", "unbleached paper")),
            ("light roast vs dark roast caffeine", ("light roast", "dark roast")),
            ("a vs b vs c", None),
            ("ratio 1:2 vs 1:3", None),
            ("is it sand or silt", None),
        ],
    )
    def test_options_are_the_two_things_compared(self, text: str, options: tuple[str, str] | None) -> None:
        assert keyword_options(text) == options

    @pytest.mark.parametrize(
        "text", ["garden song lyrics", "hose gift card balance", "rain emoji", "hose pdf"]
    )
    def test_some_searches_want_no_article(self, text: str) -> None:
        assert not is_for_article(text)


class TestWording:
    def test_names_keep_their_capitals(self) -> None:
        assert WORDING.sentence("gardena smart hose") == "Gardena Smart hose"
        assert WORDING.inline("my gardena leaks") == "my Gardena leaks"

    def test_codes_nationalities_and_short_forms_are_cased(self) -> None:
        assert WORDING.sentence("japanese knotweed in may") == "Japanese knotweed in may"
        assert WORDING.sentence("bosch gex125 usb led 12mm") == "Bosch GEX125 USB LED 12mm"

    def test_capitals_of_the_source_are_kept(self) -> None:
        assert WORDING.sentence("the GreenThumb mower") == "The GreenThumb mower"

    @pytest.mark.parametrize(
        ("text", "noun"),
        [
            ("garden hose", "a garden hose"),
            ("garden hoses", "garden hoses"),
            ("electric mower", "an electric mower"),
            ("hourly timer", "an hourly timer"),
            ("compost", "compost"),
            ("water to soil ratio", "the water to soil ratio"),
            ("best garden hose", "the best garden hose"),
            ("garden hose with reel", "a garden hose with reel"),
        ],
    )
    def test_nouns_get_the_article_they_need(self, text: str, noun: str) -> None:
        assert WORDING.noun(text) == noun

    def test_questions_speak_to_the_reader(self) -> None:
        assert WORDING.question("why does my hose leak") == "Why does your hose leak?"
        assert WORDING.question("can i drink from a garden hose") == "Can you drink from a garden hose?"

    def test_rare_near_misses_are_misspelt(self) -> None:
        assert WORDING.is_misspelt("gardeen hose")
        assert not WORDING.is_misspelt("garden hose")

    def test_learning_nothing_still_writes(self) -> None:
        assert Wording.learn([]).sentence("soil ph") == "Soil pH"


class TestHeadings:
    @pytest.mark.parametrize(
        ("text", "heading"),
        [
            ("what is soil ph", "What is soil pH?"),
            ("how to fix a garden hose", "How to fix a garden hose"),
            ("clean garden hose", "How to clean your garden hose"),
            ("compost bin instructions", "How to use a compost bin"),
            ("hose reel worth it", "Is a hose reel worth the money?"),
            ("loam meaning", "What loam means"),
            ("50 ft hose how many gallons", "50 ft hose: how many gallons?"),
            ("aphids how to get rid of", "How to get rid of aphids"),
            ("cheap garden hose", "Cheap garden hose: what to expect"),
            ("used mower for sale", "Used mower for sale: what to check"),
            ("best garden hose", "How to choose the best garden hose"),
        ],
    )
    def test_heading_reads_like_one(self, text: str, heading: str) -> None:
        assert section_heading(text, wording=WORDING) == heading

    @pytest.mark.parametrize(
        "text", ["coffee ice cubes bullet ice latte", "hose award winners 2024", "stand diy wood"]
    )
    def test_word_piles_are_no_headings(self, text: str) -> None:
        assert not is_heading(text)

    def test_points_are_complete_questions(self) -> None:
        assert points("how to fix a garden hose", wording=WORDING) == (
            "How do you fix a garden hose, from the first step to the last?",
            "What goes wrong most often when people fix a garden hose, and how is it avoided?",
        )
        assert points("drip hose vs garden hose", wording=WORDING)[0] == (
            "What is the difference between a drip hose and a garden hose?"
        )
        assert points("clean garden hose", wording=WORDING)[1].startswith(
            "What goes wrong most often when people clean their garden hose"
        )


class TestTitles:
    @pytest.mark.parametrize(
        ("head", "intent", "title"),
        [
            ("garden hose", "commercial", "How to choose a garden hose"),
            ("soil ph", "informational", "Soil pH explained"),
            ("gardena smart hose", "navigational", "Gardena Smart hose: what to know before you buy"),
            ("mulch vs bark", "informational", "Mulch vs bark: which one suits you?"),
            (
                "why is my lawn yellow and leaking",
                "informational",
                "Why is your lawn yellow and leaking? Causes and fixes",
            ),
            ("how to fix a garden hose", "informational", "How to fix a garden hose: a step-by-step guide"),
            ("what is soil ph", "informational", "What is soil pH, and why does it matter?"),
            ("how much mulch per tree", "informational", "How much mulch per tree? The answer in numbers"),
            ("tomato sauce recipe", "informational", "Tomato sauce recipe: ingredients, steps and tips"),
            ("sod price per pallet", "commercial", "Sod price per pallet: what you pay for"),
            ("best garden hose", "commercial", "Best garden hose: how to choose"),
            ("garden centre near me", "transactional", "How to find good garden centre near you"),
        ],
    )
    def test_title_follows_the_form(self, head: str, intent: str, title: str) -> None:
        about = TitleSubject(head=head, intent=intent, has_questions=False, has_steps=False, wording=WORDING)
        options = title_options(about)
        assert options[0] == title
        assert len(set(options)) == len(options) >= 2

    def test_title_that_a_result_page_shows_whole_comes_first(self) -> None:
        head = "how to fix a garden hose that leaks at both of its ends"
        about = TitleSubject(
            head=head, intent="informational", has_questions=False, has_steps=False, wording=WORDING
        )
        assert title_options(about)[0] == "How to fix a garden hose that leaks at both of its ends"


class TestOutline:
    def test_outline_puts_questions_first_and_names_nothing_twice(self) -> None:
        found = outline(
            "soil ph",
            [
                "what changes soil ph",
                "soil ph chart",
                "does lime raise soil ph",
                "changing soil ph",
                "soil ph levels",
            ],
            intent="informational",
            wording=WORDING,
        )
        headings = [section.heading for section in found]
        assert headings[:3] == ["What is soil pH?", "What changes soil pH?", "Does lime raise soil pH?"]
        assert len(set(headings)) == len(headings) == 5

    @pytest.mark.parametrize("count", [0, 3, 4, 11, 12, 40])
    @pytest.mark.parametrize("intent", ["informational", "commercial", "transactional", "navigational"])
    def test_outline_length_suits_a_small_model(self, count: int, intent: str) -> None:
        keywords = [f"topic{number} soil" for number in range(count)]
        for head in ("soil ph", "mulch vs bark", "how to fix a hose", "hose leaking", "what is loam", "is loam good",
                     "sauce recipe", "sod price", "best hose", "hose near me", "a vs b vs c"):  # fmt: skip
            found = outline(head, keywords, intent=intent, wording=WORDING)
            assert 4 <= len(found) <= 6
            assert 450 <= sum(section.target_words for section in found) <= 700
            assert all(len(section.points) >= 2 for section in found)
            assert all("{" not in part for section in found for part in (section.heading, *section.points))

    def test_outline_of_a_comparison_treats_both_sides(self) -> None:
        headings = [
            section.heading
            for section in outline("mulch vs bark", [], intent="informational", wording=WORDING)
        ]
        assert headings == [
            "What sets them apart",
            "When to choose mulch",
            "When to choose bark",
            "Which one suits you",
        ]

    def test_outline_in_another_language_writes_no_english(self) -> None:
        found = plain_outline("gartenschlauch", ["gartenschlauch reparieren"])
        assert [section.heading for section in found] == ["Gartenschlauch", "Gartenschlauch reparieren"]

    def test_frame_agrees_with_plurals(self) -> None:
        frame = frame_for("garden hoses", intent="informational", wording=WORDING)
        assert frame.opening[0].heading == "What are garden hoses?"


class TestScore:
    def test_score_is_the_weighted_sum_of_its_parts(self) -> None:
        figures = Figures(
            volume=999, difficulties=[20, 40], intent="commercial", keywords=6, cohesion=0.2, relation=1.0
        )
        score, parts = idea_score(figures)
        assert parts == {
            "volume": 0.6,
            "intent": 0.9,
            "competition": 0.7,
            "cluster": 0.7,
            "opportunity": "new_content",
            "left_out": "position, ctr, freshness, trend",
        }
        assert score == 72.1  # (.25 * .6 + .2 * .9 + .15 * .7 + .1 * .7) / .7
        lines = score_lines(parts)
        assert [(one.name, one.points) for one in lines[:4]] == [
            ("volume", 21.4),
            ("intent", 25.7),
            ("competition", 15.0),
            ("cluster", 10.0),
        ]
        assert [one.name for one in lines[4:]] == ["position", "ctr", "freshness", "trend"]
        assert sum(one.points or 0 for one in lines) == pytest.approx(score, abs=0.2)
        assert set(WEIGHTS) == {one.name for one in lines}

    def test_score_of_an_older_formula_has_no_lines(self) -> None:
        assert score_lines({"ease": 0.5, "volume": 0.2, "opportunity": "quick_win"}) == []

    def test_score_leaves_out_what_is_not_known(self) -> None:
        figures = Figures(
            volume=0, difficulties=[], intent="navigational", keywords=1, cohesion=-1, relation=0
        )
        score, parts = idea_score(figures)
        assert (parts["volume"], parts["cluster"]) == (0.0, 0.017)
        assert parts["left_out"] == "position, competition, ctr, freshness, trend"
        assert parts["opportunity"] == "new_content"
        assert score == 11.2  # (.2 * .3 + .1 * .0167) / .55

    @pytest.mark.parametrize(
        ("standing", "kind"),
        [
            (None, "new_content"),
            (Standing(position=4), "quick_win"),
            (Standing(position=20), "quick_win"),
            (Standing(position=3.9), "refresh"),
            (Standing(position=20.1), "refresh"),
            (Standing(), "refresh"),
            (Standing(position=9, previous_position=6), "declining"),
            (Standing(position=8, previous_position=6), "quick_win"),
            (Standing(position=30, clicks=7, clicks_before=10), "declining"),
            (Standing(position=30, clicks=8, clicks_before=10), "refresh"),
            (Standing(position=30, clicks=1, clicks_before=9), "refresh"),
        ],
    )
    def test_kind_follows_the_page_s_standing(self, standing: Standing | None, kind: str) -> None:
        figures = Figures(None, [], "informational", 1, 0, 0, standing=standing)
        assert idea_score(figures)[1]["opportunity"] == kind

    def test_standing_and_trend_are_parts(self) -> None:
        standing = Standing(position=15, impressions=1000, clicks=1, age_days=365)
        figures = Figures(
            None, [], "informational", 1, 0, 0, trend=(0.1,) * 9 + (0.3,) * 3, standing=standing
        )
        parts = idea_score(figures)[1]
        assert (parts["position"], parts["ctr"], parts["freshness"], parts["trend"]) == (0.75, 0.5, 0.5, 0.75)
        assert "volume" not in parts

    def test_score_halves_the_volume_of_a_stranger(self) -> None:
        figures = Figures(
            volume=100_000,
            difficulties=[],
            intent="commercial",
            keywords=1,
            cohesion=0,
            relation=0,
            is_stranger=True,
        )
        assert idea_score(figures)[1]["volume"] == 0.5


class TestDrafts:
    @staticmethod
    def candidates(*texts: str) -> list[Candidate]:
        return [Candidate(text, 1000 - row, 20, "informational", row) for row, text in enumerate(texts)]

    def view(self, count: int, language: str = "en") -> ClusterView:
        return ClusterView(vectors=np.ones((count, 1), np.float32), wording=WORDING, language=language)

    def test_drafts_use_only_what_an_article_can_serve(self) -> None:
        rows = self.candidates("garden hose lyrics", "gardeen hose", "hose near me")
        (draft,) = idea_drafts(rows, head="garden hose lyrics", view=self.view(3))
        assert draft.head_keyword == "hose near me"
        assert idea_drafts(rows[:2], head="gardeen hose", view=self.view(3)) == []

    def test_drafts_give_an_angle_its_own_article(self) -> None:
        rows = self.candidates(
            "garden hose",
            "garden hose reel",
            "garden hose fittings",
            "garden hose leaking at tap",
            "garden hose leaking when off",
            "is a garden hose safe to drink from",
            "can a garden hose freeze",
        )
        first, second = idea_drafts(rows, head="garden hose", view=self.view(7))
        assert (first.head_keyword, second.head_keyword) == ("garden hose", "garden hose leaking at tap")
        assert "garden hose leaking when off" in second.secondary_keywords
        assert "garden hose leaking at tap" not in first.secondary_keywords

    def test_drafts_merge_near_duplicates(self) -> None:
        rows = self.candidates("garden hose", "garden hoses", "hose garden")
        (draft,) = idea_drafts(rows, head="garden hose", view=self.view(3))
        assert draft.secondary_keywords == ()

    def test_drafts_in_another_language_are_plain(self) -> None:
        (draft,) = idea_drafts(
            self.candidates("gartenschlauch"), head="gartenschlauch", view=self.view(1, "de")
        )
        assert draft.title_options == ("Gartenschlauch",)

    def test_drafts_are_the_same_every_time(self) -> None:
        rows = self.candidates("garden hose", "garden hose reel", "is a garden hose safe")
        assert idea_drafts(rows, head="garden hose", view=self.view(3)) == idea_drafts(
            rows, head="garden hose", view=self.view(3)
        )
