from __future__ import annotations

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from partnership.isolation import key_check

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "partnership.project.settings")

if settings.OTLP_URL:  # before the middleware is loaded, in front of which it measures
    from partnership.project import tracing

    tracing.start()
application = get_wsgi_application()
key_check.keep_watch()
