"""Turns a brief into the JSON of its row and back; the one place that knows the keys."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from igny8_core.modules.planner.ideation.drafts import IdeaDraft
from igny8_core.modules.planner.models import ContentIdea
from igny8_core.modules.planner.types import BriefEntity, BriefLink, IdeaBrief, OutlineSection


def brief_json(draft: IdeaDraft, *, language: str, links: Sequence[BriefLink] = ()) -> dict[str, Any]:
    """What a row keeps of a draft beside its own columns."""
    return {
        "title_options": list(draft.title_options),
        "secondary_keywords": list(draft.secondary_keywords),
        "search_intent": draft.search_intent,
        "audience": draft.audience,
        "outline": [
            {
                "heading": section.heading,
                "points": list(section.points),
                "target_words": section.target_words,
            }
            for section in draft.outline
        ],
        "target_word_count": draft.target_word_count,
        "language": language,
        "questions": list(draft.questions),
        "entities": [{"name": one.name, "why": one.why} for one in draft.entities],
        "links": [
            {"page_id": str(one.page_id), "url": one.url, "title": one.title, "why": one.why} for one in links
        ],
        "schema_type": draft.schema_type,
        "schema_reason": draft.schema_reason,
        "length_reason": draft.length_reason,
    }


def idea_brief(row: ContentIdea) -> IdeaBrief:
    """The brief of an idea whose cluster is loaded; what a row written by hand lacks is empty."""
    brief = row.brief
    return IdeaBrief(
        idea_id=row.pk,
        site_id=row.site_id,
        sector_id=row.sector_id,
        cluster_id=row.cluster_id,
        cluster_name=row.cluster.name,
        title=row.title,
        title_options=tuple(brief.get("title_options", [])),
        head_keyword=row.head_keyword,
        secondary_keywords=tuple(brief.get("secondary_keywords", [])),
        search_intent=brief.get("search_intent", ""),
        audience=brief.get("audience", ""),
        outline=tuple(
            OutlineSection(section["heading"], tuple(section["points"]), section["target_words"])
            for section in brief.get("outline", [])
        ),
        target_word_count=brief.get("target_word_count", 0),
        language=brief.get("language", "en"),
        score=row.score,
        score_parts=dict(row.score_parts),
        questions=tuple(brief.get("questions", [])),
        entities=tuple(BriefEntity(one["name"], one["why"]) for one in brief.get("entities", [])),
        links=tuple(
            BriefLink(UUID(one["page_id"]), one["url"], one["title"], one["why"])
            for one in brief.get("links", [])
        ),
        schema_type=brief.get("schema_type", ""),
        schema_reason=brief.get("schema_reason", ""),
        length_reason=brief.get("length_reason", ""),
    )
