"""Finds the ideas in a cluster: which keywords one article can answer, and what that article is to be."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from igny8_core.modules.planner.grouping import cohesion
from igny8_core.modules.planner.ideation.extras import entities, length_reason, questions, schema_type
from igny8_core.modules.planner.ideation.forms import Form, is_for_article, keyword_form
from igny8_core.modules.planner.ideation.outline import outline, plain_outline
from igny8_core.modules.planner.ideation.scoring import Figures, idea_score
from igny8_core.modules.planner.ideation.titles import TitleSubject, plain_titles, title_options
from igny8_core.modules.planner.ideation.wording import Wording
from igny8_core.modules.planner.types import BriefEntity, OutlineSection
from igny8_core.semantics.normalise import keyword_normalise
from igny8_core.semantics.numerics import Matrix

MAX_IDEAS = 4
SECONDARY_SHOWN = 8
_KEYWORDS_PER_IDEA = 7
_NEAR = 0.3  # cosine to the head keyword: below it a keyword is another article's business
_OWN_ARTICLE_VOLUME = 1_000
_ANGLES = (Form.HOW_TO, Form.PROBLEM, Form.COMPARISON, Form.BUYING, Form.RECIPE)
_AUDIENCES = {
    Form.PROBLEM: "people who have this problem and want to solve it themselves",
    Form.HOW_TO: "people who want to do this themselves",
    Form.RECIPE: "people who make this at home",
    Form.COMPARISON: "people deciding between the options",
    Form.BUYING: "people comparing options before they buy",
    Form.PRICE: "people planning what to spend",
}
_INTENT_AUDIENCES = {
    "informational": "readers who want a clear answer without prior knowledge",
    "commercial": "people comparing options before they buy",
    "transactional": "people who are ready to buy and want to choose well",
    "navigational": "people who know the name and want to know more",
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """One keyword of a cluster; `row` is its place among the cluster's vectors."""

    text: str
    volume: int | None
    difficulty: int | None
    intent: str
    row: int
    trend: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class IdeaDraft:
    """An idea before it is stored."""

    head_keyword: str
    title_options: tuple[str, ...]
    secondary_keywords: tuple[str, ...]
    search_intent: str
    audience: str
    outline: tuple[OutlineSection, ...]
    score: float
    score_parts: dict[str, float | str] = field(default_factory=dict)
    figures: Figures | None = None
    questions: tuple[str, ...] = ()
    entities: tuple[BriefEntity, ...] = ()
    schema_type: str = ""
    schema_reason: str = ""
    length_reason: str = ""

    @property
    def target_word_count(self) -> int:
        """The article's length: what its sections add up to."""
        return sum(section.target_words for section in self.outline)


@dataclass(frozen=True, slots=True)
class ClusterView:
    """One cluster as the rules see it: a vector per row, what the site taught about words, and its language."""

    vectors: Matrix
    wording: Wording
    language: str = "en"

    def nearness(self, one: Candidate, other: Candidate) -> float:
        """The cosine of two keywords."""
        return float(self.vectors[one.row] @ self.vectors[other.row])


def idea_drafts(candidates: Sequence[Candidate], *, head: str, view: ClusterView) -> list[IdeaDraft]:
    """The ideas of one cluster, its own topic first; none when no article can serve any of its keywords.

    A cluster of many keywords gives more: one for each angle (how-to, problems, comparisons, buying, recipes) with two
    keywords, and for keywords far from its head that are searched enough.
    """
    usable = _usable(candidates, wording=view.wording)
    return [_draft(group, view) for group in _groups(usable, head=head, view=view)]


def idea_draft(head: Candidate, candidates: Sequence[Candidate], *, view: ClusterView) -> IdeaDraft:
    """The idea around one keyword, whatever else the cluster asks for."""
    others = [one for one in _usable(candidates, wording=view.wording) if one.row != head.row]
    return _draft(_around(head, others, view=view), view)


def _usable(candidates: Sequence[Candidate], *, wording: Wording) -> list[Candidate]:
    """The keywords worth writing for, most searched first, one of each near-duplicate."""
    ranked = sorted(candidates, key=lambda found: (-(found.volume or 0), found.text))
    served = [one for one in ranked if is_for_article(one.text) and not wording.is_misspelt(one.text)]
    placeless = [one for one in served if keyword_form(one.text) is not Form.LOCAL]
    kept: dict[object, Candidate] = {}
    for one in placeless or served:
        kept.setdefault(wording.content_stems(one.text) or wording.stems(one.text), one)
    return list(kept.values())


