from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

from partnership.isolation import key_check

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "partnership.project.settings")

application = get_wsgi_application()
key_check.keep_watch()
