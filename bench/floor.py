"""A plain Django page, served as the portal is: a query and a template, without sign-in or policies. The floor of `bench.load`."""

from __future__ import annotations

import os

from django.conf import settings

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    SECRET_KEY="of nobody",  # noqa: S106 — it signs nothing
    MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": "portal_bench",
            "USER": "portal_owner",
            "HOST": "127.0.0.1",
            "PORT": os.environ["PORTAL_BENCH_PORT"],
            "CONN_MAX_AGE": 60,
        }
    },
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
)

import django  # noqa: E402

django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import connection  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.template import Context, Template  # noqa: E402
from django.urls import re_path  # noqa: E402

PAGE = Template("<!DOCTYPE html><title>Partners</title><ul>{% for name in names %}<li>{{ name }}</li>{% endfor %}</ul>")


def page(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM partnership_partner ORDER BY name LIMIT 25")
        return HttpResponse(PAGE.render(Context({"names": [name for (name,) in cursor.fetchall()]})))


urlpatterns = [re_path("", page)]
application = get_wsgi_application()