def _groups(usable: list[Candidate], *, head: str, view: ClusterView) -> list[list[Candidate]]:
    """Split a cluster into articles: each group's first keyword is its head."""
    if not usable:
        return []
    limit = min(MAX_IDEAS, 1 + len(usable) // _KEYWORDS_PER_IDEA)
    key = keyword_normalise(head)
    first = next((one for one in usable if keyword_normalise(one.text) == key), usable[0])
    angles = _angles(usable, first=first, view=view)[: limit - 1]
    taken = {one.row for angle in angles for one in angle}
    groups = [_around(first, [one for one in usable if one.row not in taken], view=view), *angles]
    while len(groups) < limit:
        used = {one.row for group in groups for one in group}
        left = [one for one in usable if one.row not in used]
        head_next = next((one for one in left if _stands_alone(one, wording=view.wording)), None)
        if head_next is None:
            break
        groups.append(_around(head_next, left, view=view))
    return groups


def _stands_alone(one: Candidate, *, wording: Wording) -> bool:
    """Whether a keyword beside the cluster's topic is searched enough, and of the site's own words, for an article."""
    return (one.volume or 0) >= _OWN_ARTICLE_VOLUME and not _is_stranger(one, wording=wording)


def _is_stranger(one: Candidate, *, wording: Wording) -> bool:
    return keyword_form(one.text) is Form.TOPIC and bool(wording.strange_stems(one.text))


def _angles(usable: Iterable[Candidate], *, first: Candidate, view: ClusterView) -> list[list[Candidate]]:
    """Groups of one form that is not the head's own, the most searched group first."""
    own = keyword_form(first.text)
    found = []
    for form in _ANGLES:
        of_form = [one for one in usable if keyword_form(one.text) is form and one is not first]
        if form is not own and of_form:
            group = _around(of_form[0], of_form, view=view)
            if len(group) > 1:
                found.append(group)
    return sorted(found, key=lambda group: -sum(one.volume or 0 for one in group))


def _around(head: Candidate, others: Iterable[Candidate], *, view: ClusterView) -> list[Candidate]:
    """The head with the keywords that one article can answer beside it."""
    return [head, *(one for one in others if one is not head and _belongs(one, head=head, view=view))]


def _belongs(one: Candidate, *, head: Candidate, view: ClusterView) -> bool:
    if view.nearness(one, head) < _NEAR:
        return False
    return keyword_form(one.text) is not Form.TOPIC or view.wording.is_related(one.text, head=head.text)


def _draft(group: Sequence[Candidate], view: ClusterView) -> IdeaDraft:
    head, others = group[0], [one.text for one in group[1:]]
    figures = _figures(group, view)
    score, parts = idea_score(figures)
    asked = questions([one.text for one in group], wording=view.wording)
    schema, reason = schema_type(head.text, intent=head.intent, asked=len(asked))
    if view.language.lower().startswith("en"):
        titles = _titles(group, wording=view.wording)
        sections = outline(head.text, others, intent=head.intent, wording=view.wording)
    else:
        titles, sections = plain_titles(head.text), plain_outline(head.text, others)
    return IdeaDraft(
        head_keyword=head.text,
        title_options=titles,
        secondary_keywords=tuple(others[:SECONDARY_SHOWN]),
        search_intent=head.intent,
        audience=_audience(head),
        outline=sections,
        score=score,
        score_parts=parts,
        figures=figures,
        questions=asked,
        entities=entities(head.text, others, wording=view.wording),
        schema_type=schema,
        schema_reason=reason,
        length_reason=length_reason(sections, keywords=len(group)),
    )


def _titles(group: Sequence[Candidate], *, wording: Wording) -> tuple[str, ...]:
    forms = Counter(keyword_form(one.text) for one in group[1:])
    return title_options(
        TitleSubject(
            head=group[0].text,
            intent=group[0].intent,
            has_questions=forms[Form.QUESTION] > 1,
            has_steps=forms[Form.HOW_TO] > 0,
            wording=wording,
        )
    )


def _audience(head: Candidate) -> str:
    if " for beginners" in keyword_normalise(head.text):
        return "beginners"
    return _AUDIENCES.get(keyword_form(head.text), _INTENT_AUDIENCES[head.intent])


def _figures(group: Sequence[Candidate], view: ClusterView) -> Figures:
    head, wording = group[0], view.wording
    related = [bool(wording.topic_stems.intersection(wording.stems(one.text))) for one in group]
    return Figures(
        volume=sum(one.volume or 0 for one in group)
        if any(one.volume is not None for one in group)
        else None,
        difficulties=[one.difficulty for one in group if one.difficulty is not None],
        intent=head.intent,
        keywords=len(group),
        cohesion=cohesion(view.vectors[[one.row for one in group]]) if len(group) > 1 else 0.0,
        relation=sum(related) / len(related),
        is_stranger=_is_stranger(head, wording=wording),
        trend=head.trend,
    )
