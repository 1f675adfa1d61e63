"""Near duplicates: who is whose head, and that people's and tools' words on the language stand."""

import pytest

from igny8_core.auth.models import Site
from igny8_core.common.errors import NotFound
from igny8_core.modules.planner import services
from igny8_core.modules.planner.constants import KeywordStatus, LabelSource
from igny8_core.modules.planner.models import Keyword
from igny8_core.modules.planner.services import variants
from igny8_core.modules.planner.tests.samples import NO_PROGRESS, imported, keyword
from igny8_core.semantics.variants import variant_key
from igny8_core.tenancy.context import tenant_scope
from igny8_core.testing.factories import Tenant

pytestmark = pytest.mark.django_db
LIST = (
    "Keyword,Volume,Country\ncoffee makers,50,us\nbest coffee maker,900,us\ncoffee maker,700,us\n"
    "Maker of coffee,,us\n"
)


def keyed(tenant: Tenant, text: str = "") -> None:
    if text:
        imported(tenant, text)
    with tenant_scope(tenant.context):
        services.keywords_key(site_id=tenant.site.pk, progress=NO_PROGRESS)


def heads(tenant: Tenant) -> dict[str, str]:
    """Text of each variant, and of its head."""
    with tenant.work():
        rows = {row.pk: row for row in Keyword.objects.all()}
    return {row.text: rows[row.variant_of].text for row in rows.values() if row.variant_of is not None}


def test_most_searched_of_a_market_is_the_head(tenant: Tenant) -> None:
    keyed(tenant, LIST + "coffee makers,1,de\n")
    assert heads(tenant) == {"coffee makers": "coffee maker", "Maker of coffee": "coffee maker"}
    assert keyword(tenant, "best coffee maker").variant_of is None


def test_keying_again_changes_nothing(tenant: Tenant) -> None:
    keyed(tenant, LIST)
    with tenant.work():
        before = list(Keyword.objects.order_by("pk").values())
    keyed(tenant)
    with tenant.work():
        assert list(Keyword.objects.order_by("pk").values()) == before


def test_keys_follow_in_batches(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(variants, "_BATCH", 1)
    keyed(tenant, LIST)
    assert heads(tenant) == {"coffee makers": "coffee maker", "Maker of coffee": "coffee maker"}


def test_new_figures_make_another_head(tenant: Tenant) -> None:
    keyed(tenant, LIST)
    keyed(tenant, "Keyword,Volume,Country\ncoffee makers,9000,us\n")
    assert heads(tenant) == {"coffee maker": "coffee makers", "Maker of coffee": "coffee makers"}


class TestPeople:
    def test_variants_of_a_deleted_keyword_get_another_head_and_it_takes_them_back(
        self, tenant: Tenant
    ) -> None:
        keyed(tenant, LIST)
        head = keyword(tenant, "coffee maker")
        with tenant.work():
            services.keywords_delete([head.pk])
        assert heads(tenant) == {"Maker of coffee": "coffee makers"}
        with tenant.work():
            services.keywords_restore([head.pk])
        assert heads(tenant) == {"coffee makers": "coffee maker", "Maker of coffee": "coffee maker"}

    def test_archived_keyword_is_no_head_of_others(self, tenant: Tenant) -> None:
        keyed(tenant, LIST)
        head = keyword(tenant, "coffee maker")
        with tenant.work():
            services.keywords_set_status([head.pk], status=KeywordStatus.ARCHIVED)
        assert heads(tenant) == {"coffee maker": "coffee makers", "Maker of coffee": "coffee makers"}
        with tenant.work():
            services.keywords_unarchive([head.pk])
        assert heads(tenant)["coffee makers"] == "coffee maker"

    def test_renamed_keyword_leaves_its_variants_and_finds_others(self, tenant: Tenant) -> None:
        keyed(tenant, LIST)
        with tenant.work():
            row = Keyword.objects.get(text="coffee maker")
            services.keyword_update(row, text="the best coffee makers")
        assert heads(tenant) == {"Maker of coffee": "coffee makers"}
        keyed(tenant)
        assert heads(tenant) == {
            "Maker of coffee": "coffee makers",
            "the best coffee makers": "best coffee maker",
        }

    def test_added_keyword_finds_its_head_by_the_job_that_it_starts(self, tenant: Tenant) -> None:
        keyed(tenant, LIST)
        with tenant.work():
            row = services.keyword_create(site=tenant.site, text="coffee-makers!", country="us")
        assert row.variant_of is None
        keyed(tenant)
        assert heads(tenant)["coffee-makers!"] == "coffee maker"

    def test_market_changed_by_a_person_changes_the_group(self, tenant: Tenant) -> None:
        keyed(tenant, LIST)
        with tenant.work():
            row = services.keyword_update(Keyword.objects.get(text="coffee makers"), country="ca")
        assert row.variant_of is None
        assert heads(tenant) == {"Maker of coffee": "coffee maker"}


class TestLanguage:
    def test_letters_tell_the_language_and_its_grammar_the_variants(self, tenant: Tenant) -> None:
        with tenant.work():
            Site.objects.filter(pk=tenant.site.pk).update(language="de-AT")
        keyed(tenant, "Keyword,Volume\nhäuser bauen,10\nhaus bauen,20\n")
        assert heads(tenant) == {"häuser bauen": "haus bauen"}
        row = keyword(tenant, "häuser bauen")
        assert (row.language, row.language_source) == ("de", LabelSource.RULES)

    def test_word_of_a_tool_or_a_person_stands(self, tenant: Tenant) -> None:
        imported(tenant, "Keyword,Volume,Language\nchat,10,fr\npain,20,en\n")
        with tenant.work():
            services.keyword_update(Keyword.objects.get(text="pain"), language="fr")
        keyed(tenant)
        imported(tenant, "Keyword,Volume,Language\nchat,11,\npain,21,en\n")
        found = {
            text: (keyword(tenant, text).language, keyword(tenant, text).language_source)
            for text in ("chat", "pain")
        }
        assert found == {"chat": ("fr", LabelSource.TOOL), "pain": ("fr", LabelSource.HUMAN)}

    def test_tool_corrects_the_guess(self, tenant: Tenant) -> None:
        keyed(tenant, "Keyword,Volume\ncoffee maker,10\n")
        assert keyword(tenant, "coffee maker").language == "en"
        imported(tenant, "Keyword,Volume,Language\ncoffee maker,10,fr\n")
        row = keyword(tenant, "coffee maker")
        assert (row.language, row.language_source) == ("fr", LabelSource.TOOL)
        keyed(tenant)
        assert keyword(tenant, "coffee maker").variant_key == variant_key("coffee maker", "fr")

    def test_language_taken_back_by_a_person_is_guessed_again(self, tenant: Tenant) -> None:
        keyed(tenant, "Keyword,Volume,Language\ncoffee maker,10,fr\n")
        with tenant.work():
            services.keyword_update(Keyword.objects.get(text="coffee maker"), language="")
        keyed(tenant)
        row = keyword(tenant, "coffee maker")
        assert (row.language, row.language_source) == ("en", LabelSource.RULES)


def test_foreign_site_is_not_there(tenant: Tenant, stranger: Tenant) -> None:
    with tenant_scope(stranger.context), pytest.raises(NotFound):
        services.keywords_key(site_id=tenant.site.pk, progress=NO_PROGRESS)
