"""The WSGI entry point of the web process; it does not serve on a role that the wall does not bind."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "igny8_core.settings")

application = get_wsgi_application()

from igny8_core.tenancy.boot import require_application_role  # noqa: E402 - needs the settings that Django just read

require_application_role()
