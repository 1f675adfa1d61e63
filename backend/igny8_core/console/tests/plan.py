"""What tests of the plan's pages share: rows of a site, addresses on it, and where a message is taken back."""

import re

from django.test import Client

from igny8_core.modules.planner.models import Cluster, ContentIdea, Keyword, Topic
from igny8_core.testing.factories import Tenant

BRIEF = {
    "title_options": ["How to descale"],
    "secondary_keywords": ["descaling"],
    "search_intent": "informational",
    "audience": "Owners",
    "outline": [{"heading": "Why scale matters", "points": ["What is scale?"], "target_words": 150}],
    "target_word_count": 900,
    "language": "en",
}


def at(tenant: Tenant, page: str) -> str:
    return f"/sites/{tenant.site.pk}/{page}"


def keyword(tenant: Tenant, text: str, **fields: object) -> Keyword:
    with tenant.work():
        return Keyword.objects.create(site=tenant.site, text=text, normalized=text, **fields)


def cluster(tenant: Tenant, name: str = "Descaling", **fields: object) -> Cluster:
    with tenant.work():
        return Cluster.objects.create(site=tenant.site, name=name, head_keyword=name.lower(), **fields)


def idea(tenant: Tenant, of: Cluster, title: str = "How to descale", **fields: object) -> ContentIdea:
    with tenant.work():
        return ContentIdea.objects.create(
            site=tenant.site, cluster=of, title=title, head_keyword=title.lower(), brief=BRIEF, **fields
        )


def topic(tenant: Tenant, name: str = "Care", **fields: object) -> Topic:
    with tenant.work():
        return Topic.objects.create(site=tenant.site, name=name, head_keyword=name.lower(), **fields)


def undo_of(client: Client, page: str) -> str:
    """Where the message that stands on a page is taken back."""
    found = re.search(
        r'<form method="post" action="(/sites/[^"]*/(?:undo|restore)/[^"]*)"',
        client.get(page).content.decode(),
    )
    assert found is not None
    return found[1]
