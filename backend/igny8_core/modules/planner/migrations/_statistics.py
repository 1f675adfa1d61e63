"""Gives the keywords' table statistics before it has rows.

A planner that knows nothing of a table takes an index led by account and site for as good as the unique one. The foreign
keys of a first import's 100,000 figures then read all of the site's keywords, once a figure: it did not end. It is
enough to know that a table may hold one site's rows alone. The first real statistics replace these.

Making an index counts the table's rows anew, none: a migration that makes one on keywords ends with this.
"""

from uuid import uuid4

ROWS = 10


def statistics_seed(apps, schema_editor):
    """Count rows that are gone before anybody sees them; a table that has rows is left to the database."""
    model = apps.get_model('planner', 'Keyword')
    alias = schema_editor.connection.alias
    rows = model._base_manager.using(alias)
    if rows.exists():
        return
    site_id, account_id = uuid4(), 0
    made = [
        model(account_id=account_id, site_id=site_id, text=str(n), normalized=str(n), volume=n) for n in range(ROWS)
    ]
    rows.bulk_create(made)
    schema_editor.execute(f'ANALYZE {model._meta.db_table}')
    rows.filter(account_id=account_id, site_id=site_id).delete()
