"""Branded keywords: by the site's own list, whatever it holds when somebody asks."""

import pytest

from igny8_core.modules.planner import services
from igny8_core.modules.planner.models import Keyword
from igny8_core.modules.planner.selectors import keyword_reasons, keywords_branded
from igny8_core.modules.planner.tests.samples import imported, keyword
from igny8_core.modules.system.services import brand_profile_set
from igny8_core.testing.clients import client_of
from igny8_core.testing.factories import Tenant

pytestmark = pytest.mark.django_db
TEXTS = ["bialetti moka", "Bialetti's pots", "moka pot", "bialettis", "h & m mugs", "c++ mugs", "c mugs"]


def listed(tenant: Tenant, terms: list[str]) -> None:
    with tenant.work():
        brand_profile_set(tenant.site.pk, brand_terms=terms)


def branded(tenant: Tenant) -> set[str]:
    with tenant.work():
        return set(Keyword.objects.filter(keywords_branded()).values_list("text", flat=True))


def test_branded_are_those_with_a_name_as_words_of_their_own(tenant: Tenant, stranger: Tenant) -> None:
    for one in (tenant, stranger):
        imported(one, "Keyword\n" + "\n".join(TEXTS) + "\n")
    listed(tenant, ["Bialetti™", "H&M", "H & M", "C++", "(", "?"])
    assert branded(tenant) == {"bialetti moka", "Bialetti's pots", "h & m mugs", "c++ mugs"}
    assert branded(stranger) == set()
    listed(tenant, [])
    assert branded(tenant) == set()


def test_api_filters_branded_keywords(tenant: Tenant) -> None:
    imported(tenant, "Keyword\nbialetti moka\nmoka pot\n")
    listed(tenant, ["Bialetti"])
    client = client_of(tenant.owner)
    for asked, texts in (("true", ["bialetti moka"]), ("false", ["moka pot"])):
        answer = client.get(f"/api/v1/planner/keywords/?is_branded={asked}").json()
        assert [row["text"] for row in answer["results"]] == texts


def test_brand_makes_a_query_navigational_and_is_the_evidence(tenant: Tenant) -> None:
    listed(tenant, ["Bialetti"])
    imported(tenant, "Keyword,Intent\nbialetti,\nbialetti shop,Commercial\n")
    with tenant.work():
        row = services.keyword_create(site=tenant.site, text="Bialetti Moka")
        found = keyword_reasons(row.pk)
        said = keyword_reasons(Keyword.objects.get(text="bialetti shop").pk)
    assert keyword(tenant, "bialetti").intent == "navigational"
    assert (row.intent, found.intents, found.intent_source) == ("navigational", ("navigational",), "rules")
    assert (found.intent_evidence, found.is_branded) == (("navigational: bialetti",), True)
    assert found.intent_confidence is not None
    assert 0.5 < found.intent_confidence < 1
    assert (said.intents, said.intent_source, said.intent_confidence, said.intent_evidence) == (
        ("commercial",),
        "tool",
        None,
        (),
    )
