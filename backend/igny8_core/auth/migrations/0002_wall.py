"""Puts the identity tables' tenant rows behind the wall, and the system account under a guard of its own."""

from django.db import migrations

from igny8_core.tenancy.rls import ComposeTenantKeys, ProtectTenantTable

GUARD = """
CREATE FUNCTION igny8_guard_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'accounts are closed, never deleted' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER igny8_auth_account_guard BEFORE DELETE ON igny8_auth_account
  FOR EACH ROW EXECUTE FUNCTION igny8_guard_account();
CREATE FUNCTION igny8_guard_system() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.is_system AND (NOT NEW.is_system OR NEW.plan_status <> 'active') THEN
    RAISE EXCEPTION 'a system account stays what it is' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER igny8_auth_account_system BEFORE UPDATE ON igny8_auth_account
  FOR EACH ROW EXECUTE FUNCTION igny8_guard_system();
"""
UNGUARD = """
DROP TRIGGER igny8_auth_account_guard ON igny8_auth_account;
DROP TRIGGER igny8_auth_account_system ON igny8_auth_account;
DROP FUNCTION igny8_guard_account();
DROP FUNCTION igny8_guard_system();
"""


class Migration(migrations.Migration):
    dependencies = [("igny8_auth", "0001_initial")]

    operations = [
        ProtectTenantTable("Site"),
        ProtectTenantTable("Sector"),
        ComposeTenantKeys("SiteUserAccess"),
        ComposeTenantKeys("ApiKey"),
        ComposeTenantKeys("RefreshSession"),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
