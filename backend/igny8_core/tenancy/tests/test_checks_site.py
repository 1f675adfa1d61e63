"""The second lock below the account: rows that name a site without being bound to one."""

import pytest

from igny8_core.auth.models import Site
from igny8_core.modules.system.models import PromptOverride
from igny8_core.tenancy.context import TenantContext, tenant_transaction
from igny8_core.tenancy.errors import TenantMismatch
from igny8_core.tenancy.models import Job
from igny8_core.testing.factories import Tenant, context_of, site_make

pytestmark = pytest.mark.django_db


@pytest.fixture
def other(tenant: Tenant) -> Site:
    """A site of the account that the narrow scope leaves out."""
    return site_make(tenant)


@pytest.fixture
def narrow(tenant: Tenant, other: Site) -> TenantContext:
    """A person of the first site alone."""
    return context_of(tenant.member, frozenset({tenant.site.pk}))


def _job(site: Site | None) -> Job:
    return Job(kind="tests.none", request_id="x", site=site)


def test_new_row_cannot_name_a_site_outside_the_scope(narrow: TenantContext, other: Site) -> None:
    with tenant_transaction(narrow):
        for row in (_job(other), PromptOverride(key="x", text="y", site=other)):
            with pytest.raises(TenantMismatch):
                row.save()
        assert not Job.objects.exists()


def test_row_of_a_site_outside_the_scope_cannot_be_changed(
    tenant: Tenant, narrow: TenantContext, other: Site
) -> None:
    with tenant.work():
        job = _job(other)
        job.save()
    with tenant_transaction(narrow):
        row = Job.objects.get(pk=job.pk)
        with pytest.raises(TenantMismatch):
            row.save(update_fields=["progress_message"])


def test_row_of_the_scope_or_of_no_site_is_written(tenant: Tenant, narrow: TenantContext) -> None:
    with tenant_transaction(narrow):
        _job(tenant.site).save()
        _job(None).save()
        assert Job.objects.count() == 2
