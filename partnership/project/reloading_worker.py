"""The Celery worker of `make dev`, which starts anew when a Python file changes.

Django's own reloader, which `runserver` uses too, watches the files.
"""

from __future__ import annotations

import sys

from django.utils.autoreload import run_with_reloader

from partnership.project.celery import app

if __name__ == "__main__":
    # One task at a time, in the process that is replaced: no child of it lives on.
    run_with_reloader(
        app.start, ["--quiet", "worker", "--pool", "solo", "--queues", "celery,long,webhooks", *sys.argv[1:]]
    )
